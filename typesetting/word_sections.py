"""Sections of the DOCX: margins, head, foot, and where page numbers begin, as the page format has it."""

from typing import Final

from lxml import etree

from typesetting.page_format import FACES, ON_EVERY_PAGE, ROMAN, ROMAN_UPPER, STANDARD, PageFormat
from typesetting.word_styles import WORD

_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#: Names of heads and feet, with what their parts are called in the package.
PARTS: Final = {
    "rIdHeader": "header_notice.xml",
    "rIdHeaderNumber": "header_number.xml",
    "rIdFooter": "footer_number.xml",
    "rIdFirstFooter": "footer_title.xml",
}
_TWIPS_PER_MM: Final = 1440 / 25.4
_STANDARD_MARGIN: Final = 1417
_WIDTH: Final = 11_906
_HEIGHT: Final = 16_838


def _margin(mm: int) -> int:
    return _STANDARD_MARGIN if mm == STANDARD.left_mm else round(mm * _TWIPS_PER_MM)


def text_width(look: PageFormat) -> int:
    """Width of the text in twentieths of a point."""
    return _WIDTH - _margin(look.left_mm) - _margin(look.right_mm)


def text_height(look: PageFormat) -> int:
    """Height of the text in twentieths of a point."""
    return _HEIGHT - _margin(look.top_mm) - _margin(look.bottom_mm)


def last_section(look: PageFormat) -> str:
    """The section of the text, or of the whole document."""
    start = '<w:pgNumType w:fmt="decimal" w:start="1"/>' if look.restarts else ""
    is_whole = not look.splits
    return _section(look, start, has_number=True, has_title_page=is_whole and look.page_numbers != ON_EVERY_PAGE)


def first_section(look: PageFormat) -> str:
    """A paragraph that ends the section before the text, where pages are numbered otherwise there; else nothing."""
    if not look.splits:
        return ""
    formats = {ROMAN: "lowerRoman", ROMAN_UPPER: "upperRoman"}
    form = formats.get(look.page_numbers)
    kind = f'<w:pgNumType w:fmt="{form}"/>' if form else ""
    section = _section(look, kind, has_number=form is not None, has_title_page=True)
    small = '<w:spacing w:before="0" w:after="0" w:line="20" w:lineRule="exact"/>'
    return f"<w:p><w:pPr>{small}{section}</w:pPr></w:p>"


def _section(look: PageFormat, numbers: str, *, has_number: bool, has_title_page: bool) -> str:
    is_top = look.number_place.startswith("top")
    header = "rIdHeaderNumber" if has_number and is_top else "rIdHeader"
    footer = "rIdFooter" if has_number and not is_top else "rIdFirstFooter"
    first = (
        '<w:headerReference w:type="first" r:id="rIdHeader"/><w:footerReference w:type="first" r:id="rIdFirstFooter"/>'
    )
    return (
        f'<w:sectPr xmlns:w="{WORD}" xmlns:r="{_RELATIONS}">'
        f'<w:headerReference w:type="default" r:id="{header}"/><w:footerReference w:type="default" r:id="{footer}"/>'
        f'{first if has_title_page else ""}<w:pgSz w:w="{_WIDTH}" w:h="{_HEIGHT}"/>'
        f'<w:pgMar w:top="{_margin(look.top_mm)}" w:right="{_margin(look.right_mm)}" '
        f'w:bottom="{_margin(look.bottom_mm)}" w:left="{_margin(look.left_mm)}" '
        f'w:header="709" w:footer="709" w:gutter="0"/>{numbers}{"<w:titlePg/>" if has_title_page else ""}</w:sectPr>'
    )


def with_format(styles: str, look: PageFormat) -> str:
    """The styles of the DOCX in another format than the standard page; as they are for that."""
    if look == STANDARD:
        return styles
    root = etree.fromstring(styles.encode())
    half_points = round(look.size_pt * 2)
    face = FACES[look.face].word
    for fonts in root.iterfind(f"{{{WORD}}}docDefaults//{{{WORD}}}rFonts"):
        for name in ("ascii", "hAnsi", "eastAsia", "cs"):
            fonts.set(f"{{{WORD}}}{name}", face)
    for size in root.iterfind(f"{{{WORD}}}docDefaults//{{{WORD}}}sz"):
        _set(size, half_points)
    for style in root.iterfind(f"{{{WORD}}}style"):
        _change(style, look, half_points)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True).decode()


def _change(style: "etree._Element", look: PageFormat, half_points: int) -> None:
    name = str(style.get(f"{{{WORD}}}styleId"))
    if name in _LARGER_HALF_POINTS:
        size = style.find(f".//{{{WORD}}}sz")
        if size is not None:
            _set(size, half_points + _LARGER_HALF_POINTS[name])
    spacing = style.find(f"{{{WORD}}}pPr/{{{WORD}}}spacing")
    side = style.find(f"{{{WORD}}}pPr/{{{WORD}}}jc")
    if name in _LINES and spacing is not None:
        larger, height = _LINES[name]
        points = look.size_pt + larger / 2
        spacing.set(f"{{{WORD}}}line", str(round(20 * points * (height or look.line_height))))
        spacing.set(f"{{{WORD}}}lineRule", "atLeast")
    if name == "Normal":
        assert side is not None
        _set(side, "both" if look.is_justified else "left")
    for tab in style.iterfind(f".//{{{WORD}}}tab[@{{{WORD}}}leader]"):
        tab.set(f"{{{WORD}}}pos", str(text_width(look)))
    if style.get(f"{{{WORD}}}styleId") == "Formula":
        middle, end = style.iter(f"{{{WORD}}}tab")
        middle.set(f"{{{WORD}}}pos", str(text_width(look) // 2))
        end.set(f"{{{WORD}}}pos", str(text_width(look)))


def _set(element: "etree._Element", value: object) -> None:
    element.set(f"{{{WORD}}}val", str(value))


#: By how many half-points styles are larger than the text.
_LARGER_HALF_POINTS: Final = {
    "Heading1": 4, "TOCHeading": 4, "Heading2": 0, "Heading3": 0, "Heading4": 0, "Heading5": 0, "Heading6": 0,
    "FootnoteText": -4, "Table": -2, "TableText": -2,
}  # fmt: skip
#: By how many half-points the text of a style is larger, and the height of its lines in sizes of the font, as in
#: ``paper.css``; those of the text as the format has them.
_LINES: Final = {"Normal": (0, 0.0), "FootnoteText": (-4, 1.25), "TableText": (-2, 1.4)}
