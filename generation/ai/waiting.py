"""Retry policy for provider calls (R-30): which errors are retried, and the back-off.

It does not wait for ``Retry-After``. The key rests for that time in all processes, and the next call takes another
key or waits for it (``choosing``).
"""

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from django.conf import settings
from tenacity import AsyncRetrying, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_random_exponential

from generation.ai.errors import ProviderError

#: Failed tries of one model before the next one is asked (R-32).
TRIES: Final = 3
#: The longest back-off is the first one doubled this often: 2, 4, 8, 16, 32 s.
_DOUBLINGS: Final = 4


def policy(*, failed_before: int) -> AsyncRetrying:
    """Tries of one model. The back-off goes on doubling after tries that failed before, of any model."""
    return AsyncRetrying(
        retry=retry_if_exception(_is_worth_retrying),
        stop=stop_after_attempt(TRIES),
        wait=_back_off(failed_before),
        reraise=True,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a provider asks for: ``retry-after-ms``, else ``Retry-After`` as a number or a date.

    Nothing where it says nothing sound.
    """
    for name, unit in (("retry-after-ms", 1_000), ("retry-after", 1)):
        try:
            said = float(headers.get(name, ""))
        except ValueError:
            continue
        return max(0.0, said / unit) if math.isfinite(said) else None
    try:
        return max(0.0, (parsedate_to_datetime(headers.get("retry-after", "")) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def _is_worth_retrying(error: BaseException) -> bool:
    return isinstance(error, ProviderError) and error.is_worth_retrying


def _back_off(failed_before: int) -> wait_base:
    """Full jitter under a limit that doubles up to the longest (R-30)."""
    base = settings.AI_BACKOFF_BASE
    longest = base * 2**_DOUBLINGS
    return wait_random_exponential(multiplier=min(longest, base * 2 ** min(failed_before, _DOUBLINGS)), max=longest)
