"""Errors of provider calls, in the same terms for all providers."""

import re
from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Final

from generation.ai.question import Usage
from generation.enums import Outcome
from generation.errors import GenerationError

#: The same call may well succeed a little later (R-30). Everything else is left to another key or model.
WORTH_RETRYING: Final = frozenset({Outcome.RATE_LIMITED, Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.SERVER_ERROR})
#: Another key of the same provider may make the same call.
KEY_IS_WRONG: Final = frozenset({Outcome.AUTHENTICATION, Outcome.ACCOUNT, Outcome.NO_ACCESS, Outcome.GONE})
#: Words of a model, though none to the point.
_SPOKEN: Final = frozenset({Outcome.REFUSED, Outcome.BAD_ANSWER, Outcome.CUT, Outcome.ONLY_REASONED})
#: They say nothing of those that could not be reached.
_OF_THE_REQUEST: Final = frozenset({Outcome.BAD_REQUEST, Outcome.NO_ACCESS, Outcome.GONE})


class Trouble(StrEnum):
    """What is wrong with the account behind a key: somebody has to see to it, waiting does not help."""

    LIMIT = "limit"
    CREDIT = "credit"
    HOLD = "hold"


#: By the code that a provider gives. From the SDKs' own error types and the providers' pages of errors.
_TROUBLES: Final[Mapping[str, Trouble]] = {
    "enforced_spend_limit_reached": Trouble.LIMIT,
    "contract_spend_limit_reached": Trouble.LIMIT,
    "linked_organization_spend_limit_reached": Trouble.LIMIT,
    "project_spend_limit_exceeded": Trouble.LIMIT,
    "organization_spend_limit_exceeded": Trouble.LIMIT,
    "organization_usage_limit_exceeded": Trouble.LIMIT,
    "billing_hard_limit_reached": Trouble.LIMIT,
    "insufficient_quota": Trouble.CREDIT,
    "credit_balance_exhausted": Trouble.CREDIT,
    "linked_organization_billing_unavailable": Trouble.CREDIT,
    "billing_error": Trouble.CREDIT,
    "organization_on_hold": Trouble.HOLD,
    "billing_not_active": Trouble.HOLD,
    "account_deactivated": Trouble.HOLD,
    "unsupported_country_region_territory": Trouble.HOLD,
}
#: Anthropic says these with a plain 400 and no code of its own.
_IN_WORDS: Final[Mapping[Trouble, re.Pattern[str]]] = {
    Trouble.CREDIT: re.compile(r"credit balance", re.I),
    Trouble.LIMIT: re.compile(r"reached your specified (?:workspace )?API usage limits", re.I),
}
_NO_MODEL: Final = frozenset({"model_not_found", "not_found_error"})


class ProviderError(GenerationError):
    """A call brought no usable answer.

    ``retry_after`` in seconds, where it was said; ``usage`` as charged; ``trouble`` of the account, where it is that.
    """

    def __init__(
        self,
        outcome: Outcome,
        message: str = "",
        *,
        retry_after: float | None = None,
        usage: Usage | None = None,
        trouble: Trouble | None = None,
    ) -> None:
        super().__init__(message or outcome.label)
        self.outcome = outcome
        self.retry_after = retry_after
        self.usage = usage
        self.trouble = trouble

    @property
    def is_worth_retrying(self) -> bool:
        """Whether the same model may be asked again."""
        return self.outcome in WORTH_RETRYING


def meaning(*, status: int, codes: set[str], message: str, model: str, retry_after: float | None) -> ProviderError:
    """What an answer that is no answer means, by its HTTP status and the codes in it, whichever provider gave it."""
    trouble = next((_TROUBLES[code] for code in sorted(codes) if code in _TROUBLES), None)
    if trouble is None and status == 400:
        trouble = next((trouble for trouble, words in _IN_WORDS.items() if words.search(message)), None)
    if trouble is None and status == 402:
        trouble = Trouble.CREDIT
    if trouble is not None:
        return ProviderError(Outcome.ACCOUNT, message, trouble=trouble)
    if status == 401:
        return ProviderError(Outcome.AUTHENTICATION, message)
    # A wrong address answers 404, too: only what names the model speaks of it.
    if status == 404 and codes & _NO_MODEL and model in message:
        return ProviderError(Outcome.GONE, message)
    if status == 403:
        return ProviderError(Outcome.NO_ACCESS, message)
    if status == 429:
        return ProviderError(Outcome.RATE_LIMITED, message, retry_after=retry_after)
    if status >= 500 or status in {408, 409}:
        return ProviderError(Outcome.SERVER_ERROR, message, retry_after=retry_after)
    return ProviderError(Outcome.BAD_REQUEST, message)


class NoKey(GenerationError):
    """No key of a provider may be used now: no call was made. ``outcome`` is what became of earlier ones.

    ``wait`` is in how many seconds one may, where the provider told every key that works to wait.
    """

    def __init__(self, outcome: Outcome, *, wait: float | None = None) -> None:
        super().__init__(f"no key may be used: {outcome.label}")
        self.outcome = outcome
        self.wait = wait


class AtLimit(GenerationError):
    """Every key that works has done what it may for now (R-33). To be asked again after ``wait``; nothing failed."""

    def __init__(self, wait: timedelta) -> None:
        super().__init__(f"limits of keys are reached for {wait.total_seconds():.0f} s")
        self.wait = wait


class NoAnswer(GenerationError):
    """No model of the chain gave a usable answer. ``outcomes`` say why, one for each model of the chain."""

    def __init__(self, outcomes: list[Outcome]) -> None:
        super().__init__(", ".join(outcomes) or "no model is enabled")
        self.outcomes = outcomes

    @property
    def is_outage(self) -> bool:
        """Whether it may be different later: no model answered at all, rather than none to the point.

        A model that takes no such request, or is not there any more, says nothing of those that could not be reached.
        """
        away = [outcome for outcome in self.outcomes if outcome not in _OF_THE_REQUEST]
        return not _SPOKEN & set(away) and (bool(away) or not self.outcomes)
