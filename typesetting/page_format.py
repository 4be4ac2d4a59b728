"""How pages look, as plain values: face, size, lines, margins, page numbers. The standard page is what is paid for.

Body pages of R-11 are counted on the standard page; a file may be laid out in another format and take other sheets.
"""

from dataclasses import dataclass
from math import ceil, floor
from typing import Any, Final

PAGE_WIDTH_MM: Final = 210
PAGE_HEIGHT_MM: Final = 297
_PIXELS_PER_MM: Final = 96 / 25.4
_PIXELS_PER_PT: Final = 96 / 72


@dataclass(frozen=True)
class Face:
    """A typeface that is packaged: ``css`` names it for the PDF, ``word`` for the DOCX, of the same metrics.

    ``line`` is the height of the font's own line, and ``width`` that of running text, measured in the standard page's.
    """

    css: str
    word: str
    line: float
    width: float


FACES: Final = {
    "serif": Face('"Liberation Serif", "Times New Roman", serif', "Times New Roman", 1.15, 1.0),
    "sans": Face('"Liberation Sans", "Arial", sans-serif', "Arial", 1.15, 1.11),
    "mono": Face('"Liberation Mono", "Courier New", monospace', "Courier New", 1.133, 1.48),
}

#: Where page numbers begin and how they are written. The title page is counted as the first but for ``text-from-1``.
ON_EVERY_PAGE: Final = "every-page"
AFTER_TITLE: Final = "after-title"
FROM_TEXT: Final = "from-text"
TEXT_FROM_1: Final = "text-from-1"
ROMAN: Final = "roman"
ROMAN_UPPER: Final = "roman-upper"
PAGE_NUMBERS: Final = (ON_EVERY_PAGE, AFTER_TITLE, FROM_TEXT, TEXT_FROM_1, ROMAN, ROMAN_UPPER)
NUMBER_PLACES: Final = ("bottom-center", "bottom-right", "top-center", "top-right")
#: 1 and 1.1; I. and 1.; A. and I.; none.
HEADING_NUMBERS: Final = ("decimal", "roman", "letters", "none")


@dataclass(frozen=True)
class PageFormat:
    """``line_spacing`` as Word means it, in lines of the font's own height; margins in millimetres of an A4 page."""

    face: str = "serif"
    size_pt: float = 12
    line_spacing: float = 1.5
    top_mm: int = 25
    bottom_mm: int = 25
    left_mm: int = 25
    right_mm: int = 25
    is_justified: bool = True
    page_numbers: str = AFTER_TITLE
    number_place: str = "bottom-center"
    heading_numbers: str = "decimal"

    @classmethod
    def from_json(cls, values: dict[str, Any]) -> "PageFormat":
        """What ``asdict`` wrote; values that are missing are the standard page's."""
        return cls(**values)

    @property
    def restarts(self) -> bool:
        """Whether the text begins with page 1."""
        return self.page_numbers in {TEXT_FROM_1, ROMAN, ROMAN_UPPER}

    @property
    def splits(self) -> bool:
        """Whether pages before the text are numbered otherwise than the text."""
        return self.restarts or self.page_numbers == FROM_TEXT

    @property
    def line_height(self) -> float:
        """Height of a line as CSS has it, in sizes of the font."""
        return round(self.line_spacing * FACES[self.face].line, 4)

    @property
    def top_pixels(self) -> float:
        """From the edge of the sheet to the text."""
        return self.top_mm * _PIXELS_PER_MM

    @property
    def full_pixels(self) -> float:
        """Height of the whole lines that a page holds: one that has no room for another line is full."""
        line = self.size_pt * self.line_height * _PIXELS_PER_PT
        return floor((PAGE_HEIGHT_MM - self.top_mm - self.bottom_mm) * _PIXELS_PER_MM / line) * line

    @property
    def line_ems(self) -> float:
        """Width of a line in sizes of the font."""
        width_pixels = (PAGE_WIDTH_MM - self.left_mm - self.right_mm) * _PIXELS_PER_MM
        return width_pixels / (self.size_pt * _PIXELS_PER_PT)

    @property
    def _characters(self) -> float:
        """A measure of the characters that a page holds."""
        lines = self.full_pixels / (self.size_pt * self.line_height)
        return lines * (PAGE_WIDTH_MM - self.left_mm - self.right_mm) / (self.size_pt * FACES[self.face].width)


STANDARD: Final = PageFormat()


def sheets(pages: float, page_format: PageFormat) -> int:
    """About how many sheets a text of that many standard pages takes in a format; exact in the standard one."""
    if page_format == STANDARD:
        return ceil(pages)
    return max(1, ceil(pages * STANDARD._characters / page_format._characters - 0.05))


def printed_number(number: int, page_format: PageFormat, *, is_before_text: bool) -> str:
    """A page's number as its foot prints it; ``number`` counts as the page does."""
    if not is_before_text or page_format.page_numbers not in {ROMAN, ROMAN_UPPER}:
        return str(number)
    return roman(number) if page_format.page_numbers == ROMAN_UPPER else roman(number).lower()


def roman(number: int) -> str:
    """A number below 4,000 in Roman numerals."""
    found = ""
    for value, sign in _ROMAN:
        found += sign * (number // value)
        number %= value
    return found


_ROMAN: Final = (
    (1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"),
    (9, "IX"), (5, "V"), (4, "IV"), (1, "I"),
)  # fmt: skip


def style_sheet(page_format: PageFormat) -> str:
    """What is set otherwise than ``paper.css`` has it; empty for the standard page."""
    if page_format == STANDARD:
        return ""
    face, size = FACES[page_format.face].css, page_format.size_pt
    margins = f"{page_format.top_mm}mm {page_format.right_mm}mm {page_format.bottom_mm}mm {page_format.left_mm}mm"
    place = page_format.number_place
    number = f"content: counter(page); font: {min(size, 11)}pt/1.2 {face};"
    notice = f"content: string(notice); font: 8pt/1.2 {face}; color: #555;"
    # The notice makes room for a number at the head.
    corner = "top-left" if place.startswith("top") else "top-center"
    rules = [
        f"@page {{ margin: {margins}; @top-center {{ content: none; }} @bottom-center {{ content: none; }}"
        f" @{corner} {{ {notice} }} @{place} {{ {number} }} }}",
        f"html {{ font-family: {face}; font-size: {size}pt; line-height: {page_format.line_height}; }}",
        f"h1, h2 {{ font-size: {size + 2}pt; }} h3, h4, h5, h6, .pairs {{ font-size: {size}pt; }}",
        f"table {{ font-size: {size - 1}pt; }} .footnote {{ font-size: {max(size - 2, 8)}pt; }}",
        f".title-page {{ height: {PAGE_HEIGHT_MM - page_format.top_mm - page_format.bottom_mm - 2}mm; }}",
        ".title-page h1, .title-page .topic { max-width: 100%; }",
    ]
    if not page_format.is_justified:
        rules.append("p, li { text-align: left; }")
    if page_format.page_numbers != ON_EVERY_PAGE:
        rules.append(f"@page title {{ @{place} {{ content: none; }} }}")
    if page_format.splits:
        rules += _split(page_format, place)
    return "\n".join(rules)


def _split(page_format: PageFormat, place: str) -> list[str]:
    styles = {ROMAN: "lower-roman", ROMAN_UPPER: "upper-roman"}
    style = styles.get(page_format.page_numbers)
    number = f"counter(page, {style})" if style else "none"
    rules = [
        ".before-text { page: before; } .text { page: text; }",
        f"@page before {{ @{place} {{ content: {number}; }} }}",
    ]
    if page_format.restarts:
        rules.append("@page :nth(1 of text) { counter-reset: page 1; }")
    if style:
        target = f"target-counter(attr(data-target url), page, {style})"
        rules.append(f'.contents .early .entry::after {{ content: "\\00a0" leader(". ") {target}; }}')
    return rules
