"""Parses a model's answer as JSON and validates it against the question's schema (R-101)."""

import json
import re
from dataclasses import dataclass, replace
from typing import Any, Final

from jsonschema import Draft202012Validator

from generation.ai.question import Completion, Question, Schema
from generation.enums import Outcome
from generation.known import lower_effort
from generation.models import AIModel

_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.S)
#: A brace or bracket before a quoted name or text, a quoted name before its value, a brace at the beginning.
_JSON: Final = re.compile(r'[{\[]\s*"|"\w+"\s*:\s*["\[{\d]|\A\s*(?:```\w*\s*)?(?:\{|\[\s*[{\["\]])')
_TOLD_CHARACTERS: Final = 300
#: PostgreSQL keeps no zeros in text; half a pair of UTF-16 cannot be encoded at all.
_UNREADABLE: Final = re.compile("[\x00\ud800-\udfff]")


class BadAnswer(ValueError):
    """The answer cannot be used; the message says why, in words for the model."""


@dataclass(frozen=True)
class Order:
    """A question to one model at an effort; ``is_again`` where there was too little room for an answer before."""

    model: AIModel
    question: Question
    effort: str
    is_again: bool = False


@dataclass(frozen=True)
class Reply:
    """What a model said, and the ``value`` in it, or the ``mistake`` that hides it."""

    completion: Completion
    value: dict[str, Any] | None = None
    mistake: str = ""

    @property
    def outcome(self) -> Outcome:
        """What the answer was: one that was cut is not the model's mistake."""
        if self.value is not None:
            return Outcome.SUCCEEDED
        if not self.completion.was_cut:
            return Outcome.BAD_ANSWER
        return Outcome.CUT if self.completion.text.strip() else Outcome.ONLY_REASONED


def read(text: str, schema: Schema) -> dict[str, Any]:
    """The object that an answer holds. Every question has a schema that asks for one. Raises BadAnswer."""
    fenced = _FENCE.match(text)
    try:
        value: dict[str, Any] = json.loads(fenced[1] if fenced else text)
    except ValueError as error:
        raise BadAnswer(f"It is not valid JSON: {error}"[:_TOLD_CHARACTERS]) from None
    except RecursionError:
        raise BadAnswer("It is nested too deep.") from None
    mistake = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if mistake is not None:
        where = "/".join(str(part) for part in mistake.absolute_path) or "the top level"
        # Not the library's own words: they repeat the answer, which others may have had a hand in.
        rule = f"{mistake.validator}: {json.dumps(mistake.validator_value)}"
        raise BadAnswer(f"It does not fit the schema at {where}: it has to keep to {rule}"[:_TOLD_CHARACTERS])
    return {name: _kept(part) for name, part in value.items()}


def readable(text: str) -> str:
    """The text without what is no sign at all, and could not be kept."""
    return _UNREADABLE.sub("", text)


def _kept(value: Any) -> Any:
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, list):
        return [_kept(one) for one in value]
    if isinstance(value, dict):
        return {name: _kept(one) for name, one in value.items()}
    return value


def is_prose(text: str) -> bool:
    """Whether it is a text, rather than JSON that does not read, or a piece of it."""
    return bool(text.strip()) and not _JSON.search(text)


def reply(completion: Completion, question: Question) -> Reply:
    """What a model said, read by the schema of what it was asked."""
    try:
        return Reply(completion, read(completion.text, question.schema))
    except BadAnswer as mistake:
        return Reply(completion, mistake=str(mistake))


def repaired(order: Order, reply: Reply) -> Order:
    """What to ask after an answer that cannot be used."""
    was_cut = reply.completion.was_cut
    question, effort = order.question, order.effort
    if reply.outcome != Outcome.ONLY_REASONED:
        cut = " It was cut off: keep it shorter." if was_cut else ""
        question = replace(question, prompt=correction(question.prompt, reply.mistake + cut))
    if was_cut and (effort or reply.completion.usage.reasoning_tokens):
        effort = lower_effort(order.model.provider, order.model.name, effort)
    return Order(order.model, question, effort, is_again=was_cut)


def correction(prompt: str, why: str) -> str:
    """The question once more, with what was wrong with the answer."""
    return (
        f"{prompt}\n\nYour previous answer could not be used. {why}\n"
        "Answer again, with nothing but one complete JSON object that fits the schema."
    )
