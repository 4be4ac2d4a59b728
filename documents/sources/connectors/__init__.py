"""One module a search service: how to ask it and how to read its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from documents.sources.connectors import (
    crossref,
    openalex,
    perplexity,
    semantic_scholar,
    tavily,
)
from documents.sources.connectors.asking import Access, Ask
from documents.sources.found import FoundWork


@dataclass(frozen=True, slots=True)
class Connector:
    """``ask(query, access, limit)`` returns the request, ``parse(payload)`` the works, best first.

    A register of publications also has ``look_up(doi, access)``, whose answer ``parse_one`` reads.
    """

    name: str
    ask: Callable[[str, Access, int], Ask]
    parse: Callable[[Any], list[FoundWork]]
    look_up: Callable[[str, Access], Ask] | None = None
    parse_one: Callable[[Any], FoundWork | None] | None = None


CONNECTORS: dict[str, Connector] = {
    "openalex": Connector("openalex", openalex.ask, openalex.parse, openalex.look_up, openalex.parse_one),
    "crossref": Connector("crossref", crossref.ask, crossref.parse, crossref.look_up, crossref.parse_one),
    "semantic_scholar": Connector("semantic_scholar", semantic_scholar.ask, semantic_scholar.parse),
    "tavily": Connector("tavily", tavily.ask, tavily.parse),
    "perplexity": Connector("perplexity", perplexity.ask, perplexity.parse),
}
