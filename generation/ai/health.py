"""Health of an API key: circuit breaker (R-31), rests, and refused keys that are set aside (R-33).

Pure functions: they take a ``Health`` and return a new one. The caller stores it atomically, so only one call at a time
is the breaker's probe. Times are seconds since the epoch, by the caller's clock.
"""

from dataclasses import dataclass, replace
from typing import Final

from generation.enums import KeyHealth

#: Failures in a row that open the breaker.
FAILURES: Final = 5
#: Seconds for which a refused key is not asked: somebody may have put it right since.
ASIDE_SECONDS: Final = 600.0
#: The same where its account has reached a month's limit, is out of money or on hold.
LONG_ASIDE_SECONDS: Final = 4 * 3_600.0
#: The longest rest in seconds, whatever a provider asks for.
LONGEST_REST_SECONDS: Final = 3_600.0


@dataclass(frozen=True)
class Health:
    """What is known of one key. ``probe`` names the call that tries it; at ``probe_until`` that is given up."""

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


def admit(health: Health, now: float, *, call: str, seconds: float) -> tuple[Health, bool]:
    """Whether this call may be made; through a breaker that was open, one at a time, given up after ``seconds``."""
    state = health.state(now)
    if state == KeyHealth.CLOSED:
        return health, True
    if state != KeyHealth.HALF_OPEN or health.rest_until > now or health.probe_until > now:
        return health, False
    return replace(health, probe=call, probe_until=now + seconds), True


def let_go(health: Health, *, call: str) -> Health:
    """The call came to nothing that says anything of the key: if it was the probe, another may be."""
    return replace(health, probe="", probe_until=0.0) if health.probe == call else health


def succeeded(health: Health, *, call: str) -> Health:
    """The provider answered. What was asked before the breaker opened does not close it: only the probe does."""
    if health.failures < FAILURES or health.probe == call:
        return replace(health, failures=0, open_until=0.0, probe="", probe_until=0.0)
    return health


def failed(health: Health, now: float, *, call: str, pause: float) -> Health:
    """No answer. The fifth in a row opens the breaker for ``pause`` seconds, and so does a probe."""
    if health.failures >= FAILURES:
        return replace(let_go(health, call=call), open_until=now + pause) if health.probe == call else health
    failures = health.failures + 1
    return replace(health, failures=failures, open_until=now + pause if failures == FAILURES else 0.0)


def rested(health: Health, now: float, *, call: str, seconds: float) -> Health:
    """The provider wants to be left alone for ``seconds`` seconds."""
    until = now + min(seconds, LONGEST_REST_SECONDS)
    return replace(let_go(health, call=call), rest_until=max(health.rest_until, until))


def refused(health: Health, now: float, *, call: str, seconds: float = ASIDE_SECONDS) -> Health:
    """The provider does not take the key."""
    return replace(let_go(health, call=call), aside_until=now + seconds)


def forgiven(health: Health) -> Health:
    """Somebody says that the key is right again."""
    return replace(health, aside_until=0.0, rest_until=0.0)
