"""DOCX by lxml's iterparse: elements are dropped as they are read, so memory does not grow with the document.

Pictures and other media are never unpacked. Sizes in the package may lie, so the bytes that really come out count.
"""

import zipfile
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Final

from reading.chunking import chunks
from reading.docx_text import paragraphs_of
from reading.errors import BrokenError
from reading.front_by_style import FRONT_PARAGRAPHS, Paragraph, front_by_style
from reading.packages import DAMAGED, MAX_BYTES, elements, parsed, part, properties
from reading.protocol import Meta, Page

_TYPE_ROOT: Final = "application/vnd.openxmlformats-officedocument.wordprocessingml."
#: Parts that hold text, in the order they are read: running heads behind what they run over. Comments are by reviewers.
_TEXT_PARTS: Final = ("document.main+xml", "footnotes+xml", "endnotes+xml", "header+xml", "footer+xml")
_RUNNING_PARTS: Final = ("header+xml", "footer+xml")


def read_docx(path: Path) -> Iterator[Meta | Page]:
    """The metadata, then the text in pieces of a few thousand characters, all with page number 0.

    Raises:
        BrokenError, TooBigError, ForbiddenError
    """
    budget = [MAX_BYTES]
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
    except DAMAGED as error:
        raise BrokenError(type(error).__name__) from error


def _parts(package: zipfile.ZipFile, budget: list[int]) -> dict[str, list[str]]:
    """Names of the parts by the tail of their content type, from the package's own list."""
    parts: dict[str, list[str]] = {}
    for element in elements(part(package, "[Content_Types].xml", budget)):
        kind = element.get("ContentType", "")
        if kind.startswith(_TYPE_ROOT) and element.get("PartName"):
            parts.setdefault(kind.removeprefix(_TYPE_ROOT), []).append(element.get("PartName", ""))
    if not parts.get("document.main+xml"):
        raise BrokenError("no document part")
    return parts


def _paragraphs(package: zipfile.ZipFile, name: str, budget: list[int]) -> Iterator[Paragraph]:
    return paragraphs_of(parsed(part(package, name, budget)))


def _meta(package: zipfile.ZipFile, parts: dict[str, list[str]], budget: list[int]) -> Meta:
    values = properties(package, "docProps/core.xml", budget)
    paragraphs = _paragraphs(package, parts["document.main+xml"][0], budget)
    return Meta(
        title=values.get("title", "")[:500],
        author=values.get("creator", "")[:500],
        date=values.get("created", "")[:40],
        front=front_by_style(list(islice(paragraphs, FRONT_PARAGRAPHS))),
    )


def _once(paragraphs: Iterator[str], seen: set[str]) -> Iterator[str]:
    """Each header and footer once: a document has one for every section, usually the same."""
    for paragraph in paragraphs:
        if paragraph not in seen:
            seen.add(paragraph)
            yield paragraph
