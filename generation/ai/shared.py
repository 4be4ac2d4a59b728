"""The Redis through which processes share what they know of keys, never waited for when it is away (R-115)."""

import logging
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Final, TypeVar

import redis
from django.conf import settings
from redis.backoff import NoBackoff
from redis.exceptions import ConnectionError as RedisConnectionError
from redis.exceptions import RedisError
from redis.retry import Retry

logger = logging.getLogger(__name__)
T = TypeVar("T")

PREFIX: Final = "tesigo:ai"
#: Seconds without a try after a failure, so that calls do not queue up behind a Redis that is away.
PAUSE: Final = 5.0
_TIMEOUT: Final = 0.5

_lock = threading.Lock()
_away_until: dict[str, float] = {}


class RedisAway(Exception):
    """Redis does not answer, or did not a moment ago: go by what this process knows."""


def attempt(action: Callable[[redis.Redis], T]) -> T:
    """What ``action`` answers. Blocks for a second at most: for threads, not for the event loop. Raises RedisAway."""
    url = settings.REDIS_URL
    with _lock:
        if time.monotonic() < _away_until.get(url, 0.0):
            raise RedisAway
        if url in _away_until:
            # One looks whether it is back; the others need not wait for that.
            _away_until[url] = time.monotonic() + PAUSE
    try:
        answer = action(client(url))
    except RedisError as error:
        with _lock:
            _away_until[url] = time.monotonic() + PAUSE
        logger.warning("Redis is away (%s); keys go by what this process knows", type(error).__name__)
        raise RedisAway from error
    with _lock:
        _away_until.pop(url, None)
    return answer


@lru_cache(maxsize=2)
def client(url: str) -> redis.Redis:
    """One client for each process, with short patience. A connection that went stale is tried once more."""
    return redis.Redis.from_url(
        url,
        socket_timeout=_TIMEOUT,
        socket_connect_timeout=_TIMEOUT,
        retry=Retry(NoBackoff(), 1, supported_errors=(RedisConnectionError,)),
    )


def forget() -> None:
    """Looks for Redis again at once."""
    with _lock:
        _away_until.clear()
