"""All files of a document: besides PDF and DOCX, ODT, EPUB, HTML, Markdown, LaTeX, and lists of its sources (R-96).

All are made of the same cited tree, so a citation reads the same in each. Opened in a child only, and only for files
that somebody asked for.
"""

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typesetting import citing, paging, paper, word
from typesetting.citing import CitedText
from typesetting.formats import epub, html_file, latex, markdown, odt, word_sources, zotero
from typesetting.lists import WRITERS
from typesetting.manuscript import Fallbacks, Manuscript, Measurement
from typesetting.page_format import STANDARD

if TYPE_CHECKING:
    from weasyprint import Document

_Writer = Callable[[Manuscript, CitedText, Path], Path]
_PagedWriter = Callable[[Manuscript, CitedText, Mapping[str, int], Path], Path]

_WRITERS: Final[dict[str, _Writer]] = {
    "epub": epub.write,
    "html": html_file.write,
    "latex": latex.write,
    "markdown": markdown.write,
}
#: Their contents name pages.
_PAGED: Final[dict[str, _PagedWriter]] = {"odt": odt.write}
_WORD: Final[dict[str, _PagedWriter]] = {"docx_word": word_sources.write, "docx_zotero": zotero.write}


class Files:
    """The files of one manuscript, whose citations are set once and which is laid out once at most.

    ``first_pages`` are page numbers by section id, as for ``word``; without them the document is laid out to find them
    where contents name pages.
    """

    def __init__(self, manuscript: Manuscript, *, first_pages: Mapping[str, int], folder: Path) -> None:
        self._manuscript = manuscript
        self._known = first_pages
        self._folder = folder

    @cached_property
    def cited(self) -> CitedText:
        """The text with its citations set."""
        return citing.cite(self._manuscript, self._folder)

    @cached_property
    def document(self) -> "Document":
        """The text on pages."""
        return paging.lay_out(self._manuscript, self.cited)

    @cached_property
    def first_pages(self) -> Mapping[str, int]:
        """Where sections begin: as it is known, if all that the contents list is known; else as it was laid out."""
        if "document" not in self.__dict__ and word.needs_pages(self._manuscript, self.cited) <= self._known.keys():
            return self._known
        return paging.first_pages(self.document, self._manuscript)

    @cached_property
    def word_pages(self) -> Mapping[str, int]:
        """As ``first_pages``, for Word: its files may be in a template of the student's."""
        if self._manuscript.own_template:
            return paging.pages_of_template(self._manuscript, self.cited)[0]
        return self.first_pages

    @cached_property
    def standard_pages(self) -> Mapping[str, int]:
        """As ``first_pages``, for files that are laid out on the standard page, whatever the document's format."""
        look = self._manuscript.page_format
        alike = replace(STANDARD, heading_numbers=look.heading_numbers)
        if look == alike:
            return self.first_pages
        manuscript = replace(self._manuscript, page_format=alike)
        return paging.first_pages(paging.lay_out(manuscript, self.cited), manuscript)

    def measured(self) -> Measurement:
        """Length and pages as laid out (R-11)."""
        return paging.measure_pages(self.document, self._manuscript)

    def fallbacks(self, kind: str) -> Fallbacks:
        """Where the style left something out of a file of that kind."""
        return Fallbacks() if kind in WRITERS else self.cited.fallbacks

    def write(self, kind: str) -> Path:
        """Writes a file of that kind into a folder of its own and returns its path. Raises ExportError.

        Lists of sources hold those that are cited.
        """
        folder = self._folder / kind
        folder.mkdir(exist_ok=True)
        if kind in WRITERS:
            ending, write_list = WRITERS[kind]
            written = folder / f"sources.{ending}"
            written.write_text(write_list(self._manuscript.references), encoding="utf-8", newline="")
            return written
        if kind == "pdf":
            written = folder / "document.pdf"
            links = paper.link_words(self._manuscript, self.cited)
            paging.write(self.document, written, links=links, day=self._manuscript.date)
            return written
        if kind == "docx":
            total = len(self.document.pages) if "document" in self.__dict__ else None
            return word.write(
                self._manuscript, self.cited, first_pages=self.word_pages, folder=folder, total_pages=total
            )
        if kind in _WORD:
            return _WORD[kind](self._manuscript, self.cited, self.word_pages, folder)
        if kind in _PAGED:
            return _PAGED[kind](self._manuscript, self.cited, self.standard_pages, folder)
        return _WRITERS[kind](self._manuscript, self.cited, folder)
