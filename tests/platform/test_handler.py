"""A request runs in one thread, once: middleware, view and what follows; views that are `async def` work, too."""

import threading
from collections.abc import Callable

import httpx
import pytest
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import override_settings
from django.urls import path

from tesigo.platform.handler import OneThreadHandler

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


urlpatterns = [path("plain", plain), path("waiting", waiting), path("broken", broken)]


@pytest.fixture
def site() -> httpx.AsyncClient:
    seen.clear()
    with override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=[f"{__name__}.note"], ALLOWED_HOSTS=["*"]):
        handler = OneThreadHandler()
    return httpx.AsyncClient(transport=httpx.ASGITransport(handler), base_url="http://site")


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
