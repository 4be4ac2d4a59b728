"""Words that a document shares with its sources: eight or more in a row, outside quotation marks.

Four words in a row of the document are looked up at each fifth word of a source and grown both ways. Every run of
eight is met so, and a source is read in one go.
"""

import re
from dataclasses import dataclass
from typing import Final
from unicodedata import normalize

#: A run of fewer words is chance.
RUN_WORDS: Final = 8
_SEED_WORDS: Final = 4
_STEP_WORDS: Final = RUN_WORDS - _SEED_WORDS + 1
#: Places of the document that one seed is grown from; more are a formula that is repeated.
_MOST_PLACES: Final = 20
#: A run is grown no further, and no more runs are kept: nobody reads on, and a file may be made to waste time.
_MOST_WORDS: Final = 500
_MOST_RUNS: Final = 2_000
_WORD: Final = re.compile(r"\w+")
_QUOTED: Final = re.compile(
    r'“[^”]{1,2000}”|„[^“”]{1,2000}[“”]|«[^»]{1,2000}»|»[^«]{1,2000}«|"[^"]{1,2000}"|‘[^’]{8,2000}’|‚[^‘]{8,2000}‘'
)
#: Stands where a quotation was; no source has it.
_GAP: Final = " \u2400\u2400 "
_TOKEN: Final = re.compile(r"\w+|\u2400\u2400")


@dataclass(frozen=True)
class CopiedRun:
    """Words of the document that stand in a source, too; ``page`` is the source's, 0 without pages."""

    words: str
    key: str
    page: int


class Words:
    """The words of a document that are its own, as far as quotation marks say."""

    def __init__(self, text: str) -> None:
        self._shown = _TOKEN.findall(_QUOTED.sub(_GAP, normalize("NFKC", text)))
        self._words = [word.casefold() for word in self._shown]
        self._places: dict[tuple[str, ...], list[int]] = {}
        for at in range(len(self._words) - _SEED_WORDS + 1):
            self._places.setdefault(tuple(self._words[at : at + _SEED_WORDS]), []).append(at)
        self._runs: dict[tuple[int, int], tuple[str, int]] = {}

    def look_through(self, text: str, *, key: str, page: int) -> None:
        """Notes what the document shares with a page of a source."""
        theirs = [word.casefold() for word in _WORD.findall(normalize("NFKC", text))]
        for at in range(0, len(theirs) - _SEED_WORDS + 1, _STEP_WORDS):
            for place in self._places.get(tuple(theirs[at : at + _SEED_WORDS]), ())[:_MOST_PLACES]:
                begin, end = self._grown(theirs, at, place)
                if end - begin >= RUN_WORDS and len(self._runs) < _MOST_RUNS:
                    self._runs.setdefault((begin, end), (key, page))

    def _grown(self, theirs: list[str], at: int, place: int) -> tuple[int, int]:
        """Begin and end, in words of the document, of what both have in common around a place."""
        before = after = 0
        most_before = min(at, place, _MOST_WORDS)
        most_after = min(len(theirs) - at, len(self._words) - place, _MOST_WORDS)
        while before < most_before and theirs[at - before - 1] == self._words[place - before - 1]:
            before += 1
        while after < most_after and theirs[at + after] == self._words[place + after]:
            after += 1
        return place - before, place + after

    def runs(self) -> list[CopiedRun]:
        """Each stretch of the document once, the longest where several overlap, in the order of the text."""
        kept: list[tuple[int, int]] = []
        for begin, end in sorted(self._runs, key=lambda run: (run[0] - run[1], run)):
            if all(end <= other[0] or begin >= other[1] for other in kept):
                kept.append((begin, end))
        return [CopiedRun(" ".join(self._shown[begin:end]), *self._runs[begin, end]) for begin, end in sorted(kept)]
