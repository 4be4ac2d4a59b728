"""A circuit breaker for each service outside: what hangs costs one caller its time limit (R-31, R-106)."""

import logging
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

_listeners: list[Callable[[str, bool], None]] = []


class ServiceAway(OSError):
    """A service did not answer a moment ago, and somebody is looking whether it does again: nothing was sent."""

    #: Its words name a service and no more.
    is_loggable = True


class Breaker:
    """Closed it lets everybody through. A failure opens it for ``pause`` seconds; then one caller looks for all.

    Each process has its own: it stands between many threads and one service, and must not ask another service.

    Args:
        name: of the service, for the log and the message of ServiceAway.
        pause: seconds without a try after a failure.
        longest: seconds that a try may take; after them another caller may look, should the first never report.
    """

    def __init__(self, name: str, *, pause: float, longest: float) -> None:
        self.name = name
        self._pause, self._longest = pause, longest
        self._lock = threading.Lock()
        self._shut_until: float | None = None

    def admits(self) -> bool:
        """Whether a call may be made now. A caller that is let through says how it went by `succeeded` or `failed`."""
        with self._lock:
            if self._shut_until is None:
                return True
            now = time.monotonic()
            if now < self._shut_until:
                return False
            self._shut_until = now + self._longest
            return True

    def succeeded(self) -> None:
        """The service answered, whatever it said."""
        with self._lock:
            was_open, self._shut_until = self._shut_until is not None, None
        if was_open:
            logger.warning("%s is back", word(self.name))
            _tell(self.name, is_open=False)

    def failed(self, error: BaseException) -> None:
        """The service did not answer."""
        with self._lock:
            was_open, self._shut_until = self._shut_until is not None, time.monotonic() + self._pause
        if not was_open:
            logger.warning("%s is away (%s)", word(self.name), type(error))
            _tell(self.name, is_open=True)

    def forget(self) -> None:
        """Looks again at once."""
        with self._lock:
            self._shut_until = None

    @contextmanager
    def guarding(self, *failures: type[BaseException]) -> Iterator[None]:
        """Around one call: ``failures`` open the breaker, anything else shows that the service is there.

        Raises:
            ServiceAway: without a call, while it is open.
        """
        if not self.admits():
            raise ServiceAway(f"{self.name} does not answer just now.")
        try:
            yield
        except failures as error:
            self.failed(error)
            raise
        except Exception:
            self.succeeded()
            raise
        self.succeeded()


def listen(listener: Callable[[str, bool], None]) -> None:
    """Has ``listener`` called with a service's name when its breaker opens (true) and closes."""
    _listeners.append(listener)


def _tell(name: str, *, is_open: bool) -> None:
    for listener in _listeners:
        listener(name, is_open)
