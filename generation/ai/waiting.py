"""The one retry policy (R-30): which failures are worth another try of the same model, and how long to wait."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

from django.conf import settings
from tenacity import AsyncRetrying, RetryCallState, retry_if_exception, stop_after_attempt
from tenacity.wait import wait_base, wait_random_exponential

from generation.ai.errors import ProviderError
from generation.enums import Outcome

#: Failed tries of one model before the next one is asked (R-32).
TRIES: Final = 3
#: The longest back-off is the first one doubled this often: 2, 4, 8, 16, 32 s.
_DOUBLINGS: Final = 4
#: A provider that asks for more patience than this, in seconds, is left for the next model.
PATIENCE: Final = 60.0


def policy(*, failed_before: int) -> AsyncRetrying:
    """Tries of one model. The back-off goes on doubling over what failed before, of whichever model."""
    return AsyncRetrying(
        retry=retry_if_exception(_is_worth_retrying),
        stop=stop_after_attempt(TRIES),
        wait=_BackOff(failed_before),
        reraise=True,
    )


def retry_after(headers: Mapping[str, str]) -> float | None:
    """The seconds that a ``Retry-After`` header asks for: a number or a date; nothing where it says nothing sound."""
    said = headers.get("retry-after", "")
    try:
        return max(0.0, float(said))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(said) - datetime.now(UTC)).total_seconds())
    except (TypeError, ValueError):
        return None


def by_status(status: int, message: str, headers: Mapping[str, str], *, is_key: bool) -> ProviderError:
    """What an HTTP status of any provider means; ``is_key`` says that it is this key's fault all the same."""
    wait = retry_after(headers)
    if is_key or status in {401, 403}:
        return ProviderError(Outcome.AUTHENTICATION, message)
    if status == 429:
        return ProviderError(Outcome.RATE_LIMITED, message, retry_after=wait)
    if status >= 500 or status in {408, 409}:
        return ProviderError(Outcome.SERVER_ERROR, message, retry_after=wait)
    return ProviderError(Outcome.BAD_REQUEST, message)


def _is_worth_retrying(error: BaseException) -> bool:
    return isinstance(error, ProviderError) and error.is_worth_retrying and (error.retry_after or 0) <= PATIENCE


class _BackOff(wait_base):
    """Full jitter under a doubling limit, but never less than the provider asks for."""

    def __init__(self, failed_before: int) -> None:
        base = settings.AI_BACKOFF_BASE
        self._longest = base * 2**_DOUBLINGS
        self._usual = wait_random_exponential(
            multiplier=min(self._longest, base * 2 ** min(failed_before, _DOUBLINGS)), max=self._longest
        )

    def __call__(self, retry_state: RetryCallState) -> float:
        error = retry_state.outcome.exception() if retry_state.outcome else None
        asked = error.retry_after if isinstance(error, ProviderError) else None
        return max(self._usual(retry_state), asked or 0.0)
