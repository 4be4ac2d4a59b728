"""The last two stages: all sections are there and rendered for the screen (R-12), then the files are made."""

from decimal import Decimal
from functools import partial
from uuid import UUID

from django.utils.translation import gettext as _

from documents.domain import exporting, manuscripts, outline
from documents.domain.exporting import Manuscript, ReaderHtml
from documents.enums import DELIVERED, ExportFormat
from documents.models import Document
from generation.database import in_database
from generation.engine import queue
from generation.engine.work import Result, Work, each_at_once
from generation.enums import Stage
from generation.errors import StepFailed
from generation.writing.stages.measure import require_citations


async def assemble(work: Work) -> Result:
    """The document as a reader will see it."""
    claim = work.claim
    manuscript = await in_database(_complete_manuscript, claim.document_id)
    measured = await in_database(queue.result_of, claim.job_id, Stage.MEASURE, claim.round)
    reader = await exporting.render_reader(manuscript)
    pages = Decimal(measured["body_pages"])
    return Result({"body_pages": str(pages)}, partial(_store, claim.document_id, reader, manuscript.csl_style, pages))


def _complete_manuscript(document_id: UUID) -> Manuscript:
    """Nothing is ever silently missing: every section of the outline has its text."""
    document = Document.objects.get(pk=document_id)
    for section in outline.leaves(document):
        if not section.text.strip():
            raise StepFailed(_("The section “%(title)s” is missing.") % {"title": section.title})
    require_citations(document_id)
    return manuscripts.load(document_id)


def _store(document_id: UUID, reader: ReaderHtml, style: str, pages: Decimal) -> None:
    exporting.store_reader(document_id=document_id, reader=reader, style=style)
    Document.objects.filter(pk=document_id).update(body_pages=pages)


async def export(work: Work) -> Result:
    """The files to download, before the document counts as ready.

    PDF and DOCX are there since the last measuring, where the length was right; else they are made at once.
    It told, too, on which pages what begins.
    """
    claim = work.claim
    measured = await in_database(queue.result_of, claim.job_id, Stage.MEASURE, claim.round)

    async def make(format: ExportFormat) -> UUID:
        return await exporting.export(
            document_id=claim.document_id,
            format=format,
            with_ai_statement=False,
            first_pages=measured.get("first_pages"),
        )

    made = await each_at_once(list(DELIVERED), make)
    return Result({"exports": [str(export) for export in made]})
