"""Asking what may hang: by a thread of its own, one at a time for each part, so that many who ask cost one (R-112)."""

import asyncio
import contextvars
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Final

#: Seconds after which a part that has not answered counts as away.
CHECK_SECONDS: Final = 2.0


class Look:
    """Looks at one part. While a look hangs nobody begins another: all who come meanwhile wait for the same one."""

    def __init__(self, name: str, ask: Callable[[], str]) -> None:
        self.name = name
        self._ask = ask
        self._lock = threading.Lock()
        self._under_way: Future[str] | None = None

    async def result(self) -> str:
        """What the part says. Raises TimeoutError after ``CHECK_SECONDS``, or what the look raised."""
        look = self._begin()
        async with asyncio.timeout(CHECK_SECONDS):
            # The look goes on when nobody waits for it any more.
            return await asyncio.shield(asyncio.wrap_future(look))

    def _begin(self) -> "Future[str]":
        with self._lock:
            if self._under_way is None or self._under_way.done():
                self._under_way = Future()
                run = contextvars.copy_context().run
                args = (self._run, self._under_way)
                threading.Thread(target=run, args=args, name=f"look at {self.name}", daemon=True).start()
            return self._under_way

    def _run(self, future: "Future[str]") -> None:
        try:
            future.set_result(self._ask())
        except BaseException as error:
            future.set_exception(error)
