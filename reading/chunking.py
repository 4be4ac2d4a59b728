"""Text of formats without pages, passed on in pieces so that neither side holds the whole."""

from collections.abc import Iterable, Iterator
from typing import Final

from reading.errors import TooBigError
from reading.protocol import MAX_TEXT_CHARACTERS

_CHUNK_CHARACTERS: Final = 8_000
_CHUNK_MAX_CHARACTERS: Final = 200_000


def chunks(paragraphs: Iterable[str]) -> Iterator[str]:
    """Paragraphs gathered to about 8,000 characters, with an empty line between them.

    Raises:
        TooBigError: beyond `MAX_TEXT_CHARACTERS` characters in one stream.
    """
    gathered: list[str] = []
    length = total = 0
    for paragraph in paragraphs:
        for start in range(0, len(paragraph), _CHUNK_MAX_CHARACTERS):
            piece = paragraph[start : start + _CHUNK_MAX_CHARACTERS]
            gathered.append(piece)
            length += len(piece)
            if length >= _CHUNK_CHARACTERS:
                total += length
                if total > MAX_TEXT_CHARACTERS:
                    raise TooBigError(f"{total} characters")
                yield "\n\n".join(gathered)
                gathered, length = [], 0
    if gathered:
        yield "\n\n".join(gathered)
