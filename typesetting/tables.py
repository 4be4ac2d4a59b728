"""Tables in the tree: figures under each other, columns as wide as their words, captions and notes on sources (R-17).

A table with a caption or a source is a Div of class ``table``: a Div ``caption``, the table, a Div ``source``.
"""

import re
from dataclasses import dataclass
from typing import Any, Final

from typesetting.elements import Element, attr, element, plain
from typesetting.labels import base_language

TABLE: Final = "table"
CAPTION: Final = "caption"
SOURCE: Final = "source"
#: Characters that a line of a table holds; wider ones get columns of measured width.
_LINE_CHARACTERS: Final = 80
_WIDEST_CHARACTERS: Final = 50
_LONGEST_WORD_CHARACTERS: Final = 24
#: Room beside the words of a cell.
_BESIDE_CHARACTERS: Final = 4
_FIGURE: Final = re.compile(
    r"(?P<number>[-−+±<>≤≥≈~]?\s?[\d][\d.,'’\u00a0\u202f\u2007\u2008 ]*)(?P<unit>\s?(?:[%‰€£$]|[A-Z]{3})?)"
)
#: What stands in a column of figures where there is none.
_NOTHING: Final = re.compile(r"[-–—.…]{0,3}|n/?a|k\. ?A\.", re.I)
_DECIMALS: Final = {".": re.compile(r"\.(?!\d{3}(?!\d))\d"), ",": re.compile(r",(?!\d{3}(?!\d))\d")}
#: As wide as a digit, and as a point: spaces that no line breaks at.
_DIGIT_SPACE: Final = "\u2007"
_POINT_SPACE: Final = "\u2008"


@dataclass(frozen=True)
class CaptionedTable:
    """A Div ``table``, read. ``words`` are such as "Table 1"; empty, as ``number``, where it has no caption."""

    anchor: str
    number: str
    words: str
    caption: list[Element]
    table: Element
    source: list[Element]


def captioned(table: Element, *, label: str, caption: list[Element] | None, source: list[Element] | None) -> Element:
    """A table with what stands above and below it."""
    parts = [table]
    if caption is not None:
        parts.insert(0, element("Div", attr("", CAPTION), [element("Plain", caption)]))
    if source is not None:
        parts.append(element("Div", attr("", SOURCE), [element("Plain", source)]))
    return element("Div", attr(label, TABLE), parts)


def is_captioned(node: Any) -> bool:
    """Whether it is a Div of a table."""
    return isinstance(node, dict) and node.get("t") == "Div" and TABLE in node["c"][0][1]


def has_caption(node: Any) -> bool:
    """Whether it is a table that is numbered."""
    return is_captioned(node) and CAPTION in node["c"][1][0]["c"][0][1]


def read(div: Element) -> CaptionedTable:
    """The parts of a Div ``table``."""
    (anchor, _classes, values), parts = div["c"]
    known = dict(values)
    beside = {part["c"][0][1][0]: part["c"][1][0]["c"] for part in parts if part["t"] == "Div"}
    return CaptionedTable(
        anchor=anchor,
        number=known.get("number", ""),
        words=known.get("words", ""),
        caption=beside.get(CAPTION, []),
        table=next(part for part in parts if part["t"] == "Table"),
        source=beside.get(SOURCE, []),
    )


def with_native_caption(div: Element, *, is_numbered_there: bool) -> list[Element]:
    """A table whose caption is pandoc's, for formats that we do not write ourselves; and its source.

    ``is_numbered_there`` where the format sets word and number before the caption.
    """
    found = read(div)
    before = [] if is_numbered_there or not found.words else [element("Str", f"{found.words}."), element("Space")]
    _attr, _caption, *rest = found.table["c"]
    said = [*before, *found.caption]
    caption = [None, [element("Plain", said)] if said else []]
    table = element("Table", attr(found.anchor if is_numbered_there else ""), caption, *rest)
    blocks = [table, element("Para", found.source)] if found.source else [table]
    # Not all formats take a table's own name.
    return blocks if is_numbered_there else [element("Div", attr(found.anchor), blocks)]


def aligned(table: Element, language: str) -> Element:
    """The table with its figures under each other and, if its words fill a line, with measured columns."""
    _attr, _caption, columns, head, bodies, _foot = table["c"]
    rows = [row[1] for body in bodies for row in body[3]]
    for number, column in enumerate(columns):
        cells = [row[number] for row in rows if number < len(row)]
        if column[0]["t"] in ("AlignDefault", "AlignRight") and _align_figures(cells, language):
            column[0] = element("AlignRight")
    everything = [*(row[1] for row in head[1]), *rows]
    said = [[plain(row[number]) for row in everything] for number in range(len(columns))]
    lengths = [max(map(len, cells)) for cells in said]
    words = [max(len(word) for cell in cells for word in cell.split(" ")) for cells in said]
    if sum(lengths) > _LINE_CHARACTERS:
        for column, share in zip(columns, _shares(lengths, words), strict=True):
            column[1] = element("ColWidth", share)
    return table


def _shares(lengths: list[int], words: list[int]) -> list[float]:
    """Widths of columns that add up to 1: the longest word of each, and of what is left by the length of its cells."""
    least = [min(word, _LONGEST_WORD_CHARACTERS) + _BESIDE_CHARACTERS for word in words]
    more = [min(length, _WIDEST_CHARACTERS) + _BESIDE_CHARACTERS for length in lengths]
    left = max(0, _LINE_CHARACTERS - sum(least))
    wanted = sum(max(0, want - has) for want, has in zip(more, least, strict=True)) or 1
    widths = [has + left * max(0, want - has) / wanted for want, has in zip(more, least, strict=True)]
    return [round(width / sum(widths), 4) for width in widths]


def is_figure(cell: list[Any]) -> bool:
    """Whether a number stands in it, which is not broken."""
    return bool(_FIGURE.fullmatch(plain(cell).strip(f"{_DIGIT_SPACE}{_POINT_SPACE} ")))


def _align_figures(cells: list[Any], language: str) -> bool:
    """Pads figures so that their decimal signs are under each other, if all that stands there are figures."""
    said = [plain(cell).strip() for cell in cells]
    found = [_FIGURE.fullmatch(words) for words in said]
    if not any(found) or not all(
        match or _NOTHING.fullmatch(words) for match, words in zip(found, said, strict=True)
    ):  # fmt: skip
        return False
    figures = [match["number"].strip() for match in found if match]
    sign = _decimal_sign(figures, language)
    most = max(len(figure.partition(sign)[2]) for figure in figures)
    for cell, match in zip(cells, found, strict=True):
        inlines = cell[4][0]["c"]
        if match is None or any(inline["t"] not in ("Str", "Space") for inline in inlines):
            continue
        figure, behind = match["number"].strip(), match["unit"].strip()
        decimals = len(figure.partition(sign)[2])
        pad = _DIGIT_SPACE * (most - decimals) + (_POINT_SPACE if most and not decimals else "")
        unit = f"\u00a0{behind}" if behind and match[0][-len(behind) - 1].isspace() else behind
        cell[4][0]["c"] = [element("Str", figure.replace(" ", "\u00a0") + pad + unit)]
    return True


def _decimal_sign(figures: list[str], language: str) -> str:
    usual = "." if base_language(language) == "en" else ","
    other = "," if usual == "." else "."
    # A sign before other than three digits can only be a decimal sign.
    if not any(usual in figure for figure in figures) and any(map(_DECIMALS[other].search, figures)):
        return other
    return usual


def table_attr(number: int, word: str) -> list[Any]:
    """Attributes of the table of that number."""
    return attr(f"table-{number}", TABLE, number=str(number), words=f"{word}\u00a0{number}")
