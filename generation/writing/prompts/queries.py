"""Prompt for search queries."""

from collections.abc import Sequence
from typing import Final

from documents.domain.sheet.told import Told
from documents.models import Document
from generation.ai.question import Question
from generation.writing.prompts import blocks

QUERIES: Final = 5

SCHEMA: Final = {
    "type": "object",
    "properties": {"queries": {"type": "array", "items": {"type": "string"}}},
    "required": ["queries"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You plan searches for scholarly sources. You answer with JSON.
A query is three to eight words as one types them into a search engine for papers: terms, no sentences, no operators.
{blocks.DATA_RULE}"""


def question(document: Document, titles: Sequence[str], told: Told = blocks.NOTHING_TOLD) -> Question:
    """Queries for a document whose sections have these titles."""
    prompt = "\n\n".join(
        [
            f"Give {QUERIES} search queries for sources of this work, in English or in the language of the work, "
            "whichever has the better literature.",
            blocks.work(document, told),
            blocks.fence("outline", "\n".join(titles), limit=6_000),
        ]
    )
    return Question(purpose="queries", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=600)
