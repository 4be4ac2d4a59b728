"""A finished file on its way to its owner: whole or not at all, piece by piece, under a name they recognise."""

from typing import Final

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.text import slugify

from accounts.models import User
from documents.domain import exporting
from documents.enums import ExportFormat
from documents.models import Document, Export
from tesigo.platform import ranges
from tesigo.platform.streamed import attachment, open_whole

CONTENT_TYPES: Final = {
    ExportFormat.PDF: "application/pdf",
    ExportFormat.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def name_of(export: Export, document: Document) -> str:
    """What the file is called: by the document's title, and what is in it beside the text."""
    about = "-with-statement-of-ai-use" if export.with_ai_statement else ""
    return f"{slugify(document.title)[:80] or 'document'}{about}.{export.format}"


def streamed(request: HttpRequest, *, export: Export, document: Document, by: User) -> HttpResponseBase:
    """The response with what is asked for of the file. Raises FileNotFoundError for one that is gone or damaged.

    Before the first byte: a storage that is away is an answer that says so, not half a file.
    """
    asked = ranges.asked(request, stored_as=export.stored_as, size=export.size)
    file = open_whole(export.stored_as, asked=asked)
    try:
        if asked.has_body:
            exporting.note_taken(export=export, by=by)
    except BaseException:
        file.close()
        raise
    content_type = CONTENT_TYPES[ExportFormat(export.format)]
    return attachment(file, asked=asked, name=name_of(export, document), content_type=content_type)
