"""Tavily, a search of the web: https://docs.tavily.com/documentation/api-reference/endpoint/search"""

from typing import Any

from documents.sources.connectors.asking import Ask
from documents.sources.found import (
    MAX_TEXT,
    FoundWork,
    doi,
    entries,
    part,
    text,
    url,
    year,
)


def ask(query: str, key: str, limit: int) -> Ask:
    """Pages by relevance, with the extract that fits the query. Tavily gives 20 at most, for 400 characters."""
    body = {
        "query": query[:400],
        "max_results": min(limit, 20),
        "search_depth": "basic",
    }
    return Ask(
        path="/search",
        method="POST",
        headers={"Authorization": f"Bearer {key}"},
        body=body,
    )


def parse(payload: Any) -> list[FoundWork]:
    """Pages with a title and an address."""
    return [work for one in entries(part(payload, "results")) if (work := _page(one))]


def _page(one: dict[str, Any]) -> FoundWork | None:
    title, address = text(one.get("title")), url(one.get("url"))
    if not title or not address:
        return None
    return FoundWork(
        title=title,
        kind="webpage",
        year=year(one.get("published_date")),
        doi=doi(address) if "doi.org/" in address else "",
        url=address,
        text=text(one.get("content"), MAX_TEXT),
        services=("tavily",),
    )
