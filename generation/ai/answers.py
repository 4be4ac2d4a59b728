"""Reading an answer: JSON that fits the schema of the question, or what is wrong with it (R-101)."""

import json
import re
from typing import Any, Final

from jsonschema import Draft202012Validator

from generation.ai.question import Schema

_FENCE: Final = re.compile(r"\A\s*```(?:json)?\s*(.*?)\s*```\s*\Z", re.S)
#: A brace or bracket before a quoted name or text, a quoted name before its value, a brace at the beginning.
_JSON: Final = re.compile(r'[{\[]\s*"|"\w+"\s*:\s*["\[{\d]|\A\s*(?:```\w*\s*)?(?:\{|\[\s*[{\["\]])')
_TOLD_CHARACTERS: Final = 300
#: PostgreSQL keeps no zeros in text; half a pair of UTF-16 cannot be encoded at all.
_UNREADABLE: Final = re.compile("[\x00\ud800-\udfff]")


class BadAnswer(ValueError):
    """The answer cannot be used; the message says why, in words for the model."""


def read(text: str, schema: Schema) -> dict[str, Any]:
    """The value that an answer holds. Raises BadAnswer."""
    fenced = _FENCE.match(text)
    try:
        value = json.loads(fenced[1] if fenced else text)
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
    if not isinstance(value, dict):
        raise BadAnswer("It is not a JSON object.")
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


def correction(prompt: str, why: str) -> str:
    """The question once more, with what was wrong with the answer."""
    return (
        f"{prompt}\n\nYour previous answer could not be used. {why}\n"
        "Answer again, with nothing but one complete JSON object that fits the schema."
    )
