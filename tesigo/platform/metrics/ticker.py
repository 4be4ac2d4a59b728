"""One thread in each process for what is sent on or looked at every few seconds, so that no request waits for it."""

import logging
import os
import threading
from collections.abc import Callable
from typing import Final

from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

#: Between two rounds.
PERIOD_SECONDS: Final = 10.0


class Ticker:
    """Calls what was registered, one after the other, every ``period_seconds``; begins with the first ``wake``."""

    def __init__(self, *, period_seconds: float = PERIOD_SECONDS) -> None:
        self._period_seconds = period_seconds
        self._works: dict[str, Callable[[], None]] = {}
        self._begin()
        os.register_at_fork(after_in_child=self._begin)

    def _begin(self) -> None:
        # Also in a child, which has none of its parent's threads; whoever held the lock is not there either.
        self._thread: threading.Thread | None = None
        self._lock = threading.Lock()

    def register(self, name: str, work: Callable[[], None]) -> None:
        """From now on ``work`` is part of each round. Registering a name again replaces its work."""
        self._works[name] = work

    def wake(self) -> None:
        """Makes sure that the thread runs. Cheap: called for each request."""
        if self._thread is not None and self._thread.is_alive():
            return
        with self._lock:
            if self._thread is None or not self._thread.is_alive():
                self._thread = threading.Thread(target=self._run, name="metrics", daemon=True)
                self._thread.start()

    def round(self) -> None:
        """One round, at once. What fails is logged and tried again in the next."""
        for name, work in list(self._works.items()):
            try:
                work()
            except Exception as error:
                logger.warning("part of a round of metrics failed", extra={"part": word(name), "error": type(error)})

    def _run(self) -> None:
        pause = threading.Event()
        while not pause.wait(self._period_seconds):
            self.round()


ticker = Ticker()
