"""Prompt for the terms that all sections should use."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from documents.domain.sheet.told import Told
from documents.models import Document
from generation.ai.question import Question
from generation.writing.prompts import blocks

#: Terms of one work at most, and characters of one as the writers are shown it.
TERMS: Final = 20
_MAX_TERM_CHARACTERS: Final = 80
_MAX_MEANING_CHARACTERS: Final = 240

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "terms": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {"term": {"type": "string"}, "meaning": {"type": "string"}},
                "required": ["term", "meaning"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["terms"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You keep the terms of academic works. You answer with JSON.
The sections of a work are written at once, by different people. List the terms that all of them have to use alike, each
with what it means in this work, in one sentence. Terms of the subject only: no names of people, no titles of works, no
words that everybody uses in the same way anyway. Cite nothing.
{blocks.DATA_RULE}"""


@dataclass(frozen=True)
class Term:
    """A word with what it means in this work."""

    term: str
    meaning: str


def question(document: Document, titles: Sequence[str], told: Told = blocks.NOTHING_TOLD) -> Question:
    """The terms of a document whose sections have these titles."""
    prompt = "\n\n".join(
        [
            f"List at most {TERMS} terms that the sections of this work must use alike. {blocks.language(document)}",
            blocks.work(document, told),
            blocks.fence("outline", "\n".join(titles), limit=6_000),
        ]
    )
    return Question(purpose="glossary", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=TERMS * 200)


def read(values: Sequence[Mapping[str, Any]]) -> list[Term]:
    """The terms of an answer, or of what was kept of it: each once, none without a meaning."""
    terms: dict[str, Term] = {}
    for value in values:
        term, meaning = (" ".join(str(value.get(name, "")).split()) for name in ("term", "meaning"))
        if term and meaning:
            terms.setdefault(term.casefold(), Term(term[:_MAX_TERM_CHARACTERS], meaning[:_MAX_MEANING_CHARACTERS]))
    return list(terms.values())[:TERMS]


def shown(terms: Sequence[Term]) -> str:
    """The terms as data in a prompt."""
    return blocks.fence("glossary", "\n".join(f"{term.term}: {term.meaning}" for term in terms), limit=8_000)
