"""Reading an answer: JSON that fits the schema of the question, or what is wrong with it (R-101)."""

import json
import re
from typing import Any, Final

from jsonschema import Draft202012Validator

from generation.ai.question import Schema

_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.S)
_TOLD: Final = 300


class BadAnswer(ValueError):
    """The answer cannot be used; the message says why, in words for the model."""


def read(text: str, schema: Schema) -> dict[str, Any]:
    """The value that an answer holds. Raises BadAnswer."""
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text)
    except ValueError as error:
        raise BadAnswer(f"It is not valid JSON: {error}"[:_TOLD]) from None
    mistake = next(iter(Draft202012Validator(schema).iter_errors(value)), None)
    if mistake is not None:
        where = "/".join(str(part) for part in mistake.absolute_path) or "the top level"
        raise BadAnswer(f"It does not fit the schema at {where}: {mistake.message}"[:_TOLD])
    if not isinstance(value, dict):
        raise BadAnswer("It is not a JSON object.")
    return value


def correction(prompt: str, why: str) -> str:
    """The question once more, with what was wrong with the answer."""
    return (
        f"{prompt}\n\nYour previous answer could not be used. {why}\n"
        "Answer again, with nothing but one complete JSON object that fits the schema."
    )
