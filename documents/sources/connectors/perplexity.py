"""Perplexity's search of the web: https://docs.perplexity.ai/api-reference/search-post"""

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
    """Pages by relevance, with the extract that fits the query; 20 at most."""
    body = {"query": query, "max_results": min(limit, 20)}
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
        year=year(one.get("date")),
        doi=doi(address) if "doi.org/" in address else "",
        url=address,
        text=text(one.get("snippet"), MAX_TEXT),
        services=("perplexity",),
    )
