"""Heads and feet of a template: their words, the number of the page, and a logo; all else is left out and said."""

import base64
from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING, Final

from lxml import etree

from typesetting.own_template import LOGO, PAGE, PAGES, TAB, Line, Logo
from typesetting.word_styles import WORD

if TYPE_CHECKING:
    from typesetting.own_template.package import Package

_W: Final = f"{{{WORD}}}"
_DRAWING: Final = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_BLIP: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EMBED: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"
_FIELDS: Final = {"PAGE": PAGE, "NUMPAGES": PAGES, "SECTIONPAGES": PAGES}
_SIDES: Final = {"center": "center", "right": "right", "end": "right", "both": "both"}
_MOST_LINES: Final = 12
_MOST_CHARACTERS: Final = 400
_MOST_LOGO_BYTES: Final = 400_000
_MOST_LOGO_PIXELS: Final = 4_000
_EMU_PER_MM: Final = 36_000
_WIDEST_MM: Final = 200
_ENDINGS: Final = {"PNG": "png", "JPEG": "jpeg"}


class Head:
    """Reads one head or foot after the other; ``left_out`` gathers what is not taken, ``logo`` the first picture."""

    def __init__(self, package: "Package") -> None:
        self._package = package
        self.left_out: set[str] = set()
        self.logo: Logo | None = None
        self._logo_part = ""

    def lines(self, part: str) -> tuple[Line, ...]:
        """The lines of a part, without empty ones at its end."""
        root = self._package.xml(part)
        lines = []
        for paragraph in _paragraphs(root):
            if any(True for _cell in paragraph.iterancestors(f"{_W}tc")):
                self.left_out.add("head-table")
            pieces = tuple(_joined(self._pieces(paragraph, part)))
            side = paragraph.find(f"{_W}pPr/{_W}jc")
            lines.append(Line(_SIDES.get(str(side.get(f"{_W}val")) if side is not None else "", "left"), pieces))
        while lines and not lines[-1].pieces:
            lines.pop()
        if len(lines) > _MOST_LINES or sum(len(line.words) for line in lines) > _MOST_CHARACTERS:
            self.left_out.add("head-long")
            return ()
        return tuple(lines)

    def _pieces(self, paragraph: "etree._Element", part: str) -> Iterator[str]:
        instruction, is_in_field, is_in_result = "", False, False
        for node in paragraph.iter(etree.Element):
            tag = str(node.tag).removeprefix(_W)
            if tag == "fldSimple":
                yield from self._field(str(node.get(f"{_W}instr")))
            elif tag == "fldChar":
                kind = node.get(f"{_W}fldCharType")
                if kind == "begin":
                    instruction, is_in_field, is_in_result = "", True, False
                elif kind == "separate":
                    is_in_result = True
                elif kind == "end" and is_in_field:
                    yield from self._field(instruction)
                    is_in_field = is_in_result = False
            elif tag == "instrText":
                instruction += node.text or ""
            elif tag == "t" and not is_in_field and not is_in_result and not _is_within(node, paragraph):
                yield node.text or ""
            elif tag in ("tab", "ptab") and node.getparent().tag == f"{_W}r":  # type: ignore[union-attr]  # it has one
                yield TAB
            elif node.tag in (f"{_DRAWING}inline", f"{_DRAWING}anchor"):
                yield from self._picture(node, part)
            elif tag in ("pict", "object", "txbxContent"):
                self.left_out.add("head-drawing")

    def _field(self, instruction: str) -> Iterator[str]:
        name = (instruction.split() or [""])[0].upper()
        if name in _FIELDS:
            yield _FIELDS[name]
        else:
            self.left_out.add("head-field")

    def _picture(self, node: "etree._Element", part: str) -> Iterator[str]:
        blip, extent = node.find(f".//{_BLIP}"), node.find(f"{_DRAWING}extent")
        named = None if blip is None else self._package.target(part, str(blip.get(_EMBED)))
        said = node.find(f"{_DRAWING}docPr")
        if self.logo and named == self._logo_part:  # on the first page as on the others
            yield LOGO
            return
        named = None if self.logo else named
        if named is None or extent is None:
            self.left_out.add("head-drawing")
            return
        width, height = (_number(extent.get(name)) for name in ("cx", "cy"))
        most = _WIDEST_MM * _EMU_PER_MM
        picture = _picture(self._package.data(named, most=_MOST_LOGO_BYTES))
        if picture is None or not (0 < width <= most and 0 < height <= most):
            self.left_out.add("logo")
            return
        data, ending = picture
        words = " ".join(str("" if said is None else said.get("descr") or "").split())[:200]
        self.logo, self._logo_part = Logo(data, ending, words, width, height), named
        yield LOGO


def _paragraphs(root: "etree._Element") -> Iterator["etree._Element"]:
    """Paragraphs, but for those of text boxes."""
    for paragraph in root.iter(f"{_W}p"):
        if not any(True for _box in paragraph.iterancestors(f"{_W}txbxContent")):
            yield paragraph


def _is_within(node: "etree._Element", paragraph: "etree._Element") -> bool:
    """Whether it is another's: of a simple field, whose result is counted anew, or of a text box."""
    for above in node.iterancestors():
        if above is paragraph:
            return False
        if above.tag in (f"{_W}fldSimple", f"{_W}txbxContent", f"{_W}del"):
            return True
    return False


def _joined(pieces: Iterator[str]) -> Iterator[str]:
    """Words that Word has parted, in one piece; signs that XML does not know are not there to be read."""
    words = ""
    for piece in pieces:
        if piece == TAB or piece[:1] == "\x00":
            if words.strip():
                yield words
            words = ""
            yield piece
        else:
            words += piece
    if words.strip():
        yield words


def _number(said: str | None) -> int:
    return int(said) if said and said.isascii() and said.isdigit() and len(said) < 12 else 0


def _picture(data: bytes | None) -> tuple[str, str] | None:
    """A PNG or JPEG written anew, without what is hidden in it; None for anything else."""
    from PIL import Image  # most templates have none

    if not data:
        return None
    try:
        with Image.open(BytesIO(data), formats=list(_ENDINGS)) as picture:
            kind = str(picture.format)
            if max(picture.size) > _MOST_LOGO_PIXELS:
                return None
            bare = picture.convert("RGB" if kind == "JPEG" else "RGBA")
    except (OSError, ValueError, SyntaxError):
        return None
    written = BytesIO()
    bare.save(written, kind, optimize=True)
    return base64.b64encode(written.getvalue()).decode(), _ENDINGS[kind]
