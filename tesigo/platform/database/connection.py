"""A connection that finds out when its server is frozen.

A PostgreSQL that is stopped, or whose machine hangs, keeps its sockets open: no client setting ends a query then. But
psycopg waits for the socket in one method, with a time limit, and may wait again for the same query.
"""

import time
from typing import Any, Final, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout

from tesigo.platform import patience
from tesigo.platform.database.pulse import DatabaseAway, Pulse

T = TypeVar("T")

#: Seconds without an answer after which a request asks whether the server still answers others.
SUSPICIOUS_SECONDS: Final = 1.0
#: Seconds after which a request's query is cancelled although the server lives: it waits for a lock, or asks too much.
LONGEST_QUERY_SECONDS: Final = 20.0
_CANCEL_SECONDS: Final = 2.0
_INTERVAL_SECONDS: Final = 0.1


class WatchedConnection(psycopg.Connection[Any]):
    """Within requests: cut when the server is frozen, left alone when only its query takes long.

    Queries raise `DatabaseAway`, and the connection is closed, within ``SUSPICIOUS_SECONDS`` and a look at the server.
    """

    #: Set when the connection is handed out; without one it waits as long as it takes.
    pulse: Pulse | None = None

    def wait(self, gen: PQGen[T], interval: float = _INTERVAL_SECONDS, timeout: float | None = None) -> T:
        """Waits for the socket; the one place where psycopg does."""
        if self.pulse is None or timeout is not None or patience.of_request() is None:
            return super().wait(gen, interval, timeout)
        if self.pulse.is_away:
            raise self._cut()
        give_up_at = time.monotonic() + LONGEST_QUERY_SECONDS
        while time.monotonic() < give_up_at:
            try:
                return super().wait(gen, interval, SUSPICIOUS_SECONDS)
            except _WaitTimeout:
                if not self.pulse.beats():
                    raise self._cut() from None
        self.cancel_safe(timeout=_CANCEL_SECONDS)
        try:
            return super().wait(gen, interval, _CANCEL_SECONDS)
        except _WaitTimeout:
            raise self._cut() from None

    def _cut(self) -> DatabaseAway:
        # What it would have answered belongs to nobody: the connection must not be used again.
        self.pgconn.finish()
        return DatabaseAway("The database does not answer.")
