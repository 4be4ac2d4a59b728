"""Each request is measured, and named by its route, never by its address, which may hold a token (R-110, R-114)."""

import logging
from collections.abc import Awaitable, Callable
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from tesigo.platform.log_values import word
from tesigo.platform.measuring import REQUEST, measured


class MeasuringMiddleware:
    """Measures what it is around; in front of it only the correlation id, which its lines bear."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response."""
        if self.is_async:
            return self._answer_async(request)
        with _begin(request) as seen:
            return _named(seen, request, self.get_response(request))

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        with _begin(request) as seen:
            return _named(seen, request, await self.get_response(request))


def _begin(request: HttpRequest) -> measured:
    parent = request.headers.get("traceparent", "") if settings.TRACES_FROM_OUTSIDE else ""
    return measured(REQUEST, "-", level=logging.WARNING, parent=parent)


def _named(seen: measured, request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    match = request.resolver_match
    if match is not None:
        seen.name = match.route or "/"
        seen.facts["view"] = word(match._func_path)
    # A method that nobody knows is a text of the caller's.
    seen.facts["method"] = word(request.method) if request.method in _METHODS else word("other")
    seen.facts["status"] = response.status_code
    return response


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
