"""What is read when somebody asks for metrics: the database's figures, Redis, the machine (R-111).

Apps register how theirs are read in ``AppConfig.ready()``. All are read by a thread of its own, within a time limit,
and kept some seconds; one that fails takes nothing else with it.
"""

import logging
import threading
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from prometheus_client.core import Metric

from tesigo.platform import patience
from tesigo.platform.log_values import word
from tesigo.platform.metrics.definitions import family

logger = logging.getLogger(__name__)

#: How long what was read is told again; scrapes of several Prometheus servers cost the database no more than one.
FRESH_SECONDS: Final = 10.0
#: How long a scrape waits for the readings, and how old they may be to be told in their place.
SCRAPE_SECONDS: Final = 4.0
STALE_SECONDS: Final = 60.0
#: Milliseconds for each question to the database.
_QUERY_MS: Final = 2_000

Collect = Callable[[], Iterable[Metric]]

success = family("collector_success", "Whether these figures were read just now (1) or could not be (0).", "collector")
seconds = family("collector_duration_seconds", "Time that reading these figures took.", "collector")


@dataclass(frozen=True)
class Collector:
    """How some figures are read. Those of the database are asked in a transaction with a limit for each question."""

    name: str
    collect: Collect
    asks_database: bool = True


@dataclass(frozen=True)
class _Reading:
    metrics: tuple[Metric, ...]
    read_at: float
    took_seconds: float
    is_good: bool


_collectors: dict[str, Collector] = {}


def register(name: str, collect: Collect, *, asks_database: bool = True) -> None:
    """From now on ``collect`` is asked, too. Registering a name again replaces it."""
    _collectors[name] = Collector(name, collect, asks_database)


class Readings:
    """The newest reading of each collector."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._begun_at = 0.0
        self._is_over = threading.Event()
        self._is_over.set()
        self._kept: dict[str, _Reading] = {}

    def metrics(self, *, wait_seconds: float = SCRAPE_SECONDS) -> list[Metric]:
        """What was read just now, or a moment ago; and of each collector whether it could be read."""
        with self._lock:
            if self._is_over.is_set() and time.monotonic() - self._begun_at > FRESH_SECONDS:
                self._begun_at = time.monotonic()
                self._is_over = threading.Event()
                threading.Thread(target=self._read, args=(self._is_over,), name="collectors", daemon=True).start()
            is_over, begun_at = self._is_over, self._begun_at
        is_over.wait(wait_seconds)
        oldest = time.monotonic() - STALE_SECONDS
        kept = {name: one for name, one in list(self._kept.items()) if one.read_at > oldest and name in _collectors}
        found = [metric for one in kept.values() for metric in one.metrics]
        good = {name: one.is_good and one.read_at >= begun_at for name, one in kept.items()}
        found.append(success.values([([name], float(good.get(name, False))) for name in sorted(_collectors)]))
        found.append(seconds.values([([name], one.took_seconds) for name, one in sorted(kept.items())]))
        return found

    def forget(self) -> None:
        """The next scrape reads anew."""
        self._is_over.wait(SCRAPE_SECONDS)
        self._begun_at, self._kept = 0.0, {}

    def _read(self, is_over: threading.Event) -> None:
        try:
            # As in a request: a database that is frozen is found out, and not waited for.
            with patience.limited(SCRAPE_SECONDS):
                for collector in list(_collectors.values()):
                    self._kept[collector.name] = _reading(collector, self._kept.get(collector.name))
        finally:
            connection.close()
            is_over.set()


def _reading(collector: Collector, last: _Reading | None) -> _Reading:
    began = time.monotonic()
    try:
        metrics = tuple(_bounded(collector) if collector.asks_database else collector.collect())
    except Exception as error:
        logger.warning("figures were not read", extra={"collector": word(collector.name), "error": type(error)})
        kept = (last.metrics, last.read_at) if last else ((), began)
        return _Reading(*kept, took_seconds=time.monotonic() - began, is_good=False)
    return _Reading(metrics, time.monotonic(), time.monotonic() - began, is_good=True)


def _bounded(collector: Collector) -> tuple[Metric, ...]:
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET LOCAL statement_timeout = %s", [_QUERY_MS])
        return tuple(collector.collect())


readings = Readings()
