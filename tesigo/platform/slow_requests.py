"""Each request is measured, and named by its route, never by its address, which may hold a token (R-110, R-114)."""

import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from tesigo.platform.around_middleware import AroundMiddleware
from tesigo.platform.log_values import word
from tesigo.platform.measuring import REQUEST, measured


class MeasuringMiddleware(AroundMiddleware):
    """Measures what it is around; in front of it only the correlation id, which its lines bear."""

    @contextmanager
    def around(self, request: HttpRequest) -> Iterator[Callable[[HttpResponseBase], None]]:
        """Measured under the name of the route, which is known once there is a response."""
        parent = request.headers.get("traceparent", "") if settings.TRACES_FROM_OUTSIDE else ""
        with measured(REQUEST, "-", level=logging.WARNING, parent=parent) as seen:
            yield partial(_name, seen, request)


def _name(seen: measured, request: HttpRequest, response: HttpResponseBase) -> None:
    match = request.resolver_match
    if match is not None:
        seen.name = match.route or "/"
        seen.facts["view"] = word(match._func_path)
    # A method that nobody knows is a text of the caller's.
    seen.facts["method"] = word(request.method) if request.method in _METHODS else word("other")
    seen.facts["status"] = response.status_code


_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
