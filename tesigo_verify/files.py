"""The text of documents and sources, page by page where there are pages, within bounds."""

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import suppress
from hashlib import file_digest
from pathlib import Path
from typing import Final, Protocol
from xml.etree import ElementTree

import pypdfium2

from tesigo_verify.errors import Unverifiable
from tesigo_verify.manifest import MOST_BYTES, MOST_FILE_BYTES

MOST_PAGES: Final = 10_000
_MOST_TEXT_BYTES: Final = 128 * 1024 * 1024
_MOST_PAGE_CHARACTERS: Final = 200_000
#: An open PDF keeps what each page has loaded.
_REOPEN_AFTER_PAGES: Final = 200
MANIFEST_NAME: Final = "tesigo-manifest.json"
#: Where a DOCX keeps it: a part of its own, which Word keeps, under a number of its choice.
_MANIFEST_PART: Final = re.compile(r"customXml/item\d{1,3}\.xml")
_MANIFEST_ELEMENT: Final = "{urn:tesigo:manifest:1}manifest"
_WORD: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_ODF: Final = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
#: What was deleted, and what was moved from where it stands, in documents whose changes are tracked.
_TAKEN_OUT: Final = frozenset({f"{_WORD}del", f"{_WORD}moveFrom", f"{_ODF}tracked-changes"})
#: What a package may do that is damaged, or that was made to.
_DAMAGED: Final = (zipfile.BadZipFile, NotImplementedError, EOFError, OSError, RuntimeError, zlib.error)
_HYPHEN: Final = re.compile("(?:\ufffe|\x02|\u00ad|\u2010|-)\r?\n")


class Text(Protocol):
    """A file's text. ``count`` is 0 where it has no pages; then all of it is page 0."""

    count: int

    def page(self, number: int) -> str:
        """The words of a page, counted from 1; of all, for 0."""

    def label(self, number: int) -> str:
        """What is printed as the number of a page; empty where the file does not say."""


def sha256_of(path: Path) -> str:
    """SHA-256 of the file, in hex."""
    with path.open("rb") as file:
        return file_digest(file, "sha256").hexdigest()


def read(path: Path) -> Text:
    """Opens a PDF, DOCX, ODT or plain text. Raises Unverifiable."""
    try:
        if path.stat().st_size > MOST_FILE_BYTES:
            raise Unverifiable(f"{path.name} is too big.")
        with path.open("rb") as file:
            begin = file.read(1024)
    except OSError:
        raise Unverifiable(f"{path.name} cannot be opened.") from None
    if b"%PDF-" in begin:
        return PdfText(path)
    if begin.startswith(b"PK"):
        return PlainText("\n".join(_of_package(path)))
    if b"\0" in begin:
        raise Unverifiable(f"{path.name} is no PDF, DOCX, ODT or text.")
    return PlainText(path.read_bytes()[:_MOST_TEXT_BYTES].decode("utf-8-sig", errors="replace"))


class PlainText:
    """Text without pages."""

    count = 0

    def __init__(self, text: str) -> None:
        self._text = text

    def page(self, number: int) -> str:
        """All of it, whatever the number."""
        return self._text

    def label(self, number: int) -> str:
        """None has one."""
        return ""


class PdfText:
    """A PDF by pdfium."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._read = 0
        self._pdf = self._open()
        self.count = len(self._pdf)
        if self.count > MOST_PAGES:
            raise Unverifiable(f"{path.name} has more than {MOST_PAGES} pages.")

    def _open(self) -> pypdfium2.PdfDocument:
        try:
            return pypdfium2.PdfDocument(self._path)
        except pypdfium2.PdfiumError:
            raise Unverifiable(f"{self._path.name} cannot be read as a PDF.") from None

    def page(self, number: int) -> str:
        """The words that can be seen on the page; nothing for a page that pdfium cannot read."""
        self._read += 1
        if self._read % _REOPEN_AFTER_PAGES == 0:
            self._pdf.close()
            self._pdf = self._open()
        try:
            page = self._pdf[number - 1]
            try:
                words: str = page.get_textpage().get_text_bounded(errors="ignore")
            finally:
                page.close()
        except pypdfium2.PdfiumError:
            return ""
        return _HYPHEN.sub("", words[:_MOST_PAGE_CHARACTERS])

    def label(self, number: int) -> str:
        """As the file's page labels say."""
        return self._pdf.get_page_label(number - 1) or ""

    def manifest(self) -> bytes | None:
        """What is attached to it under the name of a manifest; None where nothing is, or room for one only."""
        for at in range(min(self._pdf.count_attachments(), 100)):
            attached = self._pdf.get_attachment(at)
            if attached.get_name() == MANIFEST_NAME:
                with suppress(pypdfium2.PdfiumError):
                    return _said(bytes(attached.get_data()))
        return None


def manifest_of_package(path: Path) -> bytes | None:
    """The manifest in a DOCX; None where there is none, or room for one only."""
    try:
        with zipfile.ZipFile(path) as package:
            for name in filter(_MANIFEST_PART.fullmatch, package.namelist()):
                root = _parsed(_part(package, name, MOST_BYTES), path)
                if root.tag == _MANIFEST_ELEMENT:
                    return _said((root.text or "").encode())
    except _DAMAGED:
        return None
    return None


def _said(manifest: bytes) -> bytes | None:
    """A manifest; None for the room that a file has for one where it lies beside it."""
    return None if manifest.strip() in {b"", b"{}"} else manifest


def _of_package(path: Path) -> Iterator[str]:
    try:
        with zipfile.ZipFile(path) as package:
            names = package.namelist()
            if "word/document.xml" in names:
                notes = [name for name in ("word/footnotes.xml", "word/endnotes.xml") if name in names]
                for name in ["word/document.xml", *notes]:
                    yield from _paragraphs(_parsed(_part(package, name, _MOST_TEXT_BYTES), path), f"{_WORD}p")
            elif "content.xml" in names:
                root = _parsed(_part(package, "content.xml", _MOST_TEXT_BYTES), path)
                for hidden in [one for one in root.iter() if one.tag in _TAKEN_OUT]:
                    hidden.clear()
                yield from ("".join(one.itertext()) for one in root.iter() if one.tag in (f"{_ODF}p", f"{_ODF}h"))
            else:
                raise Unverifiable(f"{path.name} is no PDF, DOCX, ODT or text.")
    except _DAMAGED:
        raise Unverifiable(f"{path.name} is damaged.") from None


def _part(package: zipfile.ZipFile, name: str, most: int) -> bytes:
    with package.open(name) as part:
        data = part.read(most + 1)  # what the package says of its size may be wrong
    if len(data) > most:
        raise Unverifiable(f"{name} is too big.")
    return data


def _parsed(data: bytes, path: Path) -> ElementTree.Element:
    if b"<!DOCTYPE" in data or b"<!ENTITY" in data or b"\0" in data:  # nor another encoding, which would hide them
        raise Unverifiable(f"{path.name} declares entities, which no such file needs.")
    try:
        return ElementTree.fromstring(data)  # noqa: S314  # without entities, and within bounds
    except (ElementTree.ParseError, LookupError, ValueError):  # the last two of encodings that are none
        raise Unverifiable(f"{path.name} is damaged.") from None


def _paragraphs(root: ElementTree.Element, tag: str) -> Iterator[str]:
    for hidden in [one for one in root.iter() if one.tag in _TAKEN_OUT or _is_hidden(one)]:
        hidden.clear()
    for paragraph in root.iter(tag):
        words = (node.text or "" if node.tag == f"{_WORD}t" else " " for node in paragraph.iter() if node.tag in _SEEN)
        yield "".join(words)


def _is_hidden(run: ElementTree.Element) -> bool:
    """Whether a run is there and nobody sees it: a sentence might stand so beside another in its place."""
    vanishes = run.find(f"{_WORD}rPr/{_WORD}vanish") if run.tag == f"{_WORD}r" else None
    return vanishes is not None and vanishes.get(f"{_WORD}val", "1") not in {"0", "false", "off"}


_SEEN: Final = frozenset({f"{_WORD}t", f"{_WORD}tab", f"{_WORD}br"})
