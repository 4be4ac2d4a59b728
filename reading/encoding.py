"""Which encoding a text file is in, found by reading it in pieces."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CHUNK_BYTES: Final = 256 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


class NotTextError(ValueError):
    """No encoding fits every byte, or control bytes show that this is not text."""


def encoding_of(path: Path, *, most_bytes: int | None = None) -> str:
    """UTF-8, UTF-16 (by its mark) or Windows' Latin-1, whichever fits all of the file first, or its ``most_bytes``.

    Raises:
        NotTextError: when none does.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1252"]:
        try:
            for text in decoded(path, encoding, most_bytes=most_bytes):
                if _CONTROL.search(text):
                    raise NotTextError(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise NotTextError("none")


def decoded(path: Path, encoding: str, *, most_bytes: int | None = None) -> Iterator[str]:
    """The text in pieces of a quarter of a megabyte, so that memory does not grow with the file.

    With ``most_bytes`` it ends there, give or take a piece.
    """
    decoder = codecs.getincrementaldecoder(encoding)()
    read = 0
    with path.open("rb") as file:
        while data := file.read(_CHUNK_BYTES):
            yield decoder.decode(data)
            read += len(data)
            if most_bytes is not None and read >= most_bytes:
                return  # perhaps within a sign
    yield decoder.decode(b"", final=True)
