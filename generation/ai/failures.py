"""How a call to a model can fail, in our words and whichever provider it was."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import ClassVar

from generation.enums import Outcome


class CallFailed(Exception):
    """One call failed. ``outcome`` goes into its Attempt row; ``is_worth_retrying`` is R-30's question."""

    outcome: ClassVar[Outcome] = Outcome.BAD_REQUEST
    is_worth_retrying: ClassVar[bool] = False

    def __init__(self, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        #: Seconds the provider asked us to wait.
        self.retry_after = retry_after
        #: What the call cost all the same, when the provider told.
        self.input_tokens = 0
        self.output_tokens = 0


class RateLimited(CallFailed):
    """429: too many requests or tokens."""

    outcome = Outcome.RATE_LIMITED
    is_worth_retrying = True


class TimedOut(CallFailed):
    """No answer within our time."""

    outcome = Outcome.TIMEOUT
    is_worth_retrying = True


class ConnectionLost(CallFailed):
    """The connection could not be made, or broke."""

    outcome = Outcome.CONNECTION
    is_worth_retrying = True


class ProviderBroken(CallFailed):
    """5xx: the provider's own trouble."""

    outcome = Outcome.SERVER_ERROR
    is_worth_retrying = True


class BadAnswer(CallFailed):
    """The answer is not the JSON that was asked for. Asked once more with the reason, then another model is."""

    outcome = Outcome.BAD_ANSWER


class Refused(CallFailed):
    """The model will not answer this."""

    outcome = Outcome.REFUSED


class KeyRefused(CallFailed):
    """401 or 403: the key is set aside."""

    outcome = Outcome.AUTHENTICATION


class RequestRefused(CallFailed):
    """Any other 4xx: this model cannot take this request."""

    outcome = Outcome.BAD_REQUEST


class ModelsUnavailable(Exception):
    """Every model of the chain was asked and none answered. ``is_temporary``: asking later may help."""

    def __init__(self, reason: str, *, is_temporary: bool) -> None:
        super().__init__(reason)
        self.is_temporary = is_temporary


def by_status(status: int, reason: str, headers: Mapping[str, str]) -> CallFailed:
    """The failure that an HTTP status means, the same for every provider."""
    words = f"{status} {reason}"
    wait = seconds_to_wait(headers)
    if status in {401, 403}:
        return KeyRefused(words)
    if status == 429:
        return RateLimited(words, retry_after=wait)
    if status == 408:
        return TimedOut(words)
    if status >= 500:
        return ProviderBroken(words, retry_after=wait)
    return RequestRefused(words)


def seconds_to_wait(headers: Mapping[str, str]) -> float | None:
    """``Retry-After`` in seconds, given as seconds or as a date (RFC 9110, 10.2.3); nothing when it is not there."""
    value = headers.get("retry-after", "").strip()
    if not value:
        return None
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        return max(0.0, (parsedate_to_datetime(value) - datetime.now(UTC)).total_seconds())
    except (ValueError, TypeError):
        return None
