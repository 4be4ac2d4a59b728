"""Prompt for the text of a section: new, continued, or rewritten after it failed a check.

What is the same for the whole document comes first, then what is the same for a section, then the request. Providers
cache the beginning of a prompt and charge a tenth for it. So all these prompts share one system prompt and one schema,
and the passages keep their order between calls.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from documents.domain.sheet.told import Told
from documents.domain.text import citation_keys
from documents.models import Document, Passage, Section, Source
from generation.ai import answers
from generation.ai.question import Question
from generation.writing.prompts import blocks, glossary, sizes
from generation.writing.prompts.glossary import Term

#: The longest text that is asked for at once in a long document; the rest comes by continuation (R-34).
LONGEST_CALL_CHARACTERS: Final = 12_000
#: What JSON and citations add to the characters of a text, about.
_AROUND_FACTOR: Final = 1.25

SCHEMA: Final = {
    "type": "object",
    "properties": {
        "markdown": {"type": "string"},
        "passages": {"type": "array", "items": {"type": "integer"}},
    },
    "required": ["markdown", "passages"],
    "additionalProperties": False,
}

#: How sources are cited, for all who write or mend a text.
CITING: Final = """\
- Cite only the sources you are given, by key, inside the sentence and before its full stop: [@key, p. 12], with the
  page given for that passage; [@key] where none is given. Never name a work in any other way.
- Every statement of fact that is not common knowledge rests on a passage and cites it. Say what the passage says,
  no more.
- A quotation stands in double quotes, is copied from the passage letter by letter, and is at most two sentences
  long. Outside quotation marks, never take more than seven words in a row from any passage: say it in your own."""

#: How tables and formulas are written, where they are asked for (R-17).
NOTATION: Final = """\
Where what is asked for above calls for a table or a formula, write it; nowhere else.
- A table is a pipe table with a head. Below it stands, after a blank line, "Table: its caption {#tbl-name}", and after
  another one "Source: [@key, p. 12]." The text refers to it as [](#tbl-name): number and word are set for you.
- Every figure of a table stands in a passage that its row or its source line cites: nothing is added up, rounded or
  converted.
- A formula is TeX: $E = mc^2$ in a line, or between two lines of $$, the last one with {#eq-name} where the text refers
  to it as [](#eq-name). Say what each sign means."""

SYSTEM: Final = f"""You write sections of academic works. You answer with JSON: "markdown" is the text, "passages" lists
for every key that the text cites, in the order of the text, the number of the passage it rests on.
{CITING}
- Connect, compare and weigh in your own words between the citations; do not string quotations together.
- Paragraphs of four to eight sentences, lists only where they help. No headings, no HTML, no images, no links, no notes
  about the task or yourself, nothing left open to be filled in later.
- Keep to what the section covers; do not repeat what the other sections are for.
- Use the terms of the glossary as it explains them; do not define them again unless that is what the section is for.
{blocks.DATA_RULE}"""


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
class SectionAssignment:
    """A section to be written, with everything its prompts may hold: this document's data alone (R-35).

    ``longest`` is the longest text that one answer may be asked for. ``piece`` is set where the section is written in
    parts. ``wanted`` are sources that its owner wants to be cited here, with passages among ``passages`` (R-97).
    ``told`` is what they made of the sheet's lines (R-17).
    """

    document: Document
    section: Section
    outline: Sequence[Section]
    passages: Sequence[Passage]
    glossary: Sequence[Term] = ()
    longest: int = LONGEST_CALL_CHARACTERS
    piece: Piece | None = None
    wanted: Sequence[Source] = ()
    told: Told = blocks.NOTHING_TOLD


def write(assignment: SectionAssignment, *, characters: int) -> Question:
    """The section, from nothing."""
    order = f"Write {blocks.about(characters)}, spaces counted."
    return ordered("write", assignment, characters, order, is_continued=characters >= assignment.longest)


def extend(assignment: SectionAssignment, text: str, *, characters: int) -> Question:
    """What follows on a text. The answer holds the new paragraphs only."""
    order = (
        "This is the section so far:\n\n"
        + blocks.fence("text", text[-sizes.TEXT_CHARACTERS :], limit=sizes.TEXT_CHARACTERS)
        + "\n\nContinue it with new thoughts from the sources that it has not used yet, or goes into too little; do "
        f"not repeat it. Write {blocks.about(characters)} more, spaces counted: the new paragraphs only."
    )
    is_continued = len(text) + characters > assignment.longest
    return ordered("extend", assignment, characters, order, is_continued=is_continued)


def correct(assignment: SectionAssignment, text: str, *, reasons: Sequence[str], characters: int) -> Question:
    """A text again, all of it, without what was found wrong with it."""
    order = (
        "This text did not pass the check:\n\n"
        + blocks.fence("text", text, limit=sizes.TEXT_CHARACTERS)
        + "\n\nWhat was found:\n"
        + blocks.fence("findings", "\n".join(f"- {reason}" for reason in reasons), limit=4_000)
        + f"\n\nWrite it anew so that none of this is left, {blocks.about(characters)}, spaces counted."
    )
    return ordered("correct", assignment, characters, order)


def shown(passages: Sequence[Passage]) -> list[Passage]:
    """Passages in the order in which they are numbered, the same in every call: by source and place in it."""
    return sorted(passages, key=lambda passage: (passage.source.key, passage.position, passage.pk))


def of_use(assignment: SectionAssignment, text: str, *, is_new: bool) -> SectionAssignment:
    """The assignment with the passages that one question shows, `sizes.MOST_PASSAGES` at most.

    First those of sources that have to be cited and are not, then those that the text cites; where something ``is_new``
    is wanted, those that it does not.
    """
    cited = {(item.key, item.locator) for item in citation_keys(text)}
    missing = {source.key for source in assignment.wanted} - {key for key, _locator in cited}

    def comes_first(passage: Passage) -> tuple[bool, bool]:
        is_cited = (passage.source.key, blocks.page_of(passage)) in cited
        return passage.source.key in missing, is_cited is not is_new

    in_order = sorted(shown(assignment.passages), key=comes_first, reverse=True)
    return replace(assignment, passages=shown(in_order[: sizes.MOST_PASSAGES]))


def salvage(text: str) -> dict[str, Any]:
    """An answer that does not fit taken as the text itself, as far as it reads as one: the check looks at every
    citation in it anyway.
    """
    return {"markdown": answers.running(text), "passages": []}


def read(value: Mapping[str, Any]) -> tuple[str, list[int]]:
    """The running text of an answer, and the numbers of the passages that it says it rests on."""
    return answers.running(str(value["markdown"])), [int(number) for number in value["passages"]]


def ordered(
    purpose: str, assignment: SectionAssignment, characters: int, order: str, *, is_continued: bool = False
) -> Question:
    """A question about the text of a section, that ends with this order.

    What is kept by a provider costs more at first: the section's own beginning is, where it is asked for again.
    """
    document, section = document_block(assignment), section_block(assignment)
    return Question(
        purpose=purpose,
        system=SYSTEM,
        shared=(document, section) if is_continued else (document,),
        prompt=order if is_continued else f"{section}\n\n{order}",
        schema=SCHEMA,
        characters=round(_AROUND_FACTOR * characters),
        salvage=salvage,
    )


def document_block(assignment: SectionAssignment) -> str:
    """What every question about the text of this document begins with, letter for letter the same."""
    parts = [
        f"Write a section of this work. {blocks.language(assignment.document)}",
        blocks.work(assignment.document, assignment.told),
        "All sections of the work, each with what it covers and what it leaves to others:",
        blocks.fence("outline", _outline(assignment.outline), limit=sizes.OUTLINE_CHARACTERS),
        *([glossary.shown(assignment.glossary)] if assignment.glossary else []),
    ]
    return "\n\n".join(parts)


def section_block(assignment: SectionAssignment) -> str:
    """What every question about the text of this section goes on with: the subject, and what may be cited."""
    about = assignment.piece.part if assignment.piece else assignment.section
    parts = [
        *_subject(assignment),
        "The sources:",
        blocks.sources(shown(assignment.passages), words=f"{about.title} {about.covers}"),
    ]
    if blocks.asks_for_notation(assignment.document, assignment.told, about.title, about.covers):
        parts.append(NOTATION)
    if assignment.wanted:
        keys = ", ".join(sorted(source.key for source in assignment.wanted))
        parts.append(f"Cite each of these at least once, by what one of its passages says: {keys}.")
    return "\n\n".join(parts)


def _subject(assignment: SectionAssignment) -> list[str]:
    """The section to write, or the part of it."""
    section, piece = assignment.section, assignment.piece
    if piece is None:
        return [
            "The section to write:",
            blocks.fence("title", section.title, limit=300),
            blocks.fence("covers", section.covers, limit=2_000),
            blocks.fence("leaves_out", section.leaves_out, limit=2_000),
        ]
    others = [part for part in piece.parts if part != piece.part]
    lines = [
        "The section, which is written in parts and printed as one running text:",
        blocks.fence("section", f"{section.title}: {section.covers}", limit=2_300),
        "The part to write. It leaves to the others what they cover, and neither introduces nor sums up the section:",
        blocks.fence("title", piece.part.title, limit=300),
        blocks.fence("covers", piece.part.covers, limit=2_000),
        "The other parts:",
        blocks.fence("parts", "\n".join(f"{part.title}: {part.covers}" for part in others), limit=6_000),
    ]
    if piece.before:
        lines += [
            "The text before it ends like this:",
            blocks.fence("before", piece.before[-sizes.BEFORE_CHARACTERS :]),
        ]
    return lines


def _outline(sections: Sequence[Section]) -> str:
    """Every section of the work: where there are many, as much of each as there is room for."""
    lines = []
    for section in sections:
        leaves = f" Leaves to others: {section.leaves_out}" if section.leaves_out else ""
        lines.append(f"{section.number} {section.title}: {section.covers}{leaves}")
    room = max(sizes.OUTLINE_CHARACTERS // max(1, len(lines)) - 1, 1)
    return "\n".join(line[:room] for line in lines)
