"""One module a search service: how to ask it and how to read its answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from documents.sources.connectors import (
    crossref,
    datacite,
    openalex,
    perplexity,
    semantic_scholar,
    tavily,
)
from documents.sources.connectors.asking import Access, Ask
from documents.sources.found import FoundWork

LookUp = Callable[[str, Access], Ask]


@dataclass(frozen=True, slots=True)
class Connector:
    """``ask(query, access, limit)`` returns the request, ``parse(payload)`` the works, best first.

    A register of publications also has ``look_up(doi, access)``, some the like by other numbers; ``parse_one`` reads
    what they answer. ``takes`` says which numbers it can be asked for. A register that ``tells_of_retractions`` is
    asked again and again whether a work still stands.
    """

    name: str
    ask: Callable[[str, Access, int], Ask] | None = None
    parse: Callable[[Any], list[FoundWork]] | None = None
    look_up: LookUp | None = None
    parse_one: Callable[[Any], FoundWork | None] | None = None
    look_up_isbn: LookUp | None = None
    look_up_pubmed: LookUp | None = None
    takes: Callable[[str], bool] = bool
    tells_of_retractions: bool = False


CONNECTORS: dict[str, Connector] = {
    "openalex": Connector(
        "openalex",
        openalex.ask,
        openalex.parse,
        openalex.look_up,
        openalex.parse_one,
        look_up_pubmed=openalex.look_up_pubmed,
        takes=openalex.takes,
        tells_of_retractions=True,
    ),
    "crossref": Connector(
        "crossref",
        crossref.ask,
        crossref.parse,
        crossref.look_up,
        crossref.parse_one,
        look_up_isbn=crossref.look_up_isbn,
        tells_of_retractions=True,
    ),
    "datacite": Connector("datacite", look_up=datacite.look_up, parse_one=datacite.parse_one),
    "semantic_scholar": Connector("semantic_scholar", semantic_scholar.ask, semantic_scholar.parse),
    "tavily": Connector("tavily", tavily.ask, tavily.parse),
    "perplexity": Connector("perplexity", perplexity.ask, perplexity.parse),
}
