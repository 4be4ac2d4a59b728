"""Which encoding a text file is in, found by reading it in pieces.

UTF-8 and UTF-16 say what they are. Of the older ones each reads the bytes of every other: what a bibliography says of
itself is believed, else the one in which the words look like words (`reading.letters`).
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from reading.errors import BrokenError, TooBigError
from reading.letters import CANDIDATES, Evidence

MAX_LIST_BYTES: Final = 10 * 1024 * 1024
_CHUNK_BYTES: Final = 256 * 1024
#: Bytes in which the letters beyond ASCII are looked at.
_EVIDENCE_BYTES: Final = 4 * 1024 * 1024
#: What no text holds: NUL, the shifts of other encodings and of terminals.
_FOREIGN: Final = re.compile(r"[\x00\x0e\x0f\x1b]")
_CONTROL: Final = re.compile(r"[\x01-\x08\x10-\x1a\x1f\x7f-\x84\x86-\x9f\ufffe\uffff]")
#: Stray control signs that any file may hold, and the characters that allow one more.
_STRAY: Final = 2
_STRAY_CHARACTERS: Final = 2_000
_HEAD_BYTES: Final = 4_096
#: Not a codec's name: UTF-8 in which single bytes of Windows stand, as in lists put together from several.
_MIXED: Final = "utf-8 and cp1252"
#: Signs of UTF-8 there must be, and for each byte that is none.
_MIXED_SIGNS: Final = 3
_UTF8_SIGN: Final = re.compile(rb"[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}")
_HIGH_BYTE: Final = re.compile(rb"[\x80-\xff]")
#: How JabRef, Emacs and BibDesk say it in a comment at the top.
_SAID: Final = re.compile(
    rb"^\s*%+.{0,60}?\b(?:encoding|coding)[ \t]*[:=]?[ \t]*([A-Za-z][\w .()-]{1,40})", re.IGNORECASE | re.MULTILINE
)
_OTHER_NAMES: Final = {
    "latin1": "cp1252", "latin2": "iso8859_2", "isolatin1": "cp1252", "isolatin2": "iso8859_2",
    "windowslatin1": "cp1252", "windowslatin2": "cp1250",
    "westernisolatin1": "cp1252", "centraleuropeanisolatin2": "iso8859_2", "utf8unicode": "utf_8",
    "unicodeutf8": "utf_8", "westernmacosroman": "mac_roman",
}  # fmt: skip
_SAID_MAY_BE: Final = frozenset(
    {"utf-8", "ascii", "iso8859-1", "big5", "gbk", "gb2312", "shift_jis", "euc_jp", "euc_kr", "iso8859-5", "cp866"}
    | {codecs.lookup(name).name for name in CANDIDATES}
)
_EAST_ASIAN: Final = frozenset({"gb18030", "gbk", "gb2312", "big5", "shift_jis", "euc_jp", "euc_kr"})
#: Signs of Windows that a program has taken for control signs: U+0091 was an opening quotation mark.
_MISTAKEN: Final = {
    0x80 + at: sign
    for at in range(32)
    if (sign := bytes([0x80 + at]).decode("cp1252", "ignore")) and at != 5
}  # fmt: skip
_MISTAKEN_SIGN: Final = re.compile(r"[\x80-\x84\x86-\x9f]")


_NO_LETTERS: Final = frozenset("\x81\x8d\x8f\x90\x9d")
#: What the second byte of a letter of Latin, or those of a quotation mark or dash, look like in Windows' encoding.
_BEHIND: Final = r"[\u0080-\u00bfŒœŠšŸŽžƒˆ˜–—‘’‚“”„†‡•…‰‹›€™]"
_TWICE: Final = re.compile(rf"[ÂÃÄÅ]{_BEHIND}|È[˜™š›]|â{_BEHIND}{{2}}")


class NotTextError(ValueError):
    """No encoding fits every byte, or control bytes show that this is not text."""


def encoding_of(path: Path, *, most_bytes: int | None = None) -> str:
    """The encoding that fits all of the file, or its ``most_bytes``: UTF-8 or UTF-16, the one said, the likeliest.

    Raises:
        NotTextError: when none does.
    """
    with path.open("rb") as file:
        head = file.read(_HEAD_BYTES)
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        if _fits(path, "utf-16", most_bytes):
            return "utf-16"
        raise NotTextError("utf-16")
    said = _said(head)
    if said in _EAST_ASIAN and _fits(path, said, most_bytes):
        return said
    if _fits(path, "utf-8-sig", most_bytes):
        return "utf-8-sig"
    if said and _fits(path, said, most_bytes):
        return said
    evidence = _evidence(path, most_bytes)
    for encoding in [*([_MIXED] if _is_mixed(path, most_bytes) else []), *evidence.ranked()]:
        if _fits(path, encoding, most_bytes):
            return encoding
    raise NotTextError("none")


def decoded(path: Path, encoding: str, *, most_bytes: int | None = None) -> Iterator[str]:
    """The text in pieces of a quarter of a megabyte, so that memory does not grow with the file.

    With ``most_bytes`` it ends there, give or take a piece.
    """
    decoder: codecs.IncrementalDecoder
    if encoding == _MIXED:
        decoder = codecs.getincrementaldecoder("utf-8-sig")("as_cp1252")
    else:
        decoder = codecs.getincrementaldecoder(encoding)()
    is_unicode = encoding.startswith("utf")
    read = 0
    with path.open("rb") as file:
        while data := file.read(_CHUNK_BYTES):
            text = decoder.decode(data)
            yield text.translate(_MISTAKEN) if is_unicode and _MISTAKEN_SIGN.search(text) else text
            read += len(data)
            if most_bytes is not None and read >= most_bytes:
                return  # perhaps within a sign
    yield decoder.decode(b"", final=True)


def text_of_list(path: Path) -> str:
    """The whole text of a reference list, which is small, with one kind of line end.

    Raises:
        BrokenError, TooBigError
    """
    if path.stat().st_size > MAX_LIST_BYTES:
        raise TooBigError("bibliography")
    try:
        text = "".join(decoded(path, encoding_of(path)))
    except NotTextError as error:
        raise BrokenError("encoding") from error
    text = _undone(text)
    return _CONTROL.sub(" ", re.sub(r"\r\n?|[\x0b\x0c\x1c-\x1e\x85\u2028\u2029]", "\n", text.lstrip("\ufeff")))


def _undone(text: str) -> str:
    """UTF-8 that a program took for Windows' letters and wrote as UTF-8 again ("MÃ¼ller"), made what it was.

    Only where all letters beyond ASCII are such: "Ã" is a letter of Portuguese as well.
    """
    if text.isascii() or _TWICE.search(text) is None:
        return text
    rest = _TWICE.sub("", text)
    if any(sign.isalpha() for sign in rest if sign > "\x7f"):
        return text
    return _TWICE.sub(lambda found: b"".join(_byte(sign) for sign in found[0]).decode(), text)


def _byte(sign: str) -> bytes:
    """Five bytes are none of Windows' letters, and stand as they are."""
    return sign.encode("cp1252") if sign not in _NO_LETTERS else sign.encode("latin-1")


def _fits(path: Path, encoding: str, most_bytes: int | None) -> bool:
    """Whether every byte is one of the encoding's.

    Raises:
        NotTextError: for a file of control signs, which no encoding turns into text.
    """
    characters = strays = 0
    try:
        for text in decoded(path, encoding, most_bytes=most_bytes):
            if _FOREIGN.search(text):
                raise NotTextError(encoding)
            characters += len(text)
            strays += sum(1 for _ in _CONTROL.finditer(text))
    except UnicodeDecodeError:
        return False
    return strays <= _STRAY + characters // _STRAY_CHARACTERS


def _said(head: bytes) -> str:
    match = _SAID.search(head)
    if match is None:
        return ""
    name = match.group(1).decode("ascii").strip(" .-()").lower()
    name = _OTHER_NAMES.get(re.sub(r"[^a-z0-9]", "", name), name.split()[0] if name else "")
    try:
        found = codecs.lookup(name).name
    except LookupError:
        return ""
    if found not in _SAID_MAY_BE:
        return ""
    # Programs of Windows say ISO 8859-1 and write its own signs, as browsers know.
    return {"utf-8": "", "ascii": "", "iso8859-1": "cp1252"}.get(found, found)


def _is_mixed(path: Path, most_bytes: int | None) -> bool:
    """Whether what is not UTF-8 is little beside what can be nothing else."""
    with path.open("rb") as file:
        data = file.read(min(most_bytes or _EVIDENCE_BYTES, _EVIDENCE_BYTES))
    rest, signs = _UTF8_SIGN.subn(b"", data)
    return signs >= _MIXED_SIGNS and len(_HIGH_BYTE.findall(rest)) * _MIXED_SIGNS <= signs


def _as_cp1252(error: UnicodeError) -> tuple[str, int]:
    """What stands for the bytes that are no UTF-8."""
    if not isinstance(error, UnicodeDecodeError):
        raise error
    return error.object[error.start : error.end].decode("cp1252", "replace"), error.end


codecs.register_error("as_cp1252", _as_cp1252)


def _evidence(path: Path, most_bytes: int | None) -> Evidence:
    evidence = Evidence()
    read = 0
    with path.open("rb") as file:
        while read < min(most_bytes or _EVIDENCE_BYTES, _EVIDENCE_BYTES) and (data := file.read(_CHUNK_BYTES)):
            evidence.gather(data)
            read += len(data)
    return evidence
