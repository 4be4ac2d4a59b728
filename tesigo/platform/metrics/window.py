"""How requests went in the last minutes, over all processes and machines, for alerts (R-113).

Each process counts by minute and adds its counts to Redis every few seconds, from a thread of its own. Without Redis
the counts of the last hour wait for it in the process.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from redis.exceptions import RedisError

from tesigo.platform.breaker import ServiceAway
from tesigo.platform.metrics.ticker import ticker
from tesigo.platform.shared_redis import breaker, client

#: Upper bounds of the buckets that times of requests are counted in, in seconds; the alerts ask about 2 s (R-113).
BOUNDS_SECONDS: Final = (0.01, 0.025, 0.05, 0.1, 0.15, 0.2, 0.3, 0.5, 0.75, 1.0, 1.5, 2.0, 3.0, 5.0, 10.0)
#: Minutes that are kept, in Redis and in a process that cannot reach it.
KEPT_MINUTES: Final = 60
_KEY: Final = "tesigo:requests:"
_REQUESTS: Final = "requests"
_ERRORS: Final = "errors"
_MINUTE_SECONDS: Final = 60


@dataclass(frozen=True)
class Window:
    """Requests of some minutes, how many of them failed through our fault (5xx), and how long 95 % of them took."""

    requests: int
    errors: int
    p95_seconds: float | None


class Tally:
    """What one process has counted and not yet told, by minute."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._minutes: dict[int, Counter[str]] = {}

    def note(self, *, seconds: float, is_error: bool, now: float | None = None) -> None:
        """One request more."""
        minute = int((time.time() if now is None else now) // _MINUTE_SECONDS)
        with self._lock:
            counts = self._minutes.setdefault(minute, Counter())
            counts[_REQUESTS] += 1
            counts[_bucket(seconds)] += 1
            if is_error:
                counts[_ERRORS] += 1

    def flush(self) -> None:
        """Adds the counts to those of the others; keeps them for the next time where Redis is away."""
        with self._lock:
            minutes, self._minutes = self._minutes, {}
        if not minutes:
            return
        try:
            with breaker(settings.REDIS_URL).guarding(RedisError):
                _add(minutes)
        except (RedisError, ServiceAway):
            self._take_back(minutes)

    def _take_back(self, minutes: dict[int, Counter[str]]) -> None:
        oldest = int(time.time() // _MINUTE_SECONDS) - KEPT_MINUTES
        with self._lock:
            for minute, counts in minutes.items():
                if minute > oldest:
                    self._minutes.setdefault(minute, Counter()).update(counts)


_tally = Tally()


def note(*, seconds: float, is_error: bool) -> None:
    """Counts one request of this process; it is told to the others within some seconds."""
    _tally.note(seconds=seconds, is_error=is_error)
    ticker.wake()


def recent(*, minutes: int) -> Window:
    """Requests of the present minute and of those before it, ``minutes`` in all; nothing when Redis is away."""
    newest = int(time.time() // _MINUTE_SECONDS)
    try:
        with breaker(settings.REDIS_URL).guarding(RedisError):
            pipeline = client(settings.REDIS_URL).pipeline(transaction=False)
            for minute in range(newest - minutes + 1, newest + 1):
                pipeline.hgetall(f"{_KEY}{minute}")
            answers = pipeline.execute()
    except (RedisError, ServiceAway):
        return Window(0, 0, None)
    counts: Counter[str] = Counter()
    for answer in answers:
        counts.update({name.decode(): int(value) for name, value in answer.items()})
    return Window(counts[_REQUESTS], counts[_ERRORS], quantile(0.95, [counts[str(bound)] for bound in _ALL_BOUNDS]))


def quantile(share: float, counts: list[int]) -> float | None:
    """Seconds within which ``share`` of the requests were answered, as Prometheus' histogram_quantile estimates it.

    ``counts`` are those of each bucket by itself, the last one for what lies above all bounds.
    """
    total = sum(counts)
    if not total:
        return None
    rank, below, lower = share * total, 0, 0.0
    for count, upper in zip(counts, BOUNDS_SECONDS, strict=False):
        if below + count >= rank and count:
            return lower + (upper - lower) * (rank - below) / count
        below, lower = below + count, upper
    return BOUNDS_SECONDS[-1]


_ALL_BOUNDS: Final = (*BOUNDS_SECONDS, "more")


def _bucket(seconds: float) -> str:
    return next((str(bound) for bound in BOUNDS_SECONDS if seconds <= bound), "more")


def _add(minutes: dict[int, Counter[str]]) -> None:
    pipeline = client(settings.REDIS_URL).pipeline(transaction=True)
    for minute, counts in minutes.items():
        key = f"{_KEY}{minute}"
        for name, count in counts.items():
            pipeline.hincrby(key, name, count)
        pipeline.expire(key, (KEPT_MINUTES + 1) * _MINUTE_SECONDS)
    pipeline.execute()


ticker.register("requests of the last minutes", _tally.flush)
