"""ODT by the same means as DOCX: what a reader sees, as a stream, whatever the size.

Left out: what was deleted (it is kept apart as tracked changes), comments, hidden text, lists of contents and indexes
that the word processor makes, pictures, embedded objects.
"""

import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Final

from lxml import etree

from reading.chunking import chunks
from reading.errors import BrokenError
from reading.front_by_style import FRONT_PARAGRAPHS, Paragraph, front_by_style
from reading.packages import DAMAGED, MAX_BYTES, drop, parsed, part, properties
from reading.protocol import Meta, Page

_CONTENT: Final = "content.xml"
_META: Final = "meta.xml"
_STYLES: Final = "styles.xml"
_TEXT: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TABLE: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE: Final = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_PARAGRAPHS: Final = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
#: Of what stands in these nothing is read.
_LEFT_OUT: Final = frozenset(
    {f"{_TEXT}{name}" for name in (
        "tracked-changes", "table-of-content", "illustration-index", "table-index", "object-index", "user-index",
        "alphabetical-index", "note-citation", "hidden-text", "hidden-paragraph", "ruby-text",
    )}
) | {f"{_OFFICE}annotation", f"{_OFFICE}forms", f"{_OFFICE}scripts"}  # fmt: skip
_BLANKS: Final = frozenset({f"{_TEXT}tab", f"{_TEXT}s", f"{_TEXT}line-break"})
_DROPPED: Final = _PARAGRAPHS | _LEFT_OUT | {f"{_TABLE}table-row"}


def read_odt(path: Path) -> Iterator[Meta | Page]:
    """The metadata, then the text in pieces of a few thousand characters, all with page number 0.

    Raises:
        BrokenError, TooBigError, ForbiddenError
    """
    budget = [MAX_BYTES]
    try:
        with zipfile.ZipFile(path) as package:
            yield _meta(package, budget)
            for piece in chunks(_texts(package, _CONTENT, budget)):
                yield Page(number=0, label="", text=piece)
            if _STYLES in package.namelist():
                # Running heads behind what they run over, each once; page numbers have no letters.
                heads = dict.fromkeys(_texts(package, _STYLES, budget))
                for piece in chunks(head for head in heads if any(sign.isalpha() for sign in head)):
                    yield Page(number=0, label="", text=piece)
    except DAMAGED as error:
        raise BrokenError(type(error).__name__) from error


def _texts(package: zipfile.ZipFile, name: str, budget: list[int]) -> Iterator[str]:
    return (one.text for one in paragraphs_of(parsed(part(package, name, budget))))


def _meta(package: zipfile.ZipFile, budget: list[int]) -> Meta:
    values = properties(package, _META, budget)
    paragraphs = paragraphs_of(parsed(part(package, _CONTENT, budget)))
    return Meta(
        title=values.get("title", "")[:500],
        author=(values.get("initial-creator") or values.get("creator", ""))[:500],
        date=(values.get("creation-date") or values.get("date", ""))[:40],
        front=front_by_style(list(islice(paragraphs, FRONT_PARAGRAPHS))),
    )


@dataclass(slots=True)
class _State:
    """Where in the part the parser is."""

    #: Paragraphs that are open: those of notes and text boxes stand inside of another one.
    depth: int = 0
    #: Those that ended inside of another: they are said behind it.
    inner: list[Paragraph] = field(default_factory=list)
    #: Cells of the open rows of tables, each with its paragraphs.
    rows: list[list[list[str]]] = field(default_factory=list)
    #: The named style of each automatic one.
    parents: dict[str, str] = field(default_factory=dict)
    #: The style that is being described, and those that hide their text.
    style: str = ""
    hidden: set[str] = field(default_factory=set)
    left_out: int = 0


def paragraphs_of(events: Iterable[tuple[str, etree._Element]]) -> Iterator[Paragraph]:
    """The paragraphs of start and end events of a part; a table row is one, with its cells between bars."""
    state = _State()
    for event, element in events:
        tag = str(element.tag)
        if event == "start":
            state.left_out += tag in _LEFT_OUT
            if state.left_out == 0:
                _begin(state, tag, element)
            continue
        if state.left_out == 0:
            yield from _end(state, tag, element)
        state.left_out -= tag in _LEFT_OUT
        if tag in _DROPPED and not state.depth:
            drop(element)


def _begin(state: _State, tag: str, element: etree._Element) -> None:
    if tag in _PARAGRAPHS:
        state.depth += 1
    elif tag == f"{_TABLE}table-row":
        state.rows.append([])
    elif tag == f"{_TABLE}table-cell" and state.rows:
        state.rows[-1].append([])
    elif tag == f"{_STYLE}style":
        state.style = element.get(f"{_STYLE}name", "")
        state.parents[state.style] = element.get(f"{_STYLE}parent-style-name", "")
    elif tag == f"{_STYLE}text-properties" and element.get(f"{_TEXT}display") == "none":
        state.hidden.add(state.style)


def _end(state: _State, tag: str, element: etree._Element) -> Iterator[Paragraph]:
    if tag in _PARAGRAPHS:
        state.depth -= 1
        name = element.get(f"{_TEXT}style-name", "")
        text = " ".join(_text_of(element, state.hidden).split())
        found = Paragraph(text, (state.parents.get(name) or name).casefold())
        if state.rows and state.rows[-1]:
            state.rows[-1][-1].append(found.text)
        elif state.depth:
            state.inner.append(found)
        else:
            yield from (one for one in (found, *state.inner) if one.text)
            state.inner = []
    elif tag == f"{_TABLE}table-row":
        cells = (" ".join(cell).strip() for cell in state.rows.pop())
        if text := " | ".join(cell for cell in cells if cell):
            yield Paragraph(text)


def _text_of(element: etree._Element, hidden: set[str]) -> str:
    """The text of a paragraph, without what is left out, what is hidden and what has paragraphs of its own."""
    if element.get(f"{_TEXT}style-name") in hidden:
        return ""
    pieces = [element.text or ""]
    for child in element:
        tag = str(child.tag)
        if tag in _BLANKS:
            pieces.append(" ")
        elif tag not in _LEFT_OUT and tag not in _PARAGRAPHS:
            pieces.append(_text_of(child, hidden))
        pieces.append(child.tail or "")
    return "".join(pieces)
