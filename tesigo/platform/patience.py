"""How long a request waits for what is outside of it (R-106).

A person waits for a request, and it holds a connection of the pool; a task, a command or a migration may take its time.
The ASGI door marks what runs for a request, and code that waits for something asks here.
"""

import time
from collections.abc import Awaitable, Callable, Iterator, MutableMapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, Final

#: Seconds that all outside calls of one request may take together. With what the page itself takes this is within two.
REQUEST_SECONDS: Final = 1.7

App = Callable[[Any, Any, Any], Awaitable[None]]


class Patience:
    """What is left of a request's patience, in seconds."""

    def __init__(self, seconds: float = REQUEST_SECONDS) -> None:
        self.left = seconds

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Around a wait: it is taken off."""
        began = time.monotonic()
        try:
            yield
        finally:
            self.left = max(0.0, self.left - (time.monotonic() - began))


_current: ContextVar[Patience | None] = ContextVar("patience", default=None)


def of_request() -> Patience | None:
    """The patience of the request that this runs for; None outside of requests, where everybody may wait."""
    return _current.get()


@contextmanager
def limited(seconds: float = REQUEST_SECONDS) -> Iterator[Patience]:
    """For the time of the block this is a request."""
    token = _current.set(patience := Patience(seconds))
    try:
        yield patience
    finally:
        _current.reset(token)


class Impatient:
    """An ASGI application around another: whatever runs for its requests and lines has little patience."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def __call__(self, scope: MutableMapping[str, Any], receive: Any, send: Any) -> None:
        """Hands on."""
        with limited():
            await self.app(scope, receive, send)
