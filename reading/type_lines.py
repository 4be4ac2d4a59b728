"""The type of a page's lines, as pdfium sees each character.

Looking at each character is much slower than taking the text, so this is for a title page only.
"""

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Final, NamedTuple

import pypdfium2
from pypdfium2 import raw

from reading.lines import LOWERED_FROM, LOWERED_TO, RAISED_FROM, RAISED_TO, TypeLine, TypePage
from reading.signs import BROKEN_WORD, plain

_MAX_CHARACTERS: Final = 15_000
_SMALL_SHARE: Final = 0.82
#: Blanks of the file in a row that part columns as a gap does.
_GAP_BLANKS: Final = 3
#: A gap this wide, in type sizes, parts columns; a blank is a quarter of the size.
_GAP_SIZES: Final = 1.6
_POWER_MAX_CHARACTERS: Final = 4
_MAX_POWERS: Final = 60
_BOLD_FROM_WEIGHT: Final = 600
_BOLD_NAMES: Final = (b"bold", b"black", b"heavy", b"demi", b"cmbx", b"sfbx", b"ecbx", b"-medi")


class _Box(NamedTuple):
    left: float
    bottom: float
    right: float
    top: float


@dataclass(slots=True)
class _Gathered:
    """Characters of the line in hand, each with its size and the height of its base line."""

    signs: list[tuple[str, float, float]] = field(default_factory=list)
    left: float = 0.0
    right: float = 0.0
    bottom: float = 0.0
    top: float = 0.0
    #: Places of its characters in the text of the page.
    places: list[int] = field(default_factory=list)

    blanks: int = 0

    def add(self, sign: str, size: float, base: float, box: _Box, at: int) -> None:
        """One character; a wide gap before it becomes a tab, and a line begins with what is seen of it."""
        if not self.signs and sign.isspace():
            return
        if not self.signs:
            self.left, self.bottom, self.top = box.left, box.bottom, box.top
        elif box.left - self.right > size * _GAP_SIZES or (self.blanks >= _GAP_BLANKS and not sign.isspace()):
            self.signs.append(("\t", 0.0, 0.0))
        elif self.signs[-1][:2] == (" ", 0.0):
            self.signs[-1] = (" ", 0.0, (box.left - self.right) / size)  # how wide the gap is that made the blank
        self.blanks = self.blanks + 1 if sign.isspace() else 0
        self.signs.append((sign, size, base))
        self.left, self.right = min(self.left, box.left), box.right
        self.bottom, self.top = min(self.bottom, box.bottom), max(self.top, box.top)
        self.places.append(at)


def type_page(page: pypdfium2.PdfPage, text_page: pypdfium2.PdfTextPage) -> TypePage:
    """The lines of the page with their type, at most 15,000 characters of them."""
    lines: list[TypeLine] = []
    turned: list[str] = []
    gathered = _Gathered()
    matrix, rectangle = raw.FS_MATRIX(), raw.FS_RECTF()
    across, base = ctypes.c_double(), ctypes.c_double()
    for at in range(min(text_page.count_chars(), _MAX_CHARACTERS)):
        sign = _sign(raw.FPDFText_GetUnicode(text_page, at))
        if sign in "\r\n":
            _finish(gathered, text_page, lines)
            gathered = _Gathered()
            turned.append(" ")
            continue
        if raw.FPDFText_IsGenerated(text_page, at) == 1:
            if gathered.signs:
                gathered.signs.append((sign, 0.0, 0.0))
            else:
                turned.append(sign)
            continue
        raw.FPDFText_GetMatrix(text_page, at, ctypes.byref(matrix))
        if abs(matrix.b) > abs(matrix.a) * 0.1:
            turned.append(sign)
            continue
        raw.FPDFText_GetLooseCharBox(text_page, at, ctypes.byref(rectangle))
        box = _Box(rectangle.left, rectangle.bottom, rectangle.right, rectangle.top)
        raw.FPDFText_GetCharOrigin(text_page, at, ctypes.byref(across), ctypes.byref(base))
        size = raw.FPDFText_GetFontSize(text_page, at) * (matrix.c**2 + matrix.d**2) ** 0.5
        size = size if size > 1 else box.top - box.bottom
        if gathered.signs and (
            box.bottom >= gathered.top or box.top <= gathered.bottom or box.left < gathered.right - 2 * size
        ):
            _finish(gathered, text_page, lines)
            gathered = _Gathered()
        gathered.add(sign, size, base.value, box, at)
    _finish(gathered, text_page, lines)
    return TypePage(lines=_side_by_side(lines), turned=plain("".join(turned)), height=page.get_height())


def _sign(code: int) -> str:
    if code in (0x02, 0xFFFE):
        return BROKEN_WORD
    return chr(code) if code and not 0xD800 <= code <= 0xDFFF else " "


def _finish(gathered: _Gathered, text_page: pypdfium2.PdfTextPage, lines: list[TypeLine]) -> None:
    sizes = [size for sign, size, _bottom in gathered.signs if size and not sign.isspace()]
    if not sizes:
        return
    size = median(sizes)
    signs = _without_spacing(gathered.signs)
    base = median(base for _sign, one, base in signs if one >= size * _SMALL_SHARE)
    text = "".join(_with_marks(signs, size, base))
    parts = [plain(part).strip() for part in text.split("\t")]
    if not any(parts):
        return
    lines.append(
        TypeLine(
            text="\t".join(part for part in parts if part),
            size=size,
            is_bold=_is_bold(text_page, gathered.places[len(gathered.places) // 2]),
            left=gathered.left,
            right=gathered.right,
            base=base,
            top=gathered.top,
        )
    )


def _without_spacing(signs: list[tuple[str, float, float]]) -> list[tuple[str, float, float]]:
    """Without the blanks that the engine sees between the letters of spaced words; wider gaps part words."""
    gaps = [gap for sign, size, gap in signs if sign == " " and not size]
    letters = sum(sign.isalpha() for sign, _size, _base in signs)
    if letters < 5 or len(gaps) < letters * 0.6:
        return signs
    wide = median(gaps) * 1.5
    return [one for one in signs if one[1] or one[0] != " " or one[2] > wide]


def _with_marks(signs: Sequence[tuple[str, float, float]], size: float, base: float) -> list[str]:
    """The signs, with those that are small and raised or lowered between their marks."""
    pieces: list[str] = []
    closing = ""
    for sign, one, at in signs:
        wanted = ("", "")
        if 0 < one < size * _SMALL_SHARE and not sign.isspace():
            if at > base + size * 0.12:
                wanted = (RAISED_FROM, RAISED_TO)
            elif at < base - size * 0.06:
                wanted = (LOWERED_FROM, LOWERED_TO)
        if wanted[1] != closing:
            pieces += [closing, wanted[0]]
            closing = wanted[1]
        pieces.append(sign)
    return [*pieces, closing]


def _is_bold(text_page: pypdfium2.PdfTextPage, at: int) -> bool:
    if raw.FPDFText_GetFontWeight(text_page, at) >= _BOLD_FROM_WEIGHT:
        return True
    name = ctypes.create_string_buffer(128)
    flags = ctypes.c_int()
    raw.FPDFText_GetFontInfo(text_page, at, name, len(name), ctypes.byref(flags))
    return any(word in name.value.lower() for word in _BOLD_NAMES)


def _side_by_side(lines: list[TypeLine]) -> list[TypeLine]:
    """From top to bottom; lines on one base line and of one size are one with gaps: authors set in columns."""
    lines = sorted(_with_powers(lines), key=lambda line: -line.base)
    joined: list[TypeLine] = []
    row: list[TypeLine] = []
    for line in lines:
        if row and row[0].base - line.base >= 0.3 * min(row[0].size, line.size):
            joined += _as_row(row)
            row = []
        row.append(line)
    return joined + _as_row(row)


def _with_powers(lines: Sequence[TypeLine]) -> list[TypeLine]:
    """The lines with powers and indices at their ends, which the engine takes for lines of their own when they stand
    high or low enough."""
    small = [line for line in lines if len(line.text) <= _POWER_MAX_CHARACTERS]
    if len(small) > _MAX_POWERS:
        return list(lines)  # a table
    taken: list[TypeLine] = []
    kept: list[TypeLine] = []
    for line in lines:
        for one in small:
            is_beside = one.size <= line.size * _SMALL_SHARE and abs(one.left - line.right) <= line.size * 0.2
            height = (one.base - line.base) / line.size
            if is_beside and -0.5 < height < 0.7 and one not in taken:
                taken.append(one)
                begin, end = (RAISED_FROM, RAISED_TO) if height > 0 else (LOWERED_FROM, LOWERED_TO)
                line = replace(line, text=f"{line.text}{begin}{one.text}{end}", right=one.right)
        kept.append(line)
    return [line for line in kept if line not in taken]


def _as_row(row: list[TypeLine]) -> list[TypeLine]:
    joined: list[TypeLine] = []
    for line in sorted(row, key=lambda one: one.left):
        before = joined[-1] if joined else None
        if (
            before is None
            or before.is_bold != line.is_bold
            or abs(before.size - line.size) >= 0.06 * line.size
            or line.left < before.right - line.size / 4
        ):
            joined.append(line)
            continue
        gap = (line.left - before.right) / line.size
        # A word goes on behind its power.
        parted = "\t" if gap > 0.8 else "" if before.text.endswith((RAISED_TO, LOWERED_TO)) and gap < 0.12 else " "
        joined[-1] = TypeLine(
            text=f"{before.text}{parted}{line.text}", size=before.size, is_bold=before.is_bold, left=before.left,
            right=line.right, base=before.base, top=max(before.top, line.top),
        )  # fmt: skip
    return joined
