"""Citations as a reader sees them: each with its source, its page and the words that support it (R-10)."""

from dataclasses import dataclass

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from documents.domain.support import supporting_span
from documents.domain.text import without_citations
from documents.models import Citation, Document


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


def cards(document: Document) -> list[CitationCard]:
    """Every citation of the document, in the order of the text."""
    rows = (
        document.citations.select_related("source", "passage", "section")
        .defer("passage__search")
        .order_by("section__position", "position")
    )
    return [
        CitationCard(
            number=number, citation=row, passage_html=_marked(row.passage.text, without_citations(row.sentence))
        )
        for number, row in enumerate(rows, start=1)
    ]


def _marked(passage: str, sentence: str) -> SafeString:
    start, end = supporting_span(passage=passage, sentence=sentence)
    before, words, after = escape(passage[:start]), escape(passage[start:end]), escape(passage[end:])
    marked = f"<mark>{words}</mark>" if words else ""
    return mark_safe(f"{before}{marked}{after}")  # noqa: S308  # each part is escaped above
