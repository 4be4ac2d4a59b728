"""Asking whether passages say what sentences claim."""

from collections.abc import Sequence
from typing import Final

from generation.ai.question import Question
from generation.prompts import fencing

SUPPORTED: Final = "supported"
#: Characters of a sentence that a judge is shown: none that is longer can be judged.
MAX_CLAIM: Final = 1_200

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
                    "reason": {"type": "string"},
                },
                "required": ["n", "verdict", "reason"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["verdicts"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You check citations. You answer with JSON, one verdict for each claim.
A claim is "supported" when a careful reader finds all of it in its passage, "partly" when something in it goes beyond
the passage, "unsupported" when the passage does not say it. What is merely true, or well known, is not supported.
Claim and passage may be in different languages. The reason is one short sentence.
{fencing.DATA_RULE}"""


def question(pairs: Sequence[tuple[str, str]]) -> Question:
    """Verdicts on (sentence, passage) pairs, numbered from 1."""
    blocks = [
        f"{fencing.fence('claim', sentence, limit=MAX_CLAIM, n=n)}\n"
        f"{fencing.fence('passage', passage, limit=fencing.MAX_PASSAGE, n=n)}"
        for n, (sentence, passage) in enumerate(pairs, start=1)
    ]
    prompt = "Does each passage support the claim of the same number?\n\n" + "\n\n".join(blocks)
    return Question(purpose="judge", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=200 * len(pairs) + 400)
