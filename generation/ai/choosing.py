"""Chooses an API key for a call (R-31, R-33).

Takes the next healthy key within its limits. Waits when all healthy keys are at their limits.
"""

import asyncio
import random
import time
import uuid
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from generation.ai import alerts, breaker, chains, key_limits, keys
from generation.ai.breaker import FAILURES
from generation.ai.chains import Rules
from generation.ai.errors import AtLimit, NoKey, Trouble
from generation.ai.key_limits import Allowed, Taken
from generation.ai.keys import Key
from generation.ai.question import Usage
from generation.database import in_database
from generation.enums import KeyHealth, Outcome, Provider

#: Seconds after which those who wait look again: staff may have changed a limit, others given back what they took.
_NAP_SECONDS: Final = 2.0
#: Said of one model: the key's other models go on.
_OF_ONE_MODEL: Final = frozenset({Outcome.NO_ACCESS, Outcome.GONE})


@dataclass
class Grant:
    """Leave to make one call with one key. ``begin`` it, and say how it ``ended``: the key is judged by that."""

    key: Key
    model: str
    allowed: Allowed
    taken: Taken
    call: str = field(default_factory=lambda: uuid.uuid4().hex)
    has_begun: bool = False
    outcome: Outcome | None = None
    retry_after: float | None = None
    usage: Usage | None = None
    trouble: Trouble | None = None

    def begin(self) -> None:
        """From now on the provider may count the call."""
        self.has_begun = True

    def ended(
        self,
        outcome: Outcome,
        *,
        retry_after: float | None = None,
        usage: Usage | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        """The provider answered, or did not; ``usage`` as far as it is known."""
        self.outcome, self.retry_after, self.usage, self.trouble = outcome, retry_after, usage, trouble


@dataclass(frozen=True)
class Wanted:
    """A call of ``tokens`` tokens. It may wait ``patience`` seconds before it begins, and then take ``seconds``."""

    provider: str
    model: str
    tokens: int
    seconds: float
    patience: float


@asynccontextmanager
async def some_key(wanted: Wanted, *, known: Rules) -> AsyncIterator[Grant]:
    """Leave to make a call.

    Raises NoKey where every key fails, was refused, or was told to wait for long; AtLimit where the limits of those
    that work are reached for longer than there is patience.
    """
    grant = await _wait_for_one(wanted, known)
    try:
        yield grant
    finally:
        # Also when the step is cancelled: others wait for what this call holds.
        await asyncio.shield(_give_back(grant))


@dataclass
class _Busy:
    """Why no key may be used just now, and in how many seconds one may: by our limits, or by the provider's word."""

    limited: float | None = None
    resting: float | None = None
    is_failing: bool = False
    is_closed: bool = False

    @property
    def wait(self) -> float | None:
        waits = [wait for wait in (self.limited, self.resting) if wait is not None]
        return min(waits) if waits else None

    def error(self) -> NoKey | AtLimit:
        """What a caller without patience is told."""
        if self.limited is not None and self.wait is not None:
            return AtLimit(timedelta(seconds=self.wait))
        if self.resting is not None:
            return NoKey(Outcome.RATE_LIMITED, wait=self.resting)
        if self.is_failing:
            return NoKey(Outcome.SERVER_ERROR)
        return NoKey(Outcome.NO_ACCESS if self.is_closed else Outcome.AUTHENTICATION)


async def _wait_for_one(wanted: Wanted, known: Rules) -> Grant:
    patience_ends = time.monotonic() + wanted.patience
    while True:
        found = await asyncio.to_thread(_choose, wanted, known)
        if isinstance(found, Grant):
            return found
        if found.wait is None or time.monotonic() + found.wait > patience_ends:
            raise found.error()
        # Not all at the same moment, when the minute is over.
        jitter = random.uniform(0.0, 0.1 * found.wait)  # noqa: S311  # chance, not a secret
        await asyncio.sleep(min(found.wait + jitter, _NAP_SECONDS))
        known = await chains.current_rules()


def _choose(wanted: Wanted, known: Rules) -> Grant | _Busy:
    """The first key in turn that takes the call. Speaks to Redis: for a thread."""
    busy = _Busy()
    for key in keys.in_turn(wanted.provider):
        if keys.is_left_out(key, wanted.model):
            busy.is_closed = True
            continue
        call = uuid.uuid4().hex
        is_admitted, health, now = breaker.admit(key, call=call, seconds=wanted.seconds)
        if not is_admitted:
            state = health.state(now)
            if state == KeyHealth.RESTING:
                busy.resting = _sooner(busy.resting, health.rest_until - now)
            busy.is_failing |= state in {KeyHealth.OPEN, KeyHealth.HALF_OPEN}
            continue
        allowed = known.allowed(key)
        taken = key_limits.take(key, tokens=wanted.tokens, allowed=allowed)
        if not taken.wait:
            return Grant(key, wanted.model, allowed, taken, call)
        breaker.report(key, call=call, outcome=None)
        busy.limited = _sooner(busy.limited, taken.wait)
    return busy


def _sooner(known: float | None, wait: float) -> float:
    return wait if known is None else min(known, wait)


async def _give_back(grant: Grant) -> None:
    is_newly_refused, is_newly_failing = await asyncio.to_thread(_book, grant)
    if is_newly_refused:
        await in_database(alerts.key_refused, grant.key, grant.trouble)
    if grant.outcome in _OF_ONE_MODEL:
        await in_database(alerts.model_refused, grant.key, grant.model)
    if is_newly_failing:
        await in_database(alerts.key_failing, grant.key)


def _counted(grant: Grant) -> int:
    """Tokens that count towards the key's minute: Anthropic does not count what it read from its cache."""
    usage = grant.usage or Usage()
    uncounted = usage.cached_tokens if grant.key.provider == Provider.ANTHROPIC else 0
    return max(0, usage.input_tokens - uncounted) + usage.output_tokens


def _book(grant: Grant) -> tuple[bool, bool]:
    """Judges the key by the call and counts what it took; whether the key was just set aside, or its breaker opened."""
    if grant.outcome in _OF_ONE_MODEL:
        keys.leave_out(grant.key, grant.model)
    before, after = breaker.report(grant.key, call=grant.call, outcome=grant.outcome, retry_after=grant.retry_after)
    if not grant.has_begun:
        key_limits.correct(grant.key, grant.taken, requests=0, tokens=0, allowed=grant.allowed)
    elif grant.usage is not None:
        key_limits.correct(grant.key, grant.taken, requests=1, tokens=_counted(grant), allowed=grant.allowed)
    return after.aside_until > before.aside_until, before.failures < FAILURES <= after.failures
