"""Describing a work."""

from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import briefs, shelving
from documents.domain.queries import owned_document
from documents.enums import DocumentState, Language, UploadPurpose
from documents.errors import NotEditable
from documents.forms import BriefForm, NewBriefForm
from documents.models import Document, Upload
from documents.rules import THROWN_AWAY_KEPT
from tesigo.platform import come_back


@login_required
def new(request: SignedInRequest) -> HttpResponse:
    """An empty brief, in the language of the page; the first save makes the document, then files can be added."""
    initial = {"pages": request.GET.get("pages", 10), "author_name": request.user.name, "once": uuid4().hex}
    if (language := get_language()) in Language.values:
        initial["language"] = language
    initial |= _like(request)
    if style := request.GET.get("style", ""):
        initial["citation_style"] = style
    form = NewBriefForm(request.POST or None, initial=initial, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            document = briefs.create(by=request.user, **form.cleaned_data)
        except QuotaReached as error:
            # What was typed stays in the form.
            messages.error(request, str(error))
            response = render(request, "documents/brief.html", {"form": form, "document": None}, status=429)
            return come_back.tell(response, error.retry_after)
        return redirect("documents:brief", document.pk)
    return render(request, "documents/brief.html", {"form": form, "document": None}, status=422 if form.errors else 200)


def _like(request: SignedInRequest) -> dict[str, Any]:
    """The brief of a document of one's own that shall be described again, `like`; nothing where there is none."""
    try:
        document = owned_document(document_id=UUID(request.GET.get("like", "")), user=request.user)
    except (ValueError, Http404):
        return {}
    return {name: getattr(document, name) for name in briefs.FIELDS}


@login_required
def brief(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The brief of a document, with its files; saving goes on to the outline."""
    document = owned_document(document_id=document_id, user=request.user)
    if document.state == DocumentState.OUTLINING:
        return redirect("documents:outline", document.pk)
    if not document.is_editable:
        return render(request, "documents/brief_read.html", {"document": document, **_files(document)})
    form = BriefForm(request.POST or None, instance=document, by=request.user)
    if request.method == "POST" and form.is_valid():
        try:
            briefs.change(document_id=document_id, by=request.user, **form.cleaned_data)
        except NotEditable:
            messages.error(request, _("This document has been paid for; its description can no longer be changed."))
        return redirect("documents:outline", document_id)
    taken = {"max_bytes": settings.UPLOAD_MAX_BYTES}
    context = {"form": form, "document": document, **taken, **_files(document)}
    return render(request, "documents/brief.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def delete(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Throws a draft away."""
    owned_document(document_id=document_id, user=request.user)
    try:
        shelving.throw_away(document_id=document_id, by=request.user)
    except NotEditable:
        messages.error(request, _("A document that has been ordered cannot be thrown away here."))
    else:
        days = THROWN_AWAY_KEPT.days
        words = ngettext(
            "The draft is thrown away. For %(days)d day you can bring it back in the library.",
            "The draft is thrown away. For %(days)d days you can bring it back in the library.",
            days,
        )
        messages.success(request, words % {"days": days})
    return redirect("documents:library")


def _files(document: Document) -> dict[str, list[Upload]]:
    uploads = list(document.uploads.all())
    return {
        "assignments": [upload for upload in uploads if upload.purpose == UploadPurpose.ASSIGNMENT],
        "sources": [upload for upload in uploads if upload.purpose == UploadPurpose.SOURCE],
    }
