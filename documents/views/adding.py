"""Adding sources by number, address or list (R-97)."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import adding, zotero
from documents.domain.queries import owned_document
from documents.errors import NotEditable, UploadRefused
from documents.models import Document
from documents.source_forms import AddForm, ZoteroForm
from tesigo.platform import come_back


@login_required
def add(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The form by itself; sent, what became of each line. Lines that are not settled stay in it."""
    document = owned_document(document_id=document_id, user=request.user)
    if request.method != "POST":
        return _page(request, document)
    form = AddForm(request.POST)
    is_valid = form.is_valid()
    typed = form["what"].value() or ""
    if not is_valid:
        return _page(request, document, left=typed, errors=form.errors.get("what", []), status=422)
    try:
        added = adding.add(document=document, text=form.cleaned_data["what"], by=request.user)
    except NotEditable:
        messages.error(request, _("This document has been paid for; its sources can no longer be changed."))
        return _page(request, document, left=typed, status=409)
    except UploadRefused as refusal:
        return _page(request, document, left=typed, errors=[str(refusal)], status=409)
    except QuotaReached as error:
        response = _page(request, document, left=typed, errors=[str(error)], status=429)
        return come_back.tell(response, error.retry_after)
    if not added.left:
        for outcome in added.outcomes:
            messages.success(request, outcome.words)
        return redirect("documents:desk", document.pk)
    return _page(request, document, left=added.left, outcomes=added.outcomes, status=422)


@login_required
@require_POST
def add_zotero(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Takes a Zotero library in by a key of its owner's."""
    document = owned_document(document_id=document_id, user=request.user)
    form = ZoteroForm(request.POST)
    if not settings.ZOTERO_URL:
        raise Http404
    if not form.is_valid():
        return _page(request, document, zotero=form, status=422)
    try:
        said = zotero.add(document=document, key=form.cleaned_data["key"], by=request.user)
    except NotEditable:
        messages.error(request, _("This document has been paid for; its sources can no longer be changed."))
        return _page(request, document, status=409)
    except UploadRefused as refusal:
        form.add_error("key", str(refusal))
        return _page(request, document, zotero=form, status=422)
    except QuotaReached as error:
        form.add_error("key", str(error))
        return come_back.tell(_page(request, document, zotero=form, status=429), error.retry_after)
    messages.success(request, said)
    return redirect("documents:desk", document.pk)


def _page(request: SignedInRequest, document: Document, *, status: int = 200, **said: object) -> HttpResponse:
    context = {"document": document, "zotero": ZoteroForm() if settings.ZOTERO_URL else None, **said}
    return render(request, "documents/add_source.html", context, status=status)
