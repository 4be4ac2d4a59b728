"""First bytes of the formats that are refused, each with words its owner understands."""

from typing import Final

from django.utils.functional import Promise
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from documents.uploads.verdict import CHOOSE

_PROGRAM: Final = format_lazy("{} {}", _("This is a program, not a document."), CHOOSE)
_SCRIPT: Final = format_lazy("{} {}", _("This is a script, not a document."), CHOOSE)
_PICTURE: Final = _("This is a picture. Only files with text can be read: choose a PDF or DOCX with text in it.")
_ARCHIVE: Final = _("This is an archive. Unpack it, then hand in the documents inside one by one.")
_MEDIA: Final = _("This is a sound or film file. Only files with text can be read.")
_OLD_OFFICE: Final = _(
    "This is a file of an old Office version, or one locked with a password. "
    "Open it, save it as DOCX without a password, and choose that file."
)
_RTF: Final = _("RTF files cannot be read. Open the file, save it as DOCX or PDF, and choose that one.")
_POSTSCRIPT: Final = _("PostScript files cannot be read. Turn the file into a PDF, then choose that one.")

BINARY_BEGINNINGS: Final[tuple[tuple[bytes, Promise], ...]] = (
    (b"\x7fELF", _PROGRAM),
    (b"\xfe\xed\xfa\xce", _PROGRAM),
    (b"\xfe\xed\xfa\xcf", _PROGRAM),
    (b"\xce\xfa\xed\xfe", _PROGRAM),
    (b"\xcf\xfa\xed\xfe", _PROGRAM),
    (b"\xca\xfe\xba\xbe", _PROGRAM),
    (b"\x00asm", _PROGRAM),
    (b"dex\n", _PROGRAM),
    (b"L\x00\x00\x00\x01\x14\x02\x00", _PROGRAM),
    (b"#!", _SCRIPT),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", _OLD_OFFICE),
    (b"{\\rtf", _RTF),
    (b"%!PS", _POSTSCRIPT),
    (b"Rar!\x1a\x07", _ARCHIVE),
    (b"7z\xbc\xaf\x27\x1c", _ARCHIVE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"BZh", _ARCHIVE),
    (b"\xfd7zXZ\x00", _ARCHIVE),
    (b"\x28\xb5\x2f\xfd", _ARCHIVE),
    (b"MSCF", _ARCHIVE),
    (b"!<arch>\n", _ARCHIVE),
    (b"\x89PNG\r\n\x1a\n", _PICTURE),
    (b"\xff\xd8\xff", _PICTURE),
    (b"GIF8", _PICTURE),
    (b"BM", _PICTURE),
    (b"II*\x00", _PICTURE),
    (b"MM\x00*", _PICTURE),
    (b"ID3", _MEDIA),
    (b"OggS", _MEDIA),
    (b"RIFF", _MEDIA),
)

#: Beginnings that are ordinary words too ("BM", "MZ", "RIFF"): believed only with a NUL byte soon after.
_WORDS: Final = frozenset({b"BM", b"BZh", b"ID3", b"RIFF", b"MSCF", b"GIF8", b"OggS"})

#: Archives, for finding one inside a package. ZIP comes in three beginnings.
ARCHIVES: Final = (
    b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08", b"Rar!\x1a\x07", b"7z\xbc\xaf\x27\x1c", b"\x1f\x8b", b"BZh",
    b"\xfd7zXZ\x00", b"\x28\xb5\x2f\xfd", b"MSCF",
)  # fmt: skip
PROGRAMS: Final = (
    b"MZ",
    b"\x7fELF",
    b"\xcf\xfa\xed\xfe",
    b"\xce\xfa\xed\xfe",
    b"\xca\xfe\xba\xbe",
    b"#!",
)
#: What a browser would take for a page or a drawing (WHATWG MIME Sniffing 7.1, and the server-side tags).
MARKUP: Final = (
    b"<!doctype", b"<html", b"<head", b"<script", b"<iframe", b"<h1", b"<div", b"<font", b"<table", b"<a ", b"<style",
    b"<title", b"<b>", b"<body", b"<br", b"<p>", b"<p ", b"<!--", b"<svg", b"<?xml", b"<?php", b"<%", b"<meta",
    b"<link", b"<img", b"<object", b"<embed", b"<!entity",
)  # fmt: skip


def refusal_of(head: bytes) -> Promise | None:
    """Why a file with these first bytes (at least 512 of them, or all) is refused; None says nothing yet."""
    if head.startswith(b"MZ") and b"\x00" in head[:512]:
        return _PROGRAM
    for beginning, reason in BINARY_BEGINNINGS:
        if head.startswith(beginning) and (beginning not in _WORDS or b"\x00" in head[:512]):
            return reason
    if head[257:262] == b"ustar":
        return _ARCHIVE
    if head[4:8] == b"ftyp":
        return _MEDIA
    return None
