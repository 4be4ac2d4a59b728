"""Having one file made, of a text or of a report, in a child process within limits."""

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from documents.enums import ExportFormat
from typesetting import (
    ExportError,
    Fallbacks,
    Manuscript,
    render_docx_async,
    render_file_async,
    render_files_async,
    render_pdf_async,
)
from typesetting.sheet import LONG, render_sheet


@dataclass(frozen=True)
class Report:
    """The content of a report: HTML to be set as PDF, or a table that is the file."""

    content: str


@dataclass(frozen=True)
class Rendered:
    """A finished file on the local disk, before it goes to storage.

    ``first_pages`` says where sections begin, by id, if it was laid out on pages, ``body_pages`` how long its text is,
    ``page_texts`` the letters of each page. ``manifest`` is what it says of its citations, once it does.
    """

    path: Path
    size: int
    fallbacks: Fallbacks = field(default_factory=Fallbacks)
    first_pages: Mapping[str, int] = field(default_factory=dict)
    body_pages: Decimal | None = None
    page_texts: tuple[str, ...] = ()
    manifest: str = ""


async def make(
    format: ExportFormat, work: Manuscript | Report, path: Path, *, first_pages: Mapping[str, int] | None
) -> Rendered:
    """Makes the file at ``path``. Raises ExportError with a plain reason.

    ``first_pages`` as somebody measured them who laid this very text out, to save another layout.
    """
    if isinstance(work, Report):
        return await asyncio.to_thread(_report, format, work, path)
    if format == ExportFormat.PDF:
        pdf = await render_pdf_async(work, path)
        return Rendered(path, pdf.size, pdf.fallbacks, pdf.first_pages, pdf.body_pages, pdf.page_texts)
    if format == ExportFormat.DOCX:
        docx = await render_docx_async(work, path, first_pages=first_pages)
        return Rendered(path, docx.size, docx.fallbacks)
    file = await render_file_async(work, path, kind=format.value, first_pages=first_pages)
    return Rendered(path, file.size, file.fallbacks)


async def make_several(
    manuscript: Manuscript, paths: Mapping[ExportFormat, Path], *, first_pages: Mapping[str, int] | None
) -> dict[ExportFormat, Rendered | ExportError]:
    """As ``make`` for several files of one text: citations are set once. Of one that fails there is the reason."""
    places = {format.value: path for format, path in paths.items()}
    found = await render_files_async(manuscript, places, first_pages=first_pages)
    return {
        format: made
        if isinstance(made := found[format.value], ExportError)
        else Rendered(path, made.size, made.fallbacks, made.first_pages, made.body_pages, made.page_texts)
        for format, path in paths.items()
    }


def _report(format: ExportFormat, report: Report, path: Path) -> Rendered:
    is_pdf = format == ExportFormat.REPORT_PDF
    # With a mark at its start, for spreadsheets to know that it is UTF-8.
    data = render_sheet(report.content, limits=LONG) if is_pdf else report.content.encode("utf-8-sig")
    path.write_bytes(data)
    return Rendered(path, len(data))
