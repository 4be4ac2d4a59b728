"""Further files of a document: ODT, EPUB, HTML, Markdown, LaTeX, and lists of its sources (R-96).

All are made of the same cited tree as PDF and DOCX, so a citation reads the same in each. Opened in a child only, and
only for a file that somebody asked for.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

from typesetting import citing
from typesetting.citing import CitedText
from typesetting.formats import epub, html_file, latex, markdown, odt, word_sources, zotero
from typesetting.formats.page_numbers import with_pages
from typesetting.lists import WRITERS
from typesetting.manuscript import Fallbacks, Manuscript

_Writer = Callable[[Manuscript, CitedText, Path], Path]
_PagedWriter = Callable[[Manuscript, CitedText, Mapping[str, int], Path], Path]

_WRITERS: Final[dict[str, _Writer]] = {
    "epub": epub.write,
    "html": html_file.write,
    "latex": latex.write,
    "markdown": markdown.write,
}
#: Their contents name pages.
_PAGED: Final[dict[str, _PagedWriter]] = {
    "odt": odt.write,
    "docx_word": word_sources.write,
    "docx_zotero": zotero.write,
}


def write(kind: str, manuscript: Manuscript, *, first_pages: Mapping[str, int], folder: Path) -> tuple[Path, Fallbacks]:
    """Writes a file of that kind into ``folder``. Returns its path, and where the style left something out.

    Raises ExportError. Lists of sources hold those that are cited. ``first_pages`` are page numbers by section id, as
    for ``word``; without them the document is laid out to find them, for the kinds whose contents name pages.
    """
    if kind in WRITERS:
        ending, write_list = WRITERS[kind]
        written = folder / f"sources.{ending}"
        written.write_text(write_list(manuscript.references), encoding="utf-8", newline="")
        return written, Fallbacks()
    cited = citing.cite(manuscript, folder)
    if kind in _PAGED:
        pages = with_pages(first_pages, manuscript, cited)
        return _PAGED[kind](manuscript, cited, pages, folder), cited.fallbacks
    return _WRITERS[kind](manuscript, cited, folder), cited.fallbacks
