"""Lines of one type that follow on each other, as the lines of a title do."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from reading.hyphens import joined_lines
from reading.lines import LOWERED_FROM, LOWERED_TO, RAISED_FROM, RAISED_TO, TypeLine, without_marks

#: Sizes that differ by no more than this share are the same.
SAME_SIZE: Final = 0.06
_NOTE_MARKS: Final = re.compile(rf"(?:\s*[*∗†‡§¶#✩⋆☆]|{RAISED_FROM}[^{RAISED_TO}]{{0,6}}{RAISED_TO})+\s*$")
#: Powers and indices in a title stay such (CSL's rich text).
_RAISED: Final = re.compile(rf"(?<=[^\s]){RAISED_FROM}([\d+−-]{{1,8}}){RAISED_TO}")
_LOWERED: Final = re.compile(rf"(?<=[^\s]){LOWERED_FROM}([\w+−-]{{1,8}}){LOWERED_TO}")


@dataclass(slots=True)
class Group:
    """Lines of one type that follow on each other."""

    lines: list[TypeLine]
    first: int

    @property
    def size(self) -> float:
        """Its type in points."""
        return self.lines[0].size

    @property
    def text(self) -> str:
        """One line of text, without the marks of a note at its end; what is raised inside stays."""
        text = joined_lines([_NOTE_MARKS.sub("", line.text) for line in self.lines])
        text = " ".join(_RAISED.sub(r"<sup>\1</sup>", _LOWERED.sub(r"<sub>\1</sub>", text)).split())
        text = without_marks(text)
        return (text[:-1] if text.endswith(".") and not text.endswith("..") else text).strip()

    @property
    def after(self) -> int:
        """Place of the line behind it."""
        return self.first + len(self.lines)


@dataclass(slots=True)
class StatedGroup(Group):
    """Lines whose title is written as the metadata write it."""

    written: str = ""

    @property
    def text(self) -> str:
        """The title of the metadata."""
        return self.written


def groups_of(lines: Sequence[TypeLine], is_no_title: Callable[[str], bool]) -> list[Group]:
    """The groups from top to bottom; a line that is no title by its words begins none that goes on."""
    groups: list[Group] = []
    for at, line in enumerate(lines):
        group = groups[-1] if groups else None
        if group is not None and _continues(group.lines[-1], line) and not is_no_title(group.lines[-1].words):
            group.lines.append(line)
        else:
            groups.append(Group([line], at))
    return groups


def _continues(above: TypeLine, line: TypeLine) -> bool:
    return (
        abs(above.size - line.size) <= SAME_SIZE * above.size
        and above.is_bold == line.is_bold
        and above.base - line.top <= above.size * 1.2
    )
