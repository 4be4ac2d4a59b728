"""Reading a finished document and taking it away."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from accounts.models import User
from documents import downloads
from documents.domain import fallbacks, page_count, proofs, requesting, restyling, taking_away
from documents.domain.citations import cards, cited_sources, report
from documents.domain.comments import placing, saying
from documents.domain.desk import wanted_and_not_cited
from documents.domain.originality import thin_sections
from documents.domain.queries import finished_document, last_change, owned_document, sections_in_order
from documents.domain.sheet import meeting
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.forms import ALL, WITH_COMMENTS, StyleForm, TakeAwayForm
from documents.models import Document, Export
from tesigo.platform import come_back


def _finished(request: SignedInRequest, document_id: UUID) -> Document:
    """The user's finished document; 404 for one that is not finished or not theirs."""
    return finished_document(document_id=document_id, user=request.user)


@login_required
def read(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The text with each citation one step from its passage."""
    document = owned_document(document_id=document_id, user=request.user)
    if document.is_editable:
        return redirect("documents:outline", document_id)
    if document.state != DocumentState.READY:
        return redirect("generation:progress", document_id)
    found = cards(document)
    sections = sections_in_order(document)
    # What is accepted is done with, and stands in the list alone.
    comments = [comment for comment in saying.of_document(document) if comment.done_at is None]
    said = placing.by_section(comments)
    context = {
        "document": document,
        "sections": sections,
        "commented": placing.beside(sections, said),
        "comments": comments,
        "elsewhere": said.get(None, []),
        "thin": thin_sections(sections),
        "cards": found,
        "sources": cited_sources(found),
        "not_cited": wanted_and_not_cited(document),
        "fitted": page_count.fitted(document),
        "sheet": meeting.report(document),
        "is_behind": restyling.is_behind(document_id=document.pk),
        "is_changed": any({"edited_at", "rewritten"} & section.provenance.keys() for section in sections),
    }
    return render(request, "documents/read.html", context)


@login_required
def citation_report(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Every citation with its passage, its source, and how it was checked (R-10)."""
    document = _finished(request, document_id)
    context = {
        "document": document,
        "report": report(document),
        "proof": proofs.figures(document),
        "sheet": meeting.report(document),
    }
    return render(request, "documents/citations.html", context)


@login_required
def take_away(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The files that are there, and a form for others."""
    document = _finished(request, document_id)
    if request.method == "POST":
        form = TakeAwayForm(request.POST)
        if form.is_valid() and not document.frozen_at:
            try:
                _ask_for(document_id, form.cleaned_data, request.user)
            except QuotaReached as error:
                return _enough(request, document, error)
        return redirect("documents:take_away", document_id)
    return render(request, "documents/take_away.html", _take_away_context(document))


def _ask_for(document_id: UUID, wanted: Mapping[str, Any], by: User) -> None:
    with_statement = wanted["with_ai_statement"]
    if wanted["format"] == ALL:
        requesting.request_all(document_id=document_id, with_ai_statement=with_statement, by=by)
        return
    with_comments = wanted["format"] == WITH_COMMENTS
    format = ExportFormat.DOCX if with_comments else ExportFormat(wanted["format"])
    requesting.request_export(
        document_id=document_id, format=format, with_ai_statement=with_statement, with_comments=with_comments, by=by
    )


@login_required
def take_away_files(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The list of files, polled while one is being made."""
    document = _finished(request, document_id)
    return render(request, "documents/_files.html", _take_away_context(document))


@login_required
@require_POST
def change_style(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Another citation style: the text is rendered anew, in every format."""
    document = _finished(request, document_id)
    form = StyleForm(request.POST, by=request.user)
    if form.is_valid():
        style = form.cleaned_data["citation_style"]
        try:
            restyling.request(document_id=document.pk, citation_style=style, by=request.user)
        except QuotaReached as error:
            return _enough(request, document, error)
        messages.success(request, _("The citations are being set in the new style. Reload in a few seconds."))
    else:
        messages.error(request, _("There is no such citation style."))
    return redirect("documents:take_away", document_id)


def _enough(request: SignedInRequest, document: Document, error: QuotaReached) -> HttpResponse:
    """The page again, with why not now and until when (R-85)."""
    messages.error(request, str(error))
    response = render(request, "documents/take_away.html", _take_away_context(document), status=429)
    return come_back.tell(response, error.retry_after)


@login_required
def download(request: SignedInRequest, document_id: UUID, export_id: UUID) -> HttpResponseBase:
    """A finished file, streamed from storage under a name that its owner recognises.

    While the document's payment is disputed the page says so instead.
    """
    document = _finished(request, document_id)
    export = get_object_or_404(Export, pk=export_id, document=document, state=ExportState.READY)
    if document.frozen_at:
        return redirect("documents:take_away", document_id)
    try:
        return downloads.streamed(request, export=export, document=document, by=request.user)
    except FileNotFoundError:
        requesting.note_lost(export=export)
        messages.info(request, _("This file was lost. It is being made again and will be here in a moment."))
        return redirect("documents:take_away", document_id)


def _take_away_context(document: Document) -> dict[str, object]:
    exports = list(document.exports.select_related("proof").defer("proof__manifest"))
    return {
        "document": document,
        "groups": taking_away.groups(document, exports),
        "earlier": taking_away.earlier(document, exports),
        "is_waiting": any(export.state == ExportState.PENDING for export in exports),
        "style_form": StyleForm(initial={"citation_style": document.citation_style}, by=document.owner),
        "said": fallbacks.said(document),
        "changed_at": last_change(document),
        "proof": proofs.figures(document),
        "open_comments": saying.counted(document).open,
    }
