"""The Redis that all processes share: short patience, and one breaker for everything that asks it (R-106, R-115)."""

from functools import cache
from typing import Final

import redis
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.retry import Retry

from tesigo.platform.breaker import Breaker

#: Seconds for a connection and for an answer. Requests ask, so that a Redis that hangs must not cost more (R-106).
TIMEOUT_SECONDS: Final = 0.5
#: Seconds without a try after a failure.
PAUSE_SECONDS: Final = 5.0
#: How long one look may take: to connect, to sign in, to ask.
_LONGEST_SECONDS: Final = 5.0


@cache
def breaker(url: str) -> Breaker:
    """This process's breaker for the Redis at ``url``: cache, limits, live lines and nudges share it."""
    return Breaker("Redis", pause=PAUSE_SECONDS, longest=_LONGEST_SECONDS)


@cache
def client(url: str) -> "redis.Redis":
    """One client for each process. A connection that went stale is tried once more, one that hangs is not."""
    return redis.Redis.from_url(
        url,
        socket_timeout=TIMEOUT_SECONDS,
        socket_connect_timeout=TIMEOUT_SECONDS,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )
