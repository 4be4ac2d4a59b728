"""Paragraphs of a part of a DOCX as a reader of the accepted document sees them.

Left out: what was deleted or moved away, hidden text, lists of contents and indexes that Word makes, readings above
ideographs, and the second drawing of what is drawn twice. Formulas are read as their signs.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Final

from lxml import etree

from reading.front_by_style import Paragraph
from reading.packages import drop

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_M: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_M_STRICT: Final = "{http://purl.oclc.org/ooxml/officeDocument/math}"
_MC_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
#: Elements of whose content nothing is read: the old place of what moved, deletions, readings, the second drawing.
_LEFT_OUT: Final = frozenset({f"{space}{name}" for space in (_W, _W_STRICT) for name in ("moveFrom", "del", "rt")}) | {
    _MC_FALLBACK
}
#: Fields whose result Word makes: lists of contents, of authorities, indexes.
_MADE: Final = ("TOC", "INDEX", "TOA")
#: Elements that can be forgotten once read.
_DROPPED: Final = frozenset(
    {"r", "p", "tr", "tc", "tbl", "hyperlink", "sdt", "sectPr", "footnote", "endnote", "moveFrom", "del", "m:oMath"}
)
#: What stands between the parts of a formula that are set above, below or beside each other.
_BEFORE_PART: Final = {"m:den": "/", "m:sup": "^", "m:sub": "_"}
_HEX: Final = re.compile(r"[\dA-Fa-f]{2,4}")
_OFF: Final = ("0", "false", "off")
#: Signs of the font Symbol by their codes: without them "p ≤ 0.05" and "5 ± 2" would lose what they say.
_SYMBOLS: Final = {
    **{
        0x41 + at: sign
        for at, sign in enumerate("ΑΒΧΔΕΦΓΗΙϑΚΛΜΝΟΠΘΡΣΤΥςΩΞΨΖ[∴]⊥_‾αβχδεφγηιϕκλμνοπθρστυϖωξψζ")
    },
    0x2D: "−", 0xA3: "≤", 0xA5: "∞", 0xAE: "→", 0xB0: "°", 0xB1: "±", 0xB3: "≥", 0xB4: "×", 0xB8: "÷", 0xB9: "≠",
    0xBA: "≡", 0xBB: "≈", 0xC5: "⊕", 0xCE: "∈", 0xD1: "∇", 0xD6: "√", 0xD7: "⋅", 0xE5: "∑", 0xF2: "∫",
}  # fmt: skip


@dataclass(slots=True)
class _State:
    """Where in the part the parser is."""

    paragraphs: list[list[str]] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)
    cells: list[list[str]] = field(default_factory=list)
    rows: list[list[str]] = field(default_factory=list)
    left_out: int = 0
    is_hidden_run: bool = False
    #: The instruction of each open field, and whether its result has begun.
    fields: list[list[str]] = field(default_factory=list)
    is_result: list[bool] = field(default_factory=list)
    simple_made: int = 0

    @property
    def is_read(self) -> bool:
        """Whether text here is seen by a reader."""
        if self.left_out or self.is_hidden_run or self.simple_made:
            return False
        return not any(
            begun and _is_made("".join(words)) for words, begun in zip(self.fields, self.is_result, strict=True)
        )


def paragraphs_of(events: Iterable[tuple[str, etree._Element]]) -> Iterator[Paragraph]:
    """The paragraphs of start and end events of a part; a table row is one, with its cells between bars."""
    state = _State()
    for event, element in events:
        name = _name(element.tag)
        if event == "start":
            _begin(state, name, element)
            continue
        if state.paragraphs and state.is_read:
            state.paragraphs[-1].append(_text_of(name, element))
        finished = _end(state, name, element)
        if finished is not None and finished.text:
            if state.cells:
                state.cells[-1].append(finished.text)
            else:
                yield finished
        if name in _DROPPED:
            drop(element)


def _name(tag: object) -> str:
    text = str(tag)
    for space in (_M, _M_STRICT):
        if text.startswith(space):
            return f"m:{text.removeprefix(space)}"
    return text.removeprefix(_W).removeprefix(_W_STRICT)


def _begin(state: _State, name: str, element: etree._Element) -> None:
    if element.tag in _LEFT_OUT:
        state.left_out += 1
    if name == "p":
        state.paragraphs.append([])
        state.styles.append("")
    elif name == "tc":
        state.cells.append([])
    elif name == "tr":
        state.rows.append([])
    elif name == "r":
        state.is_hidden_run = False
    elif name == "fldSimple" and _is_made(_value(element, "instr")):
        state.simple_made += 1
    elif name in _BEFORE_PART and state.paragraphs and state.is_read:
        state.paragraphs[-1].append(_BEFORE_PART[name])


def _end(state: _State, name: str, element: etree._Element) -> Paragraph | None:
    if element.tag in _LEFT_OUT:
        state.left_out -= 1
    match name:
        case "p" if state.paragraphs:
            text = " ".join("".join(state.paragraphs.pop()).split())
            return Paragraph(text, state.styles.pop())
        case "tc" if state.cells and state.rows:
            state.rows[-1].append(" ".join(state.cells.pop()))
        case "tr" if state.rows:
            return Paragraph(" | ".join(cell for cell in state.rows.pop() if cell))
        case "pStyle" if state.styles:
            state.styles[-1] = _value(element, "val").casefold()
        case "vanish" if _parent_name(element, 2) == "r" and _value(element, "val") not in _OFF:
            state.is_hidden_run = True
        case "r":
            state.is_hidden_run = False
        case "instrText" if state.fields and not state.is_result[-1]:
            state.fields[-1].append(element.text or "")
        case "fldChar":
            _turn_field(state, _value(element, "fldCharType"))
        case "fldSimple" if _is_made(_value(element, "instr")):
            state.simple_made -= 1
        case _:
            pass
    return None


def _turn_field(state: _State, kind: str) -> None:
    if kind == "begin":
        state.fields.append([])
        state.is_result.append(False)
    elif kind == "separate" and state.is_result:
        state.is_result[-1] = True
    elif kind == "end" and state.fields:
        state.fields.pop()
        state.is_result.pop()


def _is_made(instruction: str) -> bool:
    words = instruction.split(maxsplit=1)
    return bool(words) and words[0].upper() in _MADE


def _value(element: etree._Element, name: str) -> str:
    return element.get(f"{_W}{name}") or element.get(f"{_W_STRICT}{name}") or ""


def _parent_name(element: etree._Element, levels: int) -> str:
    parent: etree._Element | None = element
    for _ in range(levels):
        parent = parent.getparent() if parent is not None else None
    return _name(parent.tag) if parent is not None else ""


def _text_of(name: str, element: etree._Element) -> str:
    match name:
        case "t" | "m:t":
            return element.text or ""
        case "tab" | "br" | "cr" | "ptab":
            return " "
        case "noBreakHyphen":
            return "-"
        case "sym" if _value(element, "font").casefold() == "symbol":
            code = _value(element, "char")
            return _SYMBOLS.get(int(code, 16) & 0xFF, "") if _HEX.fullmatch(code) else ""
        case _:
            return ""
