"""Each search service is asked as its rules say, and what it needs is named (R-31, R-95)."""

import asyncio
from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from django.conf import settings as site
from django.utils import timezone

from documents.domain import search_services, sources
from documents.models import SearchService
from documents.sources.asking import Service, configured
from documents.sources.rules import RULES, lacks
from documents.sources.searching import search_services as search
from sandbox.testing import Running
from tesigo.checks import search_services_have_what_they_need

KEY = "kV8sQ2mZr7Xw4Yp9Tn3Lb6"  # pragma: allowlist secret


def services(**changes: dict[str, Any]) -> list[Service]:
    return configured({name: {**values, **changes.get(name, {})} for name, values in site.SOURCE_SERVICES.items()})


def only(name: str, **changes: Any) -> list[Service]:
    return [one for one in services(**{name: changes}) if one.name == name]


# --- what each needs ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "given", "is_asked"),
    [
        ("openalex", {"key": ""}, False), ("openalex", {"key": KEY}, True),
        ("crossref", {"contact": ""}, False), ("crossref", {"key": "", "contact": "a@example.org"}, True),
        ("semantic_scholar", {"key": ""}, True), ("tavily", {"key": ""}, False), ("perplexity", {"key": ""}, False),
    ],
)  # fmt: skip
def test_a_service_without_what_it_needs_is_not_asked_and_it_is_said(
    settings: Any, name: str, given: dict[str, str], is_asked: bool
) -> None:
    settings.SOURCE_SERVICES = {**site.SOURCE_SERVICES, name: {**site.SOURCE_SERVICES[name], **given}}
    assert (name in {one.name for one in configured(settings.SOURCE_SERVICES)}) is is_asked
    told = [warning.msg for warning in search_services_have_what_they_need(None)]
    assert any(RULES[name].title in words for words in told) is not is_asked


def test_the_check_is_quiet_where_nothing_is_set_up(settings: Any) -> None:
    settings.SOURCE_SERVICES = {name: {"url": "", "key": "", "contact": ""} for name in RULES}
    assert search_services_have_what_they_need(None) == []
    assert lacks("openalex", key="", contact="")


async def test_crossref_is_told_how_to_reach_us_and_gets_the_polite_pool(sandbox: Running) -> None:
    """By the query and by the name of the program."""
    asked = only("crossref", contact="staff@example.org", site="https://tesigo.example")
    assert not (await search("lamps", services=asked)).failed
    (call,) = sandbox.control.calls("crossref")["calls"]
    assert "mailto=staff%40example.org" in call["path"]
    assert asked[0].connector.ask is not None
    ask = asked[0].connector.ask("lamps", asked[0].access, 5)
    assert ask.headers["User-Agent"] == "TesiGo/1 (https://tesigo.example; mailto:staff@example.org)"


async def test_openalex_is_asked_with_its_key_one_page_at_a_time_and_without_mailto(sandbox: Running) -> None:
    assert not (await search("lamps", services=only("openalex", key=KEY))).failed
    (call,) = sandbox.control.calls("openalex")["calls"]
    assert f"api_key={KEY}" in call["path"]
    assert "mailto" not in call["path"]
    assert "cursor" not in call["path"]


# --- how often ---------------------------------------------------------------------------------------------------


async def test_five_questions_at_once_meet_no_refusal_of_a_strict_semantic_scholar(sandbox: Running) -> None:
    sandbox.control.settings(strict_search=True)
    asked = only("semantic_scholar", per_second=0)
    assert asked[0].per_second < 1
    results = await asyncio.gather(*(search(f"lamps {number}", services=asked) for number in range(5)))
    assert [result.failed for result in results] == [[]] * 5
    assert sandbox.control.calls("semanticscholar")["statuses"]["semanticscholar"]["200"] == 5


async def test_crossrefs_polite_pool_is_kept_to(sandbox: Running) -> None:
    sandbox.control.settings(strict_search=True)
    asked = only("crossref", per_second=0)
    results = await asyncio.gather(*(search(f"lamps {number}", services=asked) for number in range(6)))
    assert [result.failed for result in results] == [[]] * 6
    assert sandbox.control.calls("crossref")["statuses"]["crossref"]["200"] == 6


async def test_a_day_that_is_used_up_is_asked_again_by_nobody(sandbox: Running) -> None:
    sandbox.control.fault("openalex", "429", retry_after=3600)
    for _ in range(3):
        assert (await search("lamps", services=only("openalex"))).failed == ["openalex"]
    assert sandbox.control.calls("openalex")["counts"]["openalex"] == 1


async def test_a_refused_key_is_left_alone_for_a_while(sandbox: Running) -> None:
    for _ in range(2):
        assert (await search("lamps", services=only("tavily", key="refused-" + KEY))).failed == ["tavily"]
    assert sandbox.control.calls("tavily")["counts"]["tavily"] == 1


async def test_a_service_that_is_down_is_asked_five_times_and_then_not(sandbox: Running) -> None:
    sandbox.control.fault("crossref", "500")
    for _ in range(8):
        await search("lamps", services=only("crossref"))
    assert sandbox.control.calls("crossref")["counts"]["crossref"] == 5


async def test_a_drip_is_ended_by_the_clock_on_the_wall() -> None:
    """A byte each moment outlives every time limit of a socket."""

    gone = asyncio.Event()

    async def drip(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
        try:
            while True:
                writer.write(b" ")
                await writer.drain()
                await asyncio.sleep(0.05)
        except OSError:
            writer.close()
        finally:
            gone.set()

    server = await asyncio.start_server(drip, "127.0.0.1", 0)
    try:
        (one,) = only("crossref")
        slow = replace(one, url=f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}")
        async with asyncio.timeout(60):
            assert (await search("lamps", services=[slow], seconds=0.5)).failed == ["crossref"]
            await gone.wait()
    finally:
        server.close()


async def test_a_search_of_many_queries_opens_few_connections(sandbox: Running) -> None:
    found = await sources.search(["lamps", "lenses", "keepers"], language="en")
    assert found
    assert sandbox.control.calls("crossref")["max_concurrency"]["crossref"] <= RULES["crossref"].at_once


# --- who answered ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_service_that_is_silent_for_long_is_shown_and_one_that_answers_is_not() -> None:
    now = timezone.now()
    search_services.record(answered={"crossref"}, failed={"openalex": "silent"}, now=now - timedelta(hours=3))
    search_services.record(answered={"crossref"}, failed={"openalex": "silent"}, now=now)
    found = {one.name: one for one in search_services.standing(now=now)}
    assert found["openalex"].silent_for == timedelta(hours=3)
    assert found["crossref"].silent_for is None
    assert found["tavily"].silent_for is None
    search_services.record(answered={"openalex"}, failed={}, now=now)
    assert {one.silent_for for one in search_services.standing(now=now)} == {None}


@pytest.mark.django_db
def test_a_row_is_written_at_most_once_a_minute() -> None:
    now = timezone.now()
    for seconds in (0, 20, 59):
        search_services.record(answered={"crossref"}, failed={}, now=now + timedelta(seconds=seconds))
    assert SearchService.objects.get().answered_at == now
    search_services.record(answered={"crossref"}, failed={}, now=now + timedelta(seconds=61))
    assert SearchService.objects.get().answered_at == now + timedelta(seconds=61)


@pytest.mark.django_db(transaction=True)
async def test_a_search_notes_who_answered(sandbox: Running) -> None:
    sandbox.control.fault("tavily", "500")
    await sources.search(["lamps"], language="en")
    rows = {row.name: row async for row in SearchService.objects.all()}
    assert rows["tavily"].failure == "silent"
    assert rows["tavily"].answered_at is None
    assert {name for name, row in rows.items() if row.answered_at} == set(RULES) - {"tavily", "datacite"}


# --- the sandbox itself ------------------------------------------------------------------------------------------


def get(sandbox: Running, path: str, **params: Any) -> httpx.Response:
    return httpx.get(f"{sandbox.urls['OPENALEX_URL']}{path}", params=params, trust_env=False)


def test_the_sandboxes_openalex_counts_the_day_a_tenth_without_a_key(sandbox: Running) -> None:
    first = get(sandbox, "/works", search="lamps")
    assert (first.headers["x-ratelimit-limit"], first.headers["x-ratelimit-remaining"]) == ("1000", "990")
    keyed = get(sandbox, "/works", search="lamps", api_key=KEY)
    assert (keyed.headers["x-ratelimit-limit"], keyed.headers["x-ratelimit-remaining"]) == ("10000", "9990")
    for _ in range(99):
        get(sandbox, "/works", search="lamps")
    gone = get(sandbox, "/works", search="lamps")
    assert gone.status_code == 429
    assert int(gone.headers["retry-after"]) == gone.json()["retryAfter"] > 0
    assert get(sandbox, "/works", search="lamps", api_key=KEY).status_code == 200
    doi = keyed.json()["results"][0]["doi"].removeprefix("https://doi.org/")
    assert get(sandbox, f"/works/doi:{doi}").status_code == 200, "a single work costs nothing"


def test_the_sandboxes_openalex_pages_by_cursor_only_with_a_key(sandbox: Running) -> None:
    assert get(sandbox, "/works", search="lamps", cursor="*").status_code == 401
    assert get(sandbox, "/works", search="lamps", cursor="*", api_key=KEY).status_code == 200
