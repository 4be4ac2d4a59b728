"""A whole document as HTML for the paged layout: title page, contents, body, bibliography, statement."""

from html import escape

from typesetting import front_parts
from typesetting.citing import CitedText
from typesetting.elements import plain, walk
from typesetting.front_parts import Part, label
from typesetting.headings import Heading, headings_of
from typesetting.html import HtmlWriter
from typesetting.labels import locale
from typesetting.manuscript import Manuscript
from typesetting.numbering import numbered_words
from typesetting.tables import CaptionedTable, has_caption, read
from typesetting.typography import one_line, printable

BODY = "body"
_WORDY_TITLE_CHARACTERS = 120
#: What a formula leaves of a line, in sizes of the font.
_SPARED_EMS = 0.25


def line(manuscript: Manuscript, text: str) -> str:
    """One line of plain text, typographically polished and escaped."""
    return escape(one_line(text, manuscript.language))


class _PaperWriter(HtmlWriter):
    """Draws formulas, which the layout cannot set."""

    def __init__(self, manuscript: Manuscript, cited: CitedText) -> None:
        super().__init__(cited.formulas)
        self._widest_ems = manuscript.page_format.line_ems - _SPARED_EMS

    def formula(self, mathml: str) -> str:
        from typesetting.formula_drawing import draw  # few documents have a formula

        return draw(mathml, widest=self._widest_ems)


def paper_html(manuscript: Manuscript, cited: CitedText) -> str:
    """The document as one HTML page."""
    headings = headings_of(manuscript)
    writer = _PaperWriter(manuscript, cited)
    before = front_parts.after_contents(manuscript)
    behind = front_parts.after_bibliography(manuscript, cited)
    after = [("bibliography", label(manuscript, "bibliography"))] if cited.entries else []
    after += [(part.name, part.title) for part in behind]
    parts = [
        f'<p class="notice" aria-hidden="true">{line(manuscript, manuscript.notice)}</p>' if manuscript.notice else "",
        _title_page(manuscript),
    ]
    early = [
        *(_part(part, writer) for part in front_parts.before_contents(manuscript)),
        _contents(
            manuscript, headings, [(part.name, part.title) for part in before], after, _table_list(manuscript, cited)
        ),
        *(_part(part, writer) for part in before),
    ]
    text = [
        _body(manuscript, headings, cited, writer),
        _bibliography(manuscript, cited, writer),
        *(_part(part, writer) for part in behind),
    ]
    if manuscript.page_format.splits:
        # Page numbers go by groups of pages, which are what one element makes.
        early = ['<div class="before-text">', *early, "</div>"]
        text = ['<div class="text">', *text, "</div>"]
    return (
        f'<!DOCTYPE html>\n<html lang="{escape(locale(manuscript.language))}"><head><meta charset="utf-8">'
        f"<title>{line(manuscript, manuscript.title)}</title>"
        f'<meta name="author" content="{line(manuscript, manuscript.author)}">'
        f'<meta name="dcterms.created" content="{manuscript.date.isoformat()}">'
        f"</head><body>\n{''.join(parts + early + text)}\n</body></html>"
    )


def link_words(manuscript: Manuscript, cited: CitedText) -> dict[str, str]:
    """What each anchor of the document is, in words: a section by its heading, a source by its entry."""
    sections = {item.anchor: f"{item.number} {item.section.title}".strip() for item in headings_of(manuscript)}
    parts = [*front_parts.after_contents(manuscript), *front_parts.after_bibliography(manuscript, cited)]
    after = {"bibliography": label(manuscript, "bibliography")} | {part.name: part.title for part in parts}
    entries = {entry["c"][0][0]: " ".join(plain(entry).split()) for entry in cited.entries}
    return sections | after | entries | numbered_words(cited.sections)


def _title_page(manuscript: Manuscript) -> str:
    wordy = " wordy" if len(manuscript.title) > _WORDY_TITLE_CHARACTERS else ""
    topic = f'<p class="topic">{line(manuscript, manuscript.topic)}</p>' if manuscript.topic else ""
    author = f'<p class="author">{line(manuscript, manuscript.author)}</p>' if manuscript.author else ""
    lines = "".join(f"<p>{line(manuscript, name)}</p>" for name in front_parts.institution(manuscript.front))
    head = f'<div class="institution">{lines}</div>' if lines else ""
    facts = "".join(
        f'<p class="fact">{line(manuscript, f"{name}: {value}")}</p>' for name, value in front_parts.facts(manuscript)
    )
    day = line(manuscript, front_parts.place_and_date(manuscript))
    return (
        f'<header class="title-page{wordy}">{head}<p class="kind">{line(manuscript, manuscript.kind)}</p>'
        f"<h1>{line(manuscript, manuscript.title)}</h1>{topic}"
        f'<div class="foot">{author}{facts}<p class="date">{day}</p></div></header>\n'
    )


def _part(part: Part, writer: HtmlWriter) -> str:
    """A part with its heading, on a page of its own."""
    rows = "".join(
        f"<tr><td>{escape(printable(short))}</td><td>{escape(printable(meaning))}</td></tr>"
        for short, meaning in part.pairs
    )
    text = (
        f'<table class="pairs"><tbody>{rows}</tbody></table>'
        if rows
        else writer.clean(writer.blocks(list(part.blocks)))
    )
    return (
        f'<section class="part" lang="{escape(locale(part.language))}">'
        f'<h2 id="{part.name}">{escape(part.title)}</h2>\n{text}</section>\n'
    )


def _contents(
    manuscript: Manuscript,
    headings: list[Heading],
    before: list[tuple[str, str]],
    after: list[tuple[str, str]],
    tables: str,
) -> str:
    long = _long(headings)
    rows = [_contents_row(1, anchor, "", escape(title), f"{long} early") for anchor, title in before]
    rows += [
        _contents_row(heading.depth, heading.anchor, heading.number, line(manuscript, heading.section.title), long)
        for heading in headings
    ]
    rows += [_contents_row(1, anchor, "", escape(title), long) for anchor, title in after]
    title = escape(label(manuscript, "contents"))
    return f'<nav class="contents"><h2>{title}</h2>\n<ol>{"".join(rows)}</ol>{tables}</nav>\n'


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


def _long(headings: list[Heading]) -> str:
    """Numbers such as 10.12 need more room; then all headings get it, so that titles stay in line."""
    return " long" if any(len(heading.number) > 3 for heading in headings) else ""


def _body(manuscript: Manuscript, headings: list[Heading], cited: CitedText, writer: HtmlWriter) -> str:
    long = _long(headings)
    parts = []
    for heading in headings:
        tag = f"h{heading.depth + 1}"
        title = line(manuscript, heading.section.title)
        number = f'<span class="number">{heading.number}</span>' if heading.number else ""
        kind = f' class="numbered{long}" data-label="{heading.number} {title}"' if heading.number else ""
        parts.append(
            f'<{tag}{kind} id="{heading.anchor}">{number}{title}</{tag}>\n'
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
