"""Parts of DOCX and ODT by lxml's iterparse, without entities or network, never more bytes than a budget allows."""

import zipfile
from collections.abc import Iterator
from typing import IO, Final

from lxml import etree

from reading.errors import ForbiddenError, TooBigError

#: Bytes that all parts of a file may give together.
MAX_BYTES: Final = 512 * 1024 * 1024
#: What a damaged or hostile package raises while it is read.
DAMAGED: Final = (zipfile.BadZipFile, etree.XMLSyntaxError, KeyError, NotImplementedError, EOFError)


class Counted:
    """A stream that refuses to give more bytes than the budget shared by all parts of a file."""

    def __init__(self, stream: IO[bytes], budget: list[int]) -> None:
        self._stream = stream
        self._budget = budget

    def read(self, size: int = -1) -> bytes:
        """The next bytes. Raises TooBigError."""
        data = self._stream.read(min(size, 65_536) if size > 0 else 65_536)
        self._budget[0] -= len(data)
        if self._budget[0] < 0:
            raise TooBigError("more bytes than declared")
        return data


def part(package: zipfile.ZipFile, name: str, budget: list[int]) -> Counted:
    """The part as a stream. Raises KeyError when there is none."""
    return Counted(package.open(name.lstrip("/")), budget)


def elements(stream: Counted) -> Iterator[etree._Element]:
    """Elements of a small part at their end."""
    for event, element in parsed(stream):
        if event == "end":
            yield element


def properties(package: zipfile.ZipFile, name: str, budget: list[int]) -> dict[str, str]:
    """What a part of metadata says, by the local names of its elements, the first of each; nothing without the part."""
    values: dict[str, str] = {}
    if name in package.namelist():
        for element in elements(part(package, name, budget)):
            values.setdefault(etree.QName(element).localname, (element.text or "").strip())
    return values


def parsed(stream: Counted) -> Iterator[tuple[str, etree._Element]]:
    """Parser events; a DOCTYPE ends it, whatever stands in front.

    Raises:
        ForbiddenError, TooBigError, etree.XMLSyntaxError
    """
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
        yield event, element


def drop(element: etree._Element) -> None:
    """Forgets an element that has been read, and what stood before it."""
    element.clear()
    parent = element.getparent()
    if parent is not None:
        while element.getprevious() is not None:
            del parent[0]
