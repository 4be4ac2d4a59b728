"""Asks every configured service at once; one that fails or is slow never fails the search (R-95)."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from documents.sources.asking import ANSWER_SECONDS, Line, NoAnswer, NotThere, Service, configured, line
from documents.sources.connectors import LookUp
from documents.sources.found import FoundWork
from documents.sources.merging import KEPT, best, unite
from tesigo.platform.log_values import word

__all__ = ["SearchResult", "Service", "ask_all", "configured", "look_up", "registers", "search_services"]

logger = logging.getLogger(__name__)
_WORKS_PER_SERVICE: Final = 20
_MAX_QUERY_CHARACTERS: Final = 300


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Works, best first, and the names of services that gave no answer.

    ``taken_back`` are works that were retracted and notices of that: they must not come back by another query.
    """

    works: list[FoundWork]
    failed: list[str] = field(default_factory=list)
    taken_back: list[FoundWork] = field(default_factory=list)


async def search_services(
    query: str,
    *,
    services: list[Service],
    language: str = "",
    seconds: float = ANSWER_SECONDS,
) -> SearchResult:
    """The 20 best works for the query over all services, asked at once with ``seconds`` for each answer."""
    async with line(services) as asked:
        return await ask_all(asked, query, language=language, seconds=seconds)


async def ask_all(asked: Line, query: str, *, language: str = "", seconds: float = ANSWER_SECONDS) -> SearchResult:
    """One query of a search, to all its services."""
    query = " ".join(query.split())[:_MAX_QUERY_CHARACTERS]
    searched = [service for service in asked.services if service.connector.ask]
    if not query or not searched:
        return SearchResult(works=[])
    answers = await asyncio.gather(*(_works(asked, service, query, seconds) for service in searched))
    united = unite(works for works in answers if works is not None)
    return SearchResult(
        works=best(united, query=query, language=language, keep=KEPT),
        failed=[service.name for service, works in zip(searched, answers, strict=True) if works is None],
        taken_back=[work for work in united if work.is_retracted or work.is_notice],
    )


async def _works(asked: Line, service: Service, query: str, seconds: float) -> list[FoundWork] | None:
    """None when the service gave no usable answer."""
    connector = service.connector
    assert connector.ask is not None
    assert connector.parse is not None
    try:
        ask = connector.ask(query, service.access, _WORKS_PER_SERVICE)
        return connector.parse(await asked.ask(service, ask, seconds=seconds))[:_WORKS_PER_SERVICE]
    except (NoAnswer, NotThere):
        return None
    except Exception:  # whatever is wrong with one answer, the others are heard
        logger.exception("an answer of %s could not be read", word(service.name))
        return None


def registers(services: Iterable[Service]) -> list[Service]:
    """Those that are asked whether a publication still stands, by its DOI."""
    return [service for service in services if service.connector.tells_of_retractions]


async def look_up(asked: Line, register: Service, doi: str, *, patience: float) -> FoundWork | None:
    """What a register says of a DOI; None where it does not know it. Waits its turn for ``patience`` seconds.

    Raises NoAnswer.
    """
    return await one_work(asked, register, register.connector.look_up, doi, patience=patience)


async def one_work(
    asked: Line, register: Service, by: LookUp | None, number: str, *, patience: float, seconds: float = ANSWER_SECONDS
) -> FoundWork | None:
    """What a register says of the work with a number, asked ``by`` one of its connector's ways; as `look_up`."""
    connector = register.connector
    if by is None or not connector.takes(number):
        return None
    assert connector.parse_one is not None
    try:
        payload = await asked.ask(register, by(number, register.access), seconds=seconds, patience=patience)
    except NotThere:
        return None
    try:
        return connector.parse_one(payload)
    except Exception as error:  # whatever is wrong with one answer, the others are heard
        logger.exception("what %s says of a work could not be read", word(register.name))
        raise NoAnswer("unreadable") from error
