"""Lines that only lead elsewhere: of a list of contents and of an index. Nothing rests on them.

They are told line by line, so that an abstract on the same page stays; a row of figures with decimal commas is none.
"""

import re
from collections.abc import Sequence
from typing import Final

_LEADERS: Final = re.compile(r"(?:\.\s?){5,}|(?:…\s?){2,}|_{6,}|(?:·\s?){5,}")
#: A line that leads: dots and the number of a page, or its number alone is on the next line.
_NUMBER_AT_END: Final = re.compile(r"\s*(?:[A-Z]-?)?(?:\d{1,4}|[ivxlcIVXLC]{1,7})(?:[-–]\d{1,4})?\s*")
_INDEX_LINE: Final = re.compile(
    r"[^\d\n][^\n]{0,79}?,\s(?:see also |siehe auch )?\d{1,4}(?:[nf]{1,2}\.?)?(?:[–-]\d{1,4})?"
    r"(?:,\s\d{1,4}(?:[nf]{1,2}\.?)?(?:[–-]\d{1,4})?){0,30}"
)
_HEADING: Final = re.compile(
    r"(?:table of )?contents|(?:inhalt(?:sverzeichnis|sübersicht)?)|(?:subject |name |general )?index|"
    r"(?:sach|namen|personen|stich\w+)?"
    r"(?:register|verzeichnis)|sommaire|table des matières|índice|indice|sumário|spis treści|indeks|obsah|"
    r"rejstřík|cuprins|"
    r"list of (?:figures|tables)|(?:abbildungs|tabellen)verzeichnis",
    re.IGNORECASE,
)
_INDEX_MIN_ENTRIES: Final = 5
#: An entry of contents without dots: "2.1 The bell 14".
_ENTRY: Final = re.compile(r"[^\n]{2,110}?[\s.…]+(?:\d{1,4}|[ivxlc]{1,7})")
_NUMBERED_ENTRY: Final = re.compile(r"(?:\d{1,2}(?:\.\d{1,2}){0,4}|[A-Z]|[IVX]{1,5})\.?\s[^\n]{2,110}\s\d{1,4}")
_ENTRIES_MIN: Final = 2
_ENTRY_MAX_CHARACTERS: Final = 110
_HEADING_MAX_CHARACTERS: Final = 60


def leads(line: str, following: str = "") -> bool:
    """Whether dots or the like lead the eye over the line to a page number."""
    # Looking for the plain string first is ten times as fast, and nearly all lines have none.
    if not (". ." in line or "..." in line or "…" in line or "____" in line or "· ·" in line or "···" in line):
        return False
    last = None
    for match in _LEADERS.finditer(line):
        last = match
    if last is None:
        return False
    rest = line[last.end() :]
    if rest:
        return _NUMBER_AT_END.fullmatch(rest) is not None
    return bool(following) and _NUMBER_AT_END.fullmatch(following) is not None and len(last.group()) >= 8


def without_places(lines: Sequence[str]) -> list[str]:
    """The lines without those of contents and index, and without the headings of these."""
    dropped = {at for at, line in enumerate(lines) if leads(line, lines[at + 1] if at + 1 < len(lines) else "")}
    dropped |= {at + 1 for at in list(dropped) if at + 1 < len(lines) and _NUMBER_AT_END.fullmatch(lines[at + 1])}
    if len(dropped) >= _ENTRIES_MIN:
        # Chapters stand among them without dots: "16 Control files 129".
        dropped |= {at for at, line in enumerate(lines) if _NUMBERED_ENTRY.fullmatch(line)}
    dropped |= _index_lines(lines) | _entries_under_heading(lines)
    if not dropped:
        return list(lines)
    for at, line in enumerate(lines):
        if _heads(line) and any(near in dropped for near in range(at + 1, at + 5)):
            dropped.add(at)
    # Numbered headings whose dots are on their next line, letters between entries, pages that run on.
    for at in range(1, len(lines) - 1):
        if at not in dropped and at - 1 in dropped and at + 1 in dropped and len(lines[at]) <= _HEADING_MAX_CHARACTERS:
            dropped.add(at)
    return [line for at, line in enumerate(lines) if at not in dropped]


def _heads(line: str) -> bool:
    return len(line) <= _HEADING_MAX_CHARACTERS and _HEADING.fullmatch(line.strip(" .:")) is not None


def _entries_under_heading(lines: Sequence[str]) -> set[int]:
    """Lines below "Contents" that end in a page number, up to the first that does not and is no short line of one."""
    found: set[int] = set()
    for at, line in enumerate(lines):
        if not _heads(line):
            continue
        entries: list[int] = []
        for below in range(at + 1, len(lines)):
            if lines[below] and not _ENTRY.fullmatch(lines[below]):
                following = lines[below + 1] if below + 1 < len(lines) else ""
                # A long heading goes over two lines.
                if len(lines[below]) > _ENTRY_MAX_CHARACTERS or not _ENTRY.fullmatch(following):
                    break
            entries.append(below)
        if sum(bool(lines[below]) for below in entries) >= _ENTRIES_MIN:
            found.update(entries)
    return found


def _index_lines(lines: Sequence[str]) -> set[int]:
    """The entries of an index: at least five, and most of the lines from the first to the last."""
    # The last sign tells most lines apart before the pattern is tried.
    entries = [
        at for at, line in enumerate(lines)
        if line and (line[-1].isdigit() or line[-1] in "fn.") and len(line) <= 160 and "," in line
        and _INDEX_LINE.fullmatch(line)
    ]  # fmt: skip
    best: set[int] = set()
    block: list[int] = []
    for at in entries:
        if block and at - block[-1] > 4:
            best |= _if_index(block)
            block = []
        block.append(at)
    return best | _if_index(block)


def _if_index(block: list[int]) -> set[int]:
    dense = len(block) >= _INDEX_MIN_ENTRIES and len(block) * 2 > block[-1] - block[0] + 1
    return set(block) if dense else set()
