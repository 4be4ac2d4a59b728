"""The source desk: looking through a document's sources, and choosing among them (R-97)."""

from collections.abc import Callable
from typing import TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from documents.domain import choosing, correcting, joining, waiting
from documents.domain.desk import desk, fields_of, rows
from documents.domain.queries import owned_document
from documents.enums import DocumentState, SourceUse
from documents.errors import NotEditable, NotJoinable, ReferenceInvalid, StaleSource, TooManyWanted
from documents.models import Document, Source
from documents.rules import SOURCES_KEPT
from documents.source_forms import FilterForm, ReferenceForm, UseForm
from documents.sources import fields
from tesigo.platform.plain_text import clean_line

T = TypeVar("T")


@login_required
def desk_page(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """A page of the sources, as they will print and with what is known of each."""
    document = owned_document(document_id=document_id, user=request.user)
    form = FilterForm(request.GET)
    filters = form.filters()
    found = desk(document, filters, page=request.GET.get("page"))
    context = {
        "document": document,
        "desk": found,
        "page": found.page,
        "form": form,
        "is_filtered": filters.are_any,
        "query": _query(request.GET, without="page"),
        "back": _query(request.GET),
        "thrown_away": choosing.thrown_away(document) if document.is_editable else [],
        "kept_days": SOURCES_KEPT.days,
        "most_wanted": choosing.most_wanted(document),
        "can_be_ordered": document.state == DocumentState.OUTLINED,
        "is_searching": _is_searching(document),
        "has_zotero": bool(settings.ZOTERO_URL),
    }
    return render(request, "documents/desk.html", context)


@login_required
def desk_state(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The part of the page that is polled while sources are looked for. Once that is over it has the list shown anew,
    and nothing but the list: somebody may be typing.
    """
    document = owned_document(document_id=document_id, user=request.user)
    context = {"document": document, "back": _query(request.GET)}
    part = "documents/_searching.html" if _is_searching(document) else "documents/_searched.html"
    return render(request, part, context)


@login_required
def source_page(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """One source, with a form to correct its reference."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id)
    if source.joined_to_id is not None:
        messages.warning(request, _("That source was joined to this one. Correct it here: nothing was written."))
        return redirect("documents:source", document.pk, source.joined_to_id)
    if request.method == "POST":
        return _correct(request, document, source)
    return _reference(request, document, source, ReferenceForm(csl=source.csl, initial={"version": source.version}))


@login_required
@require_POST
def use(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """Ticks a source, bans it, or has it cited for certain."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id, with_thrown_away=True)
    form = UseForm(request.POST)
    if form.is_valid():
        wished = SourceUse(form.cleaned_data["use"])
        _tried(request, lambda: choosing.choose(source=source, use=wished, by=request.user))
    return _back(request, document, source)


@login_required
@require_POST
def throw_away(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """Takes a source off the desk; it can be brought back there (R-89)."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id)
    _tried(request, lambda: choosing.throw_away(source=source, by=request.user))
    return _back(request, document)


@login_required
@require_POST
def move(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """Puts a source one place up or down."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id)
    up = request.POST.get("to") == "up"
    _tried(request, lambda: choosing.move(source=source, up=up, by=request.user))
    return _back(request, document, source)


@login_required
@require_POST
def sort(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """The list in its usual order again."""
    document = owned_document(document_id=document_id, user=request.user)
    _tried(request, lambda: choosing.as_usual(document_id=document.pk, by=request.user))
    return _back(request, document)


@login_required
@require_POST
def only_own(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Nothing but the student's own sources, or a search as well."""
    document = owned_document(document_id=document_id, user=request.user)
    wished = request.POST.get("only") == "own"
    _tried(request, lambda: choosing.only_own(document_id=document.pk, wished=wished, by=request.user))
    return _back(request, document)


@login_required
@require_POST
def look(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Looks for works that are here twice."""
    document = owned_document(document_id=document_id, user=request.user)
    found = _tried(request, lambda: joining.look(document_id=document.pk, by=request.user))
    if found == 0:
        messages.info(request, _("No work is here twice, as far as can be seen."))
    elif found:
        words = ngettext(
            "%(n)d work is here twice, or looks like it.", "%(n)d works are here twice, or look like it.", found
        )
        messages.info(request, words % {"n": found})
    return _back(request, document)


@login_required
@require_POST
def join(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """Makes one of two sources; the other is named by its id or its key."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id)
    named = clean_line(request.POST.get("with", ""))
    there = document.sources.filter(thrown_away_at=None)
    other = there.filter(key=named).first()
    if other is None and named.isascii() and named.isdigit() and len(named) < 19:
        other = there.filter(pk=int(named)).first()
    if other is None:
        messages.error(request, _("There is no source of that name here. Copy it from the list."))
        return _back(request, document, source)
    kept = _tried(request, lambda: joining.join(source=source, other_id=other.pk, by=request.user))
    return _back(request, document, kept or source)


@login_required
@require_POST
def keep_apart(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """Two that look alike are two works."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id)
    _tried(request, lambda: joining.keep_apart(source=source, by=request.user))
    return _back(request, document)


@login_required
@require_POST
def part(request: SignedInRequest, document_id: UUID, source_id: int) -> HttpResponse:
    """Takes a joined source out again."""
    document = owned_document(document_id=document_id, user=request.user)
    source = _source(document, source_id)
    _tried(request, lambda: joining.part(source=source, by=request.user))
    return _back(request, document, source)


def _is_searching(document: Document) -> bool:
    """Whether sources are looked for; without a search, the same job only names terms."""
    is_wished = document.search_for_sources and document.state == DocumentState.OUTLINED
    return is_wished and waiting.is_searching(document.pk)


def _source(document: Document, source_id: int, *, with_thrown_away: bool = False) -> Source:
    """A source of the document that was read to its end. Raises Http404, also for one that was thrown away, by itself
    or with the one that it is joined to.
    """
    found = document.sources.filter(pk=source_id).exclude(csl={}).select_related("joined_to").first()
    if found is None or (found.is_thrown_away and not with_thrown_away):
        raise Http404
    return found


def _tried(request: SignedInRequest, change: Callable[[], T]) -> T | None:
    """What the change returns; None where it cannot be made, which the next page says."""
    try:
        return change()
    except NotEditable:
        messages.error(request, _("This document has been paid for; its sources can no longer be changed."))
    except (TooManyWanted, NotJoinable) as reason:
        messages.error(request, str(reason))
    return None


def _correct(request: SignedInRequest, document: Document, source: Source) -> HttpResponse:
    form = ReferenceForm(request.POST, csl=source.csl)
    if not form.is_valid():
        return _reference(request, document, source, form, status=422)
    try:
        changed = correcting.correct(
            source=source, wanted=form.wanted(), version=form.cleaned_data["version"], by=request.user
        )
    except NotEditable:
        messages.error(request, _("This document has been paid for; its sources can no longer be changed."))
    except ReferenceInvalid as invalid:
        form.refuse(invalid)
        return _reference(request, document, source, form, status=422)
    except StaleSource:
        return _changed_meanwhile(request, document, source.pk)
    else:
        if changed:
            messages.success(request, _("Saved. What you corrected is marked as yours."))
        return _back(request, document, source)
    return redirect("documents:source", document.pk, source.pk)


def _changed_meanwhile(request: SignedInRequest, document: Document, source_id: int) -> HttpResponse:
    """The form again with what was typed, and beside it what stands there now: sent once more, it is written."""
    source = _source(document, source_id)
    data = request.POST.copy()
    data["version"] = str(source.version)
    form = ReferenceForm(data, csl=source.csl)
    form.is_valid()
    now = fields.typed(source.csl)
    differing = [
        {"label": fields.LABELS[name], "now": now[name], "typed": value}
        for name, value in form.wanted().items()
        if value.strip() != now[name]
    ]
    return _reference(request, document, source, form, status=409, differing=differing)


def _reference(
    request: SignedInRequest,
    document: Document,
    source: Source,
    form: ReferenceForm,
    *,
    status: int = 200,
    differing: list[dict[str, object]] | None = None,
) -> HttpResponse:
    [row] = rows(document, [source])
    context = {
        "document": document,
        "row": row,
        "form": form,
        "known": {one.name: one for one in fields_of(source)},
        "differing": differing,
        "back": _query(QueryDict(request.POST.get("back", "") or request.GET.get("back", ""))),
    }
    return render(request, "documents/source.html", context, status=status)


def _query(said: QueryDict, *, without: str = "") -> str:
    """Which part of the list is shown, as it stands in an address; nothing else goes on."""
    kept = QueryDict(mutable=True)
    for name in (*FilterForm.base_fields, "page"):
        if name != without and said.get(name):
            kept[name] = str(said[name])[:200]
    return kept.urlencode()


def _back(request: SignedInRequest, document: Document, source: Source | None = None) -> HttpResponse:
    """To the same part of the list, at the source."""
    query = _query(QueryDict(request.POST.get("back", "")))
    address = reverse("documents:desk", args=[document.pk])
    at = f"#source-{source.pk}" if source else ""
    return redirect(f"{address}{'?' if query else ''}{query}{at}")
