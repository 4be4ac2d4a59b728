"""Several keys per provider, used in turn; one that is refused is set aside (R-33). Known to this process only."""

import logging
import threading
import time
from collections import Counter
from typing import Final

from django.conf import settings

from generation.enums import Provider

logger = logging.getLogger(__name__)
#: Seconds after which a refused key is tried again: somebody may have paid the bill.
ASIDE: Final = 600.0

_lock = threading.Lock()
_turns: Counter[str] = Counter()
_aside: dict[str, float] = {}


def configured(provider: str) -> list[str]:
    """All keys of a provider."""
    return list(settings.OPENAI_API_KEYS if provider == Provider.OPENAI else settings.ANTHROPIC_API_KEYS)


def usable(provider: str) -> list[str]:
    """The keys that are not set aside, the next in turn first."""
    now = time.monotonic()
    with _lock:
        keys = [key for key in configured(provider) if _aside.get(key, 0.0) <= now]
        if not keys:
            return []
        turn = _turns[provider] % len(keys)
        _turns[provider] += 1
    return keys[turn:] + keys[:turn]


def set_aside(provider: str, key: str) -> None:
    """The provider refused this key. Staff learn it from the log, by the key's place, never by the key."""
    with _lock:
        _aside[key] = time.monotonic() + ASIDE
    place = configured(provider).index(key) + 1 if key in configured(provider) else 0
    logger.error("provider refused key", extra={"provider": provider, "key": place})


def forget() -> None:
    """Takes every key back into use."""
    with _lock:
        _aside.clear()
        _turns.clear()
