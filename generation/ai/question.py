"""Questions to models and their answers, in one format for all providers, with expected tokens and timeout."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Protocol

from django.conf import settings

from generation.enums import Effort
from generation.models import AIModel

Schema = dict[str, Any]
_MILLION: Final = Decimal(1_000_000)
#: Fewer than any model needs for a token of the languages we write in: the limit is never what makes a text short.
_FEWEST_CHARACTERS: Final = 2
#: What most need, rather less than more.
_CHARACTERS: Final = 3
#: For a model's own thinking, and for the JSON around the text.
_SPARE_TOKENS: Final = 4_000
#: How much more room reasoning gets at an effort.
_REASONING: Final[dict[str, int]] = {Effort.MEDIUM: 2, Effort.HIGH: 4, Effort.XHIGH: 8, Effort.MAX: 16}
#: How many times the limit, where an answer was cut.
_LIMIT_FACTOR: Final = 3


@dataclass(frozen=True)
class Question:
    """One question. ``schema`` is the JSON schema of the answer, in the subset that every provider takes strictly.

    ``shared`` are blocks of text before ``prompt`` that other questions begin with, too, the longest-lasting first (the
    same in the whole document, then in one section): providers keep equal beginnings and charge less for them.
    ``characters`` is about how long the answer will be. ``salvage`` makes a value of an answer that is no JSON, where
    that does no harm because everything in it is checked anyway; else such an answer counts for nothing.
    """

    purpose: str
    system: str
    prompt: str
    schema: Schema
    characters: int = 4_000
    salvage: Callable[[str], dict[str, Any]] | None = None
    shared: tuple[str, ...] = ()

    @property
    def text(self) -> str:
        """Everything that is asked, in its order."""
        return "\n\n".join((self.system, *self.shared, self.prompt))


@dataclass(frozen=True)
class Answer:
    """``value`` fits the question's schema; ``model`` is the name of the one that gave it (R-32)."""

    value: dict[str, Any]
    model: str


@dataclass(frozen=True)
class Call:
    """One call as a provider gets it.

    ``session_id`` is the document's, ``person`` its owner as a keyed hash: so that a provider can bar one person.
    """

    model: str
    key: str
    system: str
    shared: tuple[str, ...]
    prompt: str
    schema: Schema
    name: str
    effort: str
    max_tokens: int
    seed: int
    session_id: str
    person: str
    idempotency_key: str


@dataclass(frozen=True)
class Usage:
    """The provider's own figures (R-22).

    ``input_tokens`` counts all that was asked, also what was read from the provider's cache (``cached_tokens``) or
    written to it (``cache_write_tokens``); ``output_tokens`` also the model's own reasoning (``reasoning_tokens``).
    """

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_write_tokens: int = 0
    reasoning_tokens: int = 0

    def cost(self, model: AIModel) -> Decimal:
        """Euros at the model's prices; those of cached and written input, and of a long prompt, where it has them."""
        is_long = model.long_prompt_tokens is not None and self.input_tokens > model.long_prompt_tokens
        input_price = (model.long_input_price if is_long else None) or model.input_price
        output_price = (model.long_output_price if is_long else None) or model.output_price
        dearer = input_price / model.input_price if model.input_price else Decimal(1)
        cached_price = model.input_price if model.cached_price is None else model.cached_price
        write_price = model.input_price if model.cache_write_price is None else model.cache_write_price
        fresh = max(0, self.input_tokens - self.cached_tokens - self.cache_write_tokens)
        spent = (
            fresh * input_price
            + (self.cached_tokens * cached_price + self.cache_write_tokens * write_price) * dearer
            + self.output_tokens * output_price
        )
        return (spent / _MILLION).quantize(Decimal("0.000001"))


@dataclass(frozen=True)
class Completion:
    """What a provider said. ``was_cut`` where it ran into the limit of tokens."""

    text: str
    usage: Usage
    was_cut: bool = False


def blocks(shared: tuple[str, ...], *, most: int) -> tuple[str, ...]:
    """The shared blocks as ``most`` at most, for a provider that takes no more: the last ones become one."""
    return (*shared[: most - 1], "\n\n".join(shared[most - 1 :])) if len(shared) > most else shared


def count(said: Any, name: str) -> int:
    """A figure of a provider's, 0 where it gives none or no number."""
    value = getattr(said, name, None)
    return max(0, value) if isinstance(value, int) else 0


class Provider(Protocol):
    """A way to one provider, for one document of one drain (R-35)."""

    async def complete(self, call: Call) -> Completion:
        """Makes one call, without retries. Raises ProviderError."""
        ...


def expected_usage(question: Question, model: AIModel, *, effort: str = "", again: bool = False) -> Usage:
    """What the call takes at most, as far as one can know before: its output is limited to that.

    None of it where the question leaves no room in the model's window. ``again``: what would have been enough was not.
    """
    asked = -(-(len(question.text) + len(json.dumps(question.schema))) // _CHARACTERS)
    # Nobody knows before what the provider has kept: at most, everything that may be kept is written anew.
    kept = -(-sum(map(len, (question.system, *question.shared))) // _CHARACTERS)
    longest = question.characters // _FEWEST_CHARACTERS + _SPARE_TOKENS * _REASONING.get(effort, 1)
    longest *= _LIMIT_FACTOR if again else 1
    answer = max(0, min(model.longest_answer, longest, model.window - asked))
    return Usage(asked, answer, cache_write_tokens=kept)


def fits(question: Question, model: AIModel) -> bool:
    """Whether the model's window has room for the question and an answer."""
    return bool(expected_usage(question, model).output_tokens)


def seconds_allowed(question: Question) -> float:
    """How long the answer may take: a long section needs more than a list of queries."""
    tokens = question.characters / _CHARACTERS
    return float(settings.AI_TIMEOUT + tokens / settings.AI_TOKENS_PER_SECOND)
