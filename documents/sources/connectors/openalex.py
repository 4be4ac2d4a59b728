"""OpenAlex: https://docs.openalex.org/api-entities/works/search-works"""

from typing import Any, Final

from documents.extraction.people import person
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
    "article": "article-journal",
    "review": "article-journal",
    "preprint": "article",
    "book": "book",
    "book-chapter": "chapter",
    "dissertation": "thesis",
    "report": "report",
    "dataset": "dataset",
    "standard": "standard",
}


def ask(query: str, key: str, limit: int) -> Ask:
    """Works by relevance."""
    params = {"search": query, "per-page": str(limit)}
    return Ask(path="/works", params=params | ({"api_key": key} if key else {}))


def parse(payload: Any) -> list[FoundWork]:
    """The works; retracted ones are left out."""
    return [work for one in entries(part(payload, "results")) if (work := _work(one))]


def _work(one: dict[str, Any]) -> FoundWork | None:
    title = text(one.get("title") or one.get("display_name"))
    if not title or one.get("is_retracted") is True:
        return None
    names = [text(part(authorship, "author", "display_name")) for authorship in entries(one.get("authorships"))]
    first, last = (
        text(part(one, "biblio", "first_page")),
        text(part(one, "biblio", "last_page")),
    )
    found_doi = doi(one.get("doi"))
    return FoundWork(
        title=title,
        kind=_KINDS.get(text(one.get("type")), "document"),
        authors=frozen_names([name for each in names if (name := person(each))]),
        year=year(one.get("publication_year")),
        container=text(part(one, "primary_location", "source", "display_name")),
        volume=text(part(one, "biblio", "volume"), 40),
        issue=text(part(one, "biblio", "issue"), 40),
        page=f"{first}-{last}" if first and last and first != last else first,
        doi=found_doi,
        url=url(part(one, "primary_location", "landing_page_url")) or url(one.get("id")),
        text=_abstract(one.get("abstract_inverted_index")),
        language=text(one.get("language"), 8),
        cited_by=_count(one.get("cited_by_count")),
        services=("openalex",),
    )


def _abstract(index: object) -> str:
    """OpenAlex gives abstracts as words with their places."""
    if not isinstance(index, dict):
        return ""
    placed: list[tuple[int, str]] = []
    for word, places in index.items():
        if isinstance(word, str) and isinstance(places, list):
            placed += [(place, word) for place in places if isinstance(place, int)]
    return text(" ".join(word for _place, word in sorted(placed)[:2_000]), MAX_TEXT)


def _count(value: object) -> int:
    return value if isinstance(value, int) and value > 0 else 0
