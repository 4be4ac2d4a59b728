"""No more of a request's body is taken in than its page can want (R-80, R-104).

Django reads every body to the disk before it asks who is calling. This stands in front of it and stops reading at a
limit; the rest is thrown away as it comes, and the answer is our page for it, with all its headers.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest

from tesigo.platform.view_middleware import ViewMiddleware

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
#: Django's own application names these types otherwise.
App = Callable[[Any, Any, Any], Awaitable[None]]

#: Where the scope of a request that was cut keeps the limit it passed, in bytes.
MARK: Final = "tesigo.body_limit"


class BodyLimit:
    """An ASGI application around another. ``limit_of`` returns how many bytes a request may bring."""

    def __init__(self, app: App, *, limit_of: Callable[[Scope], Awaitable[int]]) -> None:
        self.app = app
        self.limit_of = limit_of

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request on; one that is too large comes marked and without the rest of its body."""
        body = _Body(scope, receive, limit=await self.limit_of(scope))
        await self.app(scope, body.receive, send)


class _Body:
    """The messages of one request, up to its limit."""

    def __init__(self, scope: Scope, receive: Receive, *, limit: int) -> None:
        self._scope, self._receive, self._limit = scope, receive, limit
        self._left = limit
        self._is_cut = False

    async def receive(self) -> Message:
        """The next message; once the body is cut, only that the caller has left."""
        if self._is_cut:
            return await self._farewell()
        if _announced(self._scope) > self._limit:
            return self._cut()
        message = await self._receive()
        if message["type"] == "http.request":
            self._left -= len(message.get("body", b""))
            if self._left < 0:
                return self._cut()
        return message

    def _cut(self) -> Message:
        self._is_cut = True
        self._scope[MARK] = self._limit
        return {"type": "http.request", "body": b"", "more_body": False}

    async def _farewell(self) -> Message:
        message = await self._receive()
        while message["type"] != "http.disconnect":
            message = await self._receive()
        return message


def _announced(scope: Scope) -> int:
    """Bytes by Content-Length; 0 where there is none, and the server checks what it says."""
    length = dict(scope["headers"]).get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0


class BodyLimitMiddleware(ViewMiddleware):
    """Refuses what `BodyLimit` has cut, before anybody reads it as if it were whole."""

    def process_view(self, request: HttpRequest, *_view: object) -> None:
        """Raises RequestDataTooBig."""
        if limit := limit_passed(request):
            raise RequestDataTooBig(f"More than {limit} bytes arrived.")


def limit_passed(request: HttpRequest) -> int | None:
    """The limit in bytes that the request's body was cut at; None for a whole one."""
    limit: int | None = getattr(request, "scope", {}).get(MARK)
    return limit
