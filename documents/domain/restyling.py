"""Setting the citations of a finished document anew: in another style, or with what was taken back named so."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy

from accounts.domain import quotas
from documents.domain import exporting, manuscripts, requesting
from documents.enums import DELIVERED, DocumentState, ExportFormat, ExportState
from documents.models import Document, Export, Rendering
from privacy.domain import audit
from tesigo.platform import duty
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

# As `duty.afresh` has it. PostgreSQL locks a row that is due already, too, though it is not changed.
_ASK: Final = """
    INSERT INTO documents_rendering AS row (document_id, created_at, due_at, nudged_at)
    VALUES (%(document)s, %(now)s, %(now)s, %(now)s)
    ON CONFLICT (document_id) DO UPDATE SET
        created_at = EXCLUDED.created_at, due_at = EXCLUDED.due_at, nudged_at = EXCLUDED.nudged_at,
        tries = 0, given_up_at = NULL, error = '', traceback = ''
    WHERE row.due_at IS NULL
    RETURNING row.id
"""
RENDERINGS: Final = duty.Kind(
    name="rendering",
    label=gettext_lazy("Texts for the screen"),
    model=Rendering,
    task="documents.tasks.render",
    lease=timedelta(seconds=60),
    is_renewed=True,
    longest_wait=timedelta(minutes=10),
    most_tries=5,
)


def request(
    *, document_id: UUID, citation_style: str, by: "User", expects: Callable[[Document], None] | None = None
) -> None:
    """Notes the new style and has everything rendered anew in the background. Raises QuotaReached.

    ``expects`` looks at the locked document first and raises where it is not as the caller knew it.
    """
    with transaction.atomic():
        if expects:
            expects(Document.objects.select_for_update().get(pk=document_id))
        quotas.spend(user=by, what="restyle", limit=settings.RESTYLES_PER_DAY)
        moved = Document.objects.filter(pk=document_id, state=DocumentState.READY).update(citation_style=citation_style)
        if not moved:
            return
        audit.record(action="document.restyled", subject=Document(pk=document_id), by=by)
        for format in DELIVERED:
            requesting.request_export(document_id=document_id, format=format, with_ai_statement=False)
        ask(document_id=document_id)


def print_anew(*, document_id: UUID) -> None:
    """Has the files of a finished document made of what is printed now: those delivered, and those asked for since."""
    style = Document.objects.values_list("citation_style", flat=True).get(pk=document_id)
    there = Export.objects.filter(document_id=document_id, citation_style=style)
    wanted = {(format.value, False) for format in DELIVERED} | set(there.values_list("format", "with_ai_statement"))
    for format, with_ai_statement in sorted(wanted):
        requesting.request_export(
            document_id=document_id, format=ExportFormat(format), with_ai_statement=with_ai_statement
        )


def ask(*, document_id: UUID) -> None:
    """Has the text rendered for the screen; asking while it is on its way changes nothing: it takes what is there then.

    Who renders at this moment sees at its end that text or style have changed. Called by who changed them, in the same
    transaction: its row is locked until both are there for all to see.
    """
    with transaction.atomic(savepoint=False), connection.cursor() as cursor:
        cursor.execute(_ASK, {"document": document_id, "now": timezone.now()})
        if asked := cursor.fetchone():
            enqueue_on_commit(RENDERINGS.task, str(asked[0]))


def is_behind(*, document_id: UUID) -> bool:
    """Whether the text for the screen is older than what it is made of: a new one is on its way, or was given up."""
    behind = Q(due_at__isnull=False) | Q(given_up_at__isnull=False)
    return Rendering.objects.filter(behind, document_id=document_id).exists()


def renew(*, document_id: UUID) -> None:
    """Makes the files of a finished document and its text for the screen anew where they would be others by now."""
    document = Document.objects.filter(pk=document_id, state=DocumentState.READY).first()
    if document is None:
        return
    there = document.exports.filter(state=ExportState.READY, citation_style=document.citation_style)
    with transaction.atomic():
        for format, with_ai_statement in sorted(set(there.values_list("format", "with_ai_statement"))):
            requesting.request_export(
                document_id=document_id, format=ExportFormat(format), with_ai_statement=with_ai_statement
            )
        ask(document_id=document_id)


def render(*, rendering_id: int) -> bool:
    """Renders a document for the screen if it is due, for the background task; true when it did."""
    return duty.attempt(RENDERINGS, rendering_id, _render)


def _render(row: Rendering) -> Callable[[], None]:
    manuscript = manuscripts.load(row.document_id)
    reader = async_to_sync(exporting.render_reader)(manuscript)

    def finish() -> None:
        with transaction.atomic():
            duty.done(RENDERINGS, row)
            exporting.store_reader(document_id=row.document_id, reader=reader, style=manuscript.csl_style)
            # The row is locked: who changes something from here on finds it idle.
            if replace(manuscripts.load(row.document_id), date=manuscript.date) != manuscript:
                ask(document_id=row.document_id)

    return finish
