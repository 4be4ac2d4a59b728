"""API keys of each provider, used in turn, and the models that a key has no access to (R-33).

A 403 or 404 concerns one model and one key. The key's other models and other keys are still used. It is shared through
Redis, so that finding out costs one call.
"""

import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, TypeVar

import redis
from django.conf import settings
from redis.exceptions import RedisError

from generation.enums import Provider
from generation.errors import GenerationError
from tesigo.platform import shared_redis
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.crypto import keyed_hash

T = TypeVar("T")

#: What processes share about keys begins so in Redis.
PREFIX: Final = "tesigo:ai"
#: Seconds after which a model is tried again: staff may have opened it to the key.
LEFT_OUT_SECONDS: Final = 3_600
_lock = threading.Lock()
_turns: Final[Counter[str]] = Counter()
#: Until when, for while Redis is away.
_left_out: Final[dict[str, float]] = {}


class RedisAway(GenerationError):
    """Redis does not answer, or did not a moment ago: go by what this process knows."""


@dataclass(frozen=True)
class Key:
    """One key. People know it by its ``place`` in the environment, from 1; Redis by a keyed hash."""

    provider: str
    place: int
    value: str = field(repr=False)

    @property
    def name(self) -> str:
        """What it is called in Redis: the same in every process, and of no use to anyone who reads it there."""
        return f"{self.provider}:{keyed_hash('provider key', self.value).hex()[:32]}"


def configured(provider: str) -> list[Key]:
    """All keys of a provider."""
    values = settings.OPENAI_API_KEYS if provider == Provider.OPENAI else settings.ANTHROPIC_API_KEYS
    return [Key(provider, place, value) for place, value in enumerate(values, start=1)]


def in_turn(provider: str) -> list[Key]:
    """All keys of a provider, the next in turn first."""
    found = configured(provider)
    with _lock:
        turn = _turns[provider] % len(found) if found else 0
        _turns[provider] += 1
    return found[turn:] + found[:turn]


def leave_out(key: Key, model: str) -> None:
    """The key may not ask this model. Speaks to Redis: for a thread."""
    place = _place(key, model)
    with _lock:
        _left_out[place] = time.monotonic() + LEFT_OUT_SECONDS

    def write(client: redis.Redis) -> None:
        client.set(place, b"1", ex=LEFT_OUT_SECONDS)

    try:
        in_redis(write)
    except RedisAway:
        return


def is_left_out(key: Key, model: str) -> bool:
    """Whether the key was told so a while ago; as far as this process knows, while Redis is away."""
    place = _place(key, model)
    try:
        return bool(in_redis(lambda client: client.exists(place)))
    except RedisAway:
        with _lock:
            return time.monotonic() < _left_out.get(place, 0.0)


def open_again(key: Key, model: str) -> None:
    """The model is there for the key again."""
    place = _place(key, model)
    with _lock:
        _left_out.pop(place, None)
    try:
        in_redis(lambda client: client.delete(place))
    except RedisAway:
        return


def in_redis(action: Callable[[redis.Redis], T]) -> T:
    """What ``action`` returns. Blocks for a second at most: for threads, not for the event loop. Raises RedisAway."""
    url = settings.REDIS_URL
    try:
        with shared_redis.breaker(url).guarding(RedisError):
            return action(shared_redis.client(url))
    except (RedisError, ServiceAway) as error:
        raise RedisAway from error


def forget() -> None:
    """Begins with the first key again, forgets what this process alone knows, and looks for Redis at once."""
    shared_redis.breaker(settings.REDIS_URL).forget()
    with _lock:
        _turns.clear()
        _left_out.clear()


def _place(key: Key, model: str) -> str:
    return f"{PREFIX}:left-out:{key.name}:{model}"
