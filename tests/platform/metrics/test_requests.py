"""Requests and open lines are counted at the ASGI door, by the name of their view (R-111)."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest
from asgiref.testing import ApplicationCommunicator
from django.urls import reverse

from tesigo.platform.metrics import measures, window
from tesigo.platform.metrics.requests import Measured, OpenLines
from tests.platform.metrics.scraping import samples, scrape, value

SOME_ID = "0b0e9bd9-2f0c-4b44-9f1a-6a8a0f3f5e11"
App = Callable[[Any, Any, Any], Awaitable[None]]


@pytest.fixture
def noted(monkeypatch: pytest.MonkeyPatch) -> list[tuple[float, bool]]:
    """What the window of the last minutes was told."""
    found: list[tuple[float, bool]] = []
    monkeypatch.setattr(window, "note", lambda *, seconds, is_error: found.append((seconds, is_error)))
    return found


def site() -> httpx.AsyncClient:
    """The whole site as its servers run it, with counts of the test's own."""
    from tesigo import asgi

    transport = httpx.ASGITransport(Measured(asgi.django_application))
    return httpx.AsyncClient(transport=transport, base_url="http://testserver")


@pytest.mark.django_db(transaction=True)
async def test_the_label_is_the_name_of_the_view_and_never_the_path(told: str, noted: list[tuple[float, bool]]) -> None:
    async with site() as client:
        for path in (
            "/health",
            "/health",
            reverse("documents:download", args=[SOME_ID, SOME_ID]),
            "/no/such/1",
            "/no/such/2",
        ):
            await client.get(path)
        await client.get("/admin/accounts/user/")
        await client.get("/static/nothing-there.css")
    text = await asyncio.to_thread(scrape, told)
    found = {(one.labels["view"], one.labels["status"]) for one in samples(text, "tesigo_http_requests_total")}
    assert ("health", "2xx") in found
    assert ("none", "4xx") in found
    assert ("documents:download", "3xx") in found, "it asks to sign in"
    assert ("admin", "3xx") in found
    assert ("static", "4xx") in found
    assert not [view for view, _status in found if SOME_ID in view or "/" in view]
    assert value(text, "tesigo_http_requests_total", view="health", status="2xx") == 2
    assert value(text, "tesigo_http_requests_total", view="none", status="4xx") == 2
    assert value(text, "tesigo_http_request_duration_seconds_count", view="health") == 2
    assert value(text, "tesigo_open_connections", protocol="http") == 0
    assert len(noted) == 4, "health and static files are no pages"


def test_the_doors_of_the_site_are_measured() -> None:
    """`site` leaves out what is around it in tesigo.asgi."""
    from tesigo import asgi

    kinds, todo = [], [asgi.application]
    while todo:
        one = todo.pop()
        kinds.append(type(one))
        todo += [inner for inner in vars(one).values() if callable(inner) and hasattr(inner, "__dict__")]
        todo += list(getattr(one, "application_mapping", {}).values())
    assert Measured in kinds
    assert OpenLines in kinds


async def test_what_the_client_takes_to_send_does_not_count(told: str, noted: list[tuple[float, bool]]) -> None:
    async def reads(scope: Any, receive: Any, send: Any) -> None:
        while (await receive()).get("more_body"):
            pass
        waits_for_the_end = asyncio.create_task(receive())
        await asyncio.sleep(0.05)
        await send({"type": "http.response.start", "status": 500, "headers": []})
        await send({"type": "http.response.body", "body": b""})
        waits_for_the_end.cancel()

    began = time.perf_counter()
    line = ApplicationCommunicator(Measured(reads), {"type": "http", "method": "POST", "path": "/"})
    await line.send_input({"type": "http.request", "body": b"a", "more_body": True})
    await asyncio.sleep(0.2)
    await line.send_input({"type": "http.request", "body": b"b"})
    await line.receive_output(60)
    await line.receive_output(60)
    await line.wait(60)
    ((seconds, is_error),) = noted
    assert is_error
    assert 0.04 < seconds < time.perf_counter() - began - 0.1


async def test_who_goes_away_is_counted_as_aborted(told: str, noted: list[tuple[float, bool]]) -> None:
    begun = asyncio.Event()

    async def never_answers(scope: Any, receive: Any, send: Any) -> None:
        begun.set()
        await asyncio.Event().wait()

    task = asyncio.ensure_future(Measured(never_answers)({"type": "http", "path": "/"}, None, None))
    await begun.wait()
    assert measures.open_connections.labels("http")._value.get() == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert measures.open_connections.labels("http")._value.get() == 0
    assert measures.requests.labels("none", "aborted")._value.get() == 1
    assert noted == [], "nobody knows how long it would have taken"


async def test_what_breaks_is_an_error_of_ours(told: str, noted: list[tuple[float, bool]]) -> None:
    async def breaks(scope: Any, receive: Any, send: Any) -> None:
        raise ValueError

    with pytest.raises(ValueError):
        await Measured(breaks)({"type": "http", "path": "/"}, None, None)
    assert measures.requests.labels("none", "5xx")._value.get() == 1
    assert [is_error for _seconds, is_error in noted] == [True]


async def test_a_websocket_counts_while_it_is_open(told: str) -> None:
    async def line(scope: Any, receive: Any, send: Any) -> None:
        await receive()
        await send({"type": "websocket.accept"})
        await receive()

    async def closed(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "websocket.close"})

    count = measures.open_connections.labels("websocket")
    open_line = ApplicationCommunicator(OpenLines(line), {"type": "websocket"})
    await open_line.send_input({"type": "websocket.connect"})
    await open_line.receive_output(60)
    assert count._value.get() == 1
    refused = ApplicationCommunicator(OpenLines(closed), {"type": "websocket"})
    await refused.receive_output(60)
    await refused.wait(60)
    assert count._value.get() == 1
    await open_line.send_input({"type": "websocket.disconnect"})
    await open_line.wait(60)
    assert count._value.get() == 0
