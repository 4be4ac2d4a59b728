"""A request runs whole in one thread, which is kept; views that are `async def` work, too."""

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import Any

import httpx
import pytest
from django.core.cache import caches
from django.core.signals import request_finished
from django.db import connections
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path

from tesigo.platform.handler import THREADS, OneThreadHandler
from tesigo.platform.processes import wait_until

seen: list[int] = []


def note(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[[HttpRequest], HttpResponseBase]:
    """A middleware that notes its thread before and after."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        seen.append(threading.get_ident())
        response = get_response(request)
        seen.append(threading.get_ident())
        return response

    return middleware


def plain(request: HttpRequest) -> HttpResponse:
    seen.append(threading.get_ident())
    return HttpResponse("plain")


async def waiting(request: HttpRequest) -> HttpResponse:
    return HttpResponse("waited")


def broken(request: HttpRequest) -> HttpResponse:
    raise RuntimeError("as planned")


let_go = threading.Event()


def stuck(request: HttpRequest) -> HttpResponse:
    seen.append(threading.get_ident())
    let_go.wait(60)
    return HttpResponse("let go")


class Endless:
    """A body that goes on for ever; ``closed`` once its response is."""

    closed = threading.Event()

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while True:
            yield b"more"

    def close(self) -> None:
        self.closed.set()


def endless(request: HttpRequest) -> StreamingHttpResponse:
    return StreamingHttpResponse(Endless())


def stored(request: HttpRequest) -> HttpResponse:
    """What a thread and a process keep: the wrapper of the database, the connections of the cache."""
    pool: Any = caches["default"]._cache._get_connection_pool(write=False)  # type: ignore[attr-defined]
    return HttpResponse(f"{id(connections['default'])} {id(pool)}")


urlpatterns = [
    path(view.__name__, view)  # type: ignore[arg-type]  # one is a coroutine
    for view in (plain, waiting, broken, stuck, endless, stored)
]


def is_plain(scope: dict[str, Any]) -> bool:
    return scope["path"] == "/plain"


@pytest.fixture
def handler() -> OneThreadHandler:
    seen.clear()
    let_go.clear()
    Endless.closed.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.note"], ALLOWED_HOSTS=["*"]):
        return OneThreadHandler(is_apart=is_plain)


@pytest.fixture
def site(handler: OneThreadHandler) -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(handler), base_url="http://site", timeout=60)


@override_settings(ROOT_URLCONF=__name__)
async def test_middleware_and_view_run_in_one_thread_that_is_not_the_event_loops(site: httpx.AsyncClient) -> None:
    async with site:
        answer = await site.get("/plain")
    assert answer.text == "plain"
    assert len(seen) == 3
    assert len(set(seen)) == 1
    assert seen[0] != threading.get_ident()


@override_settings(ROOT_URLCONF=__name__)
async def test_a_view_that_is_a_coroutine_is_waited_for(site: httpx.AsyncClient) -> None:
    async with site:
        assert (await site.get("/waiting")).text == "waited"


@override_settings(ROOT_URLCONF=__name__)
async def test_a_view_that_breaks_is_a_500_and_the_next_request_works(site: httpx.AsyncClient) -> None:
    async with site:
        assert (await site.get("/broken")).status_code == 500
        assert (await site.get("/plain")).status_code == 200


@override_settings(ROOT_URLCONF=__name__)
async def test_the_next_request_has_the_thread_and_the_connections_of_the_last(site: httpx.AsyncClient) -> None:
    async with site:
        first, second = [(await site.get("/stored")).text for _ in range(2)]
    assert first == second
    assert len(set(seen)) == 1


@override_settings(ROOT_URLCONF=__name__)
async def test_what_is_apart_is_answered_while_all_threads_wait(site: httpx.AsyncClient) -> None:
    async with site:
        waiting = [asyncio.create_task(site.get("/stuck")) for _ in range(THREADS + 1)]
        assert await asyncio.to_thread(wait_until, lambda: len(set(seen)) == THREADS, seconds=60)
        assert (await site.get("/plain")).text == "plain"
        assert not any(task.done() for task in waiting)
        let_go.set()
        assert {answer.text for answer in await asyncio.gather(*waiting)} == {"let go"}


@override_settings(ROOT_URLCONF=__name__)
async def test_a_whole_response_is_closed_in_the_thread_that_made_it(site: httpx.AsyncClient) -> None:
    ended: list[int] = []

    def note_end(**_: object) -> None:
        ended.append(threading.get_ident())

    request_finished.connect(note_end)
    try:
        async with site:
            await site.get("/plain")
    finally:
        request_finished.disconnect(note_end)
    assert ended == [seen[0]]


@override_settings(ROOT_URLCONF=__name__)
async def test_what_is_sent_piece_by_piece_stops_when_the_client_leaves(handler: OneThreadHandler) -> None:
    pieces, has_left = 0, asyncio.Event()
    messages = [{"type": "http.request", "body": b"", "more_body": False}]

    async def receive() -> dict[str, Any]:
        if messages:
            return messages.pop()
        await has_left.wait()
        return {"type": "http.disconnect"}

    async def send(message: dict[str, Any]) -> None:
        nonlocal pieces
        pieces += message["type"] == "http.response.body"
        if pieces == 3:
            has_left.set()
        await asyncio.sleep(0)

    scope = {"type": "http", "method": "GET", "path": "/endless", "query_string": b"", "headers": [(b"host", b"site")]}
    await asyncio.wait_for(handler(scope, receive, send), timeout=60)
    assert pieces >= 3
    assert Endless.closed.is_set()
