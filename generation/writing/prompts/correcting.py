"""Prompt to rewrite single sentences that failed a check."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from documents.models import Passage
from generation.ai import answers
from generation.ai.question import Question
from generation.writing.prompts import blocks, sizes
from generation.writing.prompts.writing import CITING, SectionAssignment, shown

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "sentences": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "n": {"type": "integer"},
                    "text": {"anyOf": [{"type": "string"}, {"type": "null"}]},
                    "passages": {"type": "array", "items": {"type": "integer"}},
                },
                "required": ["n", "text", "passages"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["sentences"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You mend sentences of academic works that did not pass a check. You answer with JSON: for the number
of each sentence that stands as "wrong" its "text" anew, and "passages", for every key that it cites, in its order, the
number of the passage it rests on.
{CITING}
- The new sentence says what the old one was there for, as far as the passages bear it out, at about its length, and
  fits between the sentences around it. Where nothing true is left to say, "text" is null: the sentence is left out.
- No headings, no HTML, no links, no notes about the task or yourself.
{blocks.DATA_RULE}"""
_MAX_REASON_CHARACTERS: Final = 400


@dataclass(frozen=True)
class Wrong:
    """A sentence to be mended: what stands around it, and what was found. ``text`` is empty where it must not be seen.

    ``length`` is that of the sentence, in characters.
    """

    text: str
    length: int
    before: str
    after: str
    reasons: Sequence[str]


@dataclass(frozen=True)
class Mended:
    """A sentence anew, and the numbers of the passages that it says it rests on."""

    text: str
    passages: Sequence[int]


def question(assignment: SectionAssignment, wrong: Sequence[Wrong], passages: Sequence[Passage]) -> Question:
    """These sentences anew."""
    section = assignment.section
    prompt = "\n\n".join(
        [
            f"Mend sentences of a section of this work. {blocks.language(assignment.document)}",
            blocks.fence("topic", assignment.document.topic, limit=500),
            blocks.fence("title", section.title, limit=300),
            blocks.fence("covers", section.covers, limit=2_000),
            "The sources:",
            blocks.sources(shown(passages), words=" ".join(one.text for one in wrong)),
            "The sentences that did not pass the check, with those around them and what was found:",
            *(_block(number, one) for number, one in enumerate(wrong, start=1)),
            f"Answer with {len(wrong)} sentences, one for each of these.",
        ]
    )
    size = sum(one.length for one in wrong)
    return Question(
        purpose="correct", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=2 * size + 80 * len(wrong) + 200
    )


def read(value: Mapping[str, Any], *, count: int) -> dict[int, Mended]:
    """The new sentences by number; of two with one number the first, none that nobody asked for, none without words."""
    mended: dict[int, Mended] = {}
    for one in value["sentences"]:
        number, text = int(one["n"]), answers.one_paragraph(str(one["text"] or ""))
        if 1 <= number <= count and text:
            mended.setdefault(number, Mended(text, [int(passage) for passage in one["passages"]]))
    return mended


def _block(number: int, wrong: Wrong) -> str:
    lines = [
        blocks.fence("before", wrong.before, limit=sizes.CLAIM_CHARACTERS) if wrong.before else "",
        blocks.fence("wrong", wrong.text or "(It cannot be shown.)", limit=sizes.CLAIM_CHARACTERS, n=number),
        blocks.fence("after", wrong.after, limit=sizes.CLAIM_CHARACTERS) if wrong.after else "",
        *(blocks.fence("finding", reason, limit=_MAX_REASON_CHARACTERS, n=number) for reason in wrong.reasons),
    ]
    return "\n".join(line for line in lines if line)
