"""The backend: a pool of connections, watched while a request waits (R-105, R-106)."""

import select
import time
from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, Final

import psycopg
from django.db.backends.postgresql import base
from django.utils.asyncio import async_unsafe
from psycopg import IsolationLevel
from psycopg_pool import ConnectionPool, PoolTimeout

from tesigo.platform import patience
from tesigo.platform.database.pulse import Pulse
from tesigo.platform.measuring import OPERATION, measured
from tesigo.platform.slow_queries import watch

#: Seconds that a request waits for a connection before it asks whether the server is there, and between two askings.
_FIRST_SECONDS: Final = 0.8
_NEXT_SECONDS: Final = 2.0
#: Seconds that a look at the server may hang before its thread gives up; libpq and psycopg take no less for connecting.
_LOOK_HANGS_SECONDS: Final = 2.0


class DatabaseWrapper(base.DatabaseWrapper):
    """Django's own, but for how a connection is got.

    In a request a server that is away is told from a pool that is full: the one fails at once, the other is waited
    for. Once the server is away its pool is thrown away as well, so that nobody waits for what it has planned: it
    tries to connect anew after pauses that double, while its clients wait.
    """

    _pulses: dict[str, Pulse] = {}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.execute_wrappers.append(watch)

    @property
    def pulse(self) -> Pulse:
        """What this process knows of the server."""
        if self.alias not in self._pulses:
            reach, lost = partial(_reach, self.get_connection_params), partial(_throw_away_pool, self.alias)
            self._pulses.setdefault(self.alias, Pulse(reach=reach, lost=lost))
        return self._pulses[self.alias]

    def has_room(self) -> bool:
        """Whether this process has a connection to spare, or may open one more."""
        pool = self.pool
        stats = pool.get_stats()
        return bool(stats.get("pool_available", 0) or stats.get("pool_size", 0) < pool.max_size)

    def ask(self, question: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
        """The rows of one question, beside the pool and whatever holds it. Raises psycopg.Error, within seconds."""
        with _prober(self.get_connection_params()) as prober:
            return prober.execute(question, values).fetchall()

    @async_unsafe
    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection of the pool that works. Raises psycopg.OperationalError: away, or none free for long."""
        self.isolation_level = IsolationLevel.READ_COMMITTED
        with measured(OPERATION, "database connection"):
            return self._from_pool()

    def _from_pool(self) -> Any:
        is_request = patience.of_request() is not None
        if is_request:
            self.pulse.require()
        pool = self.pool
        pool.open()
        give_up_at = time.monotonic() + pool.timeout
        wait = _FIRST_SECONDS if is_request else pool.timeout
        while True:
            try:
                connection = pool.getconn(timeout=min(wait, give_up_at - time.monotonic()))
            except PoolTimeout:
                if time.monotonic() >= give_up_at or not self.pulse.beats():
                    raise
                wait = _NEXT_SECONDS
                continue
            connection.pulse = self.pulse
            if _works(connection):
                return connection
            pool.putconn(connection)  # which throws it away
            if time.monotonic() >= give_up_at:
                raise PoolTimeout("no connection works")
            if is_request:
                self.pulse.require()


def _works(connection: Any) -> bool:
    """Whether the server is still at the other end. It says nothing unasked, but for its end: then it is asked.

    One that froze is noticed by the query itself (`WatchedConnection`).
    """
    try:
        if _has_something_to_read(connection.fileno()):
            ConnectionPool.check_connection(connection)
    except psycopg.Error:
        return False
    return True


def _has_something_to_read(descriptor: int) -> bool:
    look = select.poll()
    look.register(descriptor, select.POLLIN)
    return bool(look.poll(0))


def _throw_away_pool(alias: str) -> None:
    """Those who wait for a connection are told at once that there is none; the next to ask begins a new pool."""
    pool = DatabaseWrapper._connection_pools.pop(alias, None)  # type: ignore[attr-defined]  # Django's own
    if pool is not None:
        pool.close(timeout=0)


class _Prober(psycopg.Connection[Any]):
    """A connection for one question, which is not waited for without end either."""

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """As psycopg waits, but with a limit."""
        return super().wait(gen, interval, timeout or _LOOK_HANGS_SECONDS)


def _reach(parameters: Callable[[], dict[str, Any]]) -> None:
    with _prober(parameters()) as prober:
        prober.execute("SELECT 1")


def _prober(parameters: dict[str, Any]) -> psycopg.Connection[Any]:
    known = {name: value for name, value in parameters.items() if name not in {"cursor_factory", "context"}}
    return _Prober.connect(**known | {"connect_timeout": int(_LOOK_HANGS_SECONDS), "autocommit": True})
