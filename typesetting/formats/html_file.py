"""HTML in one file: its style is inside, nothing is fetched from anywhere, and it prints as a document."""

from collections.abc import Mapping
from html import escape
from importlib import resources
from pathlib import Path
from typing import Any, Final

from typesetting.citing import CitedText
from typesetting.elements import Element
from typesetting.formats.whole import BIBLIOGRAPHY, Part, one_line, parts, table_lines, title_lines
from typesetting.front_parts import label
from typesetting.html import HtmlWriter
from typesetting.labels import locale
from typesetting.manuscript import Manuscript

#: No script, no picture, no font: nothing that a page could be asked for from elsewhere.
_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"
_TAGS: Final = {"title": "h1"}


class _FileWriter(HtmlWriter):
    """Gathers the notes, which stand below their section, each with the way back to its mark."""

    def __init__(self, formulas: Mapping[tuple[str, str], str]) -> None:
        super().__init__(formulas)
        self.count = 0
        self.notes: list[str] = []

    def note(self, content: list[Element]) -> str:
        self.count += 1
        number = self.count
        back = f' <a href="#mark-{number}">↩</a>'
        self.notes.append(f'<li id="note-{number}">{self.note_text(content)}{back}</li>')
        return f'<sup class="note" id="mark-{number}"><a href="#note-{number}">{number}</a></sup>'

    def citation(self, content: list[Any]) -> str:
        return f'<span class="citation">{self.inlines(content[1])}</span>'

    def gathered_notes(self) -> str:
        notes, self.notes = self.notes, []
        start = self.count - len(notes) + 1
        return f'\n<section class="notes"><ol start="{start}">{"".join(notes)}</ol></section>' if notes else ""


def write(manuscript: Manuscript, cited: CitedText, folder: Path) -> Path:
    """Writes the document into ``folder`` and returns its path."""
    written = folder / "document.html"
    written.write_text(
        _page(
            manuscript,
            parts(manuscript, cited),
            _FileWriter(cited.formulas),
            listed=table_lines(cited),
            is_numbered=cited.is_numbered,
        ),
        encoding="utf-8",
    )
    return written


def _page(
    manuscript: Manuscript, found: list[Part], writer: _FileWriter, *, listed: dict[str, str], is_numbered: bool
) -> str:
    style = (resources.files("typesetting.formats") / "screen.css").read_text(encoding="utf-8")
    lines = "\n".join(
        f'<{_TAGS.get(name, "p")} class="{name}">{escape(words)}</{_TAGS.get(name, "p")}>'
        for name, words in title_lines(manuscript).items()
    )
    notice = f'<p class="notice">{escape(one_line(manuscript, manuscript.notice))}</p>\n' if manuscript.notice else ""
    contents = "\n".join(
        f'<li class="depth-{part.depth}"><a href="#{part.anchor}">{escape(part.heading)}</a></li>' for part in found
    )
    tables = "\n".join(
        f'<li class="depth-1"><a href="#{anchor}">{escape(words)}</a></li>' for anchor, words in listed.items()
    )
    body = "\n".join(_part(part, writer, is_numbered=is_numbered) for part in found)
    title = escape(label(manuscript, "contents"))
    named = escape(label(manuscript, "tables"))
    behind = (
        f'<nav class="contents" aria-labelledby="tables">\n<h2 id="tables">{named}</h2>\n'
        f"<ol>\n{tables}\n</ol>\n</nav>\n"
        if tables
        else ""
    )
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(locale(manuscript.language))}">\n<head>\n<meta charset="utf-8">\n'
        f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(one_line(manuscript, manuscript.title))}</title>\n"
        f'<meta name="author" content="{escape(one_line(manuscript, manuscript.author))}">\n'
        f'<meta name="dcterms.created" content="{manuscript.date.isoformat()}">\n'
        f"<style>\n{style}</style>\n</head>\n<body>\n{notice}"
        f'<header class="title-page">\n{lines}\n</header>\n'
        f'<nav class="contents" aria-labelledby="contents">\n<h2 id="contents">{title}</h2>\n'
        f"<ol>\n{contents}\n</ol>\n</nav>\n{behind}<main>\n{body}\n</main>\n</body>\n</html>\n"
    )


def _part(part: Part, writer: _FileWriter, *, is_numbered: bool) -> str:
    level = part.depth + 1
    heading = f'<h{level} id="{part.anchor}">{escape(part.heading)}</h{level}>'
    if part.key == BIBLIOGRAPHY:
        listed = " listed" if is_numbered else ""
        entries = "\n".join(
            f'<div class="csl-entry" id="{escape(entry["c"][0][0])}">{writer.clean(writer.blocks(entry["c"][1]))}</div>'
            for entry in part.blocks
        )
        return f'{heading}\n<section class="references{listed}">\n{entries}\n</section>'
    return f"{heading}\n{writer.clean(writer.blocks(part.blocks) + writer.gathered_notes())}"
