"""Pieces of WordprocessingML that pandoc does not write: title page, contents with page numbers, headings, margins."""

from html import escape
from typing import Final

from typesetting.headings import number_headings
from typesetting.labels import long_date
from typesetting.manuscript import Manuscript
from typesetting.paper import depth, label, line
from typesetting.word_styles import WORD

_RELATIONS: Final = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_FIRST_BOOKMARK: Final = 500_000
_TITLE_HEIGHT: Final = 13_100  # from the top margin to author and date, in twentieths of a point


def text(words: str) -> str:
    """A run of already escaped words."""
    return f'<w:r><w:t xml:space="preserve">{words}</w:t></w:r>'


def paragraph(style: str, inside: str, properties: str = "") -> str:
    """A paragraph in a style."""
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{inside}</w:p>'


def title_page(manuscript: Manuscript) -> str:
    """Kind, title and topic a third down the page, author and date at its foot."""
    title_size = '<w:rPr><w:sz w:val="36"/></w:rPr>' if len(manuscript.title) > 120 else ""
    title = f'<w:r>{title_size}<w:t xml:space="preserve">{line(manuscript, manuscript.title)}</w:t></w:r>'
    # A frame holds the foot at its place, however many lines the title takes.
    frame = (
        f'<w:framePr w:w="9070" w:hSpace="0" w:wrap="notBeside" w:vAnchor="margin" w:hAnchor="margin" '
        f'w:xAlign="center" w:y="{_TITLE_HEIGHT - 1000}"/>'
    )
    # The frame comes first: it stands on the page of the paragraph that follows it.
    parts = [paragraph("Author", text(line(manuscript, manuscript.author)), frame)] if manuscript.author else []
    parts.append(paragraph("Date", text(escape(long_date(manuscript.date, manuscript.language))), frame))
    parts += [paragraph("Kind", text(line(manuscript, manuscript.kind))), paragraph("Title", title)]
    if manuscript.topic:
        parts.append(paragraph("Subtitle", text(line(manuscript, manuscript.topic))))
    return "".join(parts)


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


def contents(manuscript: Manuscript, rows: list[tuple[int, str, str, int]]) -> str:
    """The table of contents: a field that Word can update, with its lines (level, number, title, page) in place."""
    begin = _field("begin") + _instruction(' TOC \\o "1-2" \\h \\z \\u ') + _field("separate")
    lines = []
    for position, (level, number, title, page) in enumerate(rows):
        count = f"{text(number)}<w:r><w:tab/></w:r>" if number else ""
        reference = _instruction(f" PAGEREF {bookmark(position)} \\h ")
        inside = (
            f'<w:hyperlink w:anchor="{bookmark(position)}" w:history="1">{count}{text(title)}<w:r><w:tab/></w:r>'
            f"{_field('begin')}{reference}{_field('separate')}{text(str(page))}{_field('end')}</w:hyperlink>"
        )
        unnumbered = "" if number else '<w:ind w:left="0" w:firstLine="0"/>'
        lines.append(paragraph(f"TOC{level}", (begin if position == 0 else "") + inside, unnumbered))
    end = f'<w:p><w:pPr><w:spacing w:after="0"/></w:pPr>{_field("end")}</w:p>' if lines else ""
    return (
        '<w:sdt><w:sdtPr><w:docPartObj><w:docPartGallery w:val="Table of Contents"/><w:docPartUnique/></w:docPartObj>'
        f"</w:sdtPr><w:sdtContent>{paragraph('TOCHeading', text(escape(label(manuscript, 'contents'))))}"
        f"{''.join(lines)}{end}</w:sdtContent></w:sdt>"
    )


def contents_rows(manuscript: Manuscript, after: list[str], pages: dict[str, int]) -> list[tuple[int, str, str, int]]:
    """Lines of the contents: the numbered sections, then what comes ``after`` the body."""
    rows = [
        (depth(item), item.number, line(manuscript, item.section.title), pages[item.section.id])
        for item in number_headings(manuscript.sections)
    ]
    names = {"bibliography": "bibliography", "ai-statement": "ai_statement"}
    return rows + [(1, "", escape(label(manuscript, names[name])), pages[name]) for name in after]


def field(instruction: str, result: str | None = None) -> str:
    """A field with its result, or the beginning of one whose result and end follow."""
    begun = _field("begin") + _instruction(instruction) + _field("separate")
    return begun if result is None else f"{begun}{result}{_field('end')}"


def _instruction(words: str) -> str:
    return f'<w:r><w:instrText xml:space="preserve">{words}</w:instrText></w:r>'


def _field(kind: str) -> str:
    return f'<w:r><w:fldChar w:fldCharType="{kind}"/></w:r>'


def header_xml(notice: str) -> str:
    """The notice at the head of a page; ``notice`` is escaped."""
    return f'{_DECLARATION}<w:hdr xmlns:w="{WORD}">{paragraph("Header", text(notice) if notice else "")}</w:hdr>'


def footer_xml(*, numbered: bool) -> str:
    """The foot of a page, with its number or empty."""
    number = "".join((_field("begin"), _instruction(" PAGE "), _field("separate"), text("1"), _field("end")))
    return f'{_DECLARATION}<w:ftr xmlns:w="{WORD}">{paragraph("Footer", number if numbered else "")}</w:ftr>'


def section_xml(relations: dict[str, str]) -> str:
    """Page size, margins, head and foot. ``relations`` gives the ids of header, footer and first footer."""
    return (
        f'<w:sectPr xmlns:w="{WORD}" xmlns:r="{_RELATIONS}">'
        f'<w:headerReference w:type="default" r:id="{relations["header"]}"/>'
        f'<w:headerReference w:type="first" r:id="{relations["header"]}"/>'
        f'<w:footerReference w:type="default" r:id="{relations["footer"]}"/>'
        f'<w:footerReference w:type="first" r:id="{relations["first_footer"]}"/>'
        '<w:pgSz w:w="11906" w:h="16838"/>'
        '<w:pgMar w:top="1417" w:right="1417" w:bottom="1417" w:left="1417" '
        'w:header="709" w:footer="709" w:gutter="0"/>'
        "<w:titlePg/></w:sectPr>"
    )


_DECLARATION: Final = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
