"""Parses a model's answer: as JSON against the question's schema, and as plain running text for a section (R-101)."""

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
_THOUGHTS: Final = r"think(?:ing)?|thoughts?|reasoning|reflection|scratchpad|analysis"
_THOUGHT: Final = re.compile(rf"<({_THOUGHTS})\b[^<>]*>.*?</\1\s*>", re.S | re.I)
_END_OF_THOUGHT: Final = re.compile(rf"\A.*</(?:{_THOUGHTS})\s*>", re.S | re.I)
_OPEN_THOUGHT: Final = re.compile(rf"<(?:{_THOUGHTS})\b[^<>]*>.*\Z", re.S | re.I)
_FENCED: Final = re.compile(r"\A```\w*[ \t]*\n(.*?)\n?```\Z", re.S)
#: Code in the middle of a text is no running text; of a fence without an end only its mark goes.
_CODE: Final = re.compile(r"^[ \t]*```.*?^[ \t]*```[ \t]*$", re.S | re.M)
_FENCE_LINE: Final = re.compile(r"^[ \t]*```\w*[ \t]*$", re.M)
#: The answer's own format, and the text in it.
_ANSWER: Final = re.compile(r"\A\s*[{\[]\s*[{\"]|\{\s*\"(?:markdown|passages|claims)\"\s*:")
_MARKDOWN_IN_JSON: Final = re.compile(r"\"markdown\"\s*:\s*\"((?:[^\"\\]|\\.)*)\"", re.S)
_HEADING: Final = re.compile(r"^[ \t]{0,3}(?:#{1,6}[ \t].*|(?:[-*_][ \t]*){3,}|={3,})$", re.M)
_IMAGE: Final = re.compile(r"!\[[^\[\]\n]{0,500}\]\([^()\n]{0,1000}\)")
_LINK: Final = re.compile(r"\[([^\[\]\n]{1,500})\]\([^()\n]{0,1000}\)")
_TAG: Final = re.compile(r"</?[A-Za-z][^<>\n]{0,500}>")
_BLANK_LINES: Final = re.compile(r"\n[ \t]*(?:\n[ \t]*)+")
#: Answers within answers are not followed further than this.
_MOST_LEVELS: Final = 3


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


def running(markdown: str) -> str:
    """A writer's text without thoughts, JSON, code, headings, rules, images, tags and links.

    Of an answer that was cut off within its JSON nothing is left.
    """
    text = readable(markdown.replace("\r\n", "\n"))
    for _ in range(_MOST_LEVELS):
        before = text
        text = _FENCED.sub(r"\1", _without_thoughts(text).strip())
        if _ANSWER.search(text):
            text = readable(_text_of_answer(text))
        if text == before:
            break
    text = _FENCE_LINE.sub("", _CODE.sub("", "" if _ANSWER.search(text) else text))
    text = _LINK.sub(r"\1", _IMAGE.sub("", _TAG.sub("", text)))
    return _BLANK_LINES.sub("\n\n", _HEADING.sub("", text)).strip()


def one_paragraph(markdown: str) -> str:
    """The same on one line, as it takes the place of a sentence."""
    return " ".join(running(markdown).split())


def _without_thoughts(text: str) -> str:
    return _OPEN_THOUGHT.sub("", _END_OF_THOUGHT.sub("", _THOUGHT.sub("", text)))


def _text_of_answer(text: str) -> str:
    """What stands as the text in an answer's JSON; nothing where it was cut off within it."""
    found = _MARKDOWN_IN_JSON.search(text)
    try:
        return str(json.loads(f'"{found[1]}"', strict=False)) if found else ""
    except ValueError:
        return ""
