"""Tavily, a search of the web: https://docs.tavily.com/documentation/api-reference/endpoint/search"""

from typing import Any

from documents.sources.connectors.asking import Access, Ask
from documents.sources.connectors.webpages import ask_for_pages, pages
from documents.sources.found import FoundWork


def ask(query: str, access: Access, limit: int) -> Ask:
    """Pages by relevance, with the extract that fits the query. Tavily gives 20 at most, for 400 characters."""
    return ask_for_pages({"query": query[:400], "max_results": min(limit, 20), "search_depth": "basic"}, access)


def parse(payload: Any) -> list[FoundWork]:
    """Pages with a title and an address."""
    return pages(payload, service="tavily", extract="content", date="published_date")
