"""Outline stage: a model proposes an outline; it is validated and repaired once."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from functools import partial
from typing import Any, Final
from uuid import UUID

from django.utils.translation import gettext as _

from documents.domain import outline, sources
from documents.domain.outline import Proposal, ProposedSection
from documents.domain.sheet import lines, told
from documents.domain.sheet.lines import ReadByModel
from documents.domain.sheet.told import Told
from documents.errors import OutlineInvalid
from documents.models import Document, Passage
from generation.ai.errors import AtLimit, NoAnswer
from generation.database import in_database
from generation.engine.work import Result, Work
from generation.errors import OverBudget, StepFailed
from generation.writing.prompts import outlining as prompt
from generation.writing.prompts import sheet as sheet_prompt

#: Passages of uploaded sources that the planner sees.
_PASSAGES_SHOWN: Final = 12
_MOST_CHILDREN: Final = 20


async def run(work: Work) -> Result:
    """A proposal that the document can accept; the owner changes it afterwards."""
    document, passages, said = await in_database(_load, work.claim.document_id)
    complaint = ""
    for _try in range(2):
        answer = await work.ask(prompt.question(document, passages, complaint=complaint, told=said))
        try:
            proposal = read(answer.value, pages=document.pages)
        except OutlineInvalid as error:
            complaint = str(error)
            continue
        sheet = await _sheet(work, document)
        return Result({"model": answer.model}, partial(_accept, document.pk, proposal, sheet))
    raise StepFailed(_("The outline that was made could not be used. Try again, or say more about what you want."))


@dataclass(frozen=True)
class _Sheet:
    """What a model read out of a sheet, and which words it was shown."""

    read: list[ReadByModel]
    of_words: str


async def _sheet(work: Work, document: Document) -> _Sheet | None:
    """What a model reads out of the sheet; None where it was read before, or nobody has a usable answer.

    The outline does not wait for it: what fixed rules read is there, and the next outline asks again.
    """
    if lines.is_read(document):
        return None
    try:
        answer = await work.ask(sheet_prompt.question(document))
    except (AtLimit, NoAnswer, OverBudget):
        return None
    return _Sheet(sheet_prompt.read(answer.value), lines.digest(lines.words_of(document)))


def _accept(document_id: UUID, proposal: Proposal, sheet: _Sheet | None) -> None:
    outline.accept(document_id=document_id, proposal=proposal)
    if sheet is not None:
        lines.take_from_model(document_id=document_id, read=sheet.read, of_words=sheet.of_words)


def read(value: Mapping[str, Any], *, pages: int) -> Proposal:
    """The proposal in an answer. Raises OutlineInvalid with what is wrong."""
    sections = [_section(section) for section in value["sections"]]
    proposal = Proposal(title=str(value["title"]), sections=[section for section in sections if section is not None])
    if not proposal.leaves:
        raise OutlineInvalid("It has no sections.")
    if len(proposal.leaves) > min(outline.MAX_SECTIONS, pages * 10):
        raise OutlineInvalid(f"It has {len(proposal.leaves)} sections, too many for {pages} pages.")
    return proposal


def _section(value: Mapping[str, Any]) -> ProposedSection | None:
    title = " ".join(str(value["title"]).split())
    if not title:
        return None
    below = [_section(child) for child in value.get("children", [])[:_MOST_CHILDREN]]
    children = [child for child in below if child is not None]
    return ProposedSection(
        title=title,
        covers=str(value["covers"]),
        leaves_out=str(value["leaves_out"]),
        pages=_pages(value["pages"]),
        # One section alone below a chapter is the chapter.
        children=children if len(children) > 1 else [],
    )


def _pages(value: object) -> Decimal:
    try:
        pages = Decimal(str(value))
    except InvalidOperation:
        return Decimal(1)
    return min(max(pages, Decimal("0.1")), Decimal(200)) if pages.is_finite() else Decimal(1)


def _load(document_id: UUID) -> tuple[Document, list[Passage], Told]:
    document = Document.objects.get(pk=document_id)
    words = f"{document.topic} {document.requirements}"
    passages = sources.passages_for(document_id=document_id, text=words, limit=_PASSAGES_SHOWN)
    return document, passages, told.of(document_id)
