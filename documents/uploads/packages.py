"""What DOCX and ODT have in common: a clean ZIP that carries a document and nothing else (R-81).

Nothing is unpacked but the first bytes of each part. The directory is read by our own few lines before `zipfile`
sees it, because `zipfile` loads a directory of any size into memory.
"""

import re
import struct
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path, PurePosixPath
from typing import IO, BinaryIO, Final
from urllib.parse import unquote
from xml.parsers import expat

from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.uploads.magic import ARCHIVES, MARKUP, PROGRAMS
from documents.uploads.verdict import CHOOSE, Refused

BEGINNING: Final = b"PK\x03\x04"
MAX_PARTS: Final = 5_000
MAX_DIRECTORY_BYTES: Final = 1024 * 1024
MAX_UNPACKED_BYTES: Final = 1024**3
MAX_RATIO: Final = 100
#: Below this size a part may be as repetitive as it likes.
_RATIO_COUNTS_FROM: Final = 64 * 1024
MAX_LIST_BYTES: Final = 1024 * 1024
_PROLOG_BYTES: Final = 256 * 1024
_END_RECORD: Final = struct.Struct("<4s4H2LH")
_END: Final = b"PK\x05\x06"
_STRAY_BYTES: Final = 1024
#: The figures behind a chart or a pasted table, as Word keeps them: never unpacked, never read. None may hold macros.
PASTED: Final = re.compile(r"word/embeddings/[^/]{1,120}\.(?:xlsx|docx|pptx|sldx)")

NOT_TEXT: Final = format_lazy(
    "{} {}", _("This is a packed file, but not a Word document or an OpenDocument text."), CHOOSE
)
BROKEN: Final = _("This document is damaged. Open it in your word processor, save it again, and choose the new file.")
_POLYGLOT: Final = _(
    "This file is a document and something else at once, which is how harmful files are hidden. "
    "Open it in your word processor, save it again, and choose the new file."
)
TOO_BIG: Final = _("This document unpacks to more than can be read. Save it without pictures, or as PDF.")
_BOMB: Final = _(
    "Parts of this document are packed more than a hundredfold, which only harmful files are. It was not opened."
)
_PATHS: Final = _(
    "This document holds parts whose names lead out of it, which only harmful files do. It was not opened."
)
MACROS: Final = _(
    "This document holds macros (small programs). Save it as DOCX or ODT without macros, then choose that file."
)
EMBEDDED: Final = _(
    "This document holds another file inside it, such as an embedded table or archive. "
    "Turn it into a picture or plain text, or save the document as PDF."
)
_DOCTYPE: Final = _(
    "This document holds definitions that no word processor writes and harmful files use. It was not opened."
)


def inspect_package(path: Path, *, size: int, declares: Callable[[zipfile.ZipFile], None]) -> None:
    """Refuses every ZIP that is not a plain document; ``declares`` refuses one that does not say what it should be.

    Raises:
        Refused: with the reason in the owner's words.
    """
    try:
        with path.open("rb") as file:
            _check_end_record(file, size)
            with zipfile.ZipFile(file) as package:
                parts = package.infolist()
                _check_parts(parts)
                _check_names(parts)
                declares(package)
                for part in parts:
                    _check_beginning(package, part)
    except (
        zipfile.BadZipFile,
        zlib.error,
        NotImplementedError,
        RuntimeError,
        EOFError,
        struct.error,
        ValueError,
    ) as error:
        raise Refused(BROKEN) from error


def _check_end_record(file: BinaryIO, size: int) -> None:
    """One disk, directory where it says, nothing in front of the first part and nothing behind the end record."""
    if size < _END_RECORD.size:
        raise Refused(BROKEN)
    file.seek(max(0, size - 66_000))
    tail = file.read()
    at = tail.rfind(_END)
    if at < 0:
        raise Refused(BROKEN)
    record = _END_RECORD.unpack_from(tail, at)
    (
        _signature,
        disk,
        directory_disk,
        here,
        total,
        directory_size,
        directory_at,
        comment,
    ) = record
    end_at = size - len(tail) + at
    if 0xFFFF in (here, total) or 0xFFFFFFFF in (directory_size, directory_at):
        raise Refused(TOO_BIG)  # ZIP64: for archives of a size no text document has
    if disk or directory_disk or here != total:
        raise Refused(BROKEN)
    if comment > _STRAY_BYTES or directory_at + directory_size != end_at:
        raise Refused(_POLYGLOT)
    # A pasted table is a package of its own and brings its end record; one in or behind the directory is a second file.
    if tail.count(_END, max(0, at - directory_size)) > 1:
        raise Refused(_POLYGLOT)
    _check_stray(tail[at + _END_RECORD.size + comment :], is_cut=end_at + _END_RECORD.size + comment > size)
    if total > MAX_PARTS or directory_size > MAX_DIRECTORY_BYTES:
        raise Refused(TOO_BIG)
    file.seek(0)


def _check_stray(rest: bytes, *, is_cut: bool) -> None:
    """A line end or a few zeros behind a file come from mail and copying; another file does not fit into them."""
    if is_cut or len(rest) > _STRAY_BYTES:
        raise Refused(_POLYGLOT)
    rest = rest.strip(b"\x00\t\n\x0c\r ")
    if rest.startswith((*ARCHIVES, *PROGRAMS, b"%PDF-")) or rest[:256].lower().startswith(MARKUP):
        raise Refused(_POLYGLOT)


def _check_parts(parts: list[zipfile.ZipInfo]) -> None:
    """Declared sizes and ratios. Sizes may lie: the extraction counts the bytes it really gets."""
    unpacked = sum(part.file_size for part in parts)
    packed = sum(part.compress_size for part in parts)
    if unpacked > MAX_UNPACKED_BYTES:
        raise Refused(TOO_BIG)
    for part in parts:
        if part.flag_bits & 0x1:
            raise Refused(BROKEN)
        if part.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise Refused(BROKEN)
        if part.file_size > max(_RATIO_COUNTS_FROM, part.compress_size * MAX_RATIO):
            raise Refused(_BOMB)
    if unpacked > max(_RATIO_COUNTS_FROM, packed * MAX_RATIO):
        raise Refused(_BOMB)
    ends = 0
    for part in sorted(parts, key=lambda part: part.header_offset):
        # Parts that share their bytes are how a small file unpacks to petabytes.
        if part.header_offset < ends:
            raise Refused(_BOMB)
        ends = part.header_offset + 30 + part.compress_size
    if parts and min(part.header_offset for part in parts) != 0:
        raise Refused(_POLYGLOT)


def _check_names(parts: list[zipfile.ZipInfo]) -> None:
    seen: set[str] = set()
    for part in parts:
        # orig_filename: zipfile itself cuts the name at a NUL byte.
        name = part.orig_filename
        if _leads_out(name) or _leads_out(unquote(name)) or _leads_out(unquote(unquote(name))):
            raise Refused(_PATHS)
        if name.lower() in seen:
            raise Refused(_POLYGLOT)
        seen.add(name.lower())
        _check_contents_by_name(name.lower())


def _leads_out(name: str) -> bool:
    return (
        not name
        or name.startswith("/")
        or any(ord(sign) < 32 for sign in name)
        or "\\" in name
        or bool(re.match(r"[A-Za-z]:", name))
        or ".." in PurePosixPath(name).parts
    )


def _check_contents_by_name(name: str) -> None:
    if "vbaproject" in name or "vbadata" in name or "/activex/" in name or name.endswith((".vbs", ".js", ".wsf")):
        raise Refused(MACROS)
    if PASTED.fullmatch(name):
        return
    embedded = "/embeddings/" in name or "oleobject" in name
    packed = name.endswith(
        (
            ".zip",
            ".rar",
            ".7z",
            ".gz",
            ".tar",
            ".jar",
            ".docx",
            ".docm",
            ".xlsx",
            ".xlsm",
            ".pptx",
        )
    )
    program = name.endswith((".exe", ".dll", ".com", ".scr", ".bat", ".cmd", ".ps1", ".lnk", ".hta"))
    if embedded or packed or program:
        raise Refused(EMBEDDED)


def _check_beginning(package: zipfile.ZipFile, part: zipfile.ZipInfo) -> None:
    """No archive or program poses as a part; no XML part declares a document type."""
    if part.is_dir() or not part.file_size:
        return
    is_xml = part.filename.lower().endswith((".xml", ".rels"))
    with package.open(part) as stream:
        head = stream.read(512)
        foreign = head.startswith(ARCHIVES) or (head.startswith(PROGRAMS) and b"\x00" in head)
        if PASTED.fullmatch(part.filename.lower()):
            # An office package, and nothing else under its name.
            if not head.startswith(BEGINNING):
                raise Refused(EMBEDDED)
            return
        # Compressed Windows drawings (EMZ, WMZ) are gzip by design and are never unpacked.
        if foreign and not part.filename.lower().endswith((".emz", ".wmz")):
            raise Refused(EMBEDDED)
        if is_xml:
            _check_prolog(head, stream)


class _RootReached(Exception):
    pass


def _check_prolog(head: bytes, stream: IO[bytes]) -> None:
    def element(_name: str, _attributes: dict[str, str]) -> None:
        raise _RootReached

    parser = _parser(element)
    read = 0
    data = head
    try:
        while data and read <= _PROLOG_BYTES:
            parser.Parse(data, False)
            read += len(data)
            data = stream.read(8192)
    except _RootReached:
        return
    except expat.ExpatError as error:
        raise Refused(BROKEN) from error
    raise Refused(BROKEN)


def each_element(package: zipfile.ZipFile, name: str, element: Callable[[str, dict[str, str]], None]) -> None:
    """Calls ``element`` with name and attributes of each element of a small part.

    Raises:
        Refused: when the part is missing, large or no XML.
    """
    try:
        part = package.getinfo(name)
    except KeyError:
        raise Refused(NOT_TEXT) from None
    if part.file_size > MAX_LIST_BYTES:
        raise Refused(TOO_BIG)
    try:
        with package.open(part) as stream:
            _parser(element).Parse(stream.read(MAX_LIST_BYTES), True)
    except expat.ExpatError as error:
        raise Refused(BROKEN) from error


def _parser(element: Callable[[str, dict[str, str]], None]) -> expat.XMLParserType:
    parser = expat.ParserCreate()

    def doctype(*_declaration: object) -> None:
        raise Refused(_DOCTYPE)

    parser.StartDoctypeDeclHandler = doctype
    parser.StartElementHandler = element
    return parser
