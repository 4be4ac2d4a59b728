"""What a PDF says about itself: its information, its XMP, and its first pages as a reader sees them."""

import re
from pathlib import Path
from typing import Any, Final

import pypdfium2

from reading.identifiers import dois, isbn
from reading.lines import TypePage
from reading.protocol import Meta
from reading.title_page import Said, front_of, told_by_sheet
from reading.titles import is_worthless
from reading.type_lines import type_page
from reading.xmp import xmp

#: Pages in which a title page is looked for, and those in which an ISBN is.
_TITLE_PAGES: Final = 3
_IMPRINT_PAGES: Final = 6
_TITLE_PAGE_MIN_LETTERS: Final = 10
_IMPRINT_MAX_CHARACTERS: Final = 6_000
#: What repositories put in front of a work: its own first page comes after.
_COVER_SHEET: Final = re.compile(
    r"repository copy of|see discussions, stats, and author profiles|stable url:|"
    r"this is (?:an?|the) (?:author|accepted|submitted|published|peer)[ \w-]{0,40}(?:version|manuscript) of|"
    r"HAL is a multi-?disciplinary open access|your use of the (?:jstor|this) archive|"
    r"downloaded from https?://\S{3,80} on|dieses dokument wurde .{3,60} bereitgestellt|"
    r"provided in cooperation with|this version is available at|standard-nutzungsbedingungen",
    re.IGNORECASE,
)


def meta_of(document: pypdfium2.PdfDocument, path: Path) -> Meta:
    """Metadata as the file states them, and ``front``, what its first pages carry."""
    values = document.get_metadata_dict(skip_empty=True)
    stated = xmp(path)
    title = values.get("Title", "")
    if is_worthless(title):
        title = stated.get("title") or title
    author = values.get("Author") or stated.get("author", "")
    try:
        front = _front(document, stated, Said(title=title, author=author))
    except pypdfium2.PdfiumError:
        front = {}
    return Meta(
        title=title[:500],
        author=author[:500],
        date=values.get("CreationDate", "")[:40],
        pages=len(document),
        front=front,
    )


def _front(document: pypdfium2.PdfDocument, stated: dict[str, Any], said: Said) -> dict[str, Any]:
    sheet, page = _first_pages(document)
    front = front_of(page, said) if page is not None else {}
    if sheet is not None:
        front |= {field: value for field, value in told_by_sheet(sheet).items() if field not in front}
    for field in ("DOI", "container-title", "volume", "issue", "page", "year"):
        if field in stated and (field == "DOI" or field not in front):
            front[field] = stated[field]
    if "DOI" in front:
        front["DOI"] = next(iter(dois(front["DOI"])), "") or front["DOI"]
    if "DOI" not in front and (number := _isbn(document)):
        front["ISBN"] = number
    return front


def _first_pages(document: pypdfium2.PdfDocument) -> tuple[TypePage | None, TypePage | None]:
    """The sheet that a repository put in front, where there is one, and the first page with more than a few words."""
    sheet: TypePage | None = None
    for index in range(min(len(document), _TITLE_PAGES)):
        page = document[index]
        text_page = page.get_textpage()
        found = type_page(page, text_page)
        text_page.close()
        page.close()
        if index + 1 < len(document) and any(_COVER_SHEET.search(line.words) for line in found.lines):
            sheet = sheet or found
        elif sum(line.letters for line in found.lines) >= _TITLE_PAGE_MIN_LETTERS:
            return sheet, found
    return sheet, None


def _isbn(document: pypdfium2.PdfDocument) -> str:
    for index in range(min(len(document), _IMPRINT_PAGES)):
        page = document[index]
        text_page = page.get_textpage()
        text = text_page.get_text_bounded(errors="ignore")[:_IMPRINT_MAX_CHARACTERS]
        text_page.close()
        page.close()
        if number := isbn(text):
            return number
    return ""
