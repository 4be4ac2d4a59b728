"""Turns at a service outside: one line and one circuit breaker for each, the same for all processes (R-31, R-106).

A service that takes one call a second is asked in turn: each call is given its place on the service's time
line at once, so that nobody polls and nobody overtakes. Five failures in a row shut the service for a minute; then one
call tries for all. A service that asks for a rest gets it from everybody. While Redis is away each process goes by what
it saw itself and keeps to its share (R-115).
"""

import json
import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Final, TypeVar

from django.conf import settings
from redis.exceptions import RedisError, WatchError

from tesigo.platform import shared_redis
from tesigo.platform.breaker import ServiceAway

T = TypeVar("T")

#: Failures in a row that shut a service, and the seconds after which one call tries again.
FAILURES: Final = 5
PAUSE_SECONDS: Final = 60.0
#: The longest rest that is believed: a day's allowance that is used up.
LONGEST_REST_SECONDS: Final = 24 * 3600.0
#: Milliseconds after which a line that nobody stood in is as good as new.
_KEPT_MS: Final = 25 * 3_600 * 1_000
#: Others who change the same line at the same moment; each round, one of them gets through.
_MOST_ROUNDS: Final = 100
_COMPARE_AND_SET: Final = """
if (redis.call('GET', KEYS[1]) or '') ~= ARGV[1] then return 0 end
redis.call('SET', KEYS[1], ARGV[2], 'PX', ARGV[3])
return 1
"""

_lock = threading.Lock()
_here: dict[str, "Line"] = {}


@dataclass(frozen=True)
class Turn:
    """When a call may be made: after ``wait`` seconds. A refused one may be tried again in ``back_in`` seconds."""

    wait: float = 0.0
    refused: str = ""
    back_in: float = 0.0


@dataclass(frozen=True)
class Line:
    """What is known of one service. Times are seconds since the epoch, by the clock of who keeps it."""

    next_at: float = 0.0
    failures: int = 0
    open_until: float = 0.0
    probe_until: float = 0.0
    rest_until: float = 0.0

    def take(self, now: float, *, interval: float, patience: float, longest: float) -> tuple["Line", Turn]:
        """A place at least ``interval`` after the one before, if it comes within ``patience`` seconds.

        ``longest`` is how long the call may take: a probe that was killed gives way to another after that.
        """
        if self.rest_until > now + patience:
            return self, Turn(refused="resting", back_in=self.rest_until - now)
        if self.failures >= FAILURES and max(self.open_until, self.probe_until) > now:
            return self, Turn(refused="silent", back_in=max(self.open_until, self.probe_until) - now)
        at = max(now, self.next_at, self.rest_until)
        if at - now > patience:
            return self, Turn(refused="busy", back_in=at - now)
        taken = replace(self, next_at=at + interval)
        if self.failures >= FAILURES:
            taken = replace(taken, probe_until=at + longest)
        return taken, Turn(wait=at - now)

    def answered(self) -> "Line":
        """It is there, whatever it said."""
        return replace(self, failures=0, open_until=0.0, probe_until=0.0)

    def failed(self, now: float) -> "Line":
        """It did not answer."""
        count = self.failures + 1
        return replace(
            self, failures=count, open_until=now + PAUSE_SECONDS if count >= FAILURES else 0.0, probe_until=0.0
        )

    def rested(self, now: float, seconds: float) -> "Line":
        """It asked not to be called for ``seconds``."""
        return replace(
            self.answered(), rest_until=max(self.rest_until, now + min(max(seconds, 0.0), LONGEST_REST_SECONDS))
        )


def take(service: str, *, interval: float, patience: float, longest: float) -> Turn:
    """A turn at the service. Blocks for a second at most, for Redis: for threads, not for the event loop."""

    def step(interval: float) -> Callable[[Line, float], tuple[Line, Turn]]:
        return lambda line, now: line.take(now, interval=interval, patience=patience, longest=longest)

    try:
        return _change_shared(service, step(interval))
    except (ServiceAway, RedisError):
        return _change_here(service, step(interval * settings.AI_WORKER_PROCESSES))


def answered(service: str) -> None:
    """Notes that the service answered."""
    _note(service, lambda line, now: (line.answered(), None))


def failed(service: str) -> None:
    """Notes that it did not."""
    _note(service, lambda line, now: (line.failed(now), None))


def rested(service: str, *, seconds: float) -> None:
    """Leaves the service alone for ``seconds``, in all processes."""
    _note(service, lambda line, now: (line.rested(now, seconds), None))


def forget() -> None:
    """What this process knows by itself."""
    with _lock:
        _here.clear()


def _note(service: str, step: Callable[[Line, float], tuple[Line, None]]) -> None:
    _change_here(service, step)
    try:
        _change_shared(service, step)
    except (ServiceAway, RedisError):
        return


def _change_here(service: str, step: Callable[[Line, float], tuple[Line, T]]) -> T:
    with _lock:
        after, answer = step(_here.get(service, Line()), time.time())
        _here[service] = after
    return answer


def _change_shared(service: str, step: Callable[[Line, float], tuple[Line, T]]) -> T:
    """Reads the line and Redis's own clock, and writes only if nobody changed the line meanwhile."""
    url, place = settings.REDIS_URL, f"tesigo:turns:{service}"
    client = shared_redis.client(url)
    with shared_redis.breaker(url).guarding(RedisError):
        compare_and_set = client.register_script(_COMPARE_AND_SET)
        for _ in range(_MOST_ROUNDS):
            with client.pipeline(transaction=False) as pipe:
                pipe.time()
                pipe.get(place)
                (at, found) = pipe.execute()
            line = Line(**json.loads(found)) if found else Line()
            after, answer = step(line, at[0] + at[1] / 1_000_000)
            if after == line or compare_and_set([place], [found or b"", json.dumps(asdict(after)), _KEPT_MS]):
                return answer
        raise WatchError(f"{place} changes all the time")
