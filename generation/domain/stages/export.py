"""Export: the files to take away, made before the document is called ready."""

import asyncio

from documents.domain import exporting
from documents.enums import ExportFormat
from generation.domain.work import Result, Work


async def run(work: Work) -> Result:
    """PDF and DOCX, laid out at once in child processes."""
    made = await asyncio.gather(
        *(
            exporting.export(document_id=work.claim.document_id, format=format, with_ai_statement=False)
            for format in ExportFormat
        )
    )
    return Result({"exports": [str(export) for export in made]})
