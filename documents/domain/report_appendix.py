"""The citation report behind the text, for those who want it in the document itself (R-15)."""

from typing import Final

from django.utils import translation
from django.utils.translation import gettext as _

from documents.domain.citations import CitationCard, report
from documents.domain.sheet import meeting
from documents.domain.sheet.meeting import MetLine
from documents.domain.support import supporting_span
from documents.models import Document
from typesetting import labels
from typesetting.front_matter import AskedLine, AskedPart, CitedPassage, ReportPart

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


def asked(document: Document) -> AskedPart | None:
    """What the sheet asks and where this text meets it, in the document's language; None without such a list (R-17).

    The same for as long as the text is: what a file that is there took says nothing of one that is being made.
    """
    with translation.override(document.language):
        found = meeting.report(document, is_for_file=True).lines
        if not found:
            return None
        note = _("“Met” means counted or looked up. Whether a question is answered well is for you to judge.")
        return AskedPart(_("What the sheet asks"), note, tuple(map(_asked_line, found)))


def _asked_line(one: MetLine) -> AskedLine:
    verdict = str(one.found.verdict.label)
    said = f"{verdict[:1].upper()}{verdict[1:]}. {one.found.said}".strip()
    title = f"{one.title}: {one.asked}" if one.asked else one.title
    return AskedLine(title, one.quoted, (said, *(place.said for place in one.found.places)))


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
