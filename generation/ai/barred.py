"""Providers that cannot be used because every key of ours is set aside (R-33)."""

from datetime import UTC, datetime

from django.utils.translation import gettext as _

from generation.ai import breaker, keys
from generation.ai.chains import ChainTrouble
from generation.enums import KeyHealth, Provider


def troubles() -> list[ChainTrouble]:
    """Providers whose models are not asked until somebody has seen to our account there.

    Takes a second at most, also when Redis is away; asks the database nothing.
    """
    known = [key for provider in Provider for key in keys.configured(provider)]
    healths, now, _is_shared = breaker.look(known)
    until: dict[str, float] = {}
    for key, health in zip(known, healths, strict=True):
        aside = health.aside_until if health.state(now) == KeyHealth.ASIDE else 0.0
        until[key.provider] = min(aside, until.get(key.provider, aside))
    words = _(
        "%(provider)s refuses every key of ours (month’s limit, credit or a key withdrawn): it is not asked until "
        "%(time)s UTC. “AI spending” says more, and has keys asked again."
    )
    return [
        ChainTrouble(
            words % {"provider": Provider(provider).label, "time": f"{datetime.fromtimestamp(ends, UTC):%H:%M}"},
            stops_writing=all(until.values()),
        )
        for provider, ends in sorted(until.items())
        if ends
    ]
