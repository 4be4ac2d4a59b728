"""Layout by WeasyPrint, and what a page counts (R-11)."""

import logging
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import partial
from importlib import resources
from pathlib import Path
from typing import Any, Final, NoReturn

from weasyprint import CSS, HTML, Document
from weasyprint.formatting_structure.boxes import LineBox, TextBox
from weasyprint.text.fonts import FontConfiguration

from tesigo_verify.folding import fold
from typesetting import tagging
from typesetting.citing import CitedText
from typesetting.errors import ExportError
from typesetting.fonts import require_fonts
from typesetting.front_parts import NAMES
from typesetting.headings import headings_of
from typesetting.hyphenation import read_in_levels
from typesetting.labels import locale
from typesetting.manuscript import Manuscript, Measurement
from typesetting.note_pages import keep_notes_on_their_pages
from typesetting.own_template import OwnTemplate
from typesetting.page_format import PageFormat, style_sheet
from typesetting.paper import BODY, paper_html

_HUNDREDTH: Final = Decimal("0.01")

logging.getLogger("weasyprint").setLevel(logging.CRITICAL)


def lay_out(manuscript: Manuscript, cited: CitedText) -> Document:
    """The document on pages of its format, hyphenated in its language. Nothing is fetched from anywhere."""
    require_fonts()
    keep_notes_on_their_pages()
    for language in filter(None, (manuscript.language, manuscript.front.second_language)):
        read_in_levels(locale(language))
    fonts = FontConfiguration()
    sheet = (resources.files("typesetting") / "paper.css").read_text(encoding="utf-8")
    sheets = [sheet, style_sheet(manuscript.page_format)]
    styles = [CSS(string=one, font_config=fonts, url_fetcher=_refuse) for one in sheets if one]
    page = HTML(string=paper_html(manuscript, cited), url_fetcher=_refuse, base_url=None)
    # Without hints a list begins at 1, whatever its `start` says.
    return page.render(stylesheets=styles, font_config=fonts, pdf_variant=tagging.VARIANT, presentational_hints=True)


def pages_of_template(manuscript: Manuscript, cited: CitedText) -> tuple[dict[str, int], int]:
    """``first_pages`` and all pages about as the DOCX in the student's template has them, which lays out otherwise."""
    look = OwnTemplate.from_text(manuscript.own_template).format(manuscript.page_format)
    alike = replace(manuscript, page_format=look)
    document = lay_out(alike, cited)
    return first_pages(document, alike), len(document.pages)


def write(document: Document, destination: Path, *, links: Mapping[str, str], day: date) -> int:
    """Writes a PDF that is PDF/UA-1 and PDF/A-3u and returns its size in bytes; the rest as in `tagging.finish`."""
    tagging.prepare(document)
    finish = partial(tagging.finish, links=links, day=day)
    document.write_pdf(destination, pdf_variant=tagging.VARIANT, pdf_tags=True, finisher=finish)
    return destination.stat().st_size


def measure_pages(document: Document, manuscript: Manuscript) -> Measurement:
    """How long the body and its sections are on these pages."""
    pages = [number for number, page in enumerate(document.pages) if BODY in page.anchors]
    if not pages:
        raise ExportError("The document has no text to lay out.")
    first, last = pages[0], pages[-1]
    look = manuscript.page_format
    end = last - first + _fraction(_bottom(document, last, look), look)
    places: list[tuple[str, float]] = []
    for heading in headings_of(manuscript):
        number = next(number for number in pages if heading.anchor in document.pages[number].anchors)
        top = document.pages[number].anchors[heading.anchor][1] - look.top_pixels
        places.append((heading.section.id, number - first + _fraction(top, look)))
    ends = [place for _, place in places[1:]] + [end]
    return Measurement(
        body_pages=_rounded(end),
        total_pages=len(document.pages),
        section_pages={
            identifier: _rounded(after) - _rounded(place)
            for (identifier, place), after in zip(places, ends, strict=True)
        },
        first_pages=first_pages(document, manuscript),
        page_texts=_page_texts(document),
    )


def _page_texts(document: Document) -> tuple[str, ...]:
    return tuple(fold("".join(_words(page._page_box))) for page in document.pages)


def _words(box: Any) -> Iterator[str]:
    """What is set in a box, line by line in the order of the text; notes at the end of their page.

    A reader of the PDF sees that lines are apart: the 3 at the end of one and the 2 of the next are not 32.
    """
    for child in box.all_children():
        if isinstance(child, TextBox):
            yield child.text
        else:
            yield from _words(child)
            if isinstance(child, LineBox):
                yield "\n"


def _bottom(document: Document, number: int, look: PageFormat) -> float:
    """Height used on the body's last page, its footnotes included, in CSS pixels."""
    page = document.pages[number]
    notes = [box for box in page._page_box.children[1:] if type(box).__name__ == "FootnoteAreaBox"]
    return float(page.anchors[BODY][3] - look.top_pixels + sum(box.margin_height() for box in notes if box.children))


def _fraction(used: float, look: PageFormat) -> float:
    return min(1.0, max(0.0, used / look.full_pixels))


def _rounded(pages: float) -> Decimal:
    return Decimal(str(pages)).quantize(_HUNDREDTH)


def _refuse(url: str, *arguments: Any, **options: Any) -> NoReturn:
    raise ValueError("a document fetches nothing")


def first_pages(document: Document, manuscript: Manuscript) -> dict[str, int]:
    """The page on which each section, numbered table and other part with a heading begins, as its foot counts it."""
    anchors = {heading.anchor: heading.section.id for heading in headings_of(manuscript)}
    anchors |= {name: name for name in NAMES}
    bodies = [number for number, page in enumerate(document.pages) if BODY in page.anchors]
    before = min(bodies, default=0) if manuscript.page_format.restarts else 0
    return {
        anchors.get(name, name): number - before if number > before else number
        for number, page in reversed(list(enumerate(document.pages, start=1)))
        for name in page.anchors
        if name in anchors or name.startswith("table-")
    }
