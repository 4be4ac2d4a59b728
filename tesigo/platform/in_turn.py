"""One person's files one after the other: who asks for fifty at once waits for oneself, and nobody else does (R-85)."""

import asyncio
from collections.abc import Callable

from tesigo.platform.body_limit import App, Receive, Scope, Send


class InTurn:
    """An ASGI application around another. Requests for which ``key_of`` returns the same key run one by one."""

    def __init__(self, app: App, *, key_of: Callable[[Scope], str | None]) -> None:
        self.app = app
        self.key_of = key_of
        self._locks: dict[str, tuple[asyncio.Lock, int]] = {}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hands the request on, at once or when those of the same key before it are answered."""
        key = self.key_of(scope)
        if key is None:
            await self.app(scope, receive, send)
            return
        lock, users = self._locks.get(key, (asyncio.Lock(), 0))
        self._locks[key] = lock, users + 1
        try:
            async with lock:
                await self.app(scope, receive, send)
        finally:
            lock, users = self._locks.pop(key)
            if users > 1:
                self._locks[key] = lock, users - 1
