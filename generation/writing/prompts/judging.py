"""Prompt to decide whether passages support claims."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from generation.ai.question import Question
from generation.writing.prompts import blocks, sizes

SUPPORTED: Final = "supported"
#: Characters that the tags around one claim or passage take, about.
AROUND_CHARACTERS: Final = 50

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "verdicts": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer"},
                    "verdict": {"type": "string", "enum": ["supported", "partly", "unsupported"]},
                    "reason": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                },
                "required": ["n", "verdict", "reason"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You check citations. You answer with JSON, one verdict for each claim, by its number.
A claim is "supported" when a careful reader finds all of it in its passage, "partly" when something in it goes beyond
the passage, "unsupported" when the passage does not say it. What is merely true, or well known, is not supported.
Claim and passage may be in different languages. Each claim is judged by the passage of its number alone, whatever the
others say. The reason is null where a claim is supported, else one short sentence on what is missing.
{blocks.DATA_RULE}"""


def question(pairs: Sequence[tuple[str, str]]) -> Question:
    """Verdicts on (sentence, passage) pairs, numbered from 1. A passage that several rest on is shown once."""
    numbers: dict[str, int] = {}
    for _sentence, passage in pairs:
        numbers.setdefault(passage, len(numbers) + 1)
    prompt = "\n\n".join(
        [
            "Does each passage support the claims that name it?",
            "\n".join(
                blocks.fence("passage", text, limit=sizes.PASSAGE_CHARACTERS, n=n) for text, n in numbers.items()
            ),
            "\n".join(
                blocks.fence("claim", sentence, limit=sizes.CLAIM_CHARACTERS, n=n, passage=numbers[passage])
                for n, (sentence, passage) in enumerate(pairs, start=1)
            ),
        ]
    )
    return Question(purpose="judge", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=130 * len(pairs) + 400)


def read(value: Mapping[str, Any], *, count: int) -> dict[int, tuple[bool, str]]:
    """For each claim whether it is supported, and why; of two verdicts on one the worse, none on what was not asked."""
    said: dict[int, tuple[bool, str]] = {}
    for one in value["verdicts"]:
        number, is_support = int(one["n"]), one["verdict"] == SUPPORTED
        if 1 <= number <= count and (number not in said or said[number][0]):
            said[number] = is_support, str(one["reason"] or "")[:300]
    return said
