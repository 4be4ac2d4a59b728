"""Redis client for what processes share about keys. Fails fast when Redis is away (R-115)."""

from collections.abc import Callable
from typing import Final, TypeVar

import redis
from django.conf import settings
from redis.exceptions import RedisError

from generation.errors import GenerationError
from tesigo.platform import shared_redis
from tesigo.platform.breaker import ServiceAway

T = TypeVar("T")

PREFIX: Final = "tesigo:ai"
client = shared_redis.client


class RedisAway(GenerationError):
    """Redis does not answer, or did not a moment ago: go by what this process knows."""


def attempt(action: Callable[[redis.Redis], T]) -> T:
    """What ``action`` returns. Blocks for a second at most: for threads, not for the event loop. Raises RedisAway."""
    url = settings.REDIS_URL
    try:
        with shared_redis.breaker(url).guarding(RedisError):
            return action(shared_redis.client(url))
    except (RedisError, ServiceAway) as error:
        raise RedisAway from error


def forget() -> None:
    """Looks for Redis again at once."""
    shared_redis.breaker(settings.REDIS_URL).forget()
