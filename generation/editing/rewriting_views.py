"""Pages of rewriting by order: asking for it, watching it, taking or leaving what comes of it (R-93)."""

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from billing.domain import more_pages
from documents.domain.queries import sections_in_order
from documents.errors import NotEditable, Refused, StaleRevision
from documents.models import Document, Section
from generation.editing import rewriting, versions
from generation.editing.forms import RewritingForm, TakeForm
from generation.enums import RewritingState
from generation.errors import RewritingRefused, TextInvalid
from generation.progress import snapshots
from generation.writing import ordered

#: With so few rewritings left the page says where more are bought.
_FEW: Final = 3


@login_required
def order(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """What is under way or offered; else a form that orders it. ``paragraphs`` in the address are ticked."""
    document, section = versions.written_section(document_id=document_id, section_id=section_id, user=request.user)
    if request.method != "POST":
        picked = [number for number in request.GET.get("paragraphs", "").split(",") if number.isdecimal()]
        initial = {"revision": section.revision, "paragraphs": picked}
        form = RewritingForm(initial=initial).offer(section=section, document=document)
        return _page(request, document, section, form)
    if request.POST.get("revision") != str(section.revision):
        return _changed_meanwhile(request, document, section)
    form = RewritingForm(request.POST).offer(section=section, document=document)
    if not form.is_valid():
        return _page(request, document, section, form, status=422)
    try:
        rewriting.ask(
            section=section, document=document, wanted=form.wanted(),
            expected_revision=form.cleaned_data["revision"], by=request.user,
        )  # fmt: skip
    except StaleRevision:
        section.refresh_from_db()
        return _changed_meanwhile(request, document, section)
    except (RewritingRefused, QuotaReached) as refusal:
        form.add_error(None, str(refusal))
        return _page(request, document, section, form, status=422)
    except Refused as refused:
        form.add_error(None, str(refused))
        return _page(request, document, section, form, status=refused.refusal.status)
    return redirect("generation:rewrite", document_id, section_id)


@login_required
def fragment(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """The part of the page that changes while it is written."""
    document, section = versions.written_section(document_id=document_id, section_id=section_id, user=request.user)
    return render(request, "generation/_rewriting.html", _context(document, section))


@login_required
@require_POST
def take(request: SignedInRequest, document_id: UUID, section_id: UUID, rewriting_id: UUID) -> HttpResponse:
    """Makes the offer the section's newest version."""
    document, section = versions.written_section(document_id=document_id, section_id=section_id, user=request.user)
    row = rewriting.of_section(section, rewriting_id)
    form = TakeForm(request.POST)
    if not form.is_valid() or row.state != RewritingState.OFFERED:
        messages.error(request, _("There is nothing here that could be taken. Look again."))
        return redirect("generation:rewrite", document_id, section_id)
    try:
        rewriting.take(
            rewriting=row, section=section, document=document, expected_revision=form.cleaned_data["revision"],
            by=request.user,
        )  # fmt: skip
    except (RewritingRefused, TextInvalid) as refusal:
        messages.error(request, str(refusal))
    except (StaleRevision, NotEditable):
        messages.error(request, _("The section was changed just now. Look at what taking it would change, then take."))
    else:
        messages.success(request, _("Taken. What was there before is kept as a version."))
        return redirect(f"{reverse('documents:read', args=[document_id])}#s-{section_id}")
    return redirect("generation:rewrite", document_id, section_id)


@login_required
@require_POST
def leave(request: SignedInRequest, document_id: UUID, section_id: UUID, rewriting_id: UUID) -> HttpResponse:
    """Leaves the offer, or calls off what is being written."""
    _document, section = versions.written_section(document_id=document_id, section_id=section_id, user=request.user)
    try:
        row = rewriting.of_section(section, rewriting_id)
        rewriting.leave(rewriting=row, by=request.user, only_asked="only_asked" in request.POST)
    except RewritingRefused as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The text stays as it is."))
    return redirect("generation:rewrite", document_id, section_id)


def _changed_meanwhile(request: SignedInRequest, document: Document, section: Section) -> HttpResponse:
    """The form for the section as it is now: paragraphs have other numbers, so none is ticked."""
    said = request.POST.copy()
    said["revision"] = str(section.revision)
    said.setlist("paragraphs", [])
    form = RewritingForm(said).offer(section=section, document=document)
    form.full_clean()
    form.add_error(None, _("The section was changed meanwhile. Look at its paragraphs and pick again."))
    return _page(request, document, section, form, status=409)


def _page(
    request: SignedInRequest, document: Document, section: Section, form: RewritingForm, *, status: int = 200
) -> HttpResponse:
    numbers = {one.pk: one.number for one in sections_in_order(document)}
    context = {**_context(document, section), "form": form, "number": numbers[section.pk]}
    return render(request, "generation/rewrite.html", context, status=status)


def _context(document: Document, section: Section) -> dict[str, Any]:
    newest = rewriting.newest_of(section)
    allowance = rewriting.allowance(document)
    context: dict[str, Any] = {
        "document": document,
        "section": section,
        "rewriting": newest,
        "allowance": allowance,
        "sells_more": allowance.left <= _FEW and not more_pages.why_not(document),
        "filled": rewriting.filled_pages(document),
        "paid": ordered.paid_pages(document),
    }
    if newest is None:
        return context
    if newest.state == RewritingState.ASKED:
        return {**context, "percent": rewriting.percent(newest), "waits": snapshots.job_waits(newest.job)}
    if newest.state == RewritingState.OFFERED:
        too_long = rewriting.too_long(newest, document) if newest.is_over else ""
        return {**context, "offer": rewriting.offer(newest, section), "too_long": too_long}
    return context
