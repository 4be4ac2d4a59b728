"""Counts requests and open lines at the ASGI door.

There a request is timed whole: with what it waits for a thread, which no middleware of Django's sees.
"""

import time
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any, Final

from tesigo.platform.metrics import measures, window
from tesigo.platform.view_names import NOT_PAGES, VIEW

Scope = MutableMapping[str, Any]
App = Callable[[Any, Any, Any], Awaitable[None]]

_NONE: Final = "none"
_STATUSES: Final = {hundred: f"{hundred}xx" for hundred in range(1, 6)}
ABORTED: Final = "aborted"


class Measured:
    """An ASGI application around another: each of its requests is counted and timed by its view (R-111)."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._open = measures.open_connections.labels("http")
        self._counts: dict[tuple[str, str], Any] = {}
        self._times: dict[str, Any] = {}

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hands on."""
        began, received, took, status = time.perf_counter(), 0.0, -1.0, ABORTED

        async def told(message: MutableMapping[str, Any]) -> None:
            nonlocal took, status
            if message["type"] == "http.response.start":
                took = time.perf_counter() - began - received
                status = _STATUSES.get(message["status"] // 100, _NONE)
            await send(message)

        async def heard() -> Any:
            nonlocal received
            asked = time.perf_counter()
            message = await receive()
            # Else it is the end of the connection, which is waited for while the view works.
            if message["type"] == "http.request":
                received += time.perf_counter() - asked
            return message

        self._open.inc()
        try:
            await self.app(scope, heard, told)
        except Exception:
            if took < 0:
                took, status = time.perf_counter() - began - received, _STATUSES[5]
            raise
        finally:
            self._open.dec()
            self._count(scope.get(VIEW, _NONE), status, took)

    def _count(self, view: str, status: str, seconds: float) -> None:
        count = self._counts.get((view, status))
        if count is None:
            count = self._counts[view, status] = measures.requests.labels(view, status)
        count.inc()
        if seconds < 0:
            return
        times = self._times.get(view)
        if times is None:
            times = self._times[view] = measures.request_seconds.labels(view)
        times.observe(seconds)
        if view not in NOT_PAGES:
            window.note(seconds=seconds, is_error=status == _STATUSES[5])


class OpenLines:
    """The same for WebSockets: how many are open."""

    def __init__(self, app: App) -> None:
        self.app = app
        self._open = measures.open_connections.labels("websocket")

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hands on; a line counts from when it is accepted."""
        is_open = False

        async def told(message: MutableMapping[str, Any]) -> None:
            nonlocal is_open
            if message["type"] == "websocket.accept" and not is_open:
                is_open = True
                self._open.inc()
            await send(message)

        try:
            await self.app(scope, receive, told)
        finally:
            if is_open:
                self._open.dec()
