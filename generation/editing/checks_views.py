"""Pages of the notes on a text: of a section while it is written, and of the whole document (R-10 to R-17)."""

from collections.abc import Callable
from functools import wraps
from uuid import UUID

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.domain.queries import owned_document
from documents.domain.sheet import lines
from documents.enums import DocumentState
from documents.models import Document
from generation.editing import versions, views
from generation.editing.forms import NoteForm, SectionForm
from generation.editing.notes import away, looking
from generation.editing.notes.kinds import HELP
from generation.errors import TooManyLeft
from tesigo.platform import come_back

_View = Callable[[SignedInRequest, UUID], HttpResponse]


def _counted(view: _View) -> _View:
    """A page of a document that counts as a look over its text; one too many comes back later."""

    @wraps(view)
    def counted(request: SignedInRequest, document_id: UUID) -> HttpResponse:
        asked = views.asked_for_checks(request)
        return view(request, document_id) if asked.allowed else come_back.later(request, wait=asked.retry_after)

    return counted


@login_required
@_counted
def of_document(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """What is found in the whole text, by kind and by section."""
    document = _finished(request, document_id)
    looked = looking.of_document(document)
    context = {
        "document": document,
        "looked": looked,
        "kinds": [(kind, count, HELP[kind]) for kind, count in looked.counts],
        "has_sheet": bool(lines.of(document)),
    }
    return render(request, "generation/check.html", context)


@login_required
@require_POST
def of_section(request: SignedInRequest, document_id: UUID, section_id: UUID) -> HttpResponse:
    """Looks over a text as it is typed, which is not saved: for a script the notes alone, else the page with the text.

    A note that is put away meanwhile comes with it.
    """
    document, section = versions.written_section(document_id=document_id, section_id=section_id, user=request.user)
    asked = views.asked_for_checks(request)
    form = SectionForm(request.POST)
    note = NoteForm(request.POST)
    refusal = "" if asked.allowed else views.too_often()
    if asked.allowed and note.is_valid():
        refusal = _left(note, document, request)
    if asked.allowed and "bring_back" in request.POST:
        away.bring_back(document=document, by=request.user)
    # The text comes back clean, and as unsaved as it was.
    form.is_valid()
    context = views.checks_of(document, section, form["text"].value() or "", refusal=refusal)
    if request.headers.get("X-Requested-With") == "fetch":
        shown = {"document": document, "section": section, **context}
        response = render(request, "generation/_checks.html", shown, status=200 if asked.allowed else 429)
        return response if asked.allowed else come_back.tell(response, asked.retry_after)
    return views.section_page(request, document, section, form, is_unsaved=True, **context)


@login_required
@require_POST
@_counted
def leave(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Puts a note away, from the page of the whole document."""
    document = _finished(request, document_id)
    form = NoteForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("There is no such note."))
    elif refusal := _left(form, document, request):
        messages.error(request, refusal)
    else:
        messages.success(request, _("Put away. It stays away while the sentence stays as it is."))
    return redirect("generation:check", document_id)


@login_required
@require_POST
@_counted
def bring_back(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Shows all notes again that were put away."""
    document = _finished(request, document_id)
    count = away.bring_back(document=document, by=request.user)
    said = ngettext("%(count)d note is back.", "%(count)d notes are back.", count) % {"count": count}
    messages.success(request, said)
    return redirect("generation:check", document_id)


def _left(form: NoteForm, document: Document, request: SignedInRequest) -> str:
    """Puts the note away that was named; returns why that cannot be, or nothing."""
    try:
        away.leave(document=document, by=request.user, **form.wanted())
    except TooManyLeft:
        return _("So many notes are put away that no more are. Bring them back, or correct what they say.")
    return ""


def _finished(request: SignedInRequest, document_id: UUID) -> Document:
    document = owned_document(document_id=document_id, user=request.user)
    if document.state != DocumentState.READY:
        raise Http404
    return document
