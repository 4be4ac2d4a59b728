"""A whole document as HTML for the paged layout: title page, contents, body, bibliography, statement."""

from html import escape

from typesetting.citing import CitedText
from typesetting.elements import plain, walk
from typesetting.headings import Heading, number_headings
from typesetting.html import HtmlWriter
from typesetting.labels import locale, long_date, words
from typesetting.manuscript import Manuscript
from typesetting.numbering import numbered_words
from typesetting.tables import CaptionedTable, has_caption, read
from typesetting.typography import polish, printable

BODY = "body"
_WORDY_TITLE_CHARACTERS = 120
#: Width of a line: 16 cm in sizes of 12 pt.
_LINE_EMS = 37.5


def label(manuscript: Manuscript, name: str) -> str:
    """A word of the typesetter: the manuscript's own or the language's."""
    return manuscript.labels.get(name) or str(getattr(words(manuscript.language), name))


def line(manuscript: Manuscript, text: str) -> str:
    """One line of plain text, typographically polished and escaped."""
    return escape(polish(" ".join(printable(text).split()), manuscript.language))


class _PaperWriter(HtmlWriter):
    """Draws formulas, which the layout cannot set."""

    def formula(self, mathml: str) -> str:
        from typesetting.formula_drawing import draw  # few documents have a formula

        return draw(mathml, widest=_LINE_EMS)


def paper_html(manuscript: Manuscript, cited: CitedText) -> str:
    """The document as one HTML page."""
    headings = number_headings(manuscript.sections)
    writer = _PaperWriter(cited.formulas)
    after = [("bibliography", label(manuscript, "bibliography"))] if cited.entries else []
    if cited.statement:
        after.append(("ai-statement", label(manuscript, "ai_statement")))
    parts = [
        f'<p class="notice" aria-hidden="true">{line(manuscript, manuscript.notice)}</p>' if manuscript.notice else "",
        _title_page(manuscript),
        _contents(manuscript, cited, headings, after),
        _body(manuscript, headings, cited, writer),
        _bibliography(manuscript, cited, writer),
    ]
    if cited.statement:
        text = writer.clean(writer.blocks(cited.statement))
        heading = escape(label(manuscript, "ai_statement"))
        parts.append(f'<section class="statement"><h2 id="ai-statement">{heading}</h2>\n{text}</section>')
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(locale(manuscript.language))}"><head><meta charset="utf-8">'
        f"<title>{line(manuscript, manuscript.title)}</title>"
        f'<meta name="author" content="{line(manuscript, manuscript.author)}">'
        f'<meta name="dcterms.created" content="{manuscript.date.isoformat()}">'
        f"</head><body>\n{''.join(parts)}\n</body></html>"
    )


def link_words(manuscript: Manuscript, cited: CitedText) -> dict[str, str]:
    """What each anchor of the document is, in words: a section by its heading, a source by its entry."""
    sections = {item.anchor: f"{item.number} {item.section.title}" for item in number_headings(manuscript.sections)}
    after = {
        "bibliography": label(manuscript, "bibliography"),
        "ai-statement": label(manuscript, "ai_statement"),
    }
    entries = {entry["c"][0][0]: " ".join(plain(entry).split()) for entry in cited.entries}
    return sections | after | entries | numbered_words(cited.sections)


def _title_page(manuscript: Manuscript) -> str:
    wordy = " wordy" if len(manuscript.title) > _WORDY_TITLE_CHARACTERS else ""
    topic = f'<p class="topic">{line(manuscript, manuscript.topic)}</p>' if manuscript.topic else ""
    author = f'<p class="author">{line(manuscript, manuscript.author)}</p>' if manuscript.author else ""
    day = escape(long_date(manuscript.date, manuscript.language))
    return (
        f'<header class="title-page{wordy}"><p class="kind">{line(manuscript, manuscript.kind)}</p>'
        f"<h1>{line(manuscript, manuscript.title)}</h1>{topic}"
        f'<div class="foot">{author}<p class="date">{day}</p></div></header>\n'
    )


def _contents(manuscript: Manuscript, cited: CitedText, headings: list[Heading], after: list[tuple[str, str]]) -> str:
    long = _long(headings)
    rows = [
        _contents_row(depth(heading), heading.anchor, heading.number, line(manuscript, heading.section.title), long)
        for heading in headings
    ]
    rows += [_contents_row(1, anchor, "", escape(title), long) for anchor, title in after]
    title = escape(label(manuscript, "contents"))
    return f'<nav class="contents"><h2>{title}</h2>\n<ol>{"".join(rows)}</ol>{_table_list(manuscript, cited)}</nav>\n'


def listed_tables(cited: CitedText) -> dict[str, CaptionedTable]:
    """Tables of the list of tables by anchor; none where there is but one."""
    found = {
        one["c"][0][0]: read(one) for blocks in cited.sections.values() for one in walk(blocks) if has_caption(one)
    }
    return found if len(found) > 1 else {}


def _table_list(manuscript: Manuscript, cited: CitedText) -> str:
    rows = [
        f'<li class="level-1 table"><a href="#{anchor}"><span class="entry" data-target="#{anchor}">'
        f"{escape(table_title(found))}</span></a></li>\n"
        for anchor, found in listed_tables(cited).items()
    ]
    title = escape(label(manuscript, "tables"))
    return f"<h2>{title}</h2>\n<ol>{''.join(rows)}</ol>" if rows else ""


def table_title(found: CaptionedTable) -> str:
    """Number and caption in a line of plain text."""
    return " ".join(f"{found.words}. {plain(found.caption)}".split(" ")).strip()


def _contents_row(depth: int, anchor: str, number: str, title: str, long: str) -> str:
    count = f'<span class="number">{number}</span>' if number else ""
    return (
        f'<li class="level-{depth}{long}"><a href="#{anchor}">{count}'
        f'<span class="entry" data-target="#{anchor}">{title}</span></a></li>\n'
    )


def depth(heading: Heading) -> int:
    """1 for a chapter, 2 for a section of one."""
    return 2 if "." in heading.number else 1


def _long(headings: list[Heading]) -> str:
    """Numbers such as 10.12 need more room; then all headings get it, so that titles stay in line."""
    return " long" if any(len(heading.number) > 3 for heading in headings) else ""


def _body(manuscript: Manuscript, headings: list[Heading], cited: CitedText, writer: HtmlWriter) -> str:
    long = _long(headings)
    parts = []
    for heading in headings:
        tag = f"h{depth(heading) + 1}"
        title = line(manuscript, heading.section.title)
        parts.append(
            f'<{tag} class="numbered{long}" id="{heading.anchor}" data-label="{heading.number} {title}">'
            f'<span class="number">{heading.number}</span>{title}</{tag}>\n'
            f"{writer.clean(writer.blocks(cited.sections[heading.section.id]))}\n"
        )
    return f'<main class="body" id="{BODY}">{"".join(parts)}</main>\n'


def _bibliography(manuscript: Manuscript, cited: CitedText, writer: HtmlWriter) -> str:
    if not cited.entries:
        return ""
    listed = " listed" if cited.is_numbered else ""
    entries = "\n".join(
        f'<div class="csl-entry" id="{escape(entry["c"][0][0])}">{writer.clean(writer.blocks(entry["c"][1]))}</div>'
        for entry in cited.entries
    )
    title = escape(label(manuscript, "bibliography"))
    return f'<section class="bibliography{listed}"><h2 id="bibliography">{title}</h2>\n{entries}</section>\n'
