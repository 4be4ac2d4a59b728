"""Chains and key limits from the database, cached for a moment (R-23, R-33)."""

import time
from dataclasses import dataclass
from typing import Final

from django.conf import settings

from generation.ai.chains import PURPOSES, Chains, Link, chains
from generation.ai.key_limits import Allowed
from generation.ai.keys import Key
from generation.database import in_database
from generation.models import KeyLimit

#: For keys of a provider that no row is about: what the smallest accounts may do.
_UNKNOWN: Final = Allowed(requests=60, tokens=100_000)


@dataclass(frozen=True)
class Rules:
    """The chains of models, and what keys may do."""

    chains: Chains
    limits: dict[tuple[str, int], Allowed]

    def chain(self, question: str) -> list[Link]:
        """The models for questions of this name, in their order."""
        return self.chains.get(PURPOSES[question], [])

    def allowed(self, key: Key) -> Allowed:
        """What this key may do in a minute: its own row, else the one of all keys of its provider."""
        own = self.limits.get((key.provider, key.place))
        return own or self.limits.get((key.provider, 0), _UNKNOWN)


#: When they were read last; drains run one at a time in a process, and a race costs one more query.
_known: tuple[float, Rules | None] = (0.0, None)


async def current() -> Rules:
    """As they were a moment ago: a model switched off is not asked any more, in the middle of a job too."""
    global _known
    since, known = _known
    if known is None or time.monotonic() - since >= settings.AI_RULES_SECONDS:
        known = await in_database(read)
        _known = time.monotonic(), known
    return known


def read() -> Rules:
    """As they are now."""
    return Rules(
        chains=chains(),
        limits={
            (row.provider, row.place): Allowed(row.requests_per_minute, row.tokens_per_minute)
            for row in KeyLimit.objects.all()
        },
    )
