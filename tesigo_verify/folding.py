"""Texts as they are compared: by their letters and numbers.

Hyphens at line ends, ligatures, quotation marks, spaces and accents differ from program to program; letters and numbers
do not. Of a number its signs stay, for 1.5 is not 15, −3 is not 3, and 3–5 is not 35.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from hashlib import sha256
from typing import Final
from unicodedata import normalize

from tesigo_verify.numbers import APART, joined
from tesigo_verify.weighing import Weights, seal

#: How texts are folded for the manifests of now; in those of 1, "1, 5" was "1,5".
FOLDING: Final = 2
#: Letters and digits in each part of a passage that has a hash of its own.
PART_SIGNS: Final = 120
#: Hex digits of the hash of a part.
_PART_DIGITS: Final = 16
#: Of a piece before a page break; fewer letters in a row stand on any page.
_SURE_SIGNS: Final = 3
#: By how many signs a part that was read differently may be longer or shorter.
_SLACK_SIGNS: Final = 12
_HALF: Final = re.compile("([¼½¾⅐-⅞])")
#: ".05" and "−3", where they begin a number: behind a blank or a bracket, but not in a range or behind a word.
_BARE: Final = re.compile(r"(?<![\w.,)\]\\])\.(?=\d)")
_MINUS: Final = re.compile(r"(?<![\w.,)\]%])[-‐‑–−](?=\.?\d)")
_BLANKS: Final = re.compile(r"[\s\\*_`~^'’\u00ad\u200b-\u200d\ufeff\u0300-\u036f]+")
#: One sign for those that mean the same: 1,5 and 1.5 in their languages, dashes between numbers.
_ALIKE: Final = str.maketrans({
    ",": ".", "·": ".", "٫": ".", "⁄": "/", "∕": "/", "‐": "-", "‑": "-", "–": "-", "—": "-",
    "−": "-", "⩽": "≤", "⩾": "≥", "∶": ":",
})  # fmt: skip
#: The same where commas still say what numbers they part.
_ALIKE_BUT_COMMAS: Final = {sign: other for sign, other in _ALIKE.items() if sign != ord(",")}
_DROPPED: Final = re.compile(
    rf"[^\w.:/%‰<>≤≥±€£¥+\ue000{APART}-]+|[.:/+-](?!\d)|(?<!\d)[.:/+-]|(?<!\d)[%‰]|[<>≤≥±€£¥\ue000](?![\d\ue000])"
)


def fold(text: str, folding: int = FOLDING) -> str:
    """The letters and numbers of a text, in lower case and without accents.

    A point or comma, a dash, a colon or a stroke between digits stays, as do a percent sign behind and a minus or a
    comparison before them. Of numbers goes what groups their digits, where it can do nothing else (`numbers`): 1 500
    is 1500; 1,500 is not, for it may be one and a half. Numbers that are apart have a comma between them.
    """
    text = _HALF.sub(r"+\1", text)  # 2½ is not 21/2
    text = normalize("NFKD", text.casefold())
    text = _MINUS.sub("\ue000", _BARE.sub("0.", text))
    if folding == FOLDING:
        text = joined(text.translate(_ALIKE_BUT_COMMAS)).replace(",", "")
    text = _BLANKS.sub("", text).translate(_ALIKE)
    return _DROPPED.sub("", text).replace("\ue000", "-").replace(APART, ",")


def forms(piece: str, folding: int) -> list[str]:
    """A piece folded as it may stand in a file: the number of a note right behind it is read into its last number."""
    folded = fold(piece, folding)
    if not folded[-1:].isdigit():
        return [folded] if folded else []
    return list(dict.fromkeys([folded, fold(f"{piece.rstrip()}1", folding)[:-1]]))


def digest(folded: str) -> str:
    """SHA-256 of folded text, in hex."""
    return sha256(folded.encode()).hexdigest()


def part_places(signs: int) -> list[int]:
    """Where the parts of a passage begin, the last one at its end; of a passage shorter than a part there is one."""
    if not signs:
        return []
    size = min(PART_SIGNS, signs)
    return [*range(0, signs - size, size), signs - size]


def part_hashes(folded: str) -> list[str]:
    """A short hash for each part of a passage."""
    size = min(PART_SIGNS, len(folded))
    return [_short(folded[at : at + size]) for at in part_places(len(folded))]


def part_seals(text: str) -> list[list[str]]:
    """For each part of a passage what weighs in it, sealed with the part before and with the part behind it."""
    folded = fold(text)
    weights = Weights(text, folded, fold)
    size = min(PART_SIGNS, len(folded))
    places = part_places(len(folded))
    parts = [folded[at : at + size] for at in places]
    tokens = [weights.within(at, at + size) for at in places]
    return [
        [
            seal(parts[number - 1], tokens[number]) if number else "",
            seal(parts[number + 1], tokens[number]) if number + 1 < len(parts) else "",
        ]
        for number in range(len(parts))
    ]


def _short(folded: str) -> str:
    return digest(folded)[:_PART_DIGITS]


@dataclass(frozen=True)
class Match:
    """How much of a passage a text has: ``share`` of its parts, and whether it has all of it, sign by sign.

    ``is_sure`` where in the parts that it has not no number, name or negation is another.
    """

    share: float
    is_exact: bool
    is_sure: bool = False


class Page:
    """The folded text of a page, in which passages are sought by their hashes alone."""

    def __init__(self, text: str, folding: int = FOLDING) -> None:
        self._words = text
        self._fold = partial(fold, folding=folding)
        self.text = self._fold(text)
        self._places: dict[int, dict[str, int]] = {}

    def match(self, *, signs: int, whole: str, parts: Sequence[str], seals: Sequence[Sequence[str]]) -> Match:
        """Looks for a passage of ``signs`` letters and digits whose hash is ``whole``."""
        if not parts or len(parts) != len(part_places(signs)):
            return Match(0.0, False)
        places = self._windows(min(PART_SIGNS, signs))
        at = part_places(signs)
        found = [places.get(part) for part in parts]
        # Of a part that stands here twice the first place is known: each part says where the passage may begin.
        starts = {place - own for place, own in zip(found, at, strict=True) if place is not None}
        if any(start >= 0 and digest(self.text[start : start + signs]) == whole for start in sorted(starts)):
            return Match(1.0, True, is_sure=True)
        missing = [number for number, place in enumerate(found) if place is None]
        is_sure = len(seals) == len(parts) and all(
            self._is_sure(number, found, at, seals[number]) if place is None else self._joins(number, found, at)
            for number, place in enumerate(found)
        )
        return Match((len(parts) - len(missing)) / len(parts), False, is_sure)

    def _joins(self, number: int, found: Sequence[int | None], places: Sequence[int]) -> bool:
        """Whether a part stands right before the next one, with nothing between them that weighs."""
        here, following = found[number], found[number + 1] if number + 1 < len(found) else None
        if here is None or following is None:
            return True
        more = following - here - (places[number + 1] - places[number])
        return 0 <= more <= _SLACK_SIGNS and not self._weights.within(here + PART_SIGNS, here + PART_SIGNS + more)

    def _is_sure(self, number: int, found: Sequence[int | None], places: Sequence[int], seals: Sequence[str]) -> bool:
        """Whether what weighs in a part that is not here stands beside the part before it or behind it all the same."""
        before = found[number - 1] if number else None
        behind = found[number + 1] if number + 1 < len(found) else None
        lengths = range(PART_SIGNS - _SLACK_SIGNS, PART_SIGNS + _SLACK_SIGNS + 1)
        begin = None if before is None else before + places[number] - places[number - 1]
        end = None if behind is None else behind + places[number] - places[number + 1] + PART_SIGNS
        if begin is not None and end is not None:
            spans = [(begin, end)] if end - begin in lengths else []
        elif begin is not None:
            spans = [(begin, begin + length) for length in lengths]
        elif end is not None:
            spans = [(end - length, end) for length in lengths]
        else:
            spans = []
        keys = [
            (self.text[at : at + PART_SIGNS], kept)
            for at, kept in zip((before, behind), seals, strict=True)
            if at is not None
        ]
        return any(seal(key, self._weights.within(*span)) == kept for span in spans for key, kept in keys)

    @cached_property
    def _weights(self) -> Weights:
        return Weights(self._words, self.text, self._fold)

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
