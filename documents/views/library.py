"""The library: a person's documents."""

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from accounts.domain.signed_in import SignedInRequest
from documents.domain import recovery
from documents.domain.queries import HIT_END, HIT_START, excerpts, library
from documents.domain.text import without_citations
from documents.enums import DocumentState
from documents.forms import LibraryForm
from tesigo.platform import come_back, rate_limits

PAGE_SIZE = 20
MOST_STOPPED_DOCUMENTS = 5


@login_required
def library_page(request: SignedInRequest) -> HttpResponse:
    """What stopped half-way first; search, filter and list."""
    form = LibraryForm(request.GET)
    words, state = (form.cleaned_data["q"], form.cleaned_data["state"]) if form.is_valid() else ("", "")
    if words:
        asked = rate_limits.check("search", str(request.user.pk), limit=settings.SEARCHES_PER_MINUTE, seconds=60)
        if not asked.allowed:
            return come_back.later(request, wait=asked.retry_after)
    page = Paginator(library(user=request.user, words=words, state=state), PAGE_SIZE).get_page(request.GET.get("page"))
    found = excerpts(documents=list(page), words=words) if words else {}
    is_start = not words and not state and page.number == 1
    stopped = (
        recovery.stopped(user=request.user, now=timezone.now(), most=MOST_STOPPED_DOCUMENTS + 1) if is_start else []
    )
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "page": page,
        "rows": [(document, highlighted(found.get(document.pk, ""))) for document in page],
        "stopped": stopped[:MOST_STOPPED_DOCUMENTS],
        "are_more_stopped": len(stopped) > MOST_STOPPED_DOCUMENTS,
        "words": words,
        "state": state,
        "states": DocumentState.choices,
        "query": query.urlencode(),
    }
    return render(request, "documents/library.html", context)


def highlighted(excerpt: str) -> SafeString:
    """An excerpt as HTML: everything escaped, the hits marked."""
    safe = escape(without_citations(excerpt)).replace(HIT_START, "<mark>").replace(HIT_END, "</mark>")
    return mark_safe(safe)  # noqa: S308  # escaped in the line above
