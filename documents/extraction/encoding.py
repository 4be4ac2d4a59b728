"""Which encoding a text file is in, found by reading all of it in pieces."""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

_CHUNK: Final = 256 * 1024
_CONTROL: Final = re.compile(r"[\x00-\x08\x0b\x0e-\x1f\x7f\x80-\x84\x86-\x9f\ufffe\uffff]")


class NotTextError(ValueError):
    """No encoding fits every byte, or control bytes show that this is not text."""


def encoding_of(path: Path) -> str:
    """UTF-8, UTF-16 (by its mark) or Windows' Latin-1, whichever fits first.

    Raises:
        NotTextError: when none does.
    """
    with path.open("rb") as file:
        head = file.read(4)
    marked = head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    for encoding in ["utf-16"] if marked else ["utf-8-sig", "cp1252"]:
        try:
            for text in decoded(path, encoding):
                if _CONTROL.search(text):
                    raise NotTextError(encoding)
        except UnicodeDecodeError:
            continue
        return encoding
    raise NotTextError("none")


def decoded(path: Path, encoding: str) -> Iterator[str]:
    """The text in pieces of a quarter of a megabyte, so that memory does not grow with the file."""
    decoder = codecs.getincrementaldecoder(encoding)()
    with path.open("rb") as file:
        while data := file.read(_CHUNK):
            yield decoder.decode(data)
    yield decoder.decode(b"", final=True)
