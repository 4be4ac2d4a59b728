"""Health of each API key, in Redis for all processes (R-31, R-33).

While Redis is away, each process uses what it has seen itself.
"""

import json
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from typing import Any, Final, TypeVar, cast

import redis
from django.conf import settings

from generation.ai.keys import PREFIX, Key, RedisAway, in_redis
from generation.enums import KeyHealth, Outcome

T = TypeVar("T")

#: Failures in a row that open the breaker.
FAILURES: Final = 5
#: Seconds for which a refused key is not asked: somebody may have put it right since.
ASIDE_SECONDS: Final = 600.0
#: The same where its account has reached a month's limit, is out of money or on hold.
LONG_ASIDE_SECONDS: Final = 4 * 3_600.0
#: The longest rest in seconds, whatever a provider asks for.
LONGEST_REST_SECONDS: Final = 3_600.0
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


@dataclass(frozen=True)
class Health:
    """What is known of one key: breaker (R-31), rests, and a refusal (R-33).

    Methods return a new one, which the caller stores atomically, so that one call at a time is the breaker's probe.
    Times are seconds since the epoch, by the caller's clock. ``probe`` names the call that tries it; at ``probe_until``
    that is given up.
    """

    failures: int = 0
    open_until: float = 0.0
    probe: str = ""
    probe_until: float = 0.0
    rest_until: float = 0.0
    aside_until: float = 0.0

    def state(self, now: float) -> KeyHealth:
        """The first of its troubles; ``CLOSED`` when it has none."""
        if self.aside_until > now:
            return KeyHealth.ASIDE
        if self.failures >= FAILURES:
            return KeyHealth.OPEN if self.open_until > now else KeyHealth.HALF_OPEN
        return KeyHealth.RESTING if self.rest_until > now else KeyHealth.CLOSED

    def until(self, now: float) -> float:
        """When that may be over; 0 where nobody knows."""
        return {
            KeyHealth.ASIDE: self.aside_until,
            KeyHealth.OPEN: self.open_until,
            KeyHealth.HALF_OPEN: self.probe_until if self.probe else 0.0,
            KeyHealth.RESTING: self.rest_until,
            KeyHealth.CLOSED: 0.0,
        }[self.state(now)]

    def admit(self, now: float, *, call: str, seconds: float) -> tuple["Health", bool]:
        """Whether this call may be made; through a breaker that was open, one at a time, given up after ``seconds``."""
        state = self.state(now)
        if state == KeyHealth.CLOSED:
            return self, True
        if state != KeyHealth.HALF_OPEN or self.rest_until > now or self.probe_until > now:
            return self, False
        return replace(self, probe=call, probe_until=now + seconds), True

    def let_go(self, *, call: str) -> "Health":
        """The call came to nothing that says anything of the key: if it was the probe, another may be."""
        return replace(self, probe="", probe_until=0.0) if self.probe == call else self

    def succeeded(self, *, call: str) -> "Health":
        """The provider answered. What was asked before the breaker opened does not close it: only the probe does."""
        if self.failures < FAILURES or self.probe == call:
            return replace(self, failures=0, open_until=0.0, probe="", probe_until=0.0)
        return self

    def failed(self, now: float, *, call: str, pause: float) -> "Health":
        """No answer. The fifth in a row opens the breaker for ``pause`` seconds, and so does a probe."""
        if self.failures >= FAILURES:
            return replace(self.let_go(call=call), open_until=now + pause) if self.probe == call else self
        failures = self.failures + 1
        return replace(self, failures=failures, open_until=now + pause if failures == FAILURES else 0.0)

    def rested(self, now: float, *, call: str, seconds: float) -> "Health":
        """The provider wants to be left alone for ``seconds`` seconds."""
        until = now + min(seconds, LONGEST_REST_SECONDS)
        return replace(self.let_go(call=call), rest_until=max(self.rest_until, until))

    def refused(self, now: float, *, call: str, seconds: float = ASIDE_SECONDS) -> "Health":
        """The provider does not take the key."""
        return replace(self.let_go(call=call), aside_until=now + seconds)

    def forgiven(self) -> "Health":
        """Somebody says that the key is right again."""
        return replace(self, aside_until=0.0, rest_until=0.0)


Step = Callable[[Health, float], tuple[Health, T]]
_lock = threading.Lock()
_local: dict[str, Health] = {}


def admit(key: Key, *, call: str, seconds: float) -> tuple[bool, Health, float]:
    """Whether a call may be made with this key, how the key is, and what the time is there.

    ``seconds`` is how long the call may take: a probe that was killed gives way to another after them.
    """

    def step(known: Health, now: float) -> tuple[Health, tuple[bool, Health, float]]:
        after, allowed = known.admit(now, call=call, seconds=seconds)
        return after, (allowed, known, now)

    try:
        return _change_shared(key, step)
    except RedisAway:
        return _change_here(key, step)


def report(key: Key, *, call: str, outcome: Outcome | None, retry_after: float | None = None) -> tuple[Health, Health]:
    """How a call with this key ended, None for not at all; how the key was before it and is now."""

    def step(known: Health, now: float) -> tuple[Health, tuple[Health, Health]]:
        after = _after(known, now, call, outcome)
        if retry_after:
            after = after.rested(now, call=call, seconds=retry_after)
        return after, (known, after)

    here = _change_here(key, step)
    try:
        return _change_shared(key, step)
    except RedisAway:
        return here


def forgive(key: Key) -> None:
    """Lets a key be asked at once that was set aside or told to rest: staff have seen to it."""

    def step(known: Health, now: float) -> tuple[Health, None]:
        return known.forgiven(), None

    _change_here(key, step)
    with suppress(RedisAway):
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
        return *in_redis(read), True
    except RedisAway:
        with _lock:
            return [_local.get(key.name, Health()) for key in keys], time.time(), False


def forget() -> None:
    """Whatever this process knows by itself."""
    with _lock:
        _local.clear()


def _after(known: Health, now: float, call: str, outcome: Outcome | None) -> Health:
    if outcome is None:
        return known.let_go(call=call)
    if outcome in _FAILURES:
        return known.failed(now, call=call, pause=settings.AI_BREAKER_SECONDS)
    if outcome == Outcome.AUTHENTICATION:
        return known.refused(now, call=call)
    if outcome == Outcome.ACCOUNT:
        return known.refused(now, call=call, seconds=LONG_ASIDE_SECONDS)
    if outcome == Outcome.RATE_LIMITED:
        return known.let_go(call=call)
    return known.succeeded(call=call)


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

    return in_redis(change)


def _place(key: Key) -> str:
    return f"{PREFIX}:health:{key.name}"


def _parsed(found: bytes | None) -> Health:
    return Health(**cast(dict[str, Any], json.loads(found))) if found else Health()


def _seconds(at: tuple[int, int]) -> float:
    """Redis's own clock, the same for all: seconds and microseconds."""
    return at[0] + at[1] / 1_000_000
