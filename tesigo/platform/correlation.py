"""One id that ties together a request, its tasks, calls to providers and log lines (R-110)."""

import re
import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar, Token
from functools import partial
from typing import Any

from django.http import HttpRequest, HttpResponseBase
from django.utils.functional import LazyObject

from tesigo.platform.around_middleware import AroundMiddleware
from tesigo.platform.view_names import name_view

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
    """Takes `value` as the current id if it is acceptable, else makes a new one; pass the result to `end`."""
    # Random in every bit, which a UUID is not: traces that are sampled are chosen by it.
    return _current.set(value if _ACCEPTABLE.fullmatch(value) else secrets.token_hex(16))


def end(token: Token[str]) -> None:
    """Returns to the id that was current before `begin`."""
    _current.reset(token)


class CorrelationMiddleware(AroundMiddleware):
    """Gives each request an id and returns it in the header `X-Correlation-ID`."""

    @contextmanager
    def around(self, request: HttpRequest) -> Iterator[Callable[[HttpResponseBase], None]]:
        """The id holds for the time of the request; the response bears it."""
        token, asked = begin(request.headers.get(HEADER, "")), _request.set(request)
        try:
            yield partial(_stamp, request)
        finally:
            end(token)
            _request.reset(asked)


def _stamp(request: HttpRequest, response: HttpResponseBase) -> None:
    name_view(request)
    response.headers[HEADER] = correlation_id()
    request.correlation_id = correlation_id()  # type: ignore[attr-defined]  # for what is logged when this is over
