"""Export stage: makes the files to download before the document counts as ready."""

from uuid import UUID

from documents.domain import exporting
from documents.enums import ExportFormat
from generation.database import in_database
from generation.engine import queue
from generation.engine.work import Result, Work, each_at_once
from generation.enums import Stage


async def run(work: Work) -> Result:
    """PDF and DOCX: both are there since the last measuring, where the length was right; else they are made at once.

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

    made = await each_at_once(list(ExportFormat), make)
    return Result({"exports": [str(export) for export in made]})
