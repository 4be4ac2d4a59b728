"""CSL-JSON for an uploaded file from what it says about itself. Nothing is invented: no author, no year, no place
that the file does not carry on its first pages."""

import re
from typing import Any, Final

from documents.sources.found import doi
from reading.dates import EARLIEST_YEAR, csl_date
from reading.people import people
from reading.protocol import Meta
from reading.titles import is_worthless
from tesigo.platform.plain_words import ascii_words

#: Characters of the first pages in which authors and dates are looked for.
FRONT_CHARACTERS: Final = 6_000
_TITLE_PAGE_CHARACTERS: Final = 1_200
#: UNESCO's line between a pamphlet and a book, in pages.
_BOOK_MIN_PAGES: Final = 49
#: Fields of a PDF's first page that are taken as they stand there.
_AS_PRINTED: Final = ("editor", "container-title", "volume", "issue", "page", "ISBN", "genre", "publisher")
_YEAR: Final = re.compile(r"(?<![\d.,/-])(1[4-9]\d\d|20\d\d)(?![\d,]|\.\d)")

_COPYRIGHT: Final = re.compile(r"(?:©|\(c\)|copyright)[\s:©(c)]{0,6}(?:\d{4}\s?[-–]\s?)?(\d{4})\b", re.IGNORECASE)


def csl_of_upload(*, meta: Meta, name_words: str, front: str, has_pages: bool) -> dict[str, Any]:
    """The item without ``id``. ``front`` is the text of the first pages, ``name_words`` the file name as words."""
    item: dict[str, Any] = {
        "type": _kind(meta, has_pages=has_pages),
        "title": meta.front.get("title") or _title(meta, name_words, front),
    }
    authors = meta.front.get("author") or [
        name for name in people(meta.author) if _stands_in(name.get("family") or name["literal"], front)
    ]
    if authors:
        item["author"] = authors
    if (year := meta.front.get("year") or _year(meta, front)) is not None:
        item["issued"] = {"date-parts": [[year]]}
    item |= {field: meta.front[field] for field in _AS_PRINTED if meta.front.get(field)}
    if own := doi(meta.front.get("DOI", "")) or _doi(front):
        item["DOI"] = own
    item |= _by_identifiers(item, meta.front.get("arxiv", ""))
    if kind := meta.front.get("type"):
        item["type"] = kind
    return item


def _doi(front: str) -> str:
    """The one DOI of the title page; of several none is known to be the work's own."""
    dois = {
        found
        for match in re.finditer(r"10\.\d{4,9}/\S{1,100}", front[: _TITLE_PAGE_CHARACTERS * 2])
        if (found := doi(match.group()))
    }
    return dois.pop() if len(dois) == 1 else ""


def _by_identifiers(item: dict[str, Any], arxiv: str) -> dict[str, Any]:
    """The kind of work that journal, DOI, arXiv number or ISBN make it."""
    if "container-title" in item or ("DOI" in item and not arxiv):
        return {"type": "article-journal"}
    if arxiv:
        return {"type": "article", "publisher": "arXiv", "number": arxiv, "URL": f"https://arxiv.org/abs/{arxiv}"}
    return {"type": "book"} if "ISBN" in item else {}


def _kind(meta: Meta, *, has_pages: bool) -> str:
    if not has_pages:
        return "document"
    return "book" if meta.pages >= _BOOK_MIN_PAGES else "report"


def _title(meta: Meta, name_words: str, front: str) -> str:
    title = " ".join(meta.title.split()).strip()[:300]
    if not is_worthless(title):
        return title
    return _first_heading(front) or name_words


def _first_heading(front: str) -> str:
    """The first lines, when they look like a title rather than the beginning of a text."""
    for paragraph in front.split("\n\n")[:3]:
        heading = " ".join(paragraph.split())
        words = len(heading.split())
        if 2 <= words <= 20 and 10 <= len(heading) <= 160 and heading[-1] not in ".,;:" and heading[0].isupper():
            return heading
    return ""


def _stands_in(name: str, front: str) -> bool:
    """Metadata often name who owned the computer: an author is believed when the first pages name them, too."""
    words = [word for word in ascii_words(name) if len(word) > 2]
    return bool(words) and set(words) <= set(ascii_words(front[:FRONT_CHARACTERS]))


def _year(meta: Meta, front: str) -> int | None:
    """The year the file was made in when its title page carries it, else that of a copyright line, else none."""
    made = csl_date(meta.date.removeprefix("D:")[:4])
    made_in = str(made["date-parts"][0][0]) if made else ""
    if made_in and made_in in _YEAR.findall(front[:_TITLE_PAGE_CHARACTERS]):
        return int(made_in)
    claimed = [int(match.group(1)) for match in _COPYRIGHT.finditer(front)]
    return max((year for year in claimed if year >= EARLIEST_YEAR), default=None)
