#!/usr/bin/env bash
# django 5.2.19: under ASGI a page with the middleware of `startproject` is handed to a thread 16 times, and 5 times once
# a middleware that does nothing is added innermost.
#
# All of Django's own middleware is marked as able to run asynchronously. It is, by handing each `process_request` and
# each `process_response` to a thread on its own, with the event loop in between. A function marked
# `sync_only_middleware` at the end of MIDDLEWARE makes Django build everything outside it synchronously as well, and all
# of that runs in one go. What remains is the signal at the beginning, the chain, CsrfViewMiddleware's `process_view`, the
# view, and the end. The documentation warns of the opposite: that synchronous middleware costs changes of threads. That
# is so for a view that is `async def`. For the usual one the list without synchronous middleware costs the most.
#
# Seen (a synchronous view, handed to a thread, times for each request):
#   startproject: 16
#   startproject and one that does nothing: 5
set -euo pipefail
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
python3 -m venv venv
venv/bin/python -m pip install --quiet django==5.2.19 asgiref==3.13.0
venv/bin/django-admin startproject pages .
cat >count.py <<'PYTHON'
import asyncio
import os
import sys
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor

os.environ["DJANGO_SETTINGS_MODULE"] = "pages.settings"

import django
from asgiref.current_thread_executor import CurrentThreadExecutor
from django.conf import settings
from django.core.handlers.asgi import ASGIHandler
from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils.decorators import sync_only_middleware

REQUESTS = 10
handed_over = 0


def counted(submit: Callable[..., Future]) -> Callable[..., Future]:
    def submit_and_count(*args: object, **kwargs: object) -> Future:
        global handed_over
        handed_over += 1
        return submit(*args, **kwargs)

    return submit_and_count


# `sync_to_async`, which Django uses throughout, hands over through one of these two.
ThreadPoolExecutor.submit = counted(ThreadPoolExecutor.submit)
CurrentThreadExecutor.submit = counted(CurrentThreadExecutor.submit)


@sync_only_middleware
def nothing(get_response: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    return lambda request: get_response(request)


def page(request: HttpRequest) -> HttpResponse:
    return HttpResponse("a page")


urlpatterns = [path("", page)]


async def ask(handler: ASGIHandler) -> int:
    """Returns the status of one request."""
    sent: list[dict] = []
    incoming: asyncio.Queue[dict] = asyncio.Queue()
    incoming.put_nowait({"type": "http.request", "body": b"", "more_body": False})

    async def send(message: dict) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": "/",
        "query_string": b"",
        "headers": [(b"host", b"localhost")],
        "client": ("127.0.0.1", 1),
        "server": ("localhost", 80),
    }
    await handler(scope, incoming.get, send)
    return sent[0]["status"]


async def times_for_each_request() -> float:
    global handed_over
    handler = ASGIHandler()
    await ask(handler)
    handed_over = 0
    assert [await ask(handler) for _ in range(REQUESTS)] == [200] * REQUESTS
    return handed_over / REQUESTS


settings.ROOT_URLCONF = "__main__"
django.setup()
default = asyncio.run(times_for_each_request())
print(f"startproject: {default:g}")
settings.MIDDLEWARE = [*settings.MIDDLEWARE, "__main__.nothing"]
with_one_more = asyncio.run(times_for_each_request())
print(f"startproject and one that does nothing: {with_one_more:g}")
sys.exit(0 if (default, with_one_more) == (16, 5) else 1)
PYTHON
venv/bin/python count.py
