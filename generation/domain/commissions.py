"""Gathering what a section's writer is given, from this document's data alone (R-35)."""

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from documents.domain import sources
from documents.domain.queries import sections_in_order
from documents.domain.text import characters_per_page
from documents.models import Document, Passage
from generation.prompts.writing import Commission

#: Passages offered for each page of a section, and the fewest and most for one section.
_PER_PAGE: Final = 6
_FEWEST, _MOST = 8, 40
#: Space that one heading takes, in pages: about three lines with the gaps around them.
HEADING: Final = 0.075


def load(*, document_id: UUID, section_id: UUID, offered: Sequence[int] = ()) -> Commission:
    """The commission for a section. Passages in ``offered`` were shown before and stay."""
    document = Document.objects.get(pk=document_id)
    outline = sections_in_order(document)
    section = next(section for section in outline if section.pk == section_id)
    words = " ".join([section.title, section.title, section.covers, document.topic])
    wanted = min(_MOST, max(_FEWEST, round(float(section.pages) * _PER_PAGE)))
    found = sources.passages_for(document_id=document_id, text=words, limit=wanted)
    known = {passage.pk for passage in found}
    kept = [passage for passage in passages(document_id=document_id, ids=offered) if passage.pk not in known]
    chapters = {section.parent_id for section in outline}
    return Commission(
        document=document,
        section=section,
        outline=[section for section in outline if section.pk not in chapters],
        passages=[*kept, *found],
    )


def passages(*, document_id: UUID, ids: Sequence[int]) -> list[Passage]:
    """These passages, as far as they are of this document's sources."""
    mine = Passage.objects.filter(pk__in=ids, source__document_id=document_id)
    return list(mine.select_related("source").defer("search"))


def target_characters(commission: Commission) -> int:
    """Characters that fill the section's pages, without the space of its heading and of a chapter's that it opens."""
    section = commission.section
    headings = 1 + sum(1 for _ in _chapters_opened(commission))
    pages = max(float(section.pages) - headings * HEADING, float(section.pages) * 0.5)
    return round(pages * characters_per_page(commission.document.language))


def _chapters_opened(commission: Commission) -> Sequence[UUID]:
    """The chapter whose first section this is, if it is one."""
    section = commission.section
    siblings = [other.pk for other in commission.outline if other.parent_id == section.parent_id]
    return [section.parent_id] if section.parent_id and siblings[0] == section.pk else []
