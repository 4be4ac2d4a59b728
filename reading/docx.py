"""DOCX by lxml's iterparse: elements are dropped as they are read, so memory does not grow with the document.

Pictures and other media are never unpacked. Sizes in the package may lie, so the bytes that really come out count.
"""

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

from lxml import etree

from reading.chunking import chunks
from reading.errors import BrokenError, ForbiddenError, TooBigError
from reading.protocol import Meta, Page

_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W_STRICT: Final = "{http://purl.oclc.org/ooxml/wordprocessingml/main}"
_MC_FALLBACK: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"
_TYPE_ROOT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
#: Parts that hold text, in the order they are read.
_TEXT_PARTS: Final = (
    "header+xml",
    "document.main+xml",
    "footnotes+xml",
    "endnotes+xml",
    "comments+xml",
    "footer+xml",
)
_MAX_BYTES: Final = 512 * 1024 * 1024
#: Elements that can be forgotten once read.
_DROPPED: Final = frozenset(
    {
        "r",
        "p",
        "tr",
        "tc",
        "tbl",
        "hyperlink",
        "sdt",
        "sectPr",
        "footnote",
        "endnote",
        "comment",
    }
)


class _Counted:
    """A stream that refuses to give more bytes than the budget shared by all parts of a file."""

    def __init__(self, stream: IO[bytes], budget: list[int]) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        data = self._stream.read(min(size, 65_536) if size > 0 else 65_536)
        self._budget[0] -= len(data)
        if self._budget[0] < 0:
            raise TooBigError("more bytes than declared")
        return data


def read_docx(path: Path) -> Iterator[Meta | Page]:
    """The metadata, then the text in pieces of a few thousand characters, all with page number 0.

    Raises:
        BrokenError, TooBigError, ForbiddenError
    """
    budget = [_MAX_BYTES]
    try:
        with zipfile.ZipFile(path) as package:
            parts = _parts(package, budget)
            yield _meta(package, budget)
            for kind in _TEXT_PARTS:
                seen: set[str] = set()
                for name in parts.get(kind, ()):
                    paragraphs = _paragraphs(_stream(package, name, budget))
                    for piece in chunks(
                        _once(paragraphs, seen) if kind in ("header+xml", "footer+xml") else paragraphs
                    ):
                        yield Page(number=0, label="", text=piece)
    except (
        zipfile.BadZipFile,
        etree.XMLSyntaxError,
        KeyError,
        NotImplementedError,
        EOFError,
    ) as error:
        raise BrokenError(type(error).__name__) from error


def _stream(package: zipfile.ZipFile, name: str, budget: list[int]) -> _Counted:
    return _Counted(package.open(name.lstrip("/")), budget)


def _parts(package: zipfile.ZipFile, budget: list[int]) -> dict[str, list[str]]:
    """Names of the parts by the tail of their content type, from the package's own list."""
    parts: dict[str, list[str]] = {}
    for element in _elements(_stream(package, "[Content_Types].xml", budget), ("end",)):
        kind = element.get("ContentType", "")
        if kind.startswith(_TYPE_ROOT) and element.get("PartName"):
            parts.setdefault(kind.removeprefix(_TYPE_ROOT), []).append(element.get("PartName", ""))
    if not parts.get("document.main+xml"):
        raise BrokenError("no document part")
    return parts


def _meta(package: zipfile.ZipFile, budget: list[int]) -> Meta:
    values: dict[str, str] = {}
    if "docProps/core.xml" in package.namelist():
        for element in _elements(_stream(package, "docProps/core.xml", budget), ("end",)):
            values.setdefault(etree.QName(element).localname, (element.text or "").strip())
    return Meta(
        title=values.get("title", "")[:500],
        author=values.get("creator", "")[:500],
        date=values.get("created", "")[:40],
    )


def _elements(stream: _Counted, events: tuple[str, ...]) -> Iterator[etree._Element]:
    """Elements of a small part at their end."""
    for _event, element in _parse(stream, events):
        yield element


def _parse(stream: _Counted, events: tuple[str, ...]) -> Iterator[tuple[str, etree._Element]]:
    """Parser events without entities or network; a DOCTYPE ends it, whatever stands in front."""
    first = True
    for event, element in etree.iterparse(
        stream,
        events=("start", "end"),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    ):
        if first:
            first = False
            if element.getroottree().docinfo.doctype:
                raise ForbiddenError("DOCTYPE")
        if event in events:
            yield event, element


def _paragraphs(stream: _Counted) -> Iterator[str]:
    """Text of each paragraph; a table row is one paragraph with its cells between bars."""
    open_paragraphs: list[list[str]] = []
    open_cells: list[list[str]] = []
    open_rows: list[list[str]] = []
    in_fallback = 0
    for event, element in _parse(stream, ("start", "end")):
        tag = element.tag
        if tag == _MC_FALLBACK:
            in_fallback += 1 if event == "start" else -1
            continue
        name = tag.removeprefix(_W).removeprefix(_W_STRICT)
        if event == "start":
            if name == "p":
                open_paragraphs.append([])
            elif name == "tc":
                open_cells.append([])
            elif name == "tr":
                open_rows.append([])
            continue
        if open_paragraphs and not in_fallback:
            open_paragraphs[-1].append(_text_of(name, element))
        finished: str | None = None
        if name == "p" and open_paragraphs:
            finished = " ".join("".join(open_paragraphs.pop()).split())
        elif name == "tc" and open_cells and open_rows:
            open_rows[-1].append(" ".join(open_cells.pop()))
        elif name == "tr" and open_rows:
            finished = " | ".join(cell for cell in open_rows.pop() if cell)
        if finished:
            if open_cells:
                open_cells[-1].append(finished)
            else:
                yield finished
        if name in _DROPPED:
            _drop(element)


def _text_of(name: str, element: etree._Element) -> str:
    match name:
        case "t":
            return element.text or ""
        case "tab" | "br" | "cr" | "ptab":
            return " "
        case "noBreakHyphen":
            return "-"
        case _:
            return ""


def _drop(element: etree._Element) -> None:
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]


def _once(paragraphs: Iterator[str], seen: set[str]) -> Iterator[str]:
    """Each header and footer once: a document has one for every section, usually the same."""
    for paragraph in paragraphs:
        if paragraph not in seen:
            seen.add(paragraph)
            yield paragraph
