"""The citation report behind the text, for those who want it in the document itself (R-15)."""

from typing import Final

from django.utils import translation

from documents.domain.citations import CitationCard, report
from documents.domain.support import supporting_span
from documents.models import Document
from typesetting import labels
from typesetting.front_matter import CitedPassage, ReportPart

#: Of a passage: the words that support the sentence, with what stands around them.
_MOST_CHARACTERS: Final = 320


def of(document: Document) -> tuple[ReportPart, ...]:
    """The report as it stands, by section, in the document's language; nothing where nothing is cited."""
    with translation.override(document.language):
        return tuple(
            ReportPart(
                f"{part.section.number} {part.section.title}".strip(),
                tuple(_passage(card, document.language) for card in part.cards),
            )
            for part in report(document).sections
            if part.cards
        )


def _passage(card: CitationCard, language: str) -> CitedPassage:
    citation = card.citation
    page = citation.passage.page_label or str(citation.passage.page or "")
    place = f"{labels.words(language).page} {page}" if page else ""
    check = citation.get_check_result_display()
    return CitedPassage(
        number=card.number,
        sentence=card.sentence,
        source=", ".join(filter(None, (card.who_and_when, citation.source.title, place))),
        passage=_around(citation.passage.text, card.sentence),
        check=f"{check[:1].upper()}{check[1:]}",
    )


def _around(passage: str, sentence: str) -> str:
    """The part of a passage that supports a sentence, cut between words."""
    if len(passage) <= _MOST_CHARACTERS:
        return passage
    start, end = supporting_span(passage=passage, sentence=sentence)
    room = max(0, _MOST_CHARACTERS - (end - start)) // 2
    first, last = max(0, start - room), min(len(passage), max(end + room, start - room + _MOST_CHARACTERS))
    said = passage[first:last]
    if first:
        said = f"… {said.partition(' ')[2]}"
    return f"{said.rpartition(' ')[0]} …" if last < len(passage) else said
