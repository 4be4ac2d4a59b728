"""The Redis that all processes share: short patience, and one breaker for everything that asks it (R-106, R-115)."""

from functools import cache
from typing import Any, Final, cast

import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry
from redis.sentinel import Sentinel, SentinelConnectionPool, SentinelManagedConnection

from tesigo.platform.breaker import Breaker
from tesigo.platform.redis_place import sentinels_of

#: Seconds for a connection and for an answer. Requests ask, so that a Redis that hangs must not cost more (R-106).
TIMEOUT_SECONDS: Final = 0.5
#: Seconds without a try after a failure.
PAUSE_SECONDS: Final = 5.0
#: How long one look may take: to connect, to sign in, to ask.
_LONGEST_SECONDS: Final = 5.0


# Never emptied: whoever holds a breaker and whoever asks for it anew must mean the same one.
_breakers: Final[dict[str, Breaker]] = {}


def breaker(url: str) -> Breaker:
    """This process's breaker for the Redis at ``url``: cache, limits, live lines and wake-ups share it."""
    return _breakers.setdefault(url, Breaker("Redis", pause=PAUSE_SECONDS, longest=_LONGEST_SECONDS))


class _ConnectionToMaster(SentinelManagedConnection):
    """Closed when an answer did not come in time, as other connections are.

    redis-py 8.1 keeps it open here: a master that froze would be asked for ever, and whoever asks next would be given
    the answer that was meant for somebody else.
    """

    def read_response(self, *args: Any, disconnect_on_error: bool | None = True, **options: Any) -> Any:
        """As the library reads."""
        return super().read_response(*args, disconnect_on_error=disconnect_on_error, **options)


class Pools:
    """Makes pools of connections; by its name for those libraries that take a class (Django's cache)."""

    @staticmethod
    @cache
    def from_url(url: str, **options: Any) -> redis.ConnectionPool:
        """Connections to the server that ``url`` names, or to whom its Sentinels call the master at that moment.

        Each is bounded in time, unless ``options`` say other times. Who asks for the same gets the same pool: Django
        makes a cache for each request, and a connection of its own would cost more than what it asks.
        """
        options = {"socket_timeout": TIMEOUT_SECONDS, "socket_connect_timeout": TIMEOUT_SECONDS} | options
        place = sentinels_of(url)
        if place is None:
            return redis.ConnectionPool.from_url(url, **options)
        options.setdefault("retry", Retry(NoBackoff(), 0))
        sentinel = Sentinel(place.hosts, sentinel_kwargs=place.asking())  # type: ignore[no-untyped-call]
        options["connection_class"] = _ConnectionToMaster
        pool = SentinelConnectionPool(  # type: ignore[no-untyped-call]
            place.master, sentinel, **place.signing_in(), **options
        )
        return cast(redis.ConnectionPool, pool)


@cache
def client(url: str) -> "redis.Redis":
    """One client for each process. A connection that went stale is tried once more, one that hangs is not."""
    return redis.Redis(
        connection_pool=Pools.from_url(url, retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)))
    )
