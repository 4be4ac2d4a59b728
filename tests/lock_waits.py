"""Catching another connection in the moment in which it waits for a lock."""

import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import TypeVar

from django.db import connection

_SECONDS = 20.0

T = TypeVar("T")


def elsewhere(pool: ThreadPoolExecutor, work: Callable[[], T]) -> "Future[T]":
    """Begins ``work`` in a thread, with a connection of its own that is closed at the end."""

    def run() -> T:
        try:
            return work()
        finally:
            connection.close()

    return pool.submit(run)


def until_somebody_waits() -> None:
    """Polls until another connection waits for what the open transaction of this one holds."""
    deadline = time.monotonic() + _SECONDS
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid))"
    with connection.cursor() as cursor:
        cursor.execute(waiting)
        while not cursor.fetchone()[0]:
            assert time.monotonic() < deadline, "nobody waits"
            time.sleep(0.02)
            cursor.execute(waiting)
