"""Prompt to shorten a text. The model only names sentences to remove, so that the others stay unchanged."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from generation.ai.question import Question
from generation.writing.prompts import blocks
from generation.writing.prompts.writing import SectionAssignment

SCHEMA: Final = {
    "type": "object",
    "properties": {"leave_out": {"type": "array", "items": {"type": "integer"}}},
    "required": ["leave_out"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You shorten sections of academic works. You answer with JSON: "leave_out" lists the numbers of the
sentences that the text can do without, the most dispensable first.
- Keep what cites and what is quoted, above all; leave out what repeats, announces or decorates.
- What stays has to read on: with a sentence goes what only refers to it.
{blocks.DATA_RULE}"""
#: Characters of an answer for each sentence that it may name.
_NUMBER_CHARACTERS: Final = 8


def question(assignment: SectionAssignment, sentences: Sequence[str], *, characters: int) -> Question:
    """Which of these sentences go, so that the text is shorter by about ``characters`` characters."""
    section = assignment.section
    prompt = "\n\n".join(
        [
            blocks.fence("topic", assignment.document.topic, limit=500),
            blocks.fence("title", section.title, limit=300),
            blocks.fence("covers", section.covers, limit=2_000),
            "Sentences of this section, in their order:",
            "\n".join(blocks.fence("s", sentence, n=n) for n, sentence in enumerate(sentences, start=1)),
            f"It is too long. Leave out {blocks.about(characters)}, spaces counted: name the sentences to leave out.",
        ]
    )
    size = _NUMBER_CHARACTERS * len(sentences) + 100
    return Question(purpose="tighten", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=size)


def read(value: Mapping[str, Any], *, count: int) -> list[int]:
    """The numbers of sentences in an answer, each once, in its order; those that nobody asked about are left out."""
    return list(dict.fromkeys(int(number) for number in value["leave_out"] if 1 <= int(number) <= count))
