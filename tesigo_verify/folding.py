"""Texts as they are compared: by their letters and digits alone.

Hyphens at line ends, ligatures, quotation marks, spaces and accents differ from program to program; letters do not.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from typing import Final
from unicodedata import normalize

#: Letters and digits in each part of a passage that has a hash of its own.
PART_SIGNS: Final = 120
#: Hex digits of the hash of a part.
_PART_DIGITS: Final = 16
#: Of a piece before a page break; fewer letters in a row stand on any page.
_SURE_SIGNS: Final = 3
_NO_LETTER: Final = re.compile(r"[\W_]+")


def fold(text: str) -> str:
    """The letters and digits of a text, in lower case and without accents."""
    return _NO_LETTER.sub("", normalize("NFKD", text.casefold()))


def digest(folded: str) -> str:
    """SHA-256 of folded text, in hex."""
    return sha256(folded.encode()).hexdigest()


def part_hashes(folded: str) -> list[str]:
    """A short hash for each part of a passage, the last of its end; for a passage shorter than a part, of all of it."""
    size = min(PART_SIGNS, len(folded))
    if not size:
        return []
    last = len(folded) - size
    return [_short(folded[at : at + size]) for at in (*range(0, last, size), last)]


def _short(folded: str) -> str:
    return digest(folded)[:_PART_DIGITS]


@dataclass(frozen=True)
class Match:
    """How much of a passage a text has: ``share`` of its parts, and whether it has all of it, sign by sign."""

    share: float
    is_exact: bool


class Page:
    """The folded text of a page, in which passages are sought by their hashes alone."""

    def __init__(self, text: str) -> None:
        self.text = fold(text)
        self._places: dict[int, dict[str, int]] = {}

    def match(self, *, signs: int, whole: str, parts: Sequence[str]) -> Match:
        """Looks for a passage of ``signs`` letters and digits whose hash is ``whole``."""
        if not parts:
            return Match(0.0, False)
        places = self._windows(min(PART_SIGNS, signs))
        start = places.get(parts[0])
        if start is not None and digest(self.text[start : start + signs]) == whole:
            return Match(1.0, True)
        return Match(sum(part in places for part in parts) / len(parts), False)

    def _windows(self, size: int) -> dict[str, int]:
        if size not in self._places:
            starts = range(len(self.text) - size, -1, -1)  # of equal ones the first place stays
            self._places[size] = {_short(self.text[at : at + size]): at for at in starts}
        return self._places[size]


class Pages:
    """The folded pages of a document, in which its own words are sought; a page break may part them in two."""

    def __init__(self, texts: Sequence[str]) -> None:
        self.texts = texts

    def page_of(self, piece: str, numbers: range) -> int | None:
        """The first of these pages, counted from 0, on which the piece ends; None where it is on none of them."""
        for number in numbers:
            if piece in self.texts[number]:
                return number
            if number + 1 in numbers and self._is_across(piece, self.texts[number], self.texts[number + 1]):
                return number + 1
        return None

    def _is_across(self, piece: str, page: str, following: str) -> bool:
        """Whether the piece begins on one page and ends on the next, with notes, head and foot between."""
        low, high = 0, len(piece)
        while low < high:  # a beginning of what stands on the page stands there, too
            middle = (low + high + 1) // 2
            low, high = (middle, high) if piece[:middle] in page else (low, middle - 1)
        return any(piece[cut:] in following for cut in range(low, max(_SURE_SIGNS, low - 4), -1))
