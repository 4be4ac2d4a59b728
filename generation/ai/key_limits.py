"""Rate limits of each key: requests and tokens a minute (R-33). Counted in Redis for all processes.

While Redis is away, each process gets its share of them (R-115).
"""

import threading
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast

from django.conf import settings
from limits import RateLimitItemPerMinute
from limits.storage import MemoryStorage, RedisStorage
from limits.storage.base import SlidingWindowCounterSupport
from limits.strategies import SlidingWindowCounterRateLimiter

from generation.ai.keys import PREFIX, Key, RedisAway, in_redis
from tesigo.platform import shared_redis

_MINUTE_SECONDS: Final = 60.0
_REQUESTS: Final = "requests"
_TOKENS: Final = "tokens"
#: Seconds below which it is not worth asking again.
_LEAST_SECONDS: Final = 0.05

#: The library's counters in memory lose hits of threads that come at once.
_lock = threading.Lock()


@dataclass(frozen=True)
class Allowed:
    """What one key may do in a minute."""

    requests: int
    tokens: int

    def share(self) -> "Allowed":
        """What is left of it for one process of the most there may be."""
        parts = settings.AI_WORKER_PROCESSES
        return Allowed(max(1, self.requests // parts), max(1, self.tokens // parts))


@dataclass(frozen=True)
class Taken:
    """What a call took of its key's limits; nothing, where it has to wait first, for ``wait`` seconds."""

    requests: int = 0
    tokens: int = 0
    wait: float = 0.0
    is_shared: bool = True


class _PerMinute(RateLimitItemPerMinute):
    """Counted on when its amount changes: the library would begin anew under another name."""

    def key_for(self, *identifiers: bytes | str | int | float) -> str:
        return "/".join(str(one) for one in identifiers)


def take(key: Key, *, tokens: int, allowed: Allowed) -> Taken:
    """Counts one request of ``tokens`` tokens, unless the minute is full."""
    try:
        return in_redis(lambda _: _take(_shared(settings.REDIS_URL), key, tokens, allowed, is_shared=True))
    except RedisAway:
        with _lock:
            return _take(_here(), key, tokens, allowed.share(), is_shared=False)


def correct(key: Key, taken: Taken, *, requests: int, tokens: int, allowed: Allowed) -> None:
    """What the call came to in truth: what was taken too much is given back, what was too little is counted.

    Where nobody can count it just now, the minute forgets it by itself.
    """

    def count(limiter: SlidingWindowCounterRateLimiter, allowed: Allowed) -> None:
        _count(limiter, key, _REQUESTS, allowed.requests, requests - taken.requests)
        _count(limiter, key, _TOKENS, allowed.tokens, tokens - taken.tokens)

    if taken.is_shared:
        with suppress(RedisAway):
            in_redis(lambda _: count(_shared(settings.REDIS_URL), allowed))
    else:
        with _lock:
            count(_here(), allowed.share())


def used(key: Key) -> tuple[int, int]:
    """Requests and tokens of the last minute; as far as this process knows, while Redis is away."""

    def read(limiter: SlidingWindowCounterRateLimiter) -> tuple[int, int]:
        return Window.of(limiter, key, _REQUESTS).weight, Window.of(limiter, key, _TOKENS).weight

    try:
        return in_redis(lambda _: read(_shared(settings.REDIS_URL)))
    except RedisAway:
        with _lock:
            return read(_here())


def forget() -> None:
    """Whatever this process counted by itself."""
    _here.cache_clear()


@dataclass(frozen=True)
class Window:
    """The two minutes that a sliding window is reckoned from: of the one before, what is left of it counts."""

    previous: int
    previous_ends_in: float
    current: int
    current_ends_in: float

    @classmethod
    def of(cls, limiter: SlidingWindowCounterRateLimiter, key: Key, what: str) -> "Window":
        """As the limiter knows it."""
        storage = cast(SlidingWindowCounterSupport, limiter.storage)
        return cls(*storage.get_sliding_window(_PerMinute(1).key_for(key.name, what), int(_MINUTE_SECONDS)))

    @property
    def weight(self) -> int:
        """How much counts now."""
        return max(0, int(self.previous * self.previous_ends_in / _MINUTE_SECONDS + self.current))

    def wait(self, *, cost: int, amount: int) -> float:
        """Seconds until so much more fits, if nobody takes any meanwhile."""
        room = amount - cost - self.current
        if room < 0:
            # Not in this minute. In the next one, this one is the one before, and fades.
            next_minute_in = max(0.0, self.current_ends_in - _MINUTE_SECONDS)
            return next_minute_in + _MINUTE_SECONDS * (1 - (amount - cost) / self.current)
        return max(
            _LEAST_SECONDS, self.previous_ends_in - room * _MINUTE_SECONDS / self.previous if self.previous else 0.0
        )


def _take(
    limiter: SlidingWindowCounterRateLimiter, key: Key, tokens: int, allowed: Allowed, *, is_shared: bool
) -> Taken:
    # A call above the limit of a whole minute has to be made all the same, alone in its minute.
    tokens = min(tokens, allowed.tokens)
    if not _count(limiter, key, _REQUESTS, allowed.requests, 1):
        wait = Window.of(limiter, key, _REQUESTS).wait(cost=1, amount=allowed.requests)
        return Taken(wait=wait, is_shared=is_shared)
    if not _count(limiter, key, _TOKENS, allowed.tokens, tokens):
        _count(limiter, key, _REQUESTS, allowed.requests, -1)
        wait = Window.of(limiter, key, _TOKENS).wait(cost=tokens, amount=allowed.tokens)
        return Taken(wait=wait, is_shared=is_shared)
    return Taken(1, tokens, is_shared=is_shared)


def _count(limiter: SlidingWindowCounterRateLimiter, key: Key, what: str, amount: int, cost: int) -> bool:
    """Whether so much fits in the minute; if so it is counted. A negative cost is taken off again."""
    return not cost or limiter.hit(_PerMinute(amount), key.name, what, cost=cost)


@lru_cache(maxsize=2)
def _shared(url: str) -> SlidingWindowCounterRateLimiter:
    storage = RedisStorage(
        "redis://", connection_pool=shared_redis.client(url).connection_pool, key_prefix=f"{PREFIX}:limits"
    )
    return SlidingWindowCounterRateLimiter(storage)


@lru_cache(maxsize=1)
def _here() -> SlidingWindowCounterRateLimiter:
    return SlidingWindowCounterRateLimiter(MemoryStorage())
