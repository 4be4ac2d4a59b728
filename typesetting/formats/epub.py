"""EPUB 3: a file for each chapter, headings to go to, notes that open where they are read."""

import uuid
from importlib import resources
from pathlib import Path

from typesetting import pandoc
from typesetting.citing import CitedText
from typesetting.elements import Element, attr, change_inlines, document, element, text
from typesetting.formats.whole import BIBLIOGRAPHY, header, one_line, parts, table_lines, title_lines, with_numbers
from typesetting.front_parts import label
from typesetting.labels import locale
from typesetting.manuscript import Manuscript


def write(manuscript: Manuscript, cited: CitedText, folder: Path) -> Path:
    """Writes the document into ``folder`` and returns its path. Raises ExportError."""
    style = folder / "book.css"
    style.write_text((resources.files("typesetting.formats") / "book.css").read_text(encoding="utf-8"), "utf-8")
    blocks = [_title_page(manuscript)]
    if tables := table_lines(cited):
        blocks += [element("Header", 1, attr("tables"), text(label(manuscript, "tables"))), _listed(tables)]
    for part in parts(manuscript, cited):
        blocks.append(header(part))
        listed = part.key == BIBLIOGRAPHY
        blocks += [element("Div", attr("", "references"), part.blocks)] if listed else part.blocks
    written = folder / "document.epub"
    pandoc.run(
        ["-t", "epub3", f"--css={style}", "--split-level=1", "--toc", "--toc-depth=2", "--epub-title-page=false",
         "--mathml", f"--output={written}"],
        given={**change_inlines(document(blocks), with_numbers), "meta": _meta(manuscript)},
        folder=folder,
    )  # fmt: skip
    return written


def _listed(tables: dict[str, str]) -> Element:
    """The list of tables, each line leading to one."""
    lines = [
        element("Para", [element("Link", attr(), text(words), [f"#{anchor}", ""])]) for anchor, words in tables.items()
    ]
    return element("Div", attr("", "list-of-tables"), lines)


def _title_page(manuscript: Manuscript) -> Element:
    """Words of the title page, before any heading: the chapters begin behind it."""
    lines = [
        element("Div", attr("", f"title-{name}"), [element("Para", text(words))])
        for name, words in title_lines(manuscript).items()
    ]
    if manuscript.notice:
        lines.append(element("Para", [element("Emph", text(one_line(manuscript, manuscript.notice)))]))
    return element("Div", attr("title-page", "title-page"), lines)


def _meta(manuscript: Manuscript) -> Element:
    title, author = one_line(manuscript, manuscript.title), one_line(manuscript, manuscript.author)
    # The same text has the same name for a library of books, whenever it was made.
    name = uuid.uuid5(uuid.NAMESPACE_URL, "\n".join((title, author, *(one.id for one in manuscript.sections))))
    found = {
        "title": title,
        "lang": locale(manuscript.language),
        "date": manuscript.date.isoformat(),
        "identifier": f"urn:uuid:{name}",
        "toc-title": label(manuscript, "contents"),
    }
    if author:
        found["author"] = author
    return {name: element("MetaString", words) for name, words in found.items()}
