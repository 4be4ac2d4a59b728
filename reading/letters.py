"""Which of several readings of the same bytes looks like words: by letters beside letters, case, and common ideographs.

A few names in a list of English titles are all there is to go by, so that counting letters over a text says nothing;
what stands beside "ř" or "ñ" does.
"""

import re
from collections import Counter
from typing import Final

from reading.letter_neighbours import NEIGHBOURS

#: Encodings of eight bits and the one of China, with what they lose beforehand: the usual ones win where all fit.
CANDIDATES: Final = {
    "cp1252": 0.0, "cp1250": 1.5, "iso8859_2": 2.0, "cp1251": 1.5, "koi8_r": 1.5, "koi8_u": 2.0, "gb18030": 1.5,
    "iso8859_15": 2.5, "cp1254": 3.5, "cp1257": 3.5, "cp1253": 5.0, "mac_roman": 10.0, "cp852": 8.0, "cp850": 10.0,
}  # fmt: skip
#: A stretch of bytes without ASCII's signs and blanks, with at least one beyond ASCII.
_STRETCH: Final = re.compile(rb"[A-Za-z]{0,40}[\x80-\xff][A-Za-z\x80-\xff]{0,80}")
_MOST_STRETCHES: Final = 2_000
_UNSEEN: Final = -3.0
_WRONG_CASE: Final = -12.0
_CAPITALS: Final = -2.0
_CONTROL: Final = -12.0
#: A sign that draws the frames of terminals.
_FRAME: Final = -25.0
#: A sign such as ``³`` or ``¶`` within or at a word.
_SIGN_AT_WORD: Final = -5.0
_QUOTES: Final = frozenset("“”„‘’‚«»‹›–—…\u00a0")
#: Units and signs that stand by themselves.
_UNIT: Final = re.compile(r"[kcmdn]?m[²³]|µ[A-Za-z]{0,3}|[±×·÷§°©®€]")
#: For one of the first level, and of the second.
_IDEOGRAPH: Final = 21.0
_SELDOM_IDEOGRAPH: Final = 8.0
#: For a letter of ASCII that touches one: Chinese parts them.
_TOUCHED: Final = -30.0


def _levels(text: str) -> dict[str, int]:
    levels: dict[str, int] = {}
    level = 0
    for sign in text:
        if sign.isdigit():
            level = int(sign)
        else:
            levels[sign] = level
    return levels


_BEFORE: Final = {letter: _levels(before) for letter, (before, _after) in NEIGHBOURS.items()}
_AFTER: Final = {letter: _levels(after) for letter, (_before, after) in NEIGHBOURS.items()}


class Evidence:
    """Stretches of a file with bytes beyond ASCII, gathered in pieces, and how well an encoding reads them."""

    def __init__(self) -> None:
        self._stretches: Counter[bytes] = Counter()

    def gather(self, data: bytes) -> None:
        """Takes more of the file, until enough is there."""
        for match in _STRETCH.finditer(data):
            if len(self._stretches) >= _MOST_STRETCHES:
                return
            self._stretches[match.group()] += 1

    def ranked(self) -> list[str]:
        """The candidates, the one that reads best first."""
        return sorted(CANDIDATES, key=lambda encoding: CANDIDATES[encoding] - self._score(encoding))

    def _score(self, encoding: str) -> float:
        return sum(
            # A name that stands in each entry says hardly more than one that stands twice.
            min(count, 2) * (_chinese(stretch) if encoding == "gb18030" else _word(stretch.decode(encoding, "replace")))
            for stretch, count in self._stretches.items()
        )


def _word(text: str) -> float:
    """The sum over all signs beyond ASCII: high where each stands beside letters that it is known to stand beside."""
    if _UNIT.fullmatch(text):
        return 12.0
    if len(text) == 1 and text.isalpha():
        return 0.0
    score = 0.0
    padded = f" {text} "
    lowered = padded.lower()
    if len(lowered) != len(padded):  # "İ" in small letters is two signs
        padded = padded.replace("İ", "I")
        lowered = padded.lower()
    for at in range(1, len(padded) - 1):
        sign = padded[at]
        if sign < "\x80":
            if sign.isupper() and padded[at - 1].islower() and padded[at - 1] > "\x7f":
                score += _WRONG_CASE / 2
            continue
        before, after = padded[at - 1], padded[at + 1]
        if not sign.isalpha():
            score += _sign(sign, before, after)
            continue
        letter = lowered[at]
        score += _BEFORE.get(letter, {}).get(lowered[at - 1] if before.isalpha() else "^", _UNSEEN)
        score += _AFTER.get(letter, {}).get(lowered[at + 1] if after.isalpha() else "$", _UNSEEN)
        if sign.isupper() and before.islower():
            score += _WRONG_CASE
        elif sign.isupper() and before.isupper():
            score += _CAPITALS
        elif sign.isupper() and after.islower():
            score += 1
    return score


def _sign(sign: str, before: str, after: str) -> float:
    if sign in _QUOTES:
        return 2.0
    if sign < "\xa0" or sign == "\ufffd":
        return _CONTROL
    if "\u2500" <= sign <= "\u259f":
        return _FRAME
    return _SIGN_AT_WORD * (before.isalpha() + after.isalpha()) / 2 - 1


def _chinese(stretch: bytes) -> float:
    """By the rows of GB 2312: its first level holds the 3,755 ideographs that nearly all of a text is made of."""
    score = 0.0
    at = 0
    while at < len(stretch):
        lead, trail = stretch[at], stretch[at + 1] if at + 1 < len(stretch) else 0
        if lead < 0x80:
            score += _TOUCHED if trail >= 0x80 or (at and stretch[at - 1] >= 0x80) else 0
            at += 1
            continue
        if trail < 0xA1:
            score += _CONTROL
        elif 0xB0 <= lead <= 0xD7:
            score += _IDEOGRAPH
        elif lead <= 0xA3:
            score += 2
        else:
            score += _SELDOM_IDEOGRAPH if 0xD8 <= lead <= 0xF7 else _SIGN_AT_WORD
        at += 2
    return score
