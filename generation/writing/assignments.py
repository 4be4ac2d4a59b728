"""Builds a section assignment: what a section's writer is given, from this document only (R-35)."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final
from uuid import UUID

from documents.domain import page_count, placing, sources
from documents.domain.passages import citable
from documents.domain.queries import numbered
from documents.domain.sheet import told
from documents.domain.text import characters_per_page
from documents.models import Document, Passage, Source
from generation.ai import chains
from generation.enums import Purpose, Stage, StepState
from generation.models import Step
from generation.writing.prompts import glossary, sizes
from generation.writing.prompts.glossary import Term
from generation.writing.prompts.writing import LONGEST_CALL_CHARACTERS, Piece, SectionAssignment

#: Space that one heading takes, in pages: about three lines with the gaps around them.
HEADING_PAGES: Final = 0.075
#: Documents of fewer than ``_WHOLE_BELOW_PAGES`` pages have every section written whole. In those of more than
#: ``_DIVIDED_ABOVE_PAGES``, sections of more than ``_LONG_SECTION_PAGES`` pages are divided (R-34).
_WHOLE_BELOW_PAGES: Final = 30
_DIVIDED_ABOVE_PAGES: Final = 50
_LONG_SECTION_PAGES: Final = 5.0
#: What sections are asked for.
_TEXTS: Final = (Purpose.WRITING, Purpose.CORRECTING)
#: Tokens of an answer that are not its text, and the share that is text at least.
_SPARE_TOKENS: Final = 4_000
_TEXT_SHARE: Final = 0.5


def load(
    *, document_id: UUID, section_id: UUID, offered: Sequence[int] = (), search: bool = False
) -> SectionAssignment:
    """The assignment for a section. Passages in ``offered`` were shown before and stay.

    Others are looked for where there were none or some are gone, or where ``search`` says so.
    """
    document = Document.objects.defer("bibliography_html", "search").get(pk=document_id)
    # The texts of all the others would be as much as the document.
    outline = numbered(document.sections.defer("text", "html", "provenance").order_by("position"))
    section = next(section for section in outline if section.pk == section_id)
    chapters = {section.parent_id for section in outline}
    research = _research(document_id)
    assignment = SectionAssignment(
        document=document,
        section=section,
        outline=[section for section in outline if section.pk not in chapters],
        passages=[],
        glossary=glossary.read(research.get("glossary") or []),
        longest=_longest_call(document),
        told=told.of(document_id),
        wanted=_wanted(document_id, (research.get("wanted") or {}).get(str(section_id), [])),
    )
    kept = passages(document_id=document_id, ids=offered)
    if kept and len(kept) == len(set(offered)) and not search:
        return _with(assignment, kept)
    assignment = replace(assignment, passages=kept)
    return _with(assignment, [*kept, *_unseen(assignment, pages=float(section.pages))])


def further_passages(assignment: SectionAssignment) -> list[Passage]:
    """Passages that fit the section as well, and that its writer was not shown: about as many again."""
    return _unseen(
        assignment, pages=len(assignment.passages) / sizes.PASSAGES_PER_PAGE + float(assignment.section.pages)
    )


def for_piece(assignment: SectionAssignment, piece: Piece) -> SectionAssignment:
    """The assignment for one part of a section, with passages of its own."""
    part, section = piece.part, assignment.section
    words = [part.title, part.title, part.covers, section.title, assignment.document.topic]
    for_part = replace(assignment, piece=piece, wanted=_of_part(assignment.wanted, piece))
    return _with(for_part, _passages_for(for_part, words, pages=float(section.pages) * part.share))


def is_divided(assignment: SectionAssignment) -> bool:
    """Whether the section is written in parts: a long section of a long work."""
    return assignment.document.pages > _DIVIDED_ABOVE_PAGES and float(assignment.section.pages) > _LONG_SECTION_PAGES


def passages(*, document_id: UUID, ids: Sequence[int]) -> list[Passage]:
    """These passages, as far as they are of this document's sources."""
    if not ids:
        return []
    return list(citable(document_id=document_id).filter(pk__in=ids).select_related("source").defer("search"))


def terms(*, document_id: UUID) -> list[Term]:
    """The glossary of the document, as its newest research left it."""
    return glossary.read(_research(document_id).get("glossary") or [])


def target_characters(assignment: SectionAssignment) -> int:
    """Characters that fill the section's pages, without the space of its heading and of a chapter's that it opens.

    The sections together leave some lines of the last page empty: they must not take one more (R-11).
    """
    section, ordered = assignment.section, assignment.document.pages
    headings = 1 + sum(1 for _ in _chapters_opened(assignment))
    pages = max(float(section.pages) - headings * HEADING_PAGES, float(section.pages) * 0.5)
    aimed = float(page_count.aimed_pages(ordered)) / ordered
    return round(pages * aimed * characters_per_page(assignment.document.language))


def _unseen(assignment: SectionAssignment, *, pages: float) -> list[Passage]:
    section, known = assignment.section, {passage.pk for passage in assignment.passages}
    words = [section.title, section.title, section.covers, assignment.document.topic]
    return [passage for passage in _passages_for(assignment, words, pages=pages) if passage.pk not in known]


def _research(document_id: UUID) -> dict[str, Any]:
    """What the newest research of the document left."""
    done = Step.objects.filter(job__document_id=document_id, stage=Stage.RESEARCH, state=StepState.DONE)
    return done.order_by("-id").values_list("result", flat=True).first() or {}


def _wanted(document_id: UUID, ids: Sequence[int]) -> list[Source]:
    """Sources that have to be cited, as far as they may be."""
    if not ids:
        return []
    return list(Source.objects.citable().filter(document_id=document_id, pk__in=ids).only("pk", "key").order_by("pk"))


def _of_part(wanted: Sequence[Source], piece: Piece) -> list[Source]:
    """Those of a section's sources that have to be cited that fit this part of it best."""
    if not wanted:
        return []
    fitting = placing.among(
        sources=[source.pk for source in wanted],
        texts=[f"{part.title} {part.title} {part.covers}" for part in piece.parts],
        rooms=[part.share for part in piece.parts],
    )
    return [source for source in wanted if piece.parts[fitting[source.pk]] == piece.part]


def _with(assignment: SectionAssignment, found: list[Passage]) -> SectionAssignment:
    """With passages; of the sources that have to be cited, those that some passage is of."""
    keys = {passage.source.key for passage in found}
    return replace(assignment, passages=found, wanted=[one for one in assignment.wanted if one.key in keys])


def _passages_for(assignment: SectionAssignment, words: Sequence[str], *, pages: float) -> list[Passage]:
    """What fits best, and of each source that has to be cited the passages that fit best."""
    limit = min(sizes.MOST_PASSAGES, max(sizes.FEWEST_PASSAGES, round(pages * sizes.PASSAGES_PER_PAGE)))
    document_id, text = assignment.document.pk, " ".join(words)
    found = sources.passages_for(document_id=document_id, text=text, limit=limit)
    own = [
        passage
        for source in assignment.wanted
        for passage in sources.passages_for(
            document_id=document_id, text=text, limit=sizes.WANTED_PASSAGES, of=[source.pk]
        )
    ]
    known = {passage.pk for passage in own}
    return [*own, *(passage for passage in found if passage.pk not in known)]


def _longest_call(document: Document) -> int:
    """Characters that any model of the chain can answer with at once, a token for each to be safe with every language.

    In a short document that is all; in a long one texts are asked for in stretches that a reader could check.
    """
    found = chains.chains()
    limits = [link.model.longest_answer for purpose in _TEXTS for link in found.get(purpose, [])]
    if not limits:
        return LONGEST_CALL_CHARACTERS
    limit = min(limits)
    able = round(max(limit - _SPARE_TOKENS, limit * _TEXT_SHARE))
    return able if document.pages < _WHOLE_BELOW_PAGES else min(LONGEST_CALL_CHARACTERS, able)


def _chapters_opened(assignment: SectionAssignment) -> Sequence[UUID]:
    """The chapter whose first section this is, if it is one."""
    section = assignment.section
    siblings = [other.pk for other in assignment.outline if other.parent_id == section.parent_id]
    return [section.parent_id] if section.parent_id and siblings[0] == section.pk else []
