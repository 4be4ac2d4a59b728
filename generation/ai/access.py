"""Models that a key has no access to (R-33). Shared through Redis, so that finding out costs one call.

A 403 or 404 concerns one model and one key. The key's other models and other keys are still used.
"""

import threading
import time
from typing import Final

import redis

from generation.ai import shared
from generation.ai.keys import Key

#: Seconds after which it is tried again: staff may have opened the model to the key.
LEFT_OUT_SECONDS: Final = 3_600

_lock = threading.Lock()
_local: dict[str, float] = {}


def leave_out(key: Key, model: str) -> None:
    """The key may not ask this model. Speaks to Redis: for a thread."""
    place = _place(key, model)
    with _lock:
        _local[place] = time.monotonic() + LEFT_OUT_SECONDS

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
            return time.monotonic() < _local.get(place, 0.0)


def open_again(key: Key, model: str) -> None:
    """The model is there for the key again."""
    place = _place(key, model)
    with _lock:
        _local.pop(place, None)
    try:
        shared.attempt(lambda client: client.delete(place))
    except shared.RedisAway:
        return


def forget() -> None:
    """Whatever this process knows by itself."""
    with _lock:
        _local.clear()


def _place(key: Key, model: str) -> str:
    return f"{shared.PREFIX}:left-out:{key.name}:{model}"
