"""Pieces of WordprocessingML that pandoc does not write: title page, contents with page numbers, headings, margins."""

from dataclasses import dataclass
from html import escape
from math import ceil
from typing import Final

from typesetting import front_parts
from typesetting.front_parts import Part, label
from typesetting.headings import headings_of
from typesetting.manuscript import Manuscript
from typesetting.page_format import PageFormat, printed_number
from typesetting.paper import line
from typesetting.word_sections import text_height, text_width
from typesetting.word_styles import WORD

_FIRST_BOOKMARK: Final = 500_000
# In twentieths of a point:
_KIND_BELOW: Final = 2_950  # from the top margin to the kind of work
_LINE: Final = 414
_FOOT_ABOVE_MARGIN: Final = 800
#: What a template's head or larger title may take of the title page.
_HEAD_OF_TEMPLATE: Final = 1_800
_WORDY_TITLE_CHARACTERS: Final = 120


@dataclass(frozen=True)
class _Block:
    """Lines of one size: the gap above them, their height, what they are set in by, and how wide a letter is, about."""

    above: int
    line: int
    indent: int
    letter: int

    def height_of(self, words: str, width: int) -> int:
        """How much they take where the text is ``width`` wide."""
        return self.above + self.line * ceil(len(words) * self.letter / (width - self.indent))


_TITLE: Final = _Block(above=360, line=600, indent=1_134, letter=250)
_SMALL_TITLE: Final = _Block(above=360, line=450, indent=1_134, letter=188)
_SUBTITLE: Final = _Block(above=280, line=390, indent=1_702, letter=130)
_INSTITUTION: Final = _Block(above=0, line=390, indent=0, letter=113)
_FACT: Final = _Block(above=0, line=340, indent=0, letter=104)
#: Between the institution and the kind of work, at the least.
_GAP: Final = 567


def text(words: str) -> str:
    """A run of already escaped words."""
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(style: str, inside: str, properties: str = "") -> str:
    """A paragraph in a style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inside}</w:p>'


def title_page(manuscript: Manuscript) -> str:
    """Kind, title and topic a third down the page, author and date at its foot."""
    title_size = '<w:rPr><w:sz w:val="36"/></w:rPr>' if len(manuscript.title) > _WORDY_TITLE_CHARACTERS else ""
    title = f'<w:r>{title_size}<w:t xml:space="preserve">{line(manuscript, manuscript.title)}</w:t></w:r>'
    facts = front_parts.facts(manuscript)
    head = front_parts.institution(manuscript.front)
    foot = [("Author", line(manuscript, manuscript.author))] if manuscript.author else []
    foot += [("TitleFact", line(manuscript, f"{name}: {value}")) for name, value in facts]
    foot.append(("Date", line(manuscript, front_parts.place_and_date(manuscript))))
    above = f'<w:spacing w:before="{_above_kind(manuscript)}"/>' if head else ""
    parts = [paragraph("Institution", text(line(manuscript, name))) for name in head]
    parts += [paragraph("Kind", text(line(manuscript, manuscript.kind)), above), paragraph("Title", title)]
    if manuscript.topic:
        parts.append(paragraph("Subtitle", text(line(manuscript, manuscript.topic))))
    free = f'<w:spacing w:before="{_above_foot(manuscript)}"/>'
    parts += [paragraph(style, text(words), "" if place else free) for place, (style, words) in enumerate(foot)]
    return "".join(parts)


def _institution_height(manuscript: Manuscript) -> int:
    width = text_width(manuscript.page_format)
    return sum(_INSTITUTION.height_of(name, width) for name in front_parts.institution(manuscript.front))


def _above_kind(manuscript: Manuscript) -> int:
    """Room above the kind of work, so that it stands where it does without an institution, about."""
    return max(_GAP, _KIND_BELOW - _institution_height(manuscript))


def _above_foot(manuscript: Manuscript) -> int:
    """Room above the foot of the title page, so that it stands there however many lines the title takes, about."""
    width = text_width(manuscript.page_format)
    size = _SMALL_TITLE if len(manuscript.title) > _WORDY_TITLE_CHARACTERS else _TITLE
    used = max(_KIND_BELOW, _institution_height(manuscript) + _GAP) + _LINE
    used += size.height_of(manuscript.title, width)
    used += _SUBTITLE.height_of(manuscript.topic, width) if manuscript.topic else 0
    foot = _LINE * (2 if manuscript.author else 1)
    foot += sum(_FACT.height_of(f"{name}: {value}", width) for name, value in front_parts.facts(manuscript))
    foot += _HEAD_OF_TEMPLATE if manuscript.own_template else 0
    return max(_LINE, text_height(manuscript.page_format) - _FOOT_ABOVE_MARGIN - used - foot)


def bookmark(position: int) -> str:
    """The name of the bookmark that a heading's line in the contents points at."""
    return f"_Toc{_FIRST_BOOKMARK + position}"


def heading(position: int, *, level: int, number: str, title: str, on_new_page: bool) -> str:
    """A numbered heading with its bookmark. ``title`` is escaped."""
    count = f"{text(number)}<w:r><w:tab/></w:r>" if number else ""
    indent = (510 if level == 1 else 680) if number else 0
    properties = '<w:pageBreakBefore/><w:spacing w:before="0"/>' if on_new_page else ""
    if number:
        properties += f'<w:ind w:left="{indent}" w:hanging="{indent}"/>'
    mark = _FIRST_BOOKMARK + position
    start = f'<w:bookmarkStart w:id="{mark}" w:name="{bookmark(position)}"/>'
    inside = f'{start}{count}{text(title)}<w:bookmarkEnd w:id="{mark}"/>'
    return paragraph(f"Heading{level}", inside, properties)


def contents(manuscript: Manuscript, rows: list[tuple[int, str, str, str]]) -> str:
    """The table of contents: a field that Word can update, with its lines (level, number, title, page) in place."""
    begin = _field("begin") + _instruction(' TOC \\o "1-2" \\h \\z \\u ') + _field("separate")
    has_none = manuscript.page_format.heading_numbers == "none"
    lines = []
    for position, (level, number, title, page) in enumerate(rows):
        count = f"{text(number)}<w:r><w:tab/></w:r>" if number else ""
        reference = _instruction(f" PAGEREF {bookmark(position)} \\h ")
        inside = (
            f'<w:hyperlink w:anchor="{bookmark(position)}" w:history="1">{count}{text(title)}<w:r><w:tab/></w:r>'
            f"{_field('begin')}{reference}{_field('separate')}{text(page)}{_field('end')}</w:hyperlink>"
        )
        unnumbered = "" if number else _UNNUMBERED[level] if has_none else '<w:ind w:left="0" w:firstLine="0"/>'
        lines.append(paragraph(f"TOC{level}", (begin if position == 0 else "") + inside, unnumbered))
    end = f'<w:p><w:pPr><w:spacing w:after="0"/></w:pPr>{_field("end")}</w:p>' if lines else ""
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        f"</w:sdtPr><w:sdtContent>{paragraph('TOCHeading', text(escape(label(manuscript, 'contents'))))}"
        f"{''.join(lines)}{end}</w:sdtContent></w:sdt>"
    )


def contents_rows(
    manuscript: Manuscript, before: list[Part], after: list[Part], pages: dict[str, int]
) -> list[tuple[int, str, str, str]]:
    """Lines of the contents: the numbered sections, with the parts ``before`` and ``after`` them."""
    rows = [
        (item.depth, item.number, line(manuscript, item.section.title), str(pages[item.section.id]))
        for item in headings_of(manuscript)
    ]
    look = manuscript.page_format
    first, last = (
        [
            (1, "", escape(part.title), printed_number(pages[part.name], look, is_before_text=parts is before))
            for part in parts
        ]
        for parts in (before, after)
    )
    return first + rows + last


def field(instruction: str, result: str | None = None) -> str:
    """A field with its result, or the beginning of one whose result and end follow."""
    begun = _field("begin") + _instruction(instruction) + _field("separate")
    return begun if result is None else f"{begun}{result}{_field('end')}"


def _instruction(words: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{words}</w:instrText></w:r>'


def _field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def header_xml(notice: str, number: str = "") -> str:
    """The notice at the head of a page, and its number in a paragraph of its own; ``notice`` is escaped."""
    said = paragraph("Header", text(notice)) if notice else ""
    return f'{_DECLARATION}<w:hdr xmlns:w="{WORD}">{said + number or paragraph("Header", "")}</w:hdr>'


def footer_xml(number: str = "") -> str:
    """The foot of a page, with its number or empty."""
    return f'{_DECLARATION}<w:ftr xmlns:w="{WORD}">{number or paragraph("Footer", "")}</w:ftr>'


def number_xml(look: PageFormat) -> str:
    """The paragraph with a page's number."""
    number = "".join((_field("begin"), _instruction(" PAGE "), _field("separate"), text("1"), _field("end")))
    side = '<w:jc w:val="right"/>' if look.number_place.endswith("right") else ""
    return paragraph("Footer", number, side)


#: Of a line of the contents where no heading has a number: no stop for it, by level.
_UNNUMBERED: Final = {
    1: '<w:tabs><w:tab w:val="clear" w:pos="567"/></w:tabs><w:ind w:left="0" w:firstLine="0"/>',
    2: '<w:tabs><w:tab w:val="clear" w:pos="1304"/></w:tabs><w:ind w:left="567" w:firstLine="0"/>',
}
_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
