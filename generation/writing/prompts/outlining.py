"""Prompt for an outline."""

from collections.abc import Sequence
from typing import Any, Final

from documents.domain.sheet.told import Told
from documents.models import Document, Passage
from generation.ai.question import Question
from generation.writing.prompts import blocks

_SECTION: Final = {
    "title": {"type": "string"},
    "covers": {"type": "string"},
    "leaves_out": {"type": "string"},
    "pages": {"type": "number"},
}


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


SCHEMA: Final = _object(
    {
        "title": {"type": "string"},
        "sections": {
            "type": "array",
            "items": _object({**_SECTION, "children": {"type": "array", "items": _object(_SECTION)}}),
        },
    }
)

SYSTEM: Final = f"""You plan academic works. You answer with an outline as JSON.
For every section say what it covers and what it leaves to the other sections, so that all of them can be written at
once, by different people, without repeating each other. Titles are plain words without numbers. Only sections that are
running text: no title page, no contents, no bibliography, no appendix. The pages of all sections without children add
up to the pages of the work; a section with children has the sum of theirs.
{blocks.DATA_RULE}"""


def question(
    document: Document, passages: Sequence[Passage], *, complaint: str = "", told: Told = blocks.NOTHING_TOLD
) -> Question:
    """The outline of a document; ``complaint`` is what was wrong with the one before."""
    low, high = sections_wanted(document.pages)
    parts = [
        f"Plan this work. {blocks.language(document)}",
        f"It has {document.pages} pages in all. Divide it into {low} to {high} sections.",
        blocks.work(document, told),
    ]
    if document.pages >= 30:
        parts.append("Divide sections of more than about five pages further, into children of two to five pages each.")
    if document.outline_wish:
        parts.append(f"Its owner wishes, about the outline: {blocks.fence('wish', document.outline_wish, limit=500)}")
    if passages:
        parts.append("These are passages from sources at hand:")
        parts.append(blocks.sources(passages, words=f"{document.topic} {document.requirements}"))
    if complaint:
        parts.append(f"Your previous outline could not be used: {complaint}")
    return Question(
        purpose="outline",
        system=SYSTEM,
        prompt="\n\n".join(parts),
        schema=SCHEMA,
        characters=2_000 + 300 * high * (4 if document.pages >= 30 else 1),
    )


def sections_wanted(pages: int) -> tuple[int, int]:
    """The fewest and the most chapters for a work of ``pages`` pages."""
    for up_to, low, high in ((1, 1, 2), (2, 2, 3), (5, 3, 5), (12, 5, 8), (30, 6, 10), (60, 7, 12), (120, 8, 14)):
        if pages <= up_to:
            return low, high
    return 10, 16
