"""How a call to a provider goes wrong, in one vocabulary for all of them."""

from datetime import timedelta
from typing import Final

from generation.domain.attempts import Usage
from generation.enums import Outcome

#: The same call may well succeed a little later (R-30). Everything else is left to another key or model.
WORTH_RETRYING: Final = frozenset({Outcome.RATE_LIMITED, Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.SERVER_ERROR})
#: Words of a model, though none to the point.
_SPOKEN: Final = frozenset({Outcome.REFUSED, Outcome.BAD_ANSWER})


class ProviderError(Exception):
    """A call brought no usable answer. ``retry_after`` in seconds, where it was said; ``usage`` as charged."""

    def __init__(
        self, outcome: Outcome, message: str = "", *, retry_after: float | None = None, usage: Usage | None = None
    ) -> None:
        super().__init__(message or outcome.label)
        self.outcome = outcome
        self.retry_after = retry_after
        self.usage = usage

    @property
    def is_worth_retrying(self) -> bool:
        """Whether the same model may be asked again."""
        return self.outcome in WORTH_RETRYING


class NoKey(Exception):
    """No key of a provider may be used now: no call was made. ``outcome`` is what became of earlier ones.

    ``wait`` is in how many seconds one may, where the provider told every key that works to wait.
    """

    def __init__(self, outcome: Outcome, *, wait: float | None = None) -> None:
        super().__init__(f"no key may be used: {outcome.label}")
        self.outcome = outcome
        self.wait = wait


class AtLimit(Exception):
    """Every key that works has done what it may for now (R-33). To be asked again after ``wait``; nothing failed."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"limits of keys are reached for {wait.total_seconds():.0f} s")
        self.wait = wait


class NoAnswer(Exception):
    """No model of the chain gave a usable answer. ``outcomes`` say why, one for each model of the chain."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__(", ".join(outcomes) or "no model is enabled")
        self.outcomes = outcomes

    @property
    def is_outage(self) -> bool:
        """Whether it may be different later: no model answered at all, rather than none to the point.

        A model that takes no such request, or is not there any more, says nothing of those that could not be reached.
        """
        away = [outcome for outcome in self.outcomes if outcome != Outcome.BAD_REQUEST]
        return not _SPOKEN & set(away) and (bool(away) or not self.outcomes)
