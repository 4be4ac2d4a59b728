"""Numbers of the headings: 1, 1.1, 1.2, 2 …, or as the page format has them, the same in every format."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from typesetting.manuscript import Manuscript, ManuscriptSection
from typesetting.page_format import roman


@dataclass(frozen=True)
class Heading:
    """A section's heading. ``anchor`` is its id inside a file, ``depth`` 1 for a chapter and 2 for a section of one."""

    section: ManuscriptSection
    number: str
    anchor: str
    depth: int


def headings_of(manuscript: Manuscript) -> list[Heading]:
    """A document's headings in order, numbered as its format has it."""
    return number_headings(manuscript.sections, manuscript.page_format.heading_numbers)


def number_headings(sections: Sequence[ManuscriptSection], numbers: str = "decimal") -> list[Heading]:
    """The headings in order, numbered by one of ``HEADING_NUMBERS``.

    A section before any chapter counts as a chapter.
    """
    found: list[Heading] = []
    chapter = part = 0
    for position, section in enumerate(sections, start=1):
        if section.level == 1 or chapter == 0:
            chapter, part = chapter + 1, 0
        else:
            part += 1
        number = _NUMBERS[numbers](chapter, part)
        found.append(Heading(section, number, f"section-{position}", 2 if part else 1))
    return found


def _letters(number: int) -> str:
    """A, B, … Z, AA, AB …"""
    number -= 1
    return (_letters(number // 26) if number >= 26 else "") + chr(ord("A") + number % 26)


#: By name of ``HEADING_NUMBERS``: a chapter's number, or that of a part of it.
_NUMBERS: Final[Mapping[str, Callable[[int, int], str]]] = {
    "decimal": lambda chapter, part: f"{chapter}.{part}" if part else str(chapter),
    "roman": lambda chapter, part: f"{part}." if part else f"{roman(chapter)}.",
    "letters": lambda chapter, part: f"{roman(part)}." if part else f"{_letters(chapter)}.",
    "none": lambda chapter, part: "",
}
