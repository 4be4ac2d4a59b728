"""Citations as a reader sees them: each with its source, its page and the words that support it (R-10)."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from documents.domain import originality
from documents.domain.originality import Originality, Shares
from documents.domain.queries import sections_in_order
from documents.domain.support import supporting_span
from documents.domain.text import without_citations
from documents.enums import CitationCheck, SourceOrigin
from documents.models import Citation, Document, Section, SectionRevision, Source

#: Authors named before the others are only counted.
_NAMED_AUTHORS = 2
#: How reference lists, pandoc and CSL engines say "and others".
_OTHERS = {"literal": "others"}


@dataclass(frozen=True)
class CitationCard:
    """One occurrence of a citation. ``number`` counts over the whole document, from 1."""

    number: int
    citation: Citation
    passage_html: SafeString

    @property
    def sentence(self) -> str:
        """The sentence that rests on the passage, without the key in it."""
        return without_citations(self.citation.sentence)

    @property
    def anchor(self) -> str:
        """The id of the card on the page."""
        return f"cite-{self.number}"

    @property
    def who_and_when(self) -> str:
        """Authors and year of the source, as far as they are known: "Rossi, Doe +3, 2021"."""
        csl = self.citation.source.csl
        listed = csl.get("author") or []
        authors = [str(one.get("family") or one.get("literal") or "") for one in listed if one != _OTHERS]
        more = f" +{len(authors) - _NAMED_AUTHORS}" if len(authors) > _NAMED_AUTHORS else ""
        more = more or (" et al." if _OTHERS in listed else "")
        dates = (csl.get("issued") or {}).get("date-parts") or [[]]
        year = str(dates[0][0]) if dates[0] else ""
        return ", ".join(part for part in (", ".join(authors[:_NAMED_AUTHORS]) + more, year) if part)

    @property
    def address(self) -> str:
        """Where the source is found: by its DOI, else where it was found; empty for a file without either."""
        source = self.citation.source
        return f"https://doi.org/{source.doi}" if source.doi else source.url


@dataclass(frozen=True)
class SectionReport:
    """The citations of a section, how many of its sentences the check took out, and whose words it is made of.

    ``originality`` is None for a text of a time in which that was not looked at.
    """

    section: Section
    cards: list[CitationCard]
    removed: int
    originality: Originality | None = None


@dataclass(frozen=True)
class CitationReport:
    """Every citation of a document by section, and what the check found in numbers."""

    sections: list[SectionReport]
    sources: int
    removed: int
    by_check: list[tuple[CitationCheck, int]]
    #: How the works that are cited came to the document.
    by_origin: list[tuple[SourceOrigin, int]]
    #: Its owner wanted no search, and nothing that one found is cited (R-97).
    only_own: bool

    @property
    def total(self) -> int:
        """How many citations there are."""
        return sum(len(section.cards) for section in self.sections)

    @property
    def shares(self) -> Shares:
        """Whose words the sections are made of that were looked at so."""
        return sum((one.originality.shares for one in self.sections if one.originality), Shares())

    @property
    def copying(self) -> list[SectionReport]:
        """The sections with words of a source that nobody quoted or said otherwise."""
        return [one for one in self.sections if one.originality and one.originality.copied]

    @property
    def copied(self) -> int:
        """At how many places they do."""
        return sum(len(one.originality.copied) for one in self.copying if one.originality)

    @property
    def thin(self) -> list[SectionReport]:
        """The sections with fewer citations than they should have."""
        return [one for one in self.sections if one.originality and one.originality.density.is_thin]


def cards(document: Document) -> list[CitationCard]:
    """Every citation of the document, in the order of the text."""
    rows = (
        document.citations.select_related("source", "passage")
        .defer("passage__search")
        .order_by("section__position", "position")
    )
    return [
        CitationCard(
            number=number, citation=row, passage_html=_marked(row.passage.text, without_citations(row.sentence))
        )
        for number, row in enumerate(rows, start=1)
    ]


def cited_sources(cards: Sequence[CitationCard]) -> list[tuple[Source, int]]:
    """Each source that is cited, by title, and how often."""
    sources = {card.citation.source_id: card.citation.source for card in cards}
    times = Counter(card.citation.source_id for card in cards)
    by_title = sorted(sources.values(), key=lambda source: (source.title.casefold(), source.pk))
    return [(source, times[source.pk]) for source in by_title]


def report(document: Document) -> CitationReport:
    """The citation report: what is cited, on what it rests, how that was checked, and what did not hold."""
    found = cards(document)
    removed = _removed(document)
    by_section: dict[UUID, list[CitationCard]] = {}
    for card in found:
        by_section.setdefault(card.citation.section_id, []).append(card)
    counts = Counter(card.citation.check_result for card in found)
    sections = sections_in_order(document)
    original = originality.of_sections(document, sections)
    cited = {card.citation.source_id: card.citation.source.origin for card in found}
    origins = Counter(cited.values())
    return CitationReport(
        sections=[
            SectionReport(section, by_section.get(section.pk, []), removed.get(section.pk, 0), original.get(section))
            for section in sections
            if section.pk in by_section or removed.get(section.pk) or section in original
        ],
        sources=len(cited),
        removed=sum(removed.values()),
        by_check=[(check, counts[check]) for check in CitationCheck if counts[check]],
        by_origin=[(origin, origins[origin]) for origin in SourceOrigin if origins[origin]],
        only_own=not document.search_for_sources and not origins[SourceOrigin.SEARCH],
    )


def _removed(document: Document) -> dict[UUID, int]:
    """How many sentences of each section were taken out, at each check that it went through."""
    rows = SectionRevision.objects.filter(section__document=document, provenance__has_key="removed")
    counts: Counter[UUID] = Counter()
    for section_id, removed in rows.values_list("section_id", "provenance__removed"):
        counts[section_id] += int(removed)
    return dict(counts)


def _marked(passage: str, sentence: str) -> SafeString:
    start, end = supporting_span(passage=passage, sentence=sentence)
    before, words, after = escape(passage[:start]), escape(passage[start:end]), escape(passage[end:])
    marked = f"<mark>{words}</mark>" if words else ""
    return mark_safe(f"{before}{marked}{after}")  # noqa: S308  # each part is escaped above
