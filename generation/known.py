"""Known models by name: token limits and supported efforts (R-25).

From the providers' model pages in autumn 2026 and the installed SDKs. OpenAI's model list has neither. Anthropic's has
token limits, which take precedence. For other models, the values that staff enter are used.
"""

import re
from dataclasses import dataclass
from typing import Final

from generation.enums import Effort, Provider

_TO_HIGH: Final = (Effort.LOW, Effort.MEDIUM, Effort.HIGH)
_TO_MAX: Final = (*_TO_HIGH, Effort.XHIGH, Effort.MAX)
_OF_PROVIDER: Final = {Provider.OPENAI: tuple(Effort), Provider.ANTHROPIC: _TO_MAX}
_DATE: Final = re.compile(r"-(?:\d{8}|\d{4}-\d\d-\d\d)$")


@dataclass(frozen=True)
class Known:
    """One model: tokens of its window and of its longest answer, and its efforts from least to most.

    There are no efforts where it takes none.
    """

    context_tokens: int
    longest_answer: int
    efforts: tuple[Effort, ...]


def _all(names: str, known: Known) -> dict[str, Known]:
    return dict.fromkeys(names.split(), known)


_MODELS: Final[dict[str, dict[str, Known]]] = {
    Provider.OPENAI: {
        **_all("gpt-6.1-sol", Known(1_050_000, 128_000, _TO_MAX)),
        **_all(
            "gpt-6.1-terra gpt-6-sol gpt-6-luna gpt-5.6-sol gpt-5.6-terra gpt-5.6-luna",
            Known(1_050_000, 128_000, (Effort.NONE, *_TO_MAX)),
        ),
        **_all("gpt-5.4", Known(1_050_000, 128_000, (Effort.NONE, *_TO_HIGH, Effort.XHIGH))),
        **_all("gpt-5.4-mini gpt-5.4-nano gpt-5.2", Known(400_000, 128_000, (Effort.NONE, *_TO_HIGH, Effort.XHIGH))),
        **_all("gpt-5.1", Known(400_000, 128_000, (Effort.NONE, *_TO_HIGH))),
        **_all("gpt-5 gpt-5-mini gpt-5-nano", Known(400_000, 128_000, (Effort.MINIMAL, *_TO_HIGH))),
        **_all("o3 o4-mini", Known(200_000, 100_000, _TO_HIGH)),
        **_all("gpt-4.1 gpt-4.1-mini gpt-4.1-nano", Known(1_047_576, 32_768, ())),
        **_all("gpt-4o gpt-4o-mini", Known(128_000, 16_384, ())),
    },
    Provider.ANTHROPIC: {
        **_all(
            "claude-haiku-5-5 claude-sonnet-5-5 claude-opus-5-5 claude-fable-5-1 claude-opus-5 claude-sonnet-5 "
            "claude-opus-4-8 claude-opus-4-7",
            Known(1_000_000, 128_000, _TO_MAX),
        ),
        **_all("claude-opus-4-6 claude-sonnet-4-6", Known(1_000_000, 128_000, (*_TO_HIGH, Effort.MAX))),
        **_all("claude-opus-4-5", Known(200_000, 64_000, _TO_HIGH)),
        **_all("claude-haiku-4-5 claude-sonnet-4-5 claude-sonnet-4-0", Known(200_000, 64_000, ())),
    },
}


def known(provider: str, name: str) -> Known | None:
    """What is known of a model, also by its name with a date; None where nothing is."""
    models = _MODELS.get(provider, {})
    return models.get(name) or models.get(_DATE.sub("", name))


def efforts(provider: str, name: str) -> tuple[Effort, ...]:
    """The efforts that may be asked of a model, from least to most: of one not known, all that its provider has."""
    found = known(provider, name)
    return _OF_PROVIDER[Provider(provider)] if found is None else found.efforts


def lower_effort(provider: str, name: str, effort: str) -> str:
    """The effort below one, or the same where the model has none below it.

    Below a provider's own (empty) is LOW, which every model that reasons takes. Anthropic has nothing below LOW: its
    thinking stays bounded by the limit of the answer alone.
    """
    found = known(provider, name)
    # Of one not known only what every model that reasons takes is sure to be taken.
    takes = _TO_MAX if found is None else found.efforts
    if not effort:
        return Effort.LOW if Effort.LOW in takes else effort
    order = list(Effort)
    below = [one for one in takes if order.index(one) < order.index(Effort(effort))]
    return below[-1] if below else effort
