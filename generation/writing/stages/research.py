"""Finds sources and common terms before anything is written, and before anybody pays (R-10, R-95, R-97).

``before_payment`` is the stage of search, ``run`` that of research: it uses what the search found, or makes up for it.
"""

import asyncio
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from typing import Any, Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

import typesetting
from documents.domain import outline, placing, retractions, sources
from documents.domain.passages import citable
from documents.domain.sheet import told
from documents.domain.sheet.told import Told
from documents.enums import UploadState
from documents.models import Document
from generation.ai.errors import NoAnswer
from generation.ai.question import Answer, Question
from generation.database import in_database
from generation.engine import queue
from generation.engine.work import Result, Work, each_at_once
from generation.errors import OverBudget, StepFailed, TryLater
from generation.progress import recording
from generation.writing.prompts import glossary, queries
from generation.writing.prompts.glossary import Term

#: How often, and how long at most, files that are still being read are waited for.
_LOOK_AGAIN: Final = timedelta(seconds=3)
_LONGEST_WAIT: Final = timedelta(minutes=15)
#: The same of a search that was begun before payment.
_LOOK_FOR_SEARCH_AGAIN: Final = timedelta(seconds=0.5)
_LONGEST_WAIT_FOR_SEARCH: Final = timedelta(seconds=30)


@dataclass(frozen=True)
class Plan:
    """What is looked for: the work, its outline, and what its owner made of the sheet's lines."""

    document: Document
    titles: list[str]
    told: Told
    searched_for: str


@dataclass(frozen=True)
class Found:
    """Works found and terms named. ``is_whole`` is false where no model could be asked for what to look for."""

    works: int = 0
    terms: list[Term] = field(default_factory=list)
    is_whole: bool = True


async def before_payment(work: Work) -> Result:
    """Finds works where the owner wishes it, so that they can be looked over before anybody pays (R-97).

    It never fails: what cannot be had now is looked for once the order is paid.
    """
    plan = await in_database(_load, work.claim.document_id)
    found = await _find(work, plan, is_paid=False)
    glossary = [asdict(term) for term in found.terms]
    return Result(
        {"searched_for": plan.searched_for, "found": found.works, "glossary": glossary, "is_whole": found.is_whole}
    )


async def run(work: Work) -> Result:
    """Finds works where it was not done before payment, and looks once more for retractions.

    Services that fail do no harm as long as there is something to cite.
    """
    plan = await in_database(_load, work.claim.document_id)
    document = plan.document
    waited = timezone.now() - work.claim.created_at
    if await in_database(_is_reading, document.pk) and waited < _LONGEST_WAIT:
        raise TryLater("files are still being read", wait=_LOOK_AGAIN)
    if await in_database(recording.is_searching, document.pk) and waited < _LONGEST_WAIT_FOR_SEARCH:
        raise TryLater("sources are still being looked for", wait=_LOOK_FOR_SEARCH_AGAIN)
    # Layout comes some calls later, and is loaded by then.
    await asyncio.to_thread(typesetting.warm_up)
    found = _known(await in_database(queue.search_of, document.pk), document, plan.searched_for)
    if found is None:
        found = await _find(work, plan, is_paid=True)
    await retractions.check(document_id=document.pk)
    count = await in_database(citable(document_id=document.pk).count)
    if not count:
        raise StepFailed(
            _("No source was found that could be cited. Add sources of your own, or describe the topic in other words.")
        )
    wanted = await in_database(placing.place, document_id=document.pk)
    kept = [asdict(term) for term in found.terms]
    return Result({"found": found.works, "passages": count, "glossary": kept, "wanted": wanted})


def _known(before: Mapping[str, Any] | None, document: Document, searched_for: str) -> Found | None:
    """What the search before payment left, if it was for this outline, was whole, and found what it looked for."""
    if before is None or before["searched_for"] != searched_for or not before["is_whole"]:
        return None
    if document.search_for_sources and not before["found"]:
        return None
    return Found(before["found"], glossary.read(before["glossary"]))


async def _find(work: Work, plan: Plan, *, is_paid: bool) -> Found:
    """Works and terms, asked for at once. Of a paid order, what no model can be asked for now is waited for."""
    document, titles = plan.document, plan.titles

    async def asked(question: Question) -> Answer | None:
        try:
            return await work.ask(question)
        except (NoAnswer, OverBudget) as failure:
            # A model that answers beside the point will not do better the next time.
            if is_paid and (isinstance(failure, OverBudget) or failure.is_outage):
                raise
            return None

    async def search() -> Found:
        if not document.search_for_sources:
            return Found()
        answer = await asked(queries.question(document, titles, plan.told))
        planned = [str(query) for query in answer.value["queries"]][: queries.QUERIES] if answer else []
        works = await sources.search(planned or [document.topic], language=document.language, document_id=document.pk)
        await in_database(sources.add_found, document_id=document.pk, works=works)
        return Found(works=len(works), is_whole=answer is not None)

    async def name_terms() -> Found:
        # Nobody has to agree with a section alone.
        if len(titles) < 2:
            return Found()
        answer = await asked(glossary.question(document, titles, plan.told))
        return Found(terms=glossary.read(answer.value["terms"]) if answer else [], is_whole=answer is not None)

    searched, named = await each_at_once([search, name_terms], lambda task: task())
    return Found(searched.works, named.terms, is_whole=searched.is_whole and named.is_whole)


def _load(document_id: UUID) -> Plan:
    document = Document.objects.get(pk=document_id)
    titles = [section.title for section in outline.leaves(document)]
    return Plan(document, titles, told.of(document_id), outline.searched_for(document))


def _is_reading(document_id: UUID) -> bool:
    return Document.objects.filter(pk=document_id, uploads__state=UploadState.EXTRACTING).exists()
