"""Comments of a DOCX that came back: who said what, when, and on which words (R-94).

Words are those of before changes that Word has tracked: what was deleted is read, what was put in is not. So they are
the words of the document as it was taken away. Elements are dropped as they are read.
"""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from lxml import etree

from reading.errors import BrokenError
from reading.packages import DAMAGED, MAX_BYTES, drop, elements, parsed, part
from reading.protocol import Remark

MOST_COMMENTS: Final = 500
_MOST_CHARACTERS: Final = 20_000
_WORD_TYPE: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
_MAIN: Final = "document.main+xml"
_COMMENTS: Final = "comments+xml"
_EXTENDED: Final = "commentsExtended+xml"
#: Both are names of the same things: Transitional as Word writes it, Strict as ISO has it.
_SPACES: Final = (
    "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}",
    "{http://purl.oclc.org/ooxml/wordprocessingml/main}",
)
_PARA_ID: Final = "{http://schemas.microsoft.com/office/word/2010/wordml}paraId"
_W15: Final = "{http://schemas.microsoft.com/office/word/2012/wordml}"


@dataclass
class _Said:
    """A comment of the part that holds them; ``paragraph`` is Word's id of its last one, by which answers name it."""

    number: str
    author: str
    at: str
    text: str
    paragraph: str


@dataclass
class _Place:
    """Where a comment stands: the words it covers, the paragraph they begin in, and the heading above that."""

    heading: str
    paragraph: str = ""
    words: list[str] = field(default_factory=list)
    before: int = 0


def read_comments(path: Path) -> Iterator[Remark]:
    """The comments in the order of the file. Raises BrokenError, TooBigError, ForbiddenError."""
    budget = [MAX_BYTES]
    try:
        with zipfile.ZipFile(path) as package:
            parts = _parts(package, budget)
            every = [one for name in parts.get(_COMMENTS, ())[:1] for one in _said(package, name, budget)]
            said, beyond = every[:MOST_COMMENTS], len(every[MOST_COMMENTS:])
            if not said:
                return
            parents, done = _extended(package, parts, budget)
            places = _places(package, parts[_MAIN], {one.number for one in said}, budget)
    except DAMAGED as error:
        raise BrokenError(type(error).__name__) from error
    numbers = {one.paragraph: one.number for one in said if one.paragraph}
    for one in said:
        place = places.get(one.number, _Place(""))
        yield Remark(
            number=one.number,
            author=one.author,
            at=one.at,
            text=one.text,
            words="".join(place.words)[:_MOST_CHARACTERS],
            paragraph=place.paragraph[:_MOST_CHARACTERS],
            begins=place.before,
            heading=place.heading[:1_000],
            answers=numbers.get(parents.get(one.paragraph, ""), ""),
            is_done=one.paragraph in done,
            beyond=beyond if one is said[-1] else 0,
        )


def _parts(package: zipfile.ZipFile, budget: list[int]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for one in elements(part(package, "[Content_Types].xml", budget)):
        kind = one.get("ContentType", "")
        if kind.startswith(_WORD_TYPE) and one.get("PartName"):
            found.setdefault(kind.removeprefix(_WORD_TYPE), []).append(one.get("PartName", ""))
    if not found.get(_MAIN):
        raise BrokenError("no document part")
    return found


def _said(package: zipfile.ZipFile, name: str, budget: list[int]) -> Iterator[_Said]:
    paragraphs: list[str] = []
    words: list[str] = []
    last = ""
    count = 0
    for event, one in parsed(part(package, name, budget)):
        tag = _name(one)
        if event == "start":
            continue
        if tag == "t":
            words.append(one.text or "")
        elif tag in ("br", "cr"):
            words.append("\n")
        elif tag == "tab":
            words.append(" ")
        elif tag == "p":
            paragraphs.append("".join(words))
            words, last = [], one.get(_PARA_ID, "")
        elif tag == "comment":
            text = "\n".join(paragraphs).strip()[:_MOST_CHARACTERS]
            if text:
                count += 1
                # Those that are too many are counted alone.
                text = text if count <= MOST_COMMENTS else ""
                yield _Said(_value(one, "id"), _value(one, "author")[:200], _value(one, "date")[:40], text, last)
            paragraphs, last = [], ""
            drop(one)


def _extended(
    package: zipfile.ZipFile, parts: dict[str, list[str]], budget: list[int]
) -> tuple[dict[str, str], set[str]]:
    """Which comment answers which, by the ids of their last paragraphs, and which are done."""
    parents: dict[str, str] = {}
    done: set[str] = set()
    for name in parts.get(_EXTENDED, ())[:1]:
        for one in elements(part(package, name, budget)):
            own, parent = one.get(f"{_W15}paraId"), one.get(f"{_W15}paraIdParent")
            if own and parent:
                parents[own] = parent
            if own and one.get(f"{_W15}done") in ("1", "true"):
                done.add(own)
    return parents, done


def _places(package: zipfile.ZipFile, names: list[str], wanted: set[str], budget: list[int]) -> dict[str, _Place]:
    found: dict[str, _Place] = {}
    open_: dict[str, _Place] = {}
    new: list[_Place] = []
    paragraph: list[str] = []
    heading, style = "", ""
    inserted = fields = 0
    results: list[bool] = []
    for event, one in parsed(part(package, names[0], budget)):
        tag = _name(one)
        if event == "start":
            if tag in ("ins", "moveTo"):
                inserted += 1
            elif tag == "p":
                style = ""
            elif tag == "commentRangeStart" and _value(one, "id") in wanted:
                place = _Place(heading, before=sum(map(len, paragraph)))
                found[_value(one, "id")] = open_[_value(one, "id")] = place
                new.append(place)
            continue
        if tag in ("ins", "moveTo"):
            inserted -= 1
        elif tag == "pStyle":
            style = _value(one, "val").casefold()
        elif tag == "fldChar":
            fields = _turned(_value(one, "fldCharType"), results)
        elif tag in ("t", "delText", "tab", "br", "cr") and not inserted and not fields:
            words = one.text or "" if tag in ("t", "delText") else " "
            paragraph.append(words)
            for place in open_.values():
                place.words.append(words)
        elif tag == "commentRangeEnd":
            open_.pop(_value(one, "id"), None)
        elif tag == "commentReference" and _value(one, "id") in wanted and _value(one, "id") not in found:
            # A point without a stretch of text: what it stands behind is meant.
            place = _Place(heading, before=max(0, sum(map(len, paragraph)) - 1))
            found[_value(one, "id")] = place
            new.append(place)
        elif tag == "p":
            text = "".join(paragraph)
            for place in new:
                place.paragraph = text
            for place in open_.values():
                place.words.append("\n")
            if style.startswith(("heading", "berschrift", "überschrift", "titre", "titolo", "ttulo")):
                heading = text
            paragraph, new = [], []
            drop(one)
        elif tag in ("r", "tbl", "tr", "sectPr"):
            drop(one)
    return found


def _turned(kind: str, results: list[bool]) -> int:
    """How many fields are open whose instruction, and not whose result, is being read."""
    if kind == "begin":
        results.append(False)
    elif kind == "separate" and results:
        results[-1] = True
    elif kind == "end" and results:
        results.pop()
    return sum(not begun for begun in results)


def _name(one: etree._Element) -> str:
    tag = str(one.tag)
    for space in _SPACES:
        if tag.startswith(space):
            return tag.removeprefix(space)
    return ""


def _value(one: etree._Element, name: str) -> str:
    return next((value for space in _SPACES if (value := one.get(f"{space}{name}"))), "")
