"""Setting the citations of a finished document in another style."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import transaction
from django.db.models import F

from documents.domain import exporting, manuscripts
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

#: How long a file may be in the making before it is asked for again.
PATIENCE: Final = timedelta(minutes=3)


def request(*, document_id: UUID, citation_style: str, by: "User") -> None:
    """Notes the new style and has everything rendered anew in the background."""
    with transaction.atomic():
        moved = Document.objects.filter(pk=document_id, state=DocumentState.READY).update(citation_style=citation_style)
        if not moved:
            return
        audit.record(action="document.restyled", subject=Document(pk=document_id), by=by)
        for format in ExportFormat:
            exporting.request_export(document_id=document_id, format=format, with_ai_statement=False)
        enqueue_on_commit("documents.tasks.render_reader", str(document_id))


def render_reader(*, document_id: UUID) -> None:
    """Renders the text for the screen as it now stands, for the background task. Raises ExportError."""
    manuscript = manuscripts.load(document_id)
    reader = async_to_sync(exporting.render_reader)(manuscript)
    exporting.store_reader(document_id=document_id, reader=reader, style=manuscript.csl_style)


def continue_waiting(*, now: datetime) -> None:
    """Finds files and renderings whose nudge was lost, and asks for them again."""
    late = Export.objects.filter(state=ExportState.PENDING, created_at__lt=now - PATIENCE)
    for pk in late.values_list("pk", flat=True):
        enqueue_on_commit("documents.tasks.make_export", str(pk))
    stale = Document.objects.filter(state=DocumentState.READY).exclude(rendered_style=F("citation_style"))
    for pk in stale.values_list("pk", flat=True):
        enqueue_on_commit("documents.tasks.render_reader", str(pk))
