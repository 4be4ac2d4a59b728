"""Current state of every key, for staff (R-31, R-33)."""

from dataclasses import dataclass
from datetime import UTC, datetime

from generation.ai import breaker, chains, key_limits, keys
from generation.enums import KeyHealth, Provider


@dataclass(frozen=True)
class KeyState:
    """One key. ``until`` is when its state may change, where that is known.

    ``requests`` and ``tokens`` are those of the last minute. ``is_shared`` is False while Redis is away: then this is
    what one process knows by itself.
    """

    provider: Provider
    place: int
    state: KeyHealth
    until: datetime | None
    failures: int
    requests: int
    tokens: int
    requests_limit: int
    tokens_limit: int
    is_shared: bool


def key_states() -> list[KeyState]:
    """Every key that is configured, by provider and place. Takes a second at most, also when Redis is away."""
    known = [key for provider in Provider for key in keys.configured(provider)]
    healths, now, is_shared = breaker.look(known)
    limits_of = chains.read_rules()
    states = []
    for key, health in zip(known, healths, strict=True):
        requests, tokens = key_limits.used(key)
        until = health.until(now)
        allowed = limits_of.allowed(key)
        states.append(
            KeyState(
                provider=Provider(key.provider),
                place=key.place,
                state=health.state(now),
                until=datetime.fromtimestamp(until, UTC) if until else None,
                failures=health.failures,
                requests=requests,
                tokens=tokens,
                requests_limit=allowed.requests,
                tokens_limit=allowed.tokens,
                is_shared=is_shared,
            )
        )
    return states
