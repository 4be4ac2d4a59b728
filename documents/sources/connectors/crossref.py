"""Crossref: https://api.crossref.org/swagger-ui/index.html (works)"""

from typing import Any, Final
from urllib.parse import quote

from documents.sources.connectors.asking import Access, Ask, named_program
from documents.sources.found import (
    MAX_TEXT_CHARACTERS,
    FoundWork,
    doi,
    entries,
    frozen_names,
    part,
    text,
    title,
    url,
    year,
)
from documents.sources.retractions import judged
from reading.fields import standard_numbers
from reading.people import Name

_KINDS: Final = {
    "journal-article": "article-journal",
    "book": "book",
    "reference-book": "book",
    "proceedings": "book",
    "monograph": "book",
    "edited-book": "book",
    "book-chapter": "chapter",
    "proceedings-article": "paper-conference",
    "dissertation": "thesis",
    "report": "report",
    "posted-content": "article",
    "dataset": "dataset",
    "standard": "standard",
}
#: Types of works that an ISBN is the number of; their chapters are registered with it, too.
_WHOLE_BOOKS: Final = frozenset({"book", "monograph", "edited-book", "reference-book", "proceedings", "report"})


def ask(query: str, access: Access, limit: int) -> Ask:
    """Works by relevance."""
    params = {"query": query, "rows": str(limit)}
    return Ask(path="/works", params=params | _contact(access), headers=_headers(access))


def look_up(doi: str, access: Access) -> Ask:
    """The one work with this DOI."""
    return Ask(path=f"/works/{quote(doi, safe='')}", params=_contact(access), headers=_headers(access))


def look_up_isbn(isbn: str, access: Access) -> Ask:
    """Works with this ISBN: the book, and each chapter that is registered by itself."""
    params = {"filter": f"isbn:{isbn}", "rows": "20"}
    return Ask(path="/works", params=params | _contact(access), headers=_headers(access))


def parse_one(payload: Any) -> FoundWork | None:
    """The work; of a list the book in it. None where the answer holds none."""
    one = part(payload, "message")
    if isinstance(one, dict) and "items" in one:
        one = next((each for each in entries(one["items"]) if each.get("type") in _WHOLE_BOOKS), None)
    return _work(one) if isinstance(one, dict) else None


def _contact(access: Access) -> dict[str, str]:
    """Who says how to be reached gets the polite pool's limits."""
    return {"mailto": access.contact} if access.contact else {}


def _headers(access: Access) -> dict[str, str]:
    """A key is that of Crossref's paid Plus service."""
    return named_program(access) | ({"Crossref-Plus-API-Token": f"Bearer {access.key}"} if access.key else {})


def parse(payload: Any) -> list[FoundWork]:
    """The works with a title."""
    return [work for one in entries(part(payload, "message", "items")) if (work := _work(one))]


def _work(one: dict[str, Any]) -> FoundWork | None:
    found_title = _title(one)
    if not found_title:
        return None
    own = doi(one.get("DOI"))
    updates = _updates(one.get("update-to"))
    standing = judged(
        found_title,
        types=[one.get("subtype") or ""],
        # What was updated in its place names itself, and is no notice.
        updated_by=_updates(one.get("updated-by")) + [each for each in updates if each[1] and each[1] == own],
        updates=[each for each in updates if not own or each[1] != own],
    )
    return FoundWork(
        title=standing.title,
        is_retracted=standing.is_retracted,
        is_notice=standing.is_notice,
        takes_back=standing.takes_back,
        retracts=standing.retracts,
        notices=standing.notices,
        kind=_KINDS.get(text(one.get("type")), "document"),
        authors=_names(one.get("author")),
        editors=_names(one.get("editor")),
        year=_issued(one),
        container=_first(one.get("container-title")),
        publisher=text(one.get("publisher")),
        volume=text(one.get("volume"), 40),
        issue=text(one.get("issue"), 40),
        page=text(one.get("page"), 40),
        doi=own,
        url=url(one.get("URL")),
        text=text(one.get("abstract"), MAX_TEXT_CHARACTERS).removeprefix("Abstract ").strip(),
        language=text(one.get("language"), 8),
        cited_by=count if isinstance(count := one.get("is-referenced-by-count"), int) and count > 0 else 0,
        services=("crossref",),
        isbn=_isbn(one),
        pdf_urls=_free_pdfs(one),
    )


def _updates(said: object) -> list[tuple[str, str]]:
    return [(text(each.get("type")), doi(each.get("DOI"))) for each in entries(said)]


def _title(one: dict[str, Any]) -> str:
    titles = one.get("title")
    return title(titles[0]) if isinstance(titles, list) and titles else ""


def _first(value: object) -> str:
    return text(value[0]) if isinstance(value, list) and value else ""


def _isbn(one: dict[str, Any]) -> str:
    """A chapter carries the number of its book, which no style prints with it."""
    numbers = one.get("ISBN")
    is_book = one.get("type") in _WHOLE_BOOKS
    return standard_numbers(numbers).get("ISBN", "") if is_book and isinstance(numbers, list) else ""


def _free_pdfs(one: dict[str, Any]) -> tuple[str, ...]:
    """Addresses of the file, where its licence lets everybody have it."""
    if not any("creativecommons.org" in text(each.get("URL")) for each in entries(one.get("license"))):
        return ()
    links = (each for each in entries(one.get("link")) if each.get("content-type") == "application/pdf")
    return tuple(address for each in links if (address := url(each.get("URL"))))[:3]


def _names(said: object) -> tuple[tuple[tuple[str, str], ...], ...]:
    return frozen_names([name for each in entries(said) if (name := _name(each))])


def _name(author: dict[str, Any]) -> Name | None:
    family, given, literal = (
        text(author.get("family")),
        text(author.get("given")),
        text(author.get("name")),
    )
    if family:
        return {"family": family} | ({"given": given} if given else {})
    return {"literal": literal} if literal else None


def _issued(one: dict[str, Any]) -> int | None:
    for field in ("issued", "published", "published-print", "published-online"):
        parts = part(one, field, "date-parts")
        if isinstance(parts, list) and parts and isinstance(parts[0], list) and parts[0]:
            return year(parts[0][0])
    return None
