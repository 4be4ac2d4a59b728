"""Page accuracy: pages delivered ÷ pages paid, and sheets of PDF and DOCX, by language, size and a writer's exactness.

LANGUAGES= (all ten), SIZES= (3 12 30 80 200), FACTORS= (0.6 1.0 1.4: what the writer gives of what it is asked for) and
PROCESSES= (2) choose. All is 150 documents of 9,750 pages; SIZES="3 12" is a quick form. Sheets of the DOCX are those
of LibreOffice, where it is installed.
"""

import os
import time
from pathlib import Path
from typing import TYPE_CHECKING, Final

import pypdfium2

from benchmarks import sheets, tables
from benchmarks.site import site
from benchmarks.workers import worker

if TYPE_CHECKING:
    from documents.models import Document

_LANGUAGES: Final = "en de it es fr pl pt nl cs ro"
_SIZES: Final = "3 12 30 80 200"
_FACTORS: Final = "0.6 1.0 1.4"
#: For the documents of one factor together.
_DEADLINE: Final = 3_600.0
_HEAD: Final = ("language, pages, writer", "delivered", "÷ paid", "rounds", "refunded", "PDF", "DOCX", "within R-11")


def main() -> None:
    """One factor after the other, for the outside world is the same for everybody."""
    languages = os.environ.get("LANGUAGES", _LANGUAGES).split()
    sizes = [int(size) for size in os.environ.get("SIZES", _SIZES).split()]
    factors = [float(factor) for factor in os.environ.get("FACTORS", _FACTORS).split()]
    pool = (f"--concurrency={os.environ.get('PROCESSES', '2')}",)
    began = time.monotonic()
    rows: list[tuple[str, ...]] = []
    with site() as here, worker(here.folder, pool):
        from benchmarks import orders, steps  # not before Django is set up

        for factor in factors:
            here.sandbox.clear_faults()
            if factor != 1:
                here.sandbox.fault("ai", "length", factor=factor)
            documents = [
                orders.order(pages=pages, sections=_sections(pages), language=language)
                for pages in sizes
                for language in languages
            ]
            for document in documents:
                orders.start(document)
            steps.wait_for(documents, seconds=_DEADLINE)
            files = _files(documents, here.folder / f"sheets-{factor:g}")
            rows += [_row(document, factor, files.get(document.pk.hex, ())) for document in documents]
            print(f"writer × {factor:g}: {len(documents)} documents, {time.monotonic() - began:.0f} s", flush=True)
    good = sum(row[-1] == "yes" for row in rows)
    tables.show(f"Pages delivered: {good} of {len(rows)} documents within R-11", _HEAD, rows)


def _sections(pages: int) -> int:
    return max(1, min(60, round(pages / 2)))


def _files(documents: "list[Document]", folder: Path) -> dict[str, tuple[int, ...]]:
    """Sheets of the PDF and, where LibreOffice is there, of the DOCX, by document."""
    from django.core.files.storage import default_storage

    from documents.enums import ExportFormat, ExportState
    from documents.models import Export

    folder.mkdir()
    rows = Export.objects.filter(document__in=documents, state=ExportState.READY)
    for row in rows.filter(format__in=[ExportFormat.PDF, ExportFormat.DOCX]):
        (folder / f"{row.document_id.hex}.{row.format}").write_bytes(default_storage.open(row.stored_as).read())
    found: dict[str, tuple[int, ...]] = {pdf.stem: (_pages(pdf),) for pdf in folder.glob("*.pdf")}
    files = sorted(folder.glob("*.docx"))
    if sheets.PROGRAM is None or not files:
        return found
    laid_out = folder / "laid-out"
    laid_out.mkdir()
    return {pdf.stem: (*found[pdf.stem], _pages(pdf)) for pdf in sheets.convert(files, laid_out)}


def _pages(pdf: Path) -> int:
    document = pypdfium2.PdfDocument(pdf)
    try:
        return len(document)
    finally:
        document.close()


def _row(document: "Document", factor: float, counted: tuple[int, ...]) -> tuple[str, ...]:
    from billing.models import Payment
    from documents.domain import page_count
    from generation.enums import JobKind, JobState, Stage
    from generation.models import Job, Step

    document.refresh_from_db()
    job = Job.objects.get(document=document, kind=JobKind.DOCUMENT)
    name = f"{document.language} {document.pages:>3} × {factor:g}"
    refunded = str(Payment.objects.get(document=document).refunds.count())
    rounds = str(Step.objects.filter(job=job, stage=Stage.MEASURE).count() - 1)
    if job.state != JobState.SUCCEEDED or document.body_pages is None:
        return name, "failed", "", rounds, refunded, "", "", "no"
    is_right = page_count.is_delivered(pages=document.pages, body=document.body_pages)
    # The first is the PDF's; nobody may get more sheets than it has.
    is_right = is_right and bool(counted) and max(counted) == counted[0]
    pdf, docx = (*map(str, counted), "", "")[:2]
    share = f"{document.body_pages / document.pages:.3f}"
    return name, f"{document.body_pages:.2f}", share, rounds, refunded, pdf, docx, "yes" if is_right else "no"


if __name__ == "__main__":
    main()
