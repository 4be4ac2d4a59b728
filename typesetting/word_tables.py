"""Tables and formulas of the DOCX as Word numbers them: fields that it counts anew, and lists that it makes (R-17).

Captions hold SEQ fields, references REF fields, the list of tables is a TOC field; each with its words in place.
"""

from collections.abc import Mapping
from html import escape
from typing import Any, Final

from lxml import etree

from typesetting.elements import Element, attr, element
from typesetting.numbering import in_line, is_numbered
from typesetting.tables import CaptionedTable, is_captioned, read
from typesetting.word_parts import field, paragraph, text
from typesetting.word_styles import WORD

#: Numbers of bookmarks: those of headings and of pandoc are lower.
_REFERENCES: Final = 600_000
_LISTED: Final = 700_000
_ANCHOR: Final = "#table-"
_PAGE: Final = " PAGEREF {} \\h "


def with_fields(items: list[Any]) -> list[Any]:
    """Captioned tables, numbered formulas and references to tables as Word writes them."""
    kept: list[Any] = []
    for item in items:
        if is_captioned(item):
            kept += _table(read(item))
        elif isinstance(item, dict) and item.get("t") == "Div" and is_numbered(item):
            tab = _raw("<w:r><w:tab/></w:r>")
            kept.append(element("Div", attr(item["c"][0][0], custom_style="Formula"), [in_line(item["c"], tab, tab)]))
        elif isinstance(item, dict) and item.get("t") == "Link" and item["c"][2][0].startswith(_ANCHOR):
            number = item["c"][2][0].removeprefix(_ANCHOR)
            kept += [_raw(field(f" REF {_bookmark(number)} \\h ")), *item["c"][1], _raw(_END)]
        else:
            kept.append(item)
    return kept


def _table(found: CaptionedTable) -> list[Element]:
    blocks = [found.table]
    if found.caption and not found.words:  # nothing counts the tables of parts beside the text
        blocks.insert(0, element("Div", attr(custom_style="Table Caption"), [element("Para", found.caption)]))
    if found.words:
        word = found.words.rpartition("\u00a0")[0]
        seq = field(f" SEQ {word} \\* ARABIC ", _bold(found.number))
        caption = [
            _raw(_start(_REFERENCES, found.number, _bookmark(found.number))),
            _raw(_start(_LISTED, found.number, _listed(found.number))),
            _raw(_bold(f"{word}\u00a0") + seq),
            _raw(_stop(_REFERENCES, found.number) + _bold(".")),
            element("Space"),
            *found.caption,
            _raw(_stop(_LISTED, found.number)),
        ]
        blocks.insert(0, element("Div", attr(custom_style="Table Caption"), [element("Para", caption)]))
    # Without a source, too: two tables side by side would be one.
    below = found.source or [element("Str", "")]
    return [*blocks, element("Div", attr(custom_style="Table Source"), [element("Para", below)])]


def table_list(tables: Mapping[str, tuple[CaptionedTable, str]], pages: Mapping[str, int], *, heading: str) -> str:
    """The list of tables: by anchor each table and its line of plain text; ``pages`` by anchor."""
    lines: list[str] = []
    for anchor, (found, title) in tables.items():
        mark = _listed(found.number)
        begin = ""
        if not lines:
            word = found.words.rpartition("\u00a0")[0]
            begin = field(f' TOC \\h \\z \\c "{word}" ')
        inside = (
            f'<w:hyperlink w:anchor="{mark}" w:history="1">{text(escape(title))}<w:r><w:tab/></w:r>'
            f"{field(_PAGE.format(mark), text(str(pages[anchor])))}</w:hyperlink>"
        )
        lines.append(paragraph("TableofFigures", begin + inside))
    end = paragraph("TableofFigures", _END)
    title = paragraph("TOCHeading", text(escape(heading)), '<w:pageBreakBefore w:val="0"/><w:spacing w:before="480"/>')
    return f"{title}{''.join(lines)}{end}"


_END: Final = '<w:r><w:fldChar w:fldCharType="end"/></w:r>'


def keep_rows(document: "etree._Element") -> None:
    """No row of a table is parted between two pages."""
    for row in document.iter(f"{{{WORD}}}tr"):
        properties = row.find(f"{{{WORD}}}trPr")
        if properties is None:
            properties = etree.Element(f"{{{WORD}}}trPr")
            row.insert(0, properties)
        properties.insert(0, etree.Element(f"{{{WORD}}}cantSplit"))


def _bold(words: str) -> str:
    return f'<w:r><w:rPr><w:b/></w:rPr><w:t xml:space="preserve">{escape(words)}</w:t></w:r>'


def _raw(xml: str) -> Element:
    return element("RawInline", "openxml", xml)


def _bookmark(number: str) -> str:
    return f"_RefTable{number}"


def _listed(number: str) -> str:
    return f"_Toc{_LISTED + int(number)}"


def _start(series: int, number: str, name: str) -> str:
    return f'<w:bookmarkStart w:id="{series + int(number)}" w:name="{name}"/>'


def _stop(series: int, number: str) -> str:
    return f'<w:bookmarkEnd w:id="{series + int(number)}"/>'
