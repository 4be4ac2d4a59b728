"""The title page of a document and how its files are laid out, before and after it is paid for."""

from collections.abc import Callable, Mapping
from dataclasses import asdict
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import page_formats, printing, title_pages, word_templates
from documents.domain.queries import owned_document
from documents.enums import DocumentState
from documents.errors import StaleTitlePage
from documents.models import Document
from documents.page_presets import preset
from documents.title_forms import FormatForm, TitlePageForm, WordTemplateForm
from tesigo.platform import come_back
from typesetting.front_words import front_words
from typesetting.page_format import PageFormat


@login_required
def title_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The form, and what is said in it; files of a finished document are made anew."""
    document = owned_document(document_id=document_id, user=request.user)
    form = TitlePageForm(request.POST or None, instance=title_pages.of(document))
    if request.method != "POST" or not form.is_valid():
        return shown(request, document, form=form, status=422 if form.errors else 200)
    try:
        is_new = printing.change_title_page(
            document_id=document.pk,
            by=request.user,
            expects=_as_seen(request.POST.get("seen", "")),
            **form.cleaned_data,
        )
    except QuotaReached as error:
        return enough(request, document, error, form=form)
    except StaleTitlePage:
        changed = title_pages.values(owned_document(document_id=document_id, user=request.user))
        return shown(request, document, form=form, status=409, saved=_told(form, changed))
    return _saved(request, document, is_new=is_new)


@login_required
@require_POST
def page_format(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Takes a format: one of the presets by its name, or its values."""
    document = owned_document(document_id=document_id, user=request.user)
    form = FormatForm(request.POST)
    if chosen := preset(request.POST.get("preset", "")):
        wished, form = chosen.page_format, _format_form(document)
    elif form.is_valid():
        wished = PageFormat(**form.cleaned_data)
    else:
        return shown(request, document, format_form=form, status=422)
    try:
        is_new = printing.change_format(document_id=document.pk, page_format=wished, by=request.user)
    except QuotaReached as error:
        return enough(request, document, error, format_form=form)
    return _saved(request, document, is_new=is_new)


def _as_seen(stamp: str) -> Callable[[Document], None]:
    """Refuses where the form was opened on another title page; a form that does not say on which is taken."""

    def look(document: Document) -> None:
        if stamp and stamp != title_pages.stamp(document):
            raise StaleTitlePage

    return look


def _told(form: TitlePageForm, saved: Mapping[str, Any]) -> list[tuple[str, str]]:
    """What is saved otherwise than it stands in the form, by label."""
    return [
        (str(field.label), str(saved[name] or "–"))
        for name, field in form.fields.items()
        if name in saved and saved[name] != form.cleaned_data.get(name)
    ]


def shown(request: SignedInRequest, document: Document, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The page, with forms as they were sent where something is wrong with them."""
    template = document.own_template
    chosen = page_formats.of(document)
    context = {
        "document": document,
        "form": forms.get("form") or TitlePageForm(instance=title_pages.of(document)),
        "format_form": forms.get("format_form") or _format_form(document),
        "declared": front_words(document.language).declared,
        "presets": page_formats.presets(document),
        "sheets": page_formats.sheets_of(document, chosen),
        "seen": title_pages.stamp(Document.objects.get(pk=document.pk)),
        "saved": forms.get("saved"),
        "templates": word_templates.own(by=request.user),
        "template": template,
        "template_says": word_templates.said(template) if template else [],
        "template_form": forms.get("template_form") or WordTemplateForm(),
    }
    return render(request, "documents/title_page.html", context, status=status)


def _format_form(document: Document) -> FormatForm:
    values = asdict(page_formats.of(document))
    # As the choices have them.
    return FormatForm(initial=values | {name: str(float(values[name])) for name in ("size_pt", "line_spacing")})


def enough(request: SignedInRequest, document: Document, error: QuotaReached, **forms: Any) -> HttpResponse:
    """The page again with what was typed, and until when (R-85)."""
    messages.error(request, str(error))
    return come_back.tell(shown(request, document, status=429, **forms), error.retry_after)


def _saved(request: SignedInRequest, document: Document, *, is_new: bool) -> HttpResponse:
    if is_new and document.state == DocumentState.READY:
        messages.success(request, _("Saved. Your files are being made anew with it."))
        return redirect("documents:take_away", document.pk)
    messages.success(request, _("Saved."))
    return redirect("documents:title-page", document.pk)
