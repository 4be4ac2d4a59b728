"""The document for the screen: cleaned HTML with every citation marked (R-101)."""

from collections.abc import Mapping
from html import escape
from typing import Any

from typesetting.citing import CitedText
from typesetting.cleaning import clean
from typesetting.elements import Element
from typesetting.html import HtmlWriter
from typesetting.manuscript import Manuscript, ReaderHtml


class _ScreenWriter(HtmlWriter):
    """Marks citations and gathers notes, which a screen shows below the section."""

    def __init__(self, formulas: Mapping[tuple[str, str], str]) -> None:
        super().__init__(formulas)
        self.note_count = 0
        self.notes: list[str] = []
        self._in_citation = False

    def citation(self, content: list[Any]) -> str:
        first = int(content[0][0]["citationHash"])
        keys = escape(" ".join(item["citationId"] for item in content[0]))
        outer, self._in_citation = self._in_citation, True
        inside = self.inlines(content[1])
        self._in_citation = outer
        return f'<span class="citation" data-occurrence="{first}" data-keys="{keys}">{inside}</span>'

    def link(self, content: list[Any]) -> str:
        # The whole citation is what one clicks on: no link inside it.
        return self.inlines(content[1]) if self._in_citation else super().link(content)

    def note(self, content: list[Element]) -> str:
        self.note_count += 1
        number = self.note_count
        outer, self._in_citation = self._in_citation, False
        self.notes.append(f'<li id="note-{number}">{self.note_text(content)}</li>')
        self._in_citation = outer
        mark = str(number) if self._in_citation else f'<a href="#note-{number}">{number}</a>'
        return f'<sup class="note">{mark}</sup>'

    def gathered_notes(self) -> str:
        notes, self.notes = self.notes, []
        start = self.note_count - len(notes) + 1
        return f'\n<section class="notes"><ol start="{start}">{"".join(notes)}</ol></section>' if notes else ""


def reader_html(manuscript: Manuscript, cited: CitedText) -> ReaderHtml:
    """Sections and bibliography for the screen."""
    writer = _ScreenWriter(cited.formulas)
    sections = {}
    for section in manuscript.sections:
        text = writer.blocks(cited.sections[section.id])
        sections[section.id] = writer.clean(text + writer.gathered_notes())
    entries = {
        entry["c"][0][0].removeprefix("ref-"): clean(HtmlWriter().blocks(entry["c"][1])) for entry in cited.entries
    }
    listed = " listed" if cited.is_numbered else ""
    rows = "\n".join(
        clean(f'<div class="csl-entry" id="ref-{escape(key)}">{entry}</div>') for key, entry in entries.items()
    )
    return ReaderHtml(
        sections=sections,
        bibliography_html=f'<div class="references{listed}">{rows}</div>' if rows else "",
        bibliography_entries=entries,
        citation_count=cited.cited,
        fallbacks=cited.fallbacks,
    )
