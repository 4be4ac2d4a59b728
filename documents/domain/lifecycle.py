"""The one door through which a document changes its state."""

from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from documents.enums import DocumentState as S
from documents.errors import IllegalMove
from documents.models import Document, DocumentEvent

if TYPE_CHECKING:
    from accounts.models import User

#: Where a document may go from each state. A failed one goes back to its outline when its owner tries again.
MOVES: Final[dict[str, frozenset[str]]] = {
    S.DRAFT: frozenset({S.OUTLINING}),
    S.OUTLINING: frozenset({S.OUTLINED, S.DRAFT}),
    S.OUTLINED: frozenset({S.OUTLINING, S.DRAFT, S.QUEUED}),
    S.QUEUED: frozenset({S.WRITING, S.FAILED}),
    S.WRITING: frozenset({S.READY, S.FAILED}),
    S.READY: frozenset(),
    S.FAILED: frozenset({S.OUTLINED}),
}
#: Where an order is while its owner may stop it. Nothing else leads from there to an outline: its job would go on.
_ORDERED: Final = (S.QUEUED, S.WRITING)


def move(
    *,
    document_id: UUID,
    to: S,
    cause: str,
    by: "User | None" = None,
    now: datetime | None = None,
    failure: str = "",
) -> bool:
    """Moves a document and leaves an event row; true when this call is the one that moved it.

    Repeating a move that is settled does nothing and returns false. ``failure`` is what the owner is told.
    Raises IllegalMove where ``to`` does not follow from the present state.
    """
    origins = [state for state, targets in MOVES.items() if to in targets]
    return _move(document_id, origins, to, cause=cause, by=by, now=now, failure=failure)


def back_to_outline(*, document_id: UUID, cause: str, by: "User | None" = None, now: datetime | None = None) -> bool:
    """Moves a document whose order ends before it was written; who calls ends its job. Returns and raises as ``move``.

    Nothing but an order that is stopped comes here: see ``generation.engine.calling_off``.
    """
    return _move(document_id, _ORDERED, S.OUTLINED, cause=cause, by=by, now=now)


def _move(
    document_id: UUID,
    origins: Collection[str],
    to: S,
    *,
    cause: str,
    by: "User | None",
    now: datetime | None,
    failure: str = "",
) -> bool:
    now = now or timezone.now()
    with transaction.atomic():
        present = Document.objects.select_for_update().values_list("state", flat=True).get(pk=document_id)
        if present == to:
            return False
        if present not in origins:
            raise IllegalMove(f"{present} → {to}")
        Document.objects.filter(pk=document_id, state=present).update(state=to, failure=failure, updated_at=now)
        DocumentEvent.objects.create(
            document_id=document_id,
            from_state=present,
            to_state=to,
            cause=cause[:200],
            actor_id=by.pk if by else None,
            at=now,
        )
    return True
