"""Semantic Scholar's Academic Graph: https://api.semanticscholar.org/api-docs/graph (paper relevance search)"""

from typing import Any, Final

from documents.sources.connectors.asking import Access, Ask
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
from reading.people import person

_FIELDS: Final = "title,abstract,year,authors,externalIds,url,venue,journal,publicationTypes,citationCount"
_KINDS: Final = {
    "JournalArticle": "article-journal",
    "Review": "article-journal",
    "Conference": "paper-conference",
    "Book": "book",
    "BookSection": "chapter",
    "Dataset": "dataset",
}


def ask(query: str, access: Access, limit: int) -> Ask:
    """Papers by relevance."""
    params = {"query": query, "limit": str(limit), "fields": _FIELDS}
    return Ask(
        path="/graph/v1/paper/search",
        params=params,
        headers={"x-api-key": access.key} if access.key else {},
    )


def parse(payload: Any) -> list[FoundWork]:
    """The papers with a title."""
    return [work for one in entries(part(payload, "data")) if (work := _work(one))]


def _work(one: dict[str, Any]) -> FoundWork | None:
    found_title = title(one.get("title"))
    if not found_title:
        return None
    kinds = one.get("publicationTypes")
    kind = (
        next((_KINDS[each] for each in kinds if isinstance(each, str) and each in _KINDS), "")
        if isinstance(kinds, list)
        else ""
    )
    standing = judged(found_title, types=kinds if isinstance(kinds, list) else [])
    container = text(part(one, "journal", "name")) or text(one.get("venue"))
    names = [text(author.get("name")) for author in entries(one.get("authors"))]
    return FoundWork(
        title=standing.title,
        is_retracted=standing.is_retracted,
        is_notice=standing.is_notice,
        takes_back=standing.takes_back,
        kind=kind or ("article-journal" if container else "document"),
        authors=frozen_names([name for each in names if (name := person(each))]),
        year=year(one.get("year")),
        container=container,
        volume=text(part(one, "journal", "volume"), 40),
        page=text(part(one, "journal", "pages"), 40),
        doi=doi(part(one, "externalIds", "DOI")),
        url=url(one.get("url")),
        text=text(one.get("abstract"), MAX_TEXT_CHARACTERS),
        cited_by=count if isinstance(count := one.get("citationCount"), int) and count > 0 else 0,
        services=("semantic_scholar",),
    )
