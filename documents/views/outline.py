"""Getting an outline and editing it."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.domain import dropped, outline, uploads, waiting
from documents.domain.queries import owned_document, sections_in_order
from documents.domain.sheet import meeting
from documents.enums import DocumentState
from documents.errors import NotEditable, OutlineInvalid, Refused
from documents.forms import OutlineWishForm, outline_from_post
from documents.models import Document
from documents.rules import DROPPED_KEPT
from tesigo.platform import come_back

#: Where one goes from here, by the button that saved.
_NEXT: Final = {"sources": "documents:desk", "price": "billing:price"}


@login_required
def outline_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The outline: on its way, to be edited, or asked for. POST saves it."""
    document = owned_document(document_id=document_id, user=request.user)
    if not document.is_editable:
        return render(request, "documents/outline_read.html", _context(document))
    if request.method == "POST":
        return _save(request, document)
    return render(request, "documents/outline.html", _context(document))


@login_required
def outline_state(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The part of the page that is polled while an outline is on its way; a finished one reloads the page."""
    document = owned_document(document_id=document_id, user=request.user)
    response = render(request, "documents/_outline_waiting.html", {"document": document, "waits": _waits(document)})
    if document.state != DocumentState.OUTLINING:
        response["HX-Refresh"] = "true"
    return response


@login_required
@require_POST
def request_outline(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Asks for an outline, once every file has been read."""
    document = owned_document(document_id=document_id, user=request.user)
    form = OutlineWishForm(request.POST)
    if uploads.are_being_read(document):
        messages.warning(request, _("Your files are still being read. Ask for the outline in a moment."))
        return redirect("documents:brief", document_id)
    try:
        outline.request(
            document_id=document_id, by=request.user, wish=form.cleaned_data["wish"] if form.is_valid() else ""
        )
    except NotEditable:
        messages.error(request, _("This document has been paid for; its outline can no longer be changed."))
    except Refused as refused:
        return come_back.closed_page(
            request, refused.refusal, template="documents/outline_refused.html", context={"document": document}
        )
    return redirect("documents:outline", document_id)


@login_required
@require_POST
def bring_back(request: SignedInRequest, document_id: UUID, row_id: int) -> HttpResponse:
    """A row that was thrown away is in the outline again (R-89)."""
    owned_document(document_id=document_id, user=request.user)
    try:
        if not outline.bring_back(document_id=document_id, row_id=row_id, by=request.user):
            raise Http404
    except OutlineInvalid as error:
        messages.error(request, str(error))
    except NotEditable:
        messages.error(request, _("The outline cannot be changed at this moment."))
    else:
        messages.success(request, _("The section is back. Pages are shared anew."))
    return redirect("documents:outline", document_id)


def _save(request: SignedInRequest, document: Document) -> HttpResponse:
    try:
        proposal = outline_from_post(request.POST, title=document.title)
        # Ids of a page that another one saved over are nobody's any more: those rows are known by their titles.
        thrown = set(request.POST.getlist("drop"))
        kept = set(request.POST.getlist("row")) - thrown
        outline.edit(document_id=document.pk, proposal=proposal, by=request.user, kept=kept, thrown=thrown)
    except (ValidationError, OutlineInvalid) as error:
        reason = error.messages[0] if isinstance(error, ValidationError) else str(error)
        messages.error(request, reason)
    except NotEditable:
        messages.error(request, _("The outline cannot be changed at this moment."))
    else:
        if following := _NEXT.get(request.POST.get("next", "")):
            return redirect(following, document.pk)
        messages.success(request, _("Saved. The pages add up to %d.") % document.pages)
    return redirect("documents:outline", document.pk)


def _waits(document: Document) -> Mapping[str, Any] | None:
    return waiting.told(document.pk) if document.state == DocumentState.OUTLINING else None


def _context(document: Document) -> dict[str, object]:
    sections = sections_in_order(document)
    return {
        "document": document,
        "sections": sections,
        "chapters": [
            {"section": chapter, "children": [child for child in sections if child.parent_id == chapter.pk]}
            for chapter in sections
            if chapter.parent_id is None
        ],
        "total": sum(section.pages for section in sections),
        "wish_form": OutlineWishForm(initial={"wish": document.outline_wish}),
        "waits": _waits(document),
        "is_complete": outline.is_complete(document),
        "sheet": meeting.report(document),
        "dropped": dropped.of(document) if document.state == DocumentState.OUTLINED else [],
        "kept_days": DROPPED_KEPT.days,
    }
