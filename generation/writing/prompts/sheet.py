"""Prompt for what an assignment sheet asks of the content: its questions and its terms (R-17)."""

from collections.abc import Mapping
from typing import Any, Final

from documents.domain.sheet.lines import MOST_FROM_MODEL, ReadByModel
from documents.enums import SheetKind
from documents.models import Document
from generation.ai.question import Question
from generation.writing.prompts import blocks

_KINDS: Final = {"question": SheetKind.POINT, "term": SheetKind.TERM}

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "requirements": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "kind": {"type": "string", "enum": list(_KINDS)},
                    "asks": {"type": "string"},
                    "words": {"type": "string"},
                },
                "required": ["kind", "asks", "words"],
                "additionalProperties": False,
            },
        }
    },
    "required": ["requirements"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You read assignment sheets of universities. You answer with JSON.
List what the content of the work must do, each once: a question that it answers or a point that it treats (kind
"question"), a term, an author or a work that has to occur in it (kind "term", with nothing but the term in asks). Leave
out length, layout, citation style, numbers of sources, parts of the file and dates: they are read already. In asks say
it in a few words, in the language of the sheet. In words copy the sheet's own words for it, unchanged. What the sheet
does not ask is not listed.
{blocks.DATA_RULE}"""


def question(document: Document) -> Question:
    """The requirements of the document's sheet."""
    prompt = "\n\n".join([f"List at most {MOST_FROM_MODEL} requirements of this work.", blocks.work(document)])
    return Question(purpose="sheet", system=SYSTEM, prompt=prompt, schema=SCHEMA, characters=MOST_FROM_MODEL * 120)


def read(value: Mapping[str, Any]) -> list[ReadByModel]:
    """The lines of an answer, as they were said; whether the sheet has their words is looked at where they are kept."""
    return [ReadByModel(_KINDS[str(one["kind"])], str(one["asks"]), str(one["words"])) for one in value["requirements"]]
