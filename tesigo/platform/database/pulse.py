"""Whether the database answers at all, asked by one for everybody (R-106)."""

import logging
import threading
import time
from collections.abc import Callable
from typing import Final

import psycopg

logger = logging.getLogger(__name__)

#: Seconds that a look may take before the server counts as away.
LOOK_SECONDS: Final = 0.8
#: Seconds for which an answer is good.
_FRESH_SECONDS: Final = 0.3
#: Seconds between two looks at a server that is away: one that refuses at once costs nothing to ask, and is asked soon.
_SHORTEST_PAUSE_SECONDS: Final = 0.05
_LONGEST_PAUSE_SECONDS: Final = 1.0


class DatabaseAway(psycopg.OperationalError):
    """The database does not answer; nothing is known of what it was asked last."""

    #: Its words are the code's own.
    is_loggable = True


class _Look:
    """One try to reach the server, in a thread of its own: it may hang longer than anybody waits for it."""

    def __init__(self, reach: Callable[[], None], *, answered: Callable[[], None]) -> None:
        self._reach, self._answered = reach, answered
        self.is_over = threading.Event()
        self.succeeded = False
        self._begun_at = time.monotonic()
        threading.Thread(target=self._run, name="pulse", daemon=True).start()

    @property
    def pause_seconds(self) -> float:
        """How long to leave the server alone after this look found nobody: as long as it took."""
        took = time.monotonic() - self._begun_at
        return min(max(took, _SHORTEST_PAUSE_SECONDS), _LONGEST_PAUSE_SECONDS)

    def _run(self) -> None:
        try:
            self._reach()
            self.succeeded = True
            self._answered()
        except psycopg.Error as error:
            logger.info("the database was not reached", extra={"error": type(error)})
        finally:
            self.is_over.set()


class Pulse:
    """What this process knows of one database server.

    Args:
        reach: opens a connection of its own and asks something, or raises psycopg.Error; it may take seconds.
        lost: called when the server is found away, before anybody hears of it.
    """

    def __init__(self, *, reach: Callable[[], None], lost: Callable[[], None]) -> None:
        self._reach, self._lost = reach, lost
        self._lock = threading.Lock()
        self._look: _Look | None = None
        self._answered_at = 0.0
        self._next_look = 0.0
        self.is_away = False

    def beats(self) -> bool:
        """Whether the server answers now, or did a moment ago. Takes `LOOK_SECONDS` at most."""
        with self._lock:
            if not self.is_away and time.monotonic() - self._answered_at < _FRESH_SECONDS:
                return True
            look = self._begin()
        return self._verdict(look)

    def require(self) -> None:
        """Raises `DatabaseAway` while the server is known to be away. Now and then one caller looks if it is back."""
        if not self.is_away:
            return
        with self._lock:
            is_looking = self._look is not None and not self._look.is_over.is_set()
            if is_looking or time.monotonic() < self._next_look:
                raise DatabaseAway("The database does not answer.")
            look = self._begin()
        if not self._verdict(look):
            raise DatabaseAway("The database does not answer.")

    def _begin(self) -> _Look:
        if self._look is None or self._look.is_over.is_set():
            self._look = _Look(self._reach, answered=self._back)
        return self._look

    def _verdict(self, look: _Look) -> bool:
        look.is_over.wait(LOOK_SECONDS)
        if look.succeeded:
            return True
        with self._lock:
            was_away, self.is_away = self.is_away, True
            self._next_look = time.monotonic() + look.pause_seconds
        if not was_away:
            logger.error("the database is away")
            self._lost()
        return False

    def _back(self) -> None:
        with self._lock:
            was_away, self.is_away = self.is_away, False
            self._answered_at = time.monotonic()
        if was_away:
            logger.warning("the database is back")
