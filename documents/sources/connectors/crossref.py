"""Crossref: https://api.crossref.org/swagger-ui/index.html (works)"""

from typing import Any, Final

from documents.extraction.people import Name
from documents.sources.connectors.asking import Ask
from documents.sources.found import (
    MAX_TEXT,
    FoundWork,
    doi,
    entries,
    frozen_names,
    part,
    text,
    url,
    year,
)

_KINDS: Final = {
    "journal-article": "article-journal",
    "book": "book",
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


def ask(query: str, key: str, limit: int) -> Ask:
    """Works by relevance; a key is that of Crossref's paid Plus service."""
    headers = {"Crossref-Plus-API-Token": f"Bearer {key}"} if key else {}
    return Ask(path="/works", params={"query": query, "rows": str(limit)}, headers=headers)


def parse(payload: Any) -> list[FoundWork]:
    """The works with a title."""
    return [work for one in entries(part(payload, "message", "items")) if (work := _work(one))]


def _work(one: dict[str, Any]) -> FoundWork | None:
    title = _first(one.get("title"))
    if not title:
        return None
    return FoundWork(
        title=title,
        kind=_KINDS.get(text(one.get("type")), "document"),
        authors=frozen_names([name for each in entries(one.get("author")) if (name := _name(each))]),
        year=_issued(one),
        container=_first(one.get("container-title")),
        publisher=text(one.get("publisher")),
        volume=text(one.get("volume"), 40),
        issue=text(one.get("issue"), 40),
        page=text(one.get("page"), 40),
        doi=doi(one.get("DOI")),
        url=url(one.get("URL")),
        text=text(one.get("abstract"), MAX_TEXT).removeprefix("Abstract ").strip(),
        language=text(one.get("language"), 8),
        cited_by=count if isinstance(count := one.get("is-referenced-by-count"), int) and count > 0 else 0,
        services=("crossref",),
    )


def _first(value: object) -> str:
    return text(value[0]) if isinstance(value, list) and value else ""


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
