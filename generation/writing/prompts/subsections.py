"""Prompt to divide a long section into parts that are written one by one (R-34)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Any, Final

from generation.ai.question import Question
from generation.writing.prompts import blocks
from generation.writing.prompts.writing import Part, SectionAssignment

#: Pages of one part: not fewer than the first, not many more than the second.
_SHORTEST_PAGES: Final = 3.0
_LONGEST_PAGES: Final = 5.0
#: No part is smaller than this share of an even one, whatever was answered.
_SMALLEST_SHARE: Final = 0.4

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "subsections": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "title": {"type": "string"},
                    "covers": {"type": "string"},
                    "share": {"type": "number"},
                },
                "required": ["title", "covers", "share"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["subsections"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You plan sections of academic works. You answer with JSON.
Divide a section into parts that follow from each other and do not overlap. For every part say what it covers, and its
share of the section's length; the shares add up to 1. Together the parts cover what the section covers and nothing
that it leaves to others. Their titles are for the writers alone: the section is printed as one running text.
{blocks.DATA_RULE}"""


@dataclass(frozen=True)
class Wanted:
    """The fewest and the most parts for a section."""

    low: int
    high: int


def wanted(pages: float) -> Wanted:
    """Into how many parts a section of ``pages`` pages is divided."""
    low = max(2, ceil(pages / _LONGEST_PAGES))
    return Wanted(low, max(low, int(pages / _SHORTEST_PAGES)))


def question(assignment: SectionAssignment) -> Question:
    """The parts of the assignment's section."""
    section = assignment.section
    number = wanted(float(section.pages))
    prompt = "\n\n".join(
        [
            f"Divide this section into {number.low} to {number.high} parts. {blocks.language(assignment.document)}",
            blocks.work(assignment.document, assignment.told),
            "The section to divide:",
            blocks.fence("title", section.title, limit=300),
            blocks.fence("covers", section.covers, limit=2_000),
            blocks.fence("leaves_out", section.leaves_out, limit=2_000),
        ]
    )
    return Question(
        purpose="subsections", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=400 * number.high + 200
    )


def read(values: Sequence[Mapping[str, Any]], *, pages: float) -> list[Part]:
    """The parts of an answer, their shares adding up to 1; none where it does not divide the section at all."""
    named = [
        (" ".join(str(value["title"]).split())[:300], str(value["covers"]).strip()[:2_000], float(value["share"]))
        for value in values
    ]
    usable = [one for one in named if one[0]][: wanted(pages).high]
    if len(usable) < 2:
        return []
    total = sum(max(0.0, share) for _title, _covers, share in usable) or 1.0
    least = _SMALLEST_SHARE / len(usable)
    sizes = [max(least, share / total) for _title, _covers, share in usable]
    return [
        Part(title=title, covers=covers, share=size / sum(sizes))
        for (title, covers, _share), size in zip(usable, sizes, strict=True)
    ]
