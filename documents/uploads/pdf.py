"""A PDF by its structure: it begins as one, ends as one, and is nothing else besides (R-81)."""

import re
from pathlib import Path
from typing import BinaryIO, Final

from django.utils.translation import gettext_lazy as _

from documents.uploads.magic import ARCHIVES, MARKUP, PROGRAMS
from documents.uploads.verdict import Refused

BEGINNING: Final = b"%PDF-"
_HEAD_BYTES: Final = 4096
#: What mail, servers and copying leave in front of a PDF: blanks, zeros, a byte order mark, header lines. Readers look
#: for the beginning in the first 1,024 bytes (ISO 32000, implementation notes).
_HARMLESS_FRONT: Final = re.compile(
    rb"(?:\xef\xbb\xbf|[\x00\t\n\x0c\r ]){0,1000}(?:[A-Za-z-]{2,40}: [^\r\n<>\x00]{0,200}\r?\n){0,20}"
    rb"[\x00\r\n ]{0,20}(?=%PDF-)"
)
# A ZIP's end record may be followed by a comment of up to 65,535 bytes.
_TAIL_BYTES: Final = 66_000
_ZIP_END: Final = b"PK\x05\x06"
_END_OF_FILE: Final = re.compile(rb"%%EOF")
_START_XREF: Final = re.compile(rb"startxref\s+(\d{1,15})\s+%%EOF")
_ENCRYPT: Final = re.compile(rb"/Encrypt\s*(?:\d+\s+\d+\s+R|<<)")
# Writers pad the end with zeros or leave a stray line; a second file needs more room than this.
_STRAY_BYTES: Final = 1024

_POLYGLOT: Final = _(
    "This file is a PDF and something else at once, which is how harmful files are hidden. "
    "Print it to a new PDF and choose that one."
)
_NOT_WHOLE: Final = _("This PDF breaks off before its end. Download or save it again, then choose the new file.")


def begins_as_pdf(head: bytes) -> bool:
    """Whether a PDF begins here, with nothing in front of it but what mail and servers leave there."""
    return head.startswith(BEGINNING) or _HARMLESS_FRONT.match(head) is not None


def inspect_pdf(path: Path, *, size: int) -> bool:
    """Refuses what is more, or less, than a PDF; returns whether its text is locked in some way.

    Reads the first 4 and the last 66 kilobytes only. A locked file may still open without a password (many
    publishers lock only printing), which only a full reader can tell.

    Raises:
        Refused: for a polyglot or a PDF that breaks off.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
        file.seek(max(0, size - _TAIL_BYTES))
        tail = file.read(_TAIL_BYTES)
        _refuse_polyglot(head, tail)
        return _is_locked(file, head, tail, size, begins_at=max(0, head.find(BEGINNING)))


def _refuse_polyglot(head: bytes, tail: bytes) -> None:
    # Readers of ZIP look for this record in the tail, wherever the file begins: it settles the matter.
    if _ZIP_END in tail:
        raise Refused(_POLYGLOT)
    first_lines = head[:1024].lower()
    if any(tag in first_lines for tag in (b"<html", b"<script", b"<!doctype", b"<?php", b"<svg")):
        raise Refused(_POLYGLOT)
    ends = list(_END_OF_FILE.finditer(tail))
    if not ends:
        raise Refused(_NOT_WHOLE)
    rest = tail[ends[-1].end() :].strip(b"\x00\t\n\x0c\r ")
    if not rest:
        return
    begins_like_a_file = rest.startswith((*ARCHIVES, *PROGRAMS)) or rest[:256].lower().startswith(MARKUP)
    if len(rest) > _STRAY_BYTES or begins_like_a_file:
        raise Refused(_POLYGLOT)


def _is_locked(file: BinaryIO, head: bytes, tail: bytes, size: int, *, begins_at: int) -> bool:
    if _ENCRYPT.search(head) or _ENCRYPT.search(tail):
        return True
    # The trailer, or the dictionary of a cross-reference stream, stands where startxref points.
    for match in _START_XREF.finditer(tail):
        # Counted from the beginning of the file, or of the PDF in it.
        for offset in {int(match.group(1)), int(match.group(1)) + begins_at}:
            if offset < size:
                file.seek(offset)
                if _ENCRYPT.search(file.read(_HEAD_BYTES)):
                    return True
    return False
