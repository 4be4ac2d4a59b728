"""Renews the leases of a drain's steps, from its own thread and database connection.

A busy event loop or a long transaction does not lose a lease. A frozen process does.
"""

import logging
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Any, Final, Self

import psycopg
from django.conf import settings
from django.db import connection

logger = logging.getLogger(__name__)

_RENEW: Final = """
    UPDATE generation_step SET lease_until = now() + make_interval(secs => %s)
    FROM unnest(%s::bigint[], %s::bigint[]) AS mine (id, token)
    WHERE generation_step.id = mine.id AND generation_step.token = mine.token AND state = 'claimed'
    RETURNING generation_step.id
"""


class Heartbeat:
    """Renews leases every third of their length while the ``with`` block lasts.

    ``on_lost`` is called, from the thread, with the id of a step that is no longer held.
    """

    def __init__(self, *, on_lost: Callable[[int], None]) -> None:
        self._on_lost = on_lost
        self._held: dict[int, int] = {}
        self._lock = threading.Lock()
        self._stop = threading.Event()
        self._lease = settings.STEP_LEASE_SECONDS
        self._parameters = {**connection.get_connection_params(), "autocommit": True}
        self._thread = threading.Thread(target=self._beat, name="heartbeat", daemon=True)

    def hold(self, step_id: int, token: int) -> None:
        """From now on this lease is kept."""
        with self._lock:
            self._held[step_id] = token

    def release(self, step_id: int) -> None:
        """The step has ended, or was handed back."""
        with self._lock:
            self._held.pop(step_id, None)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _beat(self) -> None:
        session: psycopg.Connection[Any] | None = None
        while not self._stop.wait(self._lease / 3):
            with self._lock:
                held = dict(self._held)
            if not held:
                continue
            try:
                session = session or psycopg.connect(**self._parameters)
                rows = session.execute(_RENEW, (self._lease, list(held), list(held.values()))).fetchall()
            except psycopg.Error as error:
                # The database may be back for the next beat, before the leases run out.
                logger.warning("leases not renewed", extra={"error": type(error)})
                if session is not None:
                    session.close()
                session = None
                continue
            self._tell_lost(held, {row[0] for row in rows})
        if session is not None:
            session.close()

    def _tell_lost(self, held: dict[int, int], kept: set[int]) -> None:
        for step_id in held.keys() - kept:
            with self._lock:
                # Ended while the beat was under way, or claimed anew by us: not lost.
                if self._held.get(step_id) != held[step_id]:
                    continue
                del self._held[step_id]
            self._on_lost(step_id)
