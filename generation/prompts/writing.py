"""Asking for the text of a section: new, more of it, less of it, or anew without what was wrong."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from documents.domain.text import citation_keys
from documents.models import Document, Passage, Section
from generation.ai.question import Question
from generation.prompts import fencing, glossary, wording
from generation.prompts.glossary import Term

#: The longest text that is asked for at once in a long document; the rest comes by continuation (R-34).
LONGEST_CALL: Final = 12_000
#: Characters of a present text that a model is shown, and of the text before it.
MAX_TEXT: Final = 120_000
_BEFORE: Final = 1_200
_MAX_OUTLINE: Final = 12_000
#: Passages that one question shows.
_MOST_PASSAGES: Final = 40

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "markdown": {"type": "string"},
        "claims": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "sentence": {"type": "string"},
                    "key": {"type": "string"},
                    "passage": {"type": "integer"},
                    "page": {"type": ["string", "null"]},
                },
                "required": ["sentence", "key", "passage", "page"],
                "additionalProperties": False,
            },
        },
    },
    "required": ["markdown", "claims"],
    "additionalProperties": False,
}

SYSTEM: Final = f"""You write sections of academic works. You answer with JSON: "markdown" is the text, "claims" lists
every sentence that cites, with the key, the number and the page of the passage it rests on.
- Cite only the sources you are given, by key, inside the sentence and before its full stop: [@key, p. 12], with the
  page given for that passage; [@key] where none is given. Never name a work in any other way.
- Every statement of fact that is not common knowledge rests on a passage and cites it. Say what the passage says,
  no more.
- A quotation stands in double quotes, is copied from the passage letter by letter, and is at most two sentences long.
- Connect, compare and weigh in your own words between the citations; do not string quotations together.
- Paragraphs of four to eight sentences, lists only where they help. No headings, no HTML, no images, no links, no notes
  about the task or yourself, nothing left open to be filled in later.
- Keep to what the section covers; do not repeat what the other sections are for.
- Use the terms of the glossary as it explains them; do not define them again unless that is what the section is for.
{fencing.DATA_RULE}"""


@dataclass(frozen=True)
class Part:
    """A part of a long section, written as a piece of its own; ``share`` of the section's length, 0 to 1."""

    title: str
    covers: str
    share: float


@dataclass(frozen=True)
class Piece:
    """The part that is to be written, with the others and with how the text before it ends."""

    part: Part
    parts: Sequence[Part]
    before: str = ""


@dataclass(frozen=True)
class Commission:
    """A section to be written, with everything its prompts may hold: this document's data alone (R-35).

    ``longest`` is the longest text that one answer may be asked for. ``piece`` is set where the section is written in
    parts.
    """

    document: Document
    section: Section
    outline: Sequence[Section]
    passages: Sequence[Passage]
    glossary: Sequence[Term] = ()
    longest: int = LONGEST_CALL
    piece: Piece | None = None


def write(commission: Commission, *, characters: int) -> Question:
    """The section, from nothing."""
    return _question("write", commission, characters, f"Write {wording.about(characters)}, spaces counted.")


def extend(commission: Commission, text: str, *, characters: int) -> Question:
    """What follows on a text. The answer holds the new paragraphs only."""
    order = (
        "This is the section so far:\n\n"
        + fencing.fence("text", text[-MAX_TEXT:], limit=MAX_TEXT)
        + "\n\nContinue it with new thoughts from the sources that it has not used yet, or goes into too little; do "
        f"not repeat it. Write {wording.about(characters)} more, spaces counted: the new paragraphs only."
    )
    return _question("extend", commission, characters, order, text)


def tighten(commission: Commission, text: str, *, characters: int) -> Question:
    """The same text at a smaller length."""
    order = (
        "This is the section:\n\n"
        + fencing.fence("text", text, limit=MAX_TEXT)
        + "\n\nIt is too long. Leave out what carries least and keep the rest as it is, citations and quotations above "
        f"all. Shorten it to {wording.about(characters)}, spaces counted, and answer with all of the shorter text."
    )
    return _question("tighten", commission, characters, order, text)


def correct(commission: Commission, text: str, *, reasons: Sequence[str], characters: int) -> Question:
    """A text again, without what was found wrong with it."""
    order = (
        "This text did not pass the check:\n\n"
        + fencing.fence("text", text, limit=MAX_TEXT)
        + "\n\nWhat was found:\n"
        + fencing.fence("findings", "\n".join(f"- {reason}" for reason in reasons), limit=4_000)
        + f"\n\nWrite it anew so that none of this is left, {wording.about(characters)}, spaces counted."
    )
    return _question("correct", commission, characters, order, text)


def salvage(text: str) -> dict[str, Any]:
    """An answer without JSON taken as the text itself: the check looks at every citation in it anyway."""
    return {"markdown": text, "claims": []}


def _question(purpose: str, commission: Commission, characters: int, order: str, text: str = "") -> Question:
    parts = [
        f"Write a section of this work. {wording.language(commission.document)}",
        wording.work(commission.document),
        "All sections of the work, each with what it covers and what it leaves to others:",
        fencing.fence("outline", _outline(commission.outline), limit=_MAX_OUTLINE),
        *([glossary.shown(commission.glossary)] if commission.glossary else []),
        *_subject(commission),
        "The sources:",
        fencing.sources(_shown(commission.passages, text, unused_first=purpose == "extend")),
        order,
    ]
    return Question(
        purpose=purpose,
        system=SYSTEM,
        prompt="\n\n".join(parts),
        schema=SCHEMA,
        # The claims repeat the sentences that cite: about as much again.
        characters=2 * characters,
        salvage=salvage,
    )


def _subject(commission: Commission) -> list[str]:
    """The section to write, or the part of it."""
    section, piece = commission.section, commission.piece
    if piece is None:
        return [
            "The section to write:",
            fencing.fence("title", section.title, limit=300),
            fencing.fence("covers", section.covers, limit=2_000),
            fencing.fence("leaves_out", section.leaves_out, limit=2_000),
        ]
    others = [part for part in piece.parts if part != piece.part]
    lines = [
        "The section, which is written in parts and printed as one running text:",
        fencing.fence("section", f"{section.title}: {section.covers}", limit=2_300),
        "The part to write. It leaves to the others what they cover, and neither introduces nor sums up the section:",
        fencing.fence("title", piece.part.title, limit=300),
        fencing.fence("covers", piece.part.covers, limit=2_000),
        "The other parts:",
        fencing.fence("parts", "\n".join(f"{part.title}: {part.covers}" for part in others), limit=6_000),
    ]
    if piece.before:
        lines += ["The text before it ends like this:", fencing.fence("before", piece.before[-_BEFORE:])]
    return lines


def _shown(passages: Sequence[Passage], text: str, *, unused_first: bool) -> Sequence[Passage]:
    """As many passages as a prompt holds: what continues a text needs others than what mends it."""
    if len(passages) <= _MOST_PASSAGES:
        return passages
    cited = {(item.key, item.locator) for item in citation_keys(text)}

    def is_cited(passage: Passage) -> bool:
        return (passage.source.key, fencing.page_of(passage)) in cited

    return sorted(passages, key=lambda passage: is_cited(passage) == unused_first)[:_MOST_PASSAGES]


def _outline(sections: Sequence[Section]) -> str:
    """Every section of the work: where there are many, as much of each as there is room for."""
    lines = []
    for section in sections:
        leaves = f" Leaves to others: {section.leaves_out}" if section.leaves_out else ""
        lines.append(f"{section.number} {section.title}: {section.covers}{leaves}")
    room = max(_MAX_OUTLINE // max(1, len(lines)) - 1, 1)
    return "\n".join(line[:room] for line in lines)
