"""PDFs as a typesetter makes them: sizes, columns and raised marks, from HTML."""

from pathlib import Path
from typing import Any

import pypdfium2
from weasyprint import HTML

from reading.pdf_front import meta_of
from reading.protocol import Meta, Page
from reading.runner import records
from tests.documents import files

STYLE = "@page { size: A4; margin: 2cm } body { font: 10pt serif } p { margin: 4pt 0 } sup, sub { font-size: 60% }"


def typeset(path: Path, html: str, *, title: str = "", author: str = "") -> Path:
    """A PDF of this HTML; ``title`` and ``author`` go into its metadata."""
    meta = f"<title>{title}</title><meta name=author content='{author}'>" if title or author else ""
    HTML(string=f"{meta}<style>{STYLE}</style>{html}").write_pdf(path)
    return path


def text(words: int = 160, *, start: int = 0) -> str:
    """A paragraph of prose."""
    return f"<p>{files.prose(words, start=start)}</p>"


def large(words: str, points: float = 18) -> str:
    """A line in larger type."""
    return f"<div style='font-size: {points}pt'>{words}</div>"


def front_of_file(path: Path) -> dict[str, object]:
    """What the child says about the first pages."""
    stream = records(path, kind="pdf")
    meta = next(stream)
    stream.close()
    assert isinstance(meta, Meta)
    return meta.front


def front(folder: Path, html: str, *, title: str = "", author: str = "") -> dict[str, Any]:
    """What the first pages of a PDF of this HTML carry, read without a child."""
    path = typeset(folder / "a.pdf", html, title=title, author=author)
    document = pypdfium2.PdfDocument(path)
    try:
        return meta_of(document, path).front
    finally:
        document.close()


def pages_of(path: Path) -> list[Page]:
    """All pages as the child says them."""
    return [record for record in records(path, kind="pdf") if isinstance(record, Page)]
