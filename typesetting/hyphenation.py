"""Hyphenation of German compounds.

The first level of the German dictionary parts a compound into words, the second parts words into syllables. Pyphen,
which WeasyPrint hyphenates with, reads both as one and forgets how sure a pattern is: it sets "Zusamme-narbeit".
"""

import tempfile
from pathlib import Path
from typing import Any, Final

import pyphen

from typesetting.labels import base_language

_MARK: Final = "\nNEXTLEVEL"
_SHORTEST_LETTERS: Final = 2


class _Layered:
    """Stands in for pyphen's own dictionary."""

    def __init__(self, compounds: Any, syllables: Any) -> None:
        self._compounds = compounds
        self._syllables = syllables
        self._known: dict[str, list[Any]] = {}

    def positions(self, word: str) -> list[Any]:
        """Where the word may be parted, as pyphen returns it."""
        word = word.lower()
        if word not in self._known:
            self._known[word] = [pyphen.DataInt(place) for place in self._places(word)]
        return self._known[word]

    def _places(self, word: str) -> list[int]:
        found = []
        start = 0
        for end in [*_apart(_strengths(self._compounds, word)), len(word)]:
            part = word[start:end]
            inside = _apart(_strengths(self._syllables, part))
            found += [start + place for place in inside if _SHORTEST_LETTERS <= place <= len(part) - _SHORTEST_LETTERS]
            if end < len(word):
                found.append(end)
            start = end
        return found


def _strengths(dictionary: Any, word: str) -> dict[int, int]:
    """How strongly the patterns want to part the word at each place; odd is yes (Liang's method)."""
    pointed = f".{word}."
    strengths = [0] * (len(pointed) + 1)
    for start in range(len(pointed)):
        for end in range(start + 1, min(start + dictionary.maxlen, len(pointed)) + 1):
            if pattern := dictionary.patterns.get(pointed[start:end]):
                offset, values = pattern
                for place, value in enumerate(values, start=start + offset):
                    strengths[place] = max(strengths[place], value)
    return {place - 1: value for place, value in enumerate(strengths) if value % 2 and 0 < place - 1 < len(word)}


def _apart(strengths: dict[int, int]) -> list[int]:
    """Places at least two letters from each other, the surer ones first: a letter is never left alone."""
    kept: list[int] = []
    for place in sorted(strengths, key=lambda place: (-strengths[place], place)):
        if all(abs(place - other) >= _SHORTEST_LETTERS for other in kept):
            kept.append(place)
    return sorted(kept)


def read_in_levels(language: str) -> None:
    """Gives pyphen the dictionary of a language in its two levels, where that is German."""
    name = pyphen.language_fallback(language)
    if name is None or base_language(language) != "de":
        return
    path = Path(pyphen.LANGUAGES[name])
    if isinstance(pyphen.hdcache.get(path), _Layered):  # not one that a layout in this process has read flat
        return
    data = path.read_bytes()
    encoding = data.split(b"\n", 1)[0].decode("ascii").strip()
    compounds, syllables = data.decode(encoding).replace("\r\n", "\n").split(_MARK, 1)
    with tempfile.TemporaryDirectory(prefix="tesigo-hyphens-") as folder:
        levels = []
        for number, patterns in enumerate((compounds, f"{encoding}\n{syllables}")):
            level = Path(folder) / f"{number}.dic"
            level.write_text(patterns, encoding)
            levels.append(pyphen.HyphDict(level))
    pyphen.hdcache[path] = _Layered(*levels)
