"""Word templates of one's own, on the page of a document's layout (R-04)."""

from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import printing, word_templates
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.errors import TemplateInUse, TemplateInvalid
from documents.models import Document, OwnTemplate
from documents.title_forms import WordTemplateForm
from documents.views.title_page import enough, shown


@login_required
@require_POST
def add(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Takes a DOCX or DOTX as a template of one's own and has the document use it."""
    document = owned_document(document_id=document_id, user=request.user)
    form = WordTemplateForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            template = word_templates.add(data=file.read(), name=file.name, by=request.user)
            is_new = printing.change_template(document_id=document.pk, template=template, by=request.user)
        except TemplateInvalid as refusal:
            form.add_error("file", str(refusal))
        except QuotaReached as error:
            return enough(request, document, error)
        else:
            messages.success(request, _("Your template is kept, and the DOCX is made in it."))
            return _done(document, is_new=is_new)
    return shown(request, document, template_form=form, status=422)


@login_required
@require_POST
def choose(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Has the document use a template that is there, or none."""
    document = owned_document(document_id=document_id, user=request.user)
    said = request.POST.get("template", "")
    template = word_templates.named(said, by=request.user)
    if said and template is None:
        messages.error(request, _("There is no such template any more."))
        return _done(document, is_new=False)
    try:
        is_new = printing.change_template(document_id=document.pk, template=template, by=request.user)
    except QuotaReached as error:
        return enough(request, document, error)
    messages.success(request, _("Saved."))
    return _done(document, is_new=is_new)


@login_required
@require_POST
def remove(request: SignedInRequest, document_id: UUID, template_id: UUID) -> HttpResponse:
    """Removes a template of one's own that no document uses."""
    document = owned_document(document_id=document_id, user=request.user)
    template = get_object_or_404(OwnTemplate, pk=template_id, owner=request.user)
    try:
        word_templates.remove(template.pk, by=request.user)
    except OwnTemplate.DoesNotExist:
        pass  # by another window, a moment ago
    except TemplateInUse as refusal:
        messages.error(request, str(refusal))
        return _done(document, is_new=False)
    messages.success(request, _("The template is removed. Files that were made in it stay as they are."))
    return _done(document, is_new=False)


def _done(document: Document, *, is_new: bool) -> HttpResponse:
    if is_new and document.state == DocumentState.READY:
        return redirect("documents:take_away", document.pk)
    return redirect(f"{reverse('documents:title-page', args=[document.pk])}#template")
