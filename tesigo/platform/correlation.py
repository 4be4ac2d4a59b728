"""One id that ties together a request, its tasks, calls to providers and log lines (R-110)."""

import re
import secrets
from collections.abc import Awaitable, Callable
from contextvars import ContextVar, Token
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject

from tesigo.platform.metrics.naming import name_view

HEADER = "X-Correlation-ID"
# Ours, or a proxy's in front of us; anything else could forge log lines.
_ACCEPTABLE = re.compile(r"[A-Za-z0-9-]{8,64}")
_current: ContextVar[str] = ContextVar("correlation_id", default="")
_request: ContextVar[HttpRequest | None] = ContextVar("request", default=None)


def correlation_id() -> str:
    """The id of what is going on now; empty outside of requests and tasks."""
    return _current.get()


def current_request() -> HttpRequest | None:
    """The request that this is done for; None outside of requests."""
    return _request.get()


def actor_of(request: Any) -> str:
    """The id of the user whose request it is; empty for nobody's, and until somebody asked who it is."""
    # `request.user` would ask the session and the database, in the middle of a line of a log.
    known = getattr(request, "__dict__", {})
    user = known.get("_cached_user") or known.get("user")
    key = None if isinstance(user, LazyObject) else getattr(user, "pk", None)
    return "" if key is None else str(key)


def begin(value: str = "") -> Token[str]:
    """Takes `value` as the current id if it is acceptable, else makes a new one; pass the answer to `end`."""
    # Random in every bit, which a UUID is not: traces that are sampled are chosen by it.
    return _current.set(value if _ACCEPTABLE.fullmatch(value) else secrets.token_hex(16))


def end(token: Token[str]) -> None:
    """Returns to the id that was current before `begin`."""
    _current.reset(token)


class CorrelationMiddleware:
    """Gives each request an id and answers it in the header `X-Correlation-ID`."""

    sync_capable = True
    async_capable = True

    def __init__(self, get_response: Callable[[HttpRequest], Any]) -> None:
        self.get_response = get_response
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        """The response with its id."""
        if self.is_async:
            return self._answer_async(request)
        token, asked = begin(request.headers.get(HEADER, "")), _request.set(request)
        try:
            return _stamp(request, self.get_response(request))
        finally:
            end(token)
            _request.reset(asked)

    async def _answer_async(self, request: HttpRequest) -> HttpResponseBase:
        token, asked = begin(request.headers.get(HEADER, "")), _request.set(request)
        try:
            return _stamp(request, await self.get_response(request))
        finally:
            end(token)
            _request.reset(asked)


def _stamp(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    name_view(request)
    response.headers[HEADER] = correlation_id()
    request.correlation_id = correlation_id()  # type: ignore[attr-defined]  # for what is logged when this is over
    return response
