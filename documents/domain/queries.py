"""Reads of documents that several doors share."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.contrib.postgres.search import SearchHeadline, SearchQuery, SearchVector
from django.db.models import Max, QuerySet
from django.http import Http404

from documents.enums import RevisionReason
from documents.models import Document, Section, SectionRevision

if TYPE_CHECKING:
    from accounts.models import User

# Marks around a hit that no text contains; the page escapes the excerpt and only then turns them into <mark>.
HIT_START: Final = "\ue000"
HIT_END: Final = "\ue001"


def owned_document(*, document_id: UUID, user: "User") -> Document:
    """The user's document. Raises Http404 for one that is missing or somebody else's (R-100)."""
    document = Document.objects.owned_by(user).without_long_texts().filter(pk=document_id).first()
    if document is None:
        raise Http404
    return document


def library(*, user: "User", words: str = "", state: str = "") -> QuerySet[Document]:
    """The user's documents, newest change first; ``words`` are looked for in titles and text."""
    documents = Document.objects.owned_by(user).without_long_texts()
    if state:
        documents = documents.filter(state=state)
    if words:
        documents = documents.filter(search=SearchQuery(words, config="simple", search_type="websearch"))
    return documents.order_by("-updated_at")


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
    owners = (RevisionReason.EDITED, RevisionReason.RESTORED)
    rows = SectionRevision.objects.filter(section__document=document, reason__in=owners)
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
