"""Asks every configured service at once; one that fails or is slow never fails the search (R-95)."""

import asyncio
import json
import logging
import random
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final

import httpx

from documents.sources.connectors import CONNECTORS, Connector
from documents.sources.found import FoundWork
from documents.sources.merging import KEPT, merge

logger = logging.getLogger(__name__)
#: Seconds one service may take in all.
SERVICE_TIMEOUT: Final = 8.0
_PER_SERVICE: Final = 20
_MAX_ANSWER: Final = 8 * 1024 * 1024
_MAX_QUERY: Final = 300
#: Answers of a service that has too much to do, and the seconds that it is worth waiting for.
_BUSY: Final = (429, 503)
_LONGEST_WAIT: Final = 3


@dataclass(frozen=True, slots=True)
class Service:
    """A configured service: which connector, its base address and key."""

    connector: Connector
    url: str
    key: str = ""


@dataclass(frozen=True, slots=True)
class SearchResult:
    """Works, best first, and the names of services that gave no answer."""

    works: list[FoundWork]
    failed: list[str] = field(default_factory=list)


def configured(settings: Mapping[str, Mapping[str, str]]) -> list[Service]:
    """The services of `SOURCE_SERVICES` that have an address."""
    return [
        Service(
            connector=CONNECTORS[name],
            url=values["url"].rstrip("/"),
            key=values.get("key", ""),
        )
        for name, values in settings.items()
        if values.get("url") and name in CONNECTORS
    ]


async def search_services(
    query: str,
    *,
    services: list[Service],
    language: str = "",
    seconds: float = SERVICE_TIMEOUT,
) -> SearchResult:
    """The 20 best works for the query over all services, asked at once with ``seconds`` each."""
    query = " ".join(query.split())[:_MAX_QUERY]
    if not query or not services:
        return SearchResult(works=[])
    async with httpx.AsyncClient(timeout=seconds, follow_redirects=False, headers={"User-Agent": "TesiGo"}) as client:
        answers = await asyncio.gather(*(_ask_or_nothing(client, service, query, seconds) for service in services))
    lists = [works for works in answers if works is not None]
    failed = [service.connector.name for service, works in zip(services, answers, strict=True) if works is None]
    return SearchResult(works=merge(lists, query=query, language=language, keep=KEPT), failed=failed)


async def _ask_or_nothing(
    client: httpx.AsyncClient, service: Service, query: str, seconds: float
) -> list[FoundWork] | None:
    """None when the service gave no usable answer. Its name and the kind of trouble are logged, never the query."""
    try:
        async with asyncio.timeout(seconds):
            payload = await _patient_answer(client, service, query)
        return service.connector.parse(payload)[:_PER_SERVICE]
    except Exception as error:  # whatever is wrong with one service, or its answer, the others are heard
        logger.warning(
            "search service %s gave no answer: %s",
            service.connector.name,
            type(error).__name__,
        )
        return None


async def _patient_answer(client: httpx.AsyncClient, service: Service, query: str) -> Any:
    """The answer; a service that has too much to do is asked once more, a little later."""
    try:
        return await _answer(client, service, query)
    except httpx.HTTPStatusError as busy:
        wait = busy.response.headers.get("Retry-After", "1")
        if busy.response.status_code not in _BUSY or not wait.isdecimal() or int(wait) > _LONGEST_WAIT:
            raise
        # Apart from the other queries of the search, which were told to wait as long.
        await asyncio.sleep(int(wait) + random.uniform(0, 1))  # noqa: S311  # no secret
        return await _answer(client, service, query)


async def _answer(client: httpx.AsyncClient, service: Service, query: str) -> Any:
    ask = service.connector.ask(query, service.key, _PER_SERVICE)
    async with client.stream(
        ask.method,
        service.url + ask.path,
        params=ask.params,
        headers=ask.headers,
        json=ask.body,
    ) as response:
        response.raise_for_status()
        body = bytearray()
        async for piece in response.aiter_bytes():
            body += piece
            if len(body) > _MAX_ANSWER:
                raise ValueError("answer too long")
    return json.loads(body)
