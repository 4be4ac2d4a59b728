"""Reads of documents that several doors share."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector
from django.db.models import Count, Max, Q, Value
from django.db.models.functions import Coalesce, Lower, NullIf
from django.http import Http404

from documents.enums import OWNERS_REASONS, DocumentState, LibraryOrder, Shelf
from documents.models import Document, DocumentQuerySet, Section, SectionRevision

if TYPE_CHECKING:
    from accounts.models import User

_ORDERS: Final[dict[str, tuple[str | Lower, ...]]] = {
    LibraryOrder.BEGUN: ("-created_at",),
    LibraryOrder.TITLE: (
        Lower(Coalesce(*(NullIf(one, Value("")) for one in ("called", "own_title", "title")), "topic")),
        "pk",
    ),
    LibraryOrder.PAGES: ("-pages", "-updated_at"),
}
# Marks around a hit that no text contains; the page escapes the excerpt and only then turns them into <mark>.
HIT_START: Final = "\ue000"
HIT_END: Final = "\ue001"


def owned_document(*, document_id: UUID, user: "User") -> Document:
    """The user's document. Raises Http404 for one that is missing or somebody else's (R-100)."""
    document = Document.objects.owned_by(user).without_long_texts().filter(pk=document_id).first()
    if document is None:
        raise Http404
    return document


def finished_document(*, document_id: UUID, user: "User") -> Document:
    """The same, once it is written. Raises Http404 before as well."""
    document = owned_document(document_id=document_id, user=user)
    if document.state != DocumentState.READY:
        raise Http404
    return document


def everything(*, user: "User", words: str = "", state: str = "", tag: str = "") -> DocumentQuerySet:
    """The user's documents, with those that are put away; ``words`` are looked for in titles and text."""
    documents = _found(user, words, tag).without_long_texts().filter(thrown_away_at=None)
    return documents.filter(state=state) if state else documents


def library(*, user: "User", words: str = "", shelf: str = "", order: str = "", tag: str = "") -> DocumentQuerySet:
    """The user's documents on a shelf: a state, an entry of `Shelf`, or else all but those that are put away.

    ``words`` are looked for in titles and text, ``tag`` is one of the user's own. ``order`` is an entry of
    `LibraryOrder`, else by the newest change.
    """
    documents = _found(user, words, tag).without_long_texts().filter(_on(shelf))
    return documents.order_by(*_ORDERS.get(order, ("-updated_at",)))


def counts(*, user: "User", words: str = "", tag: str = "") -> dict[str, int]:
    """How many documents each shelf has, by state and entry of `Shelf`, "" for all; no shelf that is empty."""
    counted: Counter[str] = Counter()
    shelved = _found(user, words, tag).annotate(is_out=Q(archived_at=None), is_kept=Q(thrown_away_at=None)).order_by()
    rows = shelved.values("state", "is_out", "is_kept").annotate(count=Count("pk"))
    for state, is_out, is_kept, count in rows.values_list("state", "is_out", "is_kept", "count"):
        shelves = (state, "") if is_out and is_kept else (Shelf.ARCHIVED,) if is_kept else (Shelf.THROWN_AWAY,)
        for shelf in shelves:
            counted[shelf] += count
    return dict(counted)


def tags(*, user: "User", words: str = "", shelf: str = "") -> list[tuple[str, int]]:
    """The user's tags by the alphabet, each with how many documents of a shelf have it."""
    tagged = _found(user, words, "").filter(_on(shelf)).exclude(tags=None).order_by()
    counted: Counter[str] = Counter(dict(tagged.values_list("tags__word").annotate(Count("pk"))))
    return sorted(counted.items(), key=lambda one: one[0].casefold())


def _found(user: "User", words: str, tag: str) -> DocumentQuerySet:
    # With what was thrown away, which has a shelf of its own.
    documents = Document.objects.filter(owner=user)
    if tag:
        documents = documents.filter(tags__word=tag)
    if words:
        documents = documents.filter(search=SearchQuery(words, config="simple", search_type="websearch"))
    return documents


def _on(shelf: str) -> Q:
    if shelf == Shelf.THROWN_AWAY:
        return ~Q(thrown_away_at=None)
    if shelf == Shelf.ARCHIVED:
        return Q(thrown_away_at=None) & ~Q(archived_at=None)
    return Q(thrown_away_at=None, archived_at=None, **({"state": shelf} if shelf else {}))


def excerpts(*, documents: Iterable[Document], words: str) -> dict[UUID, str]:
    """For each document one excerpt of a section that holds ``words``, hits between HIT_START and HIT_END."""
    query = SearchQuery(words, config="simple", search_type="websearch")
    hits = (
        Section.objects.filter(document__in=documents)
        .annotate(words=SearchVector("title", "text", config="simple"))
        .filter(words=query)
        .annotate(
            excerpt=SearchHeadline(
                "text", query, config="simple", start_sel=HIT_START, stop_sel=HIT_END, max_words=25, min_words=10
            )
        )
        .order_by("document_id", "position")
        .distinct("document_id")
    )
    return dict(hits.values_list("document_id", "excerpt"))


def sections_in_order(document: Document) -> list[Section]:
    """Chapters and sections, depth first, each with ``number`` ("2.1") and ``level`` (1 for a chapter)."""
    return numbered(document.sections.order_by("position"))


def last_change(document: Document) -> datetime | None:
    """When its owner last changed the finished text; None where nobody did (R-90)."""
    rows = SectionRevision.objects.filter(section__document=document, reason__in=OWNERS_REASONS)
    newest: datetime | None = rows.aggregate(newest=Max("created_at"))["newest"]
    return newest


def numbered(in_order: Iterable[Section]) -> list[Section]:
    """A document's sections, given by position, each with its ``number`` and ``level``."""
    sections = list(in_order)
    counters: dict[UUID | None, int] = {}
    numbers: dict[UUID, str] = {}
    for section in sections:
        counters[section.parent_id] = counters.get(section.parent_id, 0) + 1
        own = str(counters[section.parent_id])
        section.number = f"{numbers[section.parent_id]}.{own}" if section.parent_id else own
        section.level = section.number.count(".") + 1
        numbers[section.pk] = section.number
    return sections
