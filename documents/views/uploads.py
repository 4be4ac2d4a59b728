"""Handing files in, seeing what became of them, and taking them back. Works with and without JavaScript."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import uploads
from documents.domain.queries import owned_document
from documents.enums import UploadPurpose, UploadState
from documents.errors import NotEditable, UploadInUse, UploadRefused
from documents.models import Upload
from tesigo.platform import come_back


@login_required
@require_POST
def upload(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Takes one or more files in, in the field ``file``; returns their rows to a script, the brief to a form."""
    document = owned_document(document_id=document_id, user=request.user)
    purpose = request.POST.get("purpose", "")
    files = request.FILES.getlist("file")
    if purpose not in UploadPurpose.values or not files:
        return _refused(request, document_id, _("Choose a file first, then press the button."), status=422)
    taken: list[Upload] = []
    try:
        for file in files:
            taken.append(
                uploads.receive(
                    document=document,
                    purpose=UploadPurpose(purpose),
                    name=file.name or "",
                    chunks=file.chunks(),
                    by=request.user,
                )
            )
    except NotEditable:
        words = _("This document has been paid for; its files can no longer be changed.")
        return _refused(request, document_id, words, status=409)
    except UploadRefused as refusal:
        return _refused(request, document_id, str(refusal), status=409)
    except QuotaReached as error:
        return come_back.tell(_refused(request, document_id, str(error), status=429), error.retry_after)
    if _is_script(request):
        return render(request, "documents/uploads/rows.html", {"document": document, "uploads": taken})
    for one in taken:
        if one.state == UploadState.REJECTED:
            messages.error(request, f"{one.name}: {one.verdict}")
    return redirect("documents:brief", document_id)


@login_required
@require_GET
def state(request: SignedInRequest, document_id: UUID, upload_id: UUID) -> HttpResponse:
    """The row of one file as it stands; it asks again by itself while the file is being read."""
    document = owned_document(document_id=document_id, user=request.user)
    row = _owned_upload(document_id, upload_id)
    return render(request, "documents/uploads/rows.html", {"document": document, "uploads": [row]})


@login_required
@require_POST
def delete(request: SignedInRequest, document_id: UUID, upload_id: UUID) -> HttpResponse:
    """Removes a file, or dismisses one that was rejected."""
    owned_document(document_id=document_id, user=request.user)
    _owned_upload(document_id, upload_id)
    try:
        uploads.delete(upload_id=upload_id, by=request.user)
    except NotEditable:
        words = _("This document has been paid for; its files can no longer be changed.")
        return _refused(request, document_id, words, status=409)
    except UploadInUse:
        return _refused(request, document_id, _("Citations rest on this file, so it has to stay."), status=409)
    return HttpResponse("") if _is_script(request) else redirect("documents:brief", document_id)


def _owned_upload(document_id: UUID, upload_id: UUID) -> Upload:
    found = Upload.objects.filter(document_id=document_id, pk=upload_id).first()
    if found is None:
        raise Http404
    return found


def _is_script(request: HttpRequest) -> bool:
    return "HX-Request" in request.headers


def _refused(request: HttpRequest, document_id: UUID, words: str, *, status: int) -> HttpResponse:
    if _is_script(request):
        return HttpResponse(words, status=status, content_type="text/plain; charset=utf-8")
    messages.error(request, words)
    return redirect("documents:brief", document_id)
