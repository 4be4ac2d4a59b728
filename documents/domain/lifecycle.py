"""The one door through which a document changes its state."""

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

#: Where a document may go from each state. A failed one goes back to its outline when its owner tries again,
#: one that is ordered when they stop it in time.
MOVES: Final[dict[str, frozenset[str]]] = {
    S.DRAFT: frozenset({S.OUTLINING}),
    S.OUTLINING: frozenset({S.OUTLINED, S.DRAFT}),
    S.OUTLINED: frozenset({S.OUTLINING, S.DRAFT, S.QUEUED}),
    S.QUEUED: frozenset({S.WRITING, S.FAILED, S.OUTLINED}),
    S.WRITING: frozenset({S.READY, S.FAILED, S.OUTLINED}),
    S.READY: frozenset(),
    S.FAILED: frozenset({S.OUTLINED}),
}


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
    now = now or timezone.now()
    origins = [state for state, targets in MOVES.items() if to in targets]
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
