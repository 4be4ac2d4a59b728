"""Health of each API key, in Redis for all processes (R-31, R-33).

While Redis is away, each process uses what it has seen itself.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict
from typing import Any, Final, TypeVar, cast

import redis
from django.conf import settings

from generation.ai import health, shared
from generation.ai.health import Health
from generation.ai.keys import Key
from generation.enums import Outcome

T = TypeVar("T")
Step = Callable[[Health, float], tuple[Health, T]]

_FAILURES: Final = frozenset({Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.SERVER_ERROR})
#: Milliseconds after which a key that nothing changed for is as good as new.
_KEPT_MS: Final = 24 * 3_600 * 1_000
#: Others who change the same key at the same moment; each round, one of them gets through.
_MOST_ROUNDS: Final = 100
_COMPARE_AND_SET: Final = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""

_lock = threading.Lock()
_local: dict[str, Health] = {}


def admit(key: Key, *, call: str, seconds: float) -> tuple[bool, Health, float]:
    """Whether a call may be made with this key, how the key is, and what the time is there.

    ``seconds`` is how long the call may take: a probe that was killed gives way to another after them.
    """

    def step(known: Health, now: float) -> tuple[Health, tuple[bool, Health, float]]:
        after, allowed = health.admit(known, now, call=call, seconds=seconds)
        return after, (allowed, known, now)

    try:
        return _change_shared(key, step)
    except shared.RedisAway:
        return _change_here(key, step)


def report(key: Key, *, call: str, outcome: Outcome | None, retry_after: float | None = None) -> tuple[Health, Health]:
    """How a call with this key ended, None for not at all; how the key was before it and is now."""

    def step(known: Health, now: float) -> tuple[Health, tuple[Health, Health]]:
        after = _after(known, now, call, outcome)
        if retry_after:
            after = health.rested(after, now, call=call, seconds=retry_after)
        return after, (known, after)

    here = _change_here(key, step)
    try:
        return _change_shared(key, step)
    except shared.RedisAway:
        return here


def forgive(key: Key) -> None:
    """Lets a key be asked at once that was set aside or told to rest: staff have seen to it."""

    def step(known: Health, now: float) -> tuple[Health, None]:
        return health.forgiven(known), None

    _change_here(key, step)
    with suppress(shared.RedisAway):
        _change_shared(key, step)


def look(keys: Sequence[Key]) -> tuple[list[Health], float, bool]:
    """How keys are, what the time is there, and whether all processes know it so."""

    def read(client: redis.Redis) -> tuple[list[Health], float]:
        with client.pipeline(transaction=False) as pipe:
            pipe.time()
            for key in keys:
                pipe.get(_place(key))
            (at, *found) = pipe.execute()
        return [_parsed(one) for one in found], _seconds(at)

    try:
        return *shared.attempt(read), True
    except shared.RedisAway:
        with _lock:
            return [_local.get(key.name, Health()) for key in keys], time.time(), False


def forget() -> None:
    """Whatever this process knows by itself."""
    with _lock:
        _local.clear()


def _after(known: Health, now: float, call: str, outcome: Outcome | None) -> Health:
    if outcome is None:
        return health.let_go(known, call=call)
    if outcome in _FAILURES:
        return health.failed(known, now, call=call, pause=settings.AI_BREAKER_SECONDS)
    if outcome == Outcome.AUTHENTICATION:
        return health.refused(known, now, call=call)
    if outcome == Outcome.ACCOUNT:
        return health.refused(known, now, call=call, seconds=health.LONG_ASIDE_SECONDS)
    if outcome == Outcome.RATE_LIMITED:
        return health.let_go(known, call=call)
    return health.succeeded(known, call=call)


def _change_here(key: Key, step: Step[T]) -> T:
    with _lock:
        after, answer = step(_local.get(key.name, Health()), time.time())
        _local[key.name] = after
    return answer


def _change_shared(key: Key, step: Step[T]) -> T:
    """Reads, and writes only if it is still so: most calls change nothing, and then there is nothing to write."""
    place = _place(key)

    def change(client: redis.Redis) -> T:
        compare_and_set = client.register_script(_COMPARE_AND_SET)
        for _ in range(_MOST_ROUNDS):
            with client.pipeline(transaction=False) as pipe:
                pipe.time()
                pipe.get(place)
                (at, found) = pipe.execute()
            known = _parsed(found)
            after, answer = step(known, _seconds(at))
            if after == known or compare_and_set([place], [found or b"", json.dumps(asdict(after)), _KEPT_MS]):
                return answer
        raise redis.exceptions.WatchError(f"{place} changes all the time")

    return shared.attempt(change)


def _place(key: Key) -> str:
    return f"{shared.PREFIX}:health:{key.name}"


def _parsed(found: bytes | None) -> Health:
    return Health(**cast(dict[str, Any], json.loads(found))) if found else Health()


def _seconds(at: tuple[int, int]) -> float:
    """Redis's own clock, the same for all: seconds and microseconds."""
    return at[0] + at[1] / 1_000_000
