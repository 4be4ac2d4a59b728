"""One question to one service, as its rules allow: in its turn, within a time limit, once more where it is worth it."""

import asyncio
import json
import logging
import random
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import httpx

from documents.errors import DocumentError
from documents.sources.connectors import CONNECTORS, Connector
from documents.sources.connectors.asking import Access, Ask
from documents.sources.rules import RULES, lacks
from tesigo.platform import turns
from tesigo.platform.log_values import word
from tesigo.platform.measuring import OPERATION, measured

logger = logging.getLogger(__name__)
#: Seconds one answer may take in all, by the clock on the wall.
ANSWER_SECONDS: Final = 8.0
#: Seconds a question waits for its turn: five questions at once to a service that takes one a second are answered.
PATIENCE_SECONDS: Final = 20.0
_MAX_ANSWER_BYTES: Final = 8 * 1024 * 1024
#: Answers of a service that has too much to do, and the seconds that it is worth waiting for.
_BUSY: Final = (429, 503)
_LONGEST_WAIT_SECONDS: Final = 3.0
#: Seconds for which a service is left alone that refuses our key: somebody has to see to that.
_REFUSED_REST_SECONDS: Final = 600.0
_REFUSED: Final = (401, 402, 403)


class NoAnswer(DocumentError):
    """A service gave no usable answer; its text is a word for why: busy, resting, silent, refused, unreadable."""


class NotThere(DocumentError):
    """The register does not know what was looked up."""


@dataclass(frozen=True, slots=True)
class Service:
    """A configured service: which connector, its base address, what it is asked with, and how often at most."""

    connector: Connector
    url: str
    access: Access = field(default_factory=Access)
    per_second: float = 10.0
    at_once: int = 3

    @property
    def name(self) -> str:
        """The service's name in settings and logs."""
        return self.connector.name


def configured(settings: Mapping[str, Mapping[str, Any]]) -> list[Service]:
    """The services of `SOURCE_SERVICES` that have an address and what else they need."""
    found = []
    for name, values in settings.items():
        key, contact = str(values.get("key") or ""), str(values.get("contact") or "")
        if not values.get("url") or name not in CONNECTORS or lacks(name, key=key, contact=contact):
            continue
        rule = RULES[name]
        usual = rule.per_second if key or rule.needs == "contact" else rule.per_second_without
        found.append(
            Service(
                connector=CONNECTORS[name],
                url=str(values["url"]).rstrip("/"),
                access=Access(key, contact, str(values.get("site") or "")),
                per_second=float(values.get("per_second") or usual),
                at_once=rule.at_once,
            )
        )
    return found


class Line:
    """The questions of one search: one HTTP client for all of them, and for each service no more at once than it takes.

    ``answered`` and ``failed`` keep what became of each service: when one answers at least once, it is there.
    """

    def __init__(self, client: httpx.AsyncClient, services: list[Service]) -> None:
        self.services = services
        self.answered: set[str] = set()
        self.failed: dict[str, str] = {}
        self._client = client
        self._at_once = {service.name: asyncio.Semaphore(service.at_once) for service in services}

    async def ask(
        self, service: Service, ask: Ask, *, seconds: float = ANSWER_SECONDS, patience: float = PATIENCE_SECONDS
    ) -> Any:
        """The answer's JSON. Raises NoAnswer, or NotThere for a 404. The question is never logged."""
        try:
            answer = await self._in_line(service, ask, seconds, patience)
        except NoAnswer as failure:
            self.failed[service.name] = str(failure)
            logger.warning("search service %s gave no answer: %s", word(service.name), word(str(failure)))
            raise
        except NotThere:
            self.answered.add(service.name)
            raise
        self.answered.add(service.name)
        return answer

    async def _in_line(self, service: Service, ask: Ask, seconds: float, patience: float) -> Any:
        gate = self._at_once[service.name]
        try:
            async with asyncio.timeout(patience):
                await gate.acquire()
        except TimeoutError as error:
            raise NoAnswer("busy") from error
        try:
            return await self._patiently(service, ask, seconds, patience)
        finally:
            gate.release()

    async def _patiently(self, service: Service, ask: Ask, seconds: float, patience: float) -> Any:
        for is_last in (False, True):
            await self._turn(service, seconds, patience)
            try:
                with measured(OPERATION, "search service", service=word(service.name)):
                    async with asyncio.timeout(seconds):
                        answer = await self._answer(service, ask)
            except httpx.HTTPStatusError as said:
                wait = await self._said_no(service, said.response, is_key_theirs=ask.is_key_theirs)
                if wait is None or is_last:
                    raise NoAnswer("busy" if said.response.status_code in _BUSY else "refused") from said
                # Apart from the other questions of the search, which were told to wait as long.
                await asyncio.sleep(wait + random.uniform(0, 0.5))  # noqa: S311  # no secret
            except (TimeoutError, httpx.HTTPError, OSError) as error:
                await asyncio.to_thread(turns.failed, service.name)
                raise NoAnswer("silent") from error
            except (ValueError, RecursionError) as error:
                await asyncio.to_thread(turns.failed, service.name)
                raise NoAnswer("unreadable") from error
            else:
                await asyncio.to_thread(turns.answered, service.name)
                return answer
        raise AssertionError("the last round returns or raises")

    async def _turn(self, service: Service, seconds: float, patience: float) -> None:
        turn = await asyncio.to_thread(
            turns.take,
            service.name,
            interval=1 / service.per_second,
            patience=patience,
            longest=seconds,
        )
        if turn.refused:
            raise NoAnswer(turn.refused)
        await asyncio.sleep(turn.wait)

    async def _said_no(self, service: Service, response: httpx.Response, *, is_key_theirs: bool) -> float | None:
        """What a refusal means for everybody; the seconds to wait before asking once more, None where it is no use."""
        if response.status_code in _BUSY:
            wait = _wait_of(response)
            await asyncio.to_thread(turns.rested, service.name, seconds=wait)
            return wait if wait <= _LONGEST_WAIT_SECONDS else None
        if response.status_code in _REFUSED and not is_key_theirs:
            logger.error("search service %s refuses our key (HTTP %d)", word(service.name), response.status_code)
            await asyncio.to_thread(turns.rested, service.name, seconds=_REFUSED_REST_SECONDS)
        elif response.status_code == 404:
            await asyncio.to_thread(turns.answered, service.name)
            raise NotThere
        elif response.status_code >= 500:
            await asyncio.to_thread(turns.failed, service.name)
            raise NoAnswer("silent")
        else:
            await asyncio.to_thread(turns.answered, service.name)
        return None

    async def _answer(self, service: Service, ask: Ask) -> Any:
        async with self._client.stream(
            ask.method, service.url + ask.path, params=ask.params, headers=ask.headers, json=ask.body
        ) as response:
            response.raise_for_status()
            body = bytearray()
            async for piece in response.aiter_bytes():
                body += piece
                if len(body) > _MAX_ANSWER_BYTES:
                    raise ValueError("answer too long")
        return json.loads(body)


@asynccontextmanager
async def line(services: list[Service]) -> AsyncIterator[Line]:
    """Opens the client of one search and closes it."""
    limits = httpx.Limits(max_connections=20, max_keepalive_connections=10)
    async with httpx.AsyncClient(
        timeout=ANSWER_SECONDS,
        limits=limits,
        follow_redirects=False,
        trust_env=False,
        headers={"User-Agent": "TesiGo/1"},
    ) as client:
        yield Line(client, services)


def _wait_of(response: httpx.Response) -> float:
    """Seconds by Retry-After (a number or a date), by OpenAlex's own header where the day is used up, else one."""
    said = response.headers.get("Retry-After", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        pass
    if response.headers.get("X-RateLimit-Remaining") == "0":
        reset = response.headers.get("X-RateLimit-Reset", "")
        return float(reset) if reset.isdecimal() else 1.0
    return 1.0
