"""API keys of each provider, used in turn, and the models that a key has no access to (R-33).

A 403 or 404 concerns one model and one key. The key's other models and other keys are still used. It is shared through
Redis, so that finding out costs one call.
"""

import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

import redis
from django.conf import settings

from generation.ai import shared
from generation.enums import Provider
from tesigo.platform.crypto import keyed_hash

#: Seconds after which a model is tried again: staff may have opened it to the key.
LEFT_OUT_SECONDS: Final = 3_600
_lock = threading.Lock()
_turns: Final[Counter[str]] = Counter()
#: Until when, for while Redis is away.
_left_out: Final[dict[str, float]] = {}


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
        shared.attempt(write)
    except shared.RedisAway:
        return


def is_left_out(key: Key, model: str) -> bool:
    """Whether the key was told so a while ago; as far as this process knows, while Redis is away."""
    place = _place(key, model)
    try:
        return bool(shared.attempt(lambda client: client.exists(place)))
    except shared.RedisAway:
        with _lock:
            return time.monotonic() < _left_out.get(place, 0.0)


def open_again(key: Key, model: str) -> None:
    """The model is there for the key again."""
    place = _place(key, model)
    with _lock:
        _left_out.pop(place, None)
    try:
        shared.attempt(lambda client: client.delete(place))
    except shared.RedisAway:
        return


def forget() -> None:
    """Begins with the first key again, and forgets what this process alone knows."""
    with _lock:
        _turns.clear()
        _left_out.clear()


def _place(key: Key, model: str) -> str:
    return f"{shared.PREFIX}:left-out:{key.name}:{model}"
