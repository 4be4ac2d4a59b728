"""Research stage: finds sources and common terms before anything is written (R-10, R-95)."""

import asyncio
from dataclasses import asdict
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext as _

import typesetting
from documents.domain import outline, placing, retractions, sources
from documents.domain.passages import citable
from documents.enums import UploadState
from documents.models import Document
from generation.ai.errors import NoAnswer
from generation.database import in_database
from generation.engine.work import Result, Work, each_at_once
from generation.errors import StepFailed, TryLater
from generation.writing.prompts import glossary, queries
from generation.writing.prompts.glossary import Term

#: How often, and how long at most, files that are still being read are waited for.
_LOOK_AGAIN: Final = timedelta(seconds=3)
_LONGEST_WAIT: Final = timedelta(minutes=15)


async def run(work: Work) -> Result:
    """Finds works where the owner wishes it. Services that fail do no harm as long as there is something to cite."""
    document, titles = await in_database(_load, work.claim.document_id)
    if await in_database(_is_reading, document.pk) and timezone.now() - work.claim.created_at < _LONGEST_WAIT:
        raise TryLater("files are still being read", wait=_LOOK_AGAIN)
    # Layout comes some calls later, and is loaded by then.
    await asyncio.to_thread(typesetting.warm_up)
    terms: list[Term] = []
    found = 0

    async def search() -> None:
        nonlocal found
        if document.search_for_sources:
            asked = await _queries(work, document, titles)
            works = await sources.search(asked, language=document.language, document_id=document.pk)
            await in_database(sources.add_found, document_id=document.pk, works=works)
            found = len(works)

    async def name_terms() -> None:
        terms.extend(await _terms(work, document, titles))

    await each_at_once([search, name_terms], lambda task: task())
    await retractions.check(document_id=document.pk)
    count = await in_database(citable(document_id=document.pk).count)
    if not count:
        raise StepFailed(
            _("No source was found that could be cited. Add sources of your own, or describe the topic in other words.")
        )
    wanted = await in_database(placing.place, document_id=document.pk)
    kept = [asdict(term) for term in terms]
    return Result({"found": found, "passages": count, "glossary": kept, "wanted": wanted})


async def _queries(work: Work, document: Document, titles: list[str]) -> list[str]:
    """Planned by a model; the topic itself where none answers to the point. An outage is waited for."""
    try:
        answer = await work.ask(queries.question(document, titles))
    except NoAnswer as failure:
        if failure.is_outage:
            raise
        return [document.topic]
    return [str(query) for query in answer.value["queries"]][: queries.QUERIES] or [document.topic]


async def _terms(work: Work, document: Document, titles: list[str]) -> list[Term]:
    """Named by a model; none where no model answers to the point, or where there is nobody to agree with."""
    if len(titles) < 2:
        return []
    try:
        answer = await work.ask(glossary.question(document, titles))
    except NoAnswer as failure:
        if failure.is_outage:
            raise
        return []
    return glossary.read(answer.value["terms"])


def _load(document_id: UUID) -> tuple[Document, list[str]]:
    document = Document.objects.get(pk=document_id)
    return document, [section.title for section in outline.leaves(document)]


def _is_reading(document_id: UUID) -> bool:
    return Document.objects.filter(pk=document_id, uploads__state=UploadState.EXTRACTING).exists()
