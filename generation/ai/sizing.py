"""Size of a call: expected tokens, which are reserved and limit the answer, and its timeout."""

import json
from typing import Final

from django.conf import settings

from generation.ai.question import Question, Usage
from generation.enums import Effort
from generation.models import AIModel

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


def expected(question: Question, model: AIModel, *, effort: str = "", again: bool = False) -> Usage:
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
    return bool(expected(question, model).output_tokens)


def seconds(question: Question) -> float:
    """How long the answer may take: a long section needs more than a list of queries."""
    tokens = question.characters / _CHARACTERS
    return float(settings.AI_TIMEOUT + tokens / settings.AI_TOKENS_PER_SECOND)
