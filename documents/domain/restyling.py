"""Setting the citations of a finished document in another style."""

from typing import TYPE_CHECKING
from uuid import UUID

from asgiref.sync import async_to_sync
from django.db import transaction

from documents.domain import exporting, manuscripts
from documents.enums import DocumentState, ExportFormat
from documents.models import Document
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User


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
    reader = async_to_sync(exporting.render_reader)(manuscripts.load(document_id))
    exporting.store_reader(document_id=document_id, reader=reader)
