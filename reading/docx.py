"""DOCX by lxml's iterparse: elements are dropped as they are read, so memory does not grow with the document.

Pictures and other media are never unpacked. Sizes in the package may lie, so the bytes that really come out count.
"""

import re
import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import IO, Any, Final

from lxml import etree

from reading.chunking import chunks
from reading.docx_text import Paragraph, paragraphs_of
from reading.errors import BrokenError, ForbiddenError, TooBigError
from reading.imprint import date_line
from reading.names_on_page import names_in
from reading.people import Name
from reading.protocol import Meta, Page

_TYPE_ROOT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
#: Parts that hold text, in the order they are read: running heads behind what they run over. Comments are by reviewers.
_TEXT_PARTS: Final = ("document.main+xml", "footnotes+xml", "endnotes+xml", "header+xml", "footer+xml")
_RUNNING_PARTS: Final = ("header+xml", "footer+xml")
#: Names of the styles that Word and pandoc give to what stands on a title page.
_TITLE_STYLES: Final = frozenset(
    {"title", "titel", "titre", "título", "ttulo", "titolo", "tytu", "tytuł", "nzev", "název", "titlu", "titul"}
)
_AUTHOR_STYLES: Final = frozenset({"author", "authors", "autor", "autoren", "auteur", "autore", "verfasser"})
_DATE_STYLES: Final = frozenset({"date", "datum", "fecha", "data"})
#: Paragraphs in which these are looked for.
_FRONT_PARAGRAPHS: Final = 40
_TITLE_MAX_CHARACTERS: Final = 300
_TITLE_MAX_WORDS: Final = 30
_YEAR_AT_END: Final = re.compile(r"[\s,(]+(\d{4})\)?$")
_MAX_BYTES: Final = 512 * 1024 * 1024


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
            yield _meta(package, parts, budget)
            for kind in _TEXT_PARTS:
                seen: set[str] = set()
                for name in parts.get(kind, ()):
                    paragraphs = (one.text for one in _paragraphs(package, name, budget))
                    for piece in chunks(_once(paragraphs, seen) if kind in _RUNNING_PARTS else paragraphs):
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


def _paragraphs(package: zipfile.ZipFile, name: str, budget: list[int]) -> Iterator[Paragraph]:
    return paragraphs_of(_parse(_stream(package, name, budget), ("start", "end")))


def _front(package: zipfile.ZipFile, parts: dict[str, list[str]], budget: list[int]) -> dict[str, Any]:
    """Title, authors and year by the styles of the first paragraphs, else where names stand below a first line."""
    paragraphs = list(islice(_paragraphs(package, parts["document.main+xml"][0], budget), _FRONT_PARAGRAPHS))
    front: dict[str, Any] = {}
    authors: list[Name] = []
    for paragraph in paragraphs:
        if paragraph.style in _TITLE_STYLES and "title" not in front:
            front["title"] = paragraph.text[:_TITLE_MAX_CHARACTERS]
        elif paragraph.style in _AUTHOR_STYLES:
            authors += names_in(paragraph.text)
        elif paragraph.style in _DATE_STYLES and (year := date_line([paragraph.text])) is not None:
            front["year"] = year
    if not front and not authors and len(paragraphs) > 1 and paragraphs[0].text[-1] not in ".,;:":
        year_at_end = _YEAR_AT_END.search(paragraphs[1].text)
        authors = names_in(_YEAR_AT_END.sub("", paragraphs[1].text))
        if authors and len(paragraphs[0].text.split()) <= _TITLE_MAX_WORDS:
            front["title"] = paragraphs[0].text[:_TITLE_MAX_CHARACTERS]
            if year_at_end and (year := date_line([year_at_end.group(1)])) is not None:
                front["year"] = year
    return {**front, "author": authors} if authors else front


def _meta(package: zipfile.ZipFile, parts: dict[str, list[str]], budget: list[int]) -> Meta:
    values: dict[str, str] = {}
    if "docProps/core.xml" in package.namelist():
        for element in _elements(_stream(package, "docProps/core.xml", budget), ("end",)):
            values.setdefault(etree.QName(element).localname, (element.text or "").strip())
    return Meta(
        title=values.get("title", "")[:500],
        author=values.get("creator", "")[:500],
        date=values.get("created", "")[:40],
        front=_front(package, parts, budget),
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


def _once(paragraphs: Iterator[str], seen: set[str]) -> Iterator[str]:
    """Each header and footer once: a document has one for every section, usually the same."""
    for paragraph in paragraphs:
        if paragraph not in seen:
            seen.add(paragraph)
            yield paragraph
