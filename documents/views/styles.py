"""Finding a citation style: by name, field, ISSN or short name, each with an example; and bringing one's own (R-96)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import briefs, restyling, styles
from documents.domain.queries import owned_document
from documents.enums import DocumentState, Language
from documents.errors import NotEditable, StyleInUse, StyleInvalid
from documents.forms import OwnStyleForm, StyleForm, StyleSearchForm
from documents.models import Document, OwnStyle
from tesigo.platform import come_back


@login_required
def find(request: SignedInRequest, document_id: UUID | None = None) -> HttpResponse:
    """Styles that fit the words, and how one of them prints; for a document, or for one that is not there yet."""
    return render(request, "documents/styles.html", _context(request, _document(request, document_id)))


@login_required
@require_POST
def add(request: SignedInRequest, document_id: UUID | None = None) -> HttpResponse:
    """Takes a CSL file of one's own and shows how it prints."""
    document = _document(request, document_id)
    form = OwnStyleForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            style = styles.add(data=form.cleaned_data["file"], by=request.user)
        except StyleInvalid as refusal:
            form.add_error("file", str(refusal))
        except QuotaReached as error:
            messages.error(request, str(error))
            context = _context(request, document)
            return come_back.tell(render(request, "documents/styles.html", context, status=429), error.retry_after)
        else:
            messages.success(request, _("Your style is kept. This is how it prints."))
            return redirect(f"{_page(document)}?{urlencode({'example': styles.name_of(style)})}")
    return render(request, "documents/styles.html", {**_context(request, document), "own_form": form}, status=422)


@login_required
@require_POST
def remove(request: SignedInRequest, style_id: UUID, document_id: UUID | None = None) -> HttpResponse:
    """Removes a style of one's own that no document cites in."""
    document = _document(request, document_id)
    style = get_object_or_404(OwnStyle, pk=style_id, owner=request.user)
    try:
        styles.remove(styles.name_of(style), by=request.user)
    except OwnStyle.DoesNotExist:
        pass  # by another window, a moment ago
    except StyleInUse as refusal:
        messages.error(request, str(refusal))
        return redirect(_page(document))
    messages.success(request, _("The style is removed. Files that were made in it stay as they are."))
    return redirect(_page(document))


@login_required
@require_POST
def choose(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Takes a style for the document: into its brief, or for all that is made of it once it is written."""
    document = owned_document(document_id=document_id, user=request.user)
    form = StyleForm(request.POST, by=request.user)
    if not form.is_valid():
        messages.error(request, _("There is no such citation style."))
        return redirect("documents:styles", document_id)
    style = form.cleaned_data["citation_style"]
    if document.state == DocumentState.READY:
        try:
            restyling.request(document_id=document_id, citation_style=style, by=request.user)
        except QuotaReached as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The citations are being set in the new style. Reload in a few seconds."))
        return redirect("documents:take_away", document_id)
    try:
        briefs.change(document_id=document_id, by=request.user, citation_style=style)
    except NotEditable:
        messages.error(request, _("The style can be changed again once the document is written."))
    else:
        messages.success(request, _("The document cites in this style now."))
    return redirect("documents:brief", document_id)


def _document(request: SignedInRequest, document_id: UUID | None) -> Document | None:
    return None if document_id is None else owned_document(document_id=document_id, user=request.user)


def _page(document: Document | None) -> str:
    return reverse("documents:styles", args=[document.pk]) if document else reverse("documents:styles-new")


def _context(request: SignedInRequest, document: Document | None) -> dict[str, object]:
    form = StyleSearchForm(request.GET)
    said = form.cleaned_data if form.is_valid() else {"q": "", "example": ""}
    shown = said["example"] if styles.may_choose(said["example"], by=request.user) else ""
    language = document.cites_in if document else _language(request)
    return {
        "document": document,
        "page": _page(document),
        "words": said["q"],
        "found": styles.find(said["q"]),
        "own": [(styles.name_of(style), style) for style in styles.own(by=request.user)],
        "own_form": OwnStyleForm(),
        "shown": shown,
        "shown_title": styles.title(shown) if shown else "",
        "example": styles.example(shown, language=language) if shown else None,
        "example_language": language,
    }


def _language(request: SignedInRequest) -> str:
    """The language of the page, where documents can be written in it."""
    said = str(getattr(request, "LANGUAGE_CODE", "en")).partition("-")[0]
    return said if said in Language.values else Language.ENGLISH
