"""A Redis cache that a page can do without (R-115)."""

from collections.abc import Callable
from functools import cache
from typing import Any, Final, TypeVar

import redis
from django.core.cache.backends.redis import RedisCache, RedisCacheClient
from redis.exceptions import RedisError

from tesigo.platform.breaker import Breaker, ServiceAway
from tesigo.platform.metrics import measures
from tesigo.platform.shared_redis import breaker

T = TypeVar("T")

_MISSED: Final = object()
_AWAY: Final = object()
_RESULTS: Final = {id(_MISSED): "miss", id(_AWAY): "away"}


class ForgivingRedisCache(RedisCache):
    """Says "not there" while Redis is away and tries again every few seconds.

    Only for what may be lost: nothing that costs money or sends mail is counted here.
    """

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        # In a list, since Django cuts a text at its commas, and those of a URL stand between Sentinels.
        super().__init__([server], params)
        self._class = _KeptClients
        # Django makes one instance per request, but all of them talk to the same Redis.
        self.breaker: Breaker = breaker(server)

    def add(self, key: Any, value: Any, *args: Any, **options: Any) -> bool:
        """Stores the value if the key is new; False also when Redis is away."""
        return self._attempt(lambda: super(ForgivingRedisCache, self).add(key, value, *args, **options), False)

    def get(self, key: Any, default: Any = None, version: int | None = None) -> Any:
        """The value, or `default`."""
        value = self._attempt(lambda: super(ForgivingRedisCache, self).get(key, _MISSED, version), _AWAY)
        _reads(_RESULTS.get(id(value), "hit"))
        return default if value is _MISSED or value is _AWAY else value

    def set(self, key: Any, value: Any, *args: Any, **options: Any) -> None:
        """Stores the value where it can."""
        self._attempt(lambda: super(ForgivingRedisCache, self).set(key, value, *args, **options), None)

    def touch(self, key: Any, *args: Any, **options: Any) -> bool:
        """Lengthens the life of a key."""
        return self._attempt(lambda: super(ForgivingRedisCache, self).touch(key, *args, **options), False)

    def delete(self, key: Any, version: int | None = None) -> bool:
        """Forgets the key."""
        return self._attempt(lambda: super(ForgivingRedisCache, self).delete(key, version), False)

    def has_key(self, key: Any, version: int | None = None) -> bool:
        """Whether the key is there."""
        return self._attempt(lambda: super(ForgivingRedisCache, self).has_key(key, version), False)

    def get_many(self, keys: Any, version: int | None = None) -> dict[Any, Any]:
        """The values that are there, by key."""
        wanted = list(keys)
        found = self._attempt(lambda: super(ForgivingRedisCache, self).get_many(wanted, version), None)
        if found is None:
            _reads("away", len(wanted))
            return {}
        _reads("hit", len(found))
        _reads("miss", len(wanted) - len(found))
        return found

    def set_many(self, data: Any, *args: Any, **options: Any) -> list[Any]:
        """Stores the values; returns the keys that could not be stored."""
        return self._attempt(lambda: super(ForgivingRedisCache, self).set_many(data, *args, **options), [*data])

    def delete_many(self, keys: Any, version: int | None = None) -> None:
        """Forgets the keys."""
        self._attempt(lambda: super(ForgivingRedisCache, self).delete_many(keys, version), None)

    def clear(self) -> None:
        """Forgets everything."""
        self._attempt(lambda: super(ForgivingRedisCache, self).clear(), None)

    def _attempt(self, action: Callable[[], T], otherwise: T) -> T:
        try:
            with self.breaker.guarding(RedisError):
                return action()
        except (RedisError, ServiceAway):
            return otherwise


class _KeptClients(RedisCacheClient):
    """Asks by a client that is kept: Django's own makes one for each thing it asks, which takes longer than asking."""

    def get_client(self, key: Any = None, *, write: bool = False) -> "redis.Redis":
        """The client of the pool; threads may share it."""
        return _client_of(self._get_connection_pool(write))  # type: ignore[attr-defined]  # the stubs lack it


@cache
def _client_of(pool: redis.ConnectionPool) -> "redis.Redis":
    return redis.Redis(connection_pool=pool)


@cache
def _counted(result: str) -> Any:
    return measures.cache_reads.labels(result)


def _reads(result: str, count: int = 1) -> None:
    if count:
        _counted(result).inc(count)
