"""A finished file on its way to its owner: whole or not at all, piece by piece, under a name they recognise."""

from collections.abc import AsyncIterator
from typing import Final

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.text import slugify

from accounts.models import User
from documents.domain import exporting
from documents.enums import ExportFormat
from documents.models import Document, Export

CHUNK_BYTES: Final = 256 * 1024
CONTENT_TYPES: Final = {
    ExportFormat.PDF: "application/pdf",
    ExportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def name_of(export: Export, document: Document) -> str:
    """What the file is called: by the document's title, and what is in it beside the text."""
    about = "-with-statement-of-ai-use" if export.with_ai_statement else ""
    return f"{slugify(document.title)[:80] or 'document'}{about}.{export.format}"


def streamed(*, export: Export, document: Document, by: User) -> StreamingHttpResponse:
    """The response with the stored file. Raises FileNotFoundError for one that is gone or not as long as it was.

    Before the first byte: a storage that is away is an answer that says so, not half a file.
    """
    file = _whole(export)
    exporting.note_taken(export=export, by=by)
    response = StreamingHttpResponse(_chunks(file), content_type=CONTENT_TYPES[ExportFormat(export.format)])
    response["Content-Length"] = str(export.size)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name_of(export, document))
    if not connection.in_atomic_block:
        # Back to the pool: five people with slow lines would hold all of it until they have everything.
        connection.close()
    return response


def _whole(export: Export) -> "File[bytes]":
    file: File[bytes] = default_storage.open(export.stored_as)
    if file.size != export.size:
        file.close()
        raise FileNotFoundError(export.stored_as)
    return file


async def _chunks(file: "File[bytes]") -> AsyncIterator[bytes]:
    """A stored file piece by piece. Under ASGI a plain FileResponse would be read into memory whole."""
    try:
        while chunk := await sync_to_async(file.read)(CHUNK_BYTES):
            yield chunk
    finally:
        await sync_to_async(file.close)()
