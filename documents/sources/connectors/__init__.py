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
from documents.sources.connectors.asking import Ask
from documents.sources.found import FoundWork


@dataclass(frozen=True, slots=True)
class Connector:
    """``ask(query, key, limit)`` gives the request, ``parse(payload)`` the works, best first."""

    name: str
    ask: Callable[[str, str, int], Ask]
    parse: Callable[[Any], list[FoundWork]]


CONNECTORS: dict[str, Connector] = {
    "openalex": Connector("openalex", openalex.ask, openalex.parse),
    "crossref": Connector("crossref", crossref.ask, crossref.parse),
    "semantic_scholar": Connector("semantic_scholar", semantic_scholar.ask, semantic_scholar.parse),
    "tavily": Connector("tavily", tavily.ask, tavily.parse),
    "perplexity": Connector("perplexity", perplexity.ask, perplexity.parse),
}
