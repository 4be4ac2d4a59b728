"""Markdown, as GitHub reads it: citations as printed, notes as notes, contents as links to the headings."""

import re
from pathlib import Path

from typesetting import pandoc
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, document, element, text
from typesetting.formats.whole import Part, header, parts, table_lines, title_lines, with_numbers, without_citations
from typesetting.front_parts import label
from typesetting.manuscript import Manuscript


def write(manuscript: Manuscript, cited: CitedText, folder: Path) -> Path:
    """Writes the document into ``folder`` and returns its path. Raises ExportError."""
    found = parts(manuscript, cited)
    lines = title_lines(manuscript)
    blocks = [element("Header", 1, attr("title"), text(lines.pop("title")))]
    blocks.append(element("Para", _lines(list(lines.values()))))
    if manuscript.notice:
        blocks.append(element("Para", [element("Emph", text(manuscript.notice))]))
    blocks.append(element("Header", 2, attr("contents"), text(label(manuscript, "contents"))))
    blocks.append(_contents(found))
    if tables := table_lines(cited):
        blocks.append(element("Header", 2, attr("tables"), text(label(manuscript, "tables"))))
        blocks.append(element("BulletList", [[_line(words, anchor)] for anchor, words in tables.items()]))
    for part in found:
        blocks.append(header(Part(**{**vars(part), "depth": part.depth + 1})))
        blocks += _one_deeper(part.blocks)
    written = folder / "document.md"
    tree = change_inlines(change_inlines(document(blocks), without_citations), with_numbers)
    pandoc.run(["-t", "gfm", "--wrap=none", f"--output={written}"], given=tree, folder=folder)
    return written


def _lines(lines: list[str]) -> list[Element]:
    found: list[Element] = []
    for words in lines:
        found += [element("LineBreak")] if found else []
        found += text(words)
    return found


def _contents(found: list[Part]) -> Element:
    """A list of the headings, sections below their chapters."""
    chapters: list[list[Element]] = []
    for part in found:
        line = _line(part.heading, _github_anchor(part.heading))
        if part.depth == 1:
            chapters.append([line])
        elif chapters[-1][-1]["t"] == "BulletList":
            chapters[-1][-1]["c"].append([line])
        else:
            chapters[-1].append(element("BulletList", [[line]]))
    return element("BulletList", chapters)


def _line(words: str, anchor: str) -> Element:
    return element("Plain", [element("Link", attr(), text(words), [f"#{anchor}", ""])])


def _github_anchor(heading: str) -> str:
    """The id that GitHub and its like give a heading: small letters, no punctuation, a hyphen for each blank."""
    return re.sub(r"[^\w\- ]", "", heading.lower().replace("\u00a0", " ")).replace(" ", "-")


def _one_deeper(blocks: list[Element]) -> list[Element]:
    """The title is the first heading of the file: those within sections are a step lower."""
    return [
        element("Header", min(6, block["c"][0] + 1), *block["c"][1:]) if block["t"] == "Header" else block
        for block in blocks
    ]
