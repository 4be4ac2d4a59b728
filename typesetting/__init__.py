"""The typesetter: manuscripts to pages, files and screens (R-11, R-96).

Everything heavy runs in a child process under limits. The package knows neither Django nor the database.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from typesetting.catalogue import ListedStyle, find_styles
from typesetting.errors import ExportError
from typesetting.examples import StyleExample, style_example
from typesetting.fonts import DEBIAN_PACKAGE, missing_fonts
from typesetting.length import body_characters, characters_per_page
from typesetting.manuscript import (
    DocxResult,
    Fallbacks,
    FileResult,
    Keep,
    Manuscript,
    ManuscriptSection,
    Measurement,
    PdfResult,
    ReaderHtml,
    Said,
    Wanted,
    WordComment,
)
from typesetting.runner import run, run_async, share, warm_up
from typesetting.styles import CslStyle, csl_styles, style_exists, style_title

__all__ = [
    "DEBIAN_PACKAGE",
    "CslStyle",
    "DocxResult",
    "ExportError",
    "Fallbacks",
    "FileResult",
    "Keep",
    "ListedStyle",
    "Manuscript",
    "ManuscriptSection",
    "Measurement",
    "PdfResult",
    "ReaderHtml",
    "Said",
    "StyleExample",
    "Wanted",
    "WordComment",
    "body_characters",
    "characters_per_page",
    "csl_styles",
    "find_styles",
    "measure",
    "measure_async",
    "missing_fonts",
    "render_docx",
    "render_docx_async",
    "render_file",
    "render_file_async",
    "render_files",
    "render_files_async",
    "render_pdf",
    "render_pdf_async",
    "render_reader",
    "render_reader_async",
    "share",
    "style_example",
    "style_exists",
    "style_title",
    "warm_up",
]


def measure(manuscript: Manuscript, *, keep: Keep | None = None) -> Measurement:
    """Lays the document out and counts its pages (R-11). Raises ExportError.

    ``keep`` asks for what was laid out as a PDF, and for the DOCX, should its length be right: layout and citing are
    what takes long. A DOCX that cannot be written is left out.
    """
    return _measurement(run("measure", manuscript, keep=_kept(keep)))


async def measure_async(manuscript: Manuscript, *, keep: Keep | None = None) -> Measurement:
    """``measure`` for async callers."""
    return _measurement(await run_async("measure", manuscript, keep=_kept(keep)))


def render_pdf(manuscript: Manuscript, destination: Path) -> PdfResult:
    """Writes a tagged PDF. Raises ExportError, and then leaves nothing at the destination."""
    return _pdf(run("pdf", manuscript, destination=_absolute(destination)))


async def render_pdf_async(manuscript: Manuscript, destination: Path) -> PdfResult:
    """``render_pdf`` for async callers."""
    return _pdf(await run_async("pdf", manuscript, destination=_absolute(destination)))


def render_docx(
    manuscript: Manuscript, destination: Path, *, first_pages: Mapping[str, int] | None = None
) -> DocxResult:
    """Writes a DOCX. Raises ExportError, and then leaves nothing at the destination.

    ``first_pages`` are the page numbers for its table of contents, by section id, as ``measure`` found them; without
    them the document is laid out to find them.
    """
    return _docx(run("docx", manuscript, destination=_absolute(destination), first_pages=_pages(first_pages)))


async def render_docx_async(
    manuscript: Manuscript, destination: Path, *, first_pages: Mapping[str, int] | None = None
) -> DocxResult:
    """``render_docx`` for async callers."""
    return _docx(
        await run_async("docx", manuscript, destination=_absolute(destination), first_pages=_pages(first_pages))
    )


def render_file(
    manuscript: Manuscript, destination: Path, *, kind: str, first_pages: Mapping[str, int] | None = None
) -> FileResult:
    """Writes one of the further files (`typesetting.formats`). Raises ExportError, and then leaves nothing there.

    ``first_pages`` as for ``render_docx``, for the kinds whose contents name pages.
    """
    return _file(render_files(manuscript, {kind: destination}, first_pages=first_pages)[kind])


async def render_file_async(
    manuscript: Manuscript, destination: Path, *, kind: str, first_pages: Mapping[str, int] | None = None
) -> FileResult:
    """``render_file`` for async callers."""
    return _file((await render_files_async(manuscript, {kind: destination}, first_pages=first_pages))[kind])


def render_files(
    manuscript: Manuscript, destinations: Mapping[str, Path], *, first_pages: Mapping[str, int] | None = None
) -> dict[str, FileResult | ExportError]:
    """Writes files of several kinds, also ``pdf`` and ``docx``, with citations set once and one layout at most.

    Of one that could not be written there is the reason, and nothing at its destination. Raises ExportError.
    """
    return _files(run("files", manuscript, **_wanted(destinations, first_pages)))


async def render_files_async(
    manuscript: Manuscript, destinations: Mapping[str, Path], *, first_pages: Mapping[str, int] | None = None
) -> dict[str, FileResult | ExportError]:
    """``render_files`` for async callers."""
    return _files(await run_async("files", manuscript, **_wanted(destinations, first_pages)))


def render_reader(manuscript: Manuscript) -> ReaderHtml:
    """The document as cleaned HTML for the screen. Raises ExportError."""
    return _reader(run("reader", manuscript))


async def render_reader_async(manuscript: Manuscript) -> ReaderHtml:
    """``render_reader`` for async callers."""
    return _reader(await run_async("reader", manuscript))


def _absolute(destination: Path) -> str:
    return str(Path(destination).absolute())


def _kept(keep: Keep | None) -> dict[str, Any] | None:
    if keep is None:
        return None
    return {
        "pdf": _absolute(keep.pdf),
        "docx": _absolute(keep.docx),
        "wanted": [str(keep.wanted.least), str(keep.wanted.most), str(keep.wanted.last_page)],
    }


def _pages(first_pages: Mapping[str, int] | None) -> dict[str, int] | None:
    return None if first_pages is None else dict(first_pages)


def _measurement(result: dict[str, Any]) -> Measurement:
    return Measurement(
        body_pages=Decimal(result["body_pages"]),
        total_pages=result["total_pages"],
        section_pages={name: Decimal(pages) for name, pages in result["section_pages"].items()},
        first_pages=result["first_pages"],
        fallbacks=_fallbacks(result),
        page_texts=tuple(result["page_texts"]),
    )


def _pdf(result: dict[str, Any]) -> PdfResult:
    return PdfResult(
        body_pages=Decimal(result["body_pages"]),
        total_pages=result["total_pages"],
        size=result["size"],
        first_pages=result["first_pages"],
        fallbacks=_fallbacks(result),
        page_texts=tuple(result["page_texts"]),
    )


def _docx(result: dict[str, Any]) -> DocxResult:
    return DocxResult(size=result["size"], fallbacks=_fallbacks(result))


def _wanted(destinations: Mapping[str, Path], first_pages: Mapping[str, int] | None) -> dict[str, Any]:
    places = {kind: _absolute(destination) for kind, destination in destinations.items()}
    return {"destinations": places, "first_pages": _pages(first_pages)}


def _files(result: dict[str, Any]) -> dict[str, FileResult | ExportError]:
    return {
        kind: ExportError(made["error"])
        if "error" in made
        else FileResult(
            size=made["size"],
            fallbacks=_fallbacks(made),
            first_pages=made.get("first_pages", {}),
            body_pages=Decimal(made["body_pages"]) if "body_pages" in made else None,
            page_texts=tuple(made.get("page_texts", ())),
        )
        for kind, made in result["files"].items()
    }


def _file(result: FileResult | ExportError) -> FileResult:
    if isinstance(result, ExportError):
        raise result
    return result


def _reader(result: dict[str, Any]) -> ReaderHtml:
    return ReaderHtml(**{**result, "fallbacks": _fallbacks(result)})


def _fallbacks(result: dict[str, Any]) -> Fallbacks:
    said: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in result["fallbacks"].items()
    }
    return Fallbacks(**said)
