"""A finished file on its way to its owner: whole or not at all, piece by piece, under a name they recognise."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase

from accounts.models import User
from documents.domain import formats, proofs, requesting
from documents.enums import ExportFormat
from documents.models import Document, Export, Proof
from tesigo.platform import ranges
from tesigo.platform.streamed import attachment, open_whole


def manifest(*, export_id: UUID, document: Document, by: User) -> HttpResponse:
    """The manifest of one of the document's files, under a name by which tesigo-verify finds it. Raises Http404."""
    proof = Proof.objects.select_related("export").filter(pk=export_id, export__document=document).first()
    if proof is None:
        raise Http404
    proofs.note_taken(proof=proof, by=by)
    response = HttpResponse(proof.manifest, content_type="application/json")
    name = f"{formats.file_name(proof.export, document)}.manifest.json"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def streamed(request: HttpRequest, *, export: Export, document: Document, by: User) -> HttpResponseBase:
    """The response with what is asked for of the file. Raises FileNotFoundError for one that is gone or damaged.

    Before the first byte: a storage that is away is an answer that says so, not half a file.
    """
    asked = ranges.asked(request, stored_as=export.stored_as, size=export.size)
    file = open_whole(export.stored_as, asked=asked)
    try:
        if asked.has_body:
            requesting.note_taken(export=export, by=by, is_part=asked.is_part)
    except BaseException:
        file.close()
        raise
    name = formats.file_name(export, document)
    content_type = formats.KINDS[ExportFormat(export.format)].content_type
    return attachment(file, asked=asked, name=name, content_type=content_type)
