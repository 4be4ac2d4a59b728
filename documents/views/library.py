"""The library: a person's documents."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext
from django.views.decorators.http import require_POST

from accounts.domain.signed_in import SignedInRequest
from accounts.errors import QuotaReached
from documents.domain import labels, recovery, shelving
from documents.domain.comments import saying
from documents.domain.queries import HIT_END, HIT_START, counts, excerpts, library, owned_document, tags
from documents.domain.text import without_citations
from documents.enums import DocumentState, LibraryOrder, Shelf
from documents.errors import LabelRefused
from documents.forms import LabelForm, LibraryForm
from documents.rules import THROWN_AWAY_KEPT
from tesigo.platform import come_back, rate_limits

PAGE_SIZE = 20
MOST_STOPPED_DOCUMENTS = 5


@login_required
def library_page(request: SignedInRequest) -> HttpResponse:
    """What stopped half-way first; search, filter and list."""
    form = LibraryForm(request.GET)
    asked_for = form.cleaned_data if form.is_valid() else {"q": "", "state": "", "sort": "", "tag": ""}
    words, shelf, order, tag = asked_for["q"], asked_for["state"], asked_for["sort"], asked_for["tag"]
    if words:
        asked = rate_limits.check("search", str(request.user.pk), limit=settings.SEARCHES_PER_MINUTE, seconds=60)
        if not asked.allowed:
            return come_back.later(request, wait=asked.retry_after)
    documents = library(user=request.user, words=words, shelf=shelf, order=order, tag=tag).prefetch_related("tags")
    counted = counts(user=request.user, words=words, tag=tag)
    paginator = Paginator(documents, PAGE_SIZE)
    # Counted already: nobody is asked twice.
    paginator.count = counted.get(shelf, 0)
    page = paginator.get_page(request.GET.get("page"))
    said = saying.waiting(page)
    found = excerpts(documents=list(page), words=words) if words else {}
    is_start = not words and not shelf and not tag and page.number == 1
    stopped = (
        recovery.stopped(user=request.user, now=timezone.now(), most=MOST_STOPPED_DOCUMENTS + 1) if is_start else []
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": [(document, highlighted(found.get(document.pk, "")), said.get(document.pk, 0)) for document in page],
        "stopped": stopped[:MOST_STOPPED_DOCUMENTS],
        "are_more_stopped": len(stopped) > MOST_STOPPED_DOCUMENTS,
        "words": words,
        "shelf": shelf,
        "shelves": _shelves(counted),
        "tag": tag,
        "tags": tags(user=request.user, words=words, shelf=shelf),
        "order": order or LibraryOrder.CHANGED,
        "orders": LibraryOrder.choices,
        "kept_days": THROWN_AWAY_KEPT.days,
        "query": query.urlencode(),
    }
    return render(request, "documents/library.html", context)


def _shelves(counted: dict[str, int]) -> list[tuple[str, str, int]]:
    """Each shelf that holds something, with its name and how many documents it has; all of them first."""
    named = [("", gettext("All")), *DocumentState.choices, *Shelf.choices]
    return [(shelf, str(label), counted.get(shelf, 0)) for shelf, label in named if not shelf or shelf in counted]


@login_required
def label(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """What its owner calls a document, and its tags."""
    document = owned_document(document_id=document_id, user=request.user)
    there = ", ".join(tag.word for tag in document.tags.all())
    form = LabelForm(request.POST or None, initial={"name": document.called, "tags": there})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            labels.change(
                document_id=document_id, by=request.user, name=said["name"], tags=labels.words_in(said["tags"])
            )
        except LabelRefused as error:
            form.add_error("tags", str(error))
        else:
            messages.success(request, gettext("Name and tags are saved."))
            return redirect("documents:library")
    context = {"document": document, "form": form, "mine": [word for word, _count in tags(user=request.user)]}
    return render(request, "documents/label.html", context, status=422 if form.errors else 200)


@login_required
@require_POST
def archive(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """Puts a document away, or, with `back`, where it was."""
    owned_document(document_id=document_id, user=request.user)
    is_archived = "back" not in request.POST
    shelving.archive(document_id=document_id, by=request.user, is_archived=is_archived)
    said = gettext("It is put away. You find it under “put away”.") if is_archived else gettext("It is back.")
    messages.success(request, said)
    return redirect("documents:library")


@login_required
@require_POST
def bring_back(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """A draft that was thrown away is among the others again."""
    try:
        if not shelving.bring_back(document_id=document_id, by=request.user):
            raise Http404
    except QuotaReached as error:
        messages.error(request, str(error))
    else:
        messages.success(request, gettext("The draft is back, with its files."))
    return redirect("documents:library")


@login_required
@require_POST
def delete_now(request: SignedInRequest, document_id: UUID) -> HttpResponse:
    """A draft that was thrown away is deleted at once, with its files."""
    if not shelving.delete(document_id=document_id, by=request.user):
        raise Http404
    messages.success(request, gettext("The draft and its files are gone."))
    return redirect("documents:library")


def highlighted(excerpt: str) -> SafeString:
    """An excerpt as HTML: everything escaped, the hits marked."""
    safe = escape(without_citations(excerpt)).replace(HIT_START, "<mark>").replace(HIT_END, "</mark>")
    return mark_safe(safe)  # noqa: S308  # escaped in the line above
