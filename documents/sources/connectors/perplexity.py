"""Perplexity's search of the web: https://docs.perplexity.ai/api-reference/search-post"""

from typing import Any

from documents.sources.connectors.asking import Access, Ask
from documents.sources.connectors.webpages import ask_for_pages, pages
from documents.sources.found import FoundWork


def ask(query: str, access: Access, limit: int) -> Ask:
    """Pages by relevance, with the extract that fits the query; 20 at most."""
    return ask_for_pages({"query": query, "max_results": min(limit, 20)}, access)


def parse(payload: Any) -> list[FoundWork]:
    """Pages with a title and an address."""
    return pages(payload, service="perplexity", extract="snippet", date="date")
