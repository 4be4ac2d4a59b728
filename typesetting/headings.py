"""Numbers of the headings: 1, 1.1, 1.2, 2 …, the same in every format."""

from collections.abc import Sequence
from dataclasses import dataclass

from typesetting.manuscript import ManuscriptSection


@dataclass(frozen=True)
class Heading:
    """A section's heading. ``anchor`` is its id inside a file."""

    section: ManuscriptSection
    number: str
    anchor: str


def number_headings(sections: Sequence[ManuscriptSection]) -> list[Heading]:
    """The headings in order. A section before any chapter counts as a chapter."""
    found: list[Heading] = []
    chapter = part = 0
    for position, section in enumerate(sections, start=1):
        if section.level == 1 or chapter == 0:
            chapter, part = chapter + 1, 0
            number = str(chapter)
        else:
            part += 1
            number = f"{chapter}.{part}"
        found.append(Heading(section=section, number=number, anchor=f"section-{position}"))
    return found
