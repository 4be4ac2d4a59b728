"""RIS, with the liberties that databases take.

Libraries read the form of the standard only: they lose an entry without its end, the first letter of a value that
follows its dash at once, and tags that the standard does not name (``ED``, ``BT``). Hence our own few lines.
"""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reading.encoding import text_of_list
from reading.protocol import Item, Meta, Unread
from reading.reference import Entry, items

#: Tags that are believed in any spacing; in the standard's ("XX  - ") every tag is.
_TAGS: Final = frozenset({
    "TY", "ER", "A1", "A2", "A3", "A4", "A5", "AB", "AD", "AN", "AU", "BT", "C1", "C2", "C3", "C4", "C5", "C6", "C7",
    "C8", "CA", "CN", "CP", "CT", "CY", "DA", "DB", "DI", "DO", "DP", "ED", "EP", "ET", "ID", "IS", "J1", "J2", "JA",
    "JF", "JO", "KW", "L1", "L2", "L3", "L4", "LA", "LB", "LK", "M1", "M2", "M3", "N1", "N2", "NV", "OP", "PB", "PP",
    "PY", "RI", "RN", "RP", "SE", "SN", "SP", "ST", "T1", "T2", "T3", "TA", "TI", "TT", "U1", "UR", "VL", "VO", "Y1",
    "Y2",
})  # fmt: skip
_LINE: Final = re.compile(r"^([ \t]{0,8})([A-Za-z][A-Za-z0-9])([ \t]{0,8})[-\u2013](.*)$", re.DOTALL)
#: Tags that some exporters write for those of the standard.
_SAME: Final = {"DI": "DO", "VO": "VL"}
_PERSONS: Final = frozenset({"AU", "A1", "A2", "A3", "A4", "ED"})
_TYPE: Final = re.compile(r"^[ \t]{0,8}TY([ \t]{0,8})[-\u2013][ \t]*[A-Za-z][A-Za-z ]{1,25}$", re.MULTILINE)


def read_ris(path: Path) -> Iterator[Meta | Item | Unread]:
    """An item for each entry with a title; the others are said with their lines.

    Raises:
        BrokenError, TooBigError
    """
    yield from items(entries(text_of_list(path)))


def entries(text: str) -> Iterator[Entry]:
    """The entries of a file. One ends at ``ER``, where the next begins, or with the file."""
    # "IS-LM" in an abstract is no tag, unless the file writes its tags so.
    is_tight = any(not match.group(1) for match in _TYPE.finditer(text))
    entry: Entry | None = None
    for number, line in enumerate(text.split("\n"), 1):
        tag, value = _tag(line, is_tight=is_tight)
        if tag == "ER":
            if entry is not None:
                yield entry
            entry = None
        elif tag:
            if entry is not None and tag == "TY":
                yield entry
                entry = None
            if entry is None:
                entry = Entry(line=number)
            entry.pairs.append((_SAME.get(tag, tag), value))
        elif entry is not None and line.strip():
            _go_on(entry, line.strip())
    if entry is not None:
        yield entry


def _go_on(entry: Entry, more: str) -> None:
    """A line without a tag belongs to the value before it; after a person stands the next one."""
    tag, begun = entry.pairs[-1]
    if tag in _PERSONS and "," in begun and "," in more:
        entry.pairs.append((tag, more))
    else:
        entry.pairs[-1] = (tag, f"{begun} {more}".strip())


def _tag(line: str, *, is_tight: bool) -> tuple[str, str]:
    match = _LINE.match(line)
    if match is None:
        return "", ""
    indent, name, gap, rest = match.groups()
    tag = name.upper()
    is_standard = not indent and len(gap) == 2 and (rest.startswith(" ") or not rest) and name == tag
    is_known = tag in _TAGS and (bool(gap) or is_tight) and (name == tag or len(gap) == 2)
    return (tag, rest.strip()) if is_standard or is_known else ("", "")
