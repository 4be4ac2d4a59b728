"""API keys of each provider, used in turn (R-33)."""

import threading
from collections import Counter
from dataclasses import dataclass, field
from typing import Final

from django.conf import settings

from generation.enums import Provider
from tesigo.platform.crypto import keyed_hash

_lock = threading.Lock()
_turns: Final[Counter[str]] = Counter()


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


def forget() -> None:
    """Begins with the first key again."""
    with _lock:
        _turns.clear()
