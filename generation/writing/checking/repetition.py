"""Finds text that repeats another section, by shared runs of words. Cited sentences may repeat.

Sections are compared by fingerprints: hashes of every second run, the same runs in every text (Manber 1994). They are
stored with each draft, so that no check reads the whole document.
"""

import re
from array import array
from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence, Set
from itertools import groupby
from typing import Final, NamedTuple
from zlib import crc32

from documents.domain.text import citation_keys
from generation.writing.checking.wording import normalised
from generation.writing.sentences import Sentence, sentences

#: Words in a run, which of the hashes are kept, and the share of a section's that may stand elsewhere.
_RUN_WORDS: Final = 12
_ONE_IN: Final = 2
_REPEATED_SHARE: Final = 0.2
#: A paragraph with at least this many and this share of its hashes elsewhere was copied, however long the section.
_LONG_WORDS: Final = 25
_COPIED_SHARE: Final = 0.6
#: A sentence of at least this many words may stand only once in a section.
_TOLD_TWICE_WORDS: Final = 8
_WORD: Final = re.compile(r"\w+")
#: Words by which the runs of two texts are looked up.
_GRAM_WORDS: Final = 4
#: A few words that stand in a text more often are noise: the same word on and on would be compared with itself.
_MOST_PLACES: Final = 200


class Fingerprints(Set[int]):
    """Many hashes in four bytes each: all that a long document says is held for every section that is being checked."""

    def __init__(self, runs: Iterable[int]) -> None:
        self._runs = array("I", (run for run, _same in groupby(sorted(runs))))

    def __contains__(self, run: object) -> bool:
        if not isinstance(run, int):
            return False
        place = bisect_left(self._runs, run)
        return place < len(self._runs) and self._runs[place] == run

    def __iter__(self) -> Iterator[int]:
        return iter(self._runs)

    def __len__(self) -> int:
        return len(self._runs)


def fingerprint(markdown: str) -> list[int]:
    """Hashes of what a text says in its own words; about one for each two words."""
    return sorted({run for sentence in sentences(markdown) for run in _runs(sentence)})


def repeated(own: Sequence[Sentence], elsewhere: Collection[int]) -> list[Sentence]:
    """The sentences that stand elsewhere, where they are more of the section, or of a paragraph, than chance has it."""
    by_sentence = [(sentence, _runs(sentence)) for sentence in own]
    mine = [(sentence, runs, {run for run in runs if run in elsewhere}) for sentence, runs in by_sentence]
    total = sum(len(runs) for _sentence, runs, _found in mine)
    shared = sum(len(found) for _sentence, _runs, found in mine)
    is_all_over = bool(total) and shared / total > _REPEATED_SHARE
    copied = set() if is_all_over else _copied_paragraphs(mine)
    return [
        sentence
        for sentence, runs, found in mine
        if (is_all_over or sentence.paragraph in copied) and runs and len(found) > len(runs) / 2
    ]


def told_twice(own: Sequence[Sentence]) -> list[Sentence]:
    """The sentences of a section that stand in it before, word for word."""
    seen: set[str] = set()
    again = []
    for sentence in own:
        words = " ".join(_WORD.findall(normalised(sentence.text)))
        if words.count(" ") + 1 < _TOLD_TWICE_WORDS or citation_keys(sentence.text):
            continue
        if words in seen:
            again.append(sentence)
        seen.add(words)
    return again


def _copied_paragraphs(mine: Sequence[tuple[Sentence, set[int], set[int]]]) -> set[int]:
    totals: dict[int, list[int]] = {}
    for sentence, runs, found in mine:
        counts = totals.setdefault(sentence.paragraph, [0, 0])
        counts[0] += len(runs)
        counts[1] += len(found)
    return {number for number, (total, shared) in totals.items() if shared >= max(_LONG_WORDS, total * _COPIED_SHARE)}


def _runs(sentence: Sentence) -> set[int]:
    """The kept hashes of a sentence; none of one that cites."""
    if citation_keys(sentence.text):
        return set()
    words = _WORD.findall(normalised(sentence.text))
    hashes = (
        crc32(" ".join(words[place : place + _RUN_WORDS]).encode()) for place in range(len(words) - _RUN_WORDS + 1)
    )
    return {found for found in hashes if found % _ONE_IN == 0}


class Run(NamedTuple):
    """``length`` words that two texts share, by the number of their first word in each."""

    at: int
    source_at: int
    length: int


class Index:
    """Where each few words of a text stand. A quotation is None among them: nothing runs across it."""

    def __init__(self, keys: Sequence[str | None]) -> None:
        self._keys = keys
        self._places: dict[tuple[str | None, ...], list[int]] = {}
        for at in range(len(keys) - _GRAM_WORDS + 1):
            places = self._places.setdefault(tuple(keys[at : at + _GRAM_WORDS]), [])
            if len(places) < _MOST_PLACES:
                places.append(at)

    def runs(self, source: Sequence[str], *, least: int) -> list[Run]:
        """Every run of ``least`` words or more, as long as it goes.

        Each holds a gram that begins at a word whose number ``least - _GRAM_WORDS + 1`` divides: only those are sought.
        """
        found = []
        reached: dict[int, int] = {}
        for at in range(0, len(source) - _GRAM_WORDS + 1, least - _GRAM_WORDS + 1):
            for place in self._places.get(tuple(source[at : at + _GRAM_WORDS]), ()):
                if reached.get(place - at, 0) > place:
                    continue
                run = self._grown(source, place, at)
                reached[place - at] = run.at + run.length
                if run.length >= least:
                    found.append(run)
        return found

    def _grown(self, source: Sequence[str], place: int, at: int) -> Run:
        before = 0
        while min(place, at) > before and self._keys[place - before - 1] == source[at - before - 1]:
            before += 1
        after, room = _GRAM_WORDS, min(len(self._keys) - place, len(source) - at)
        while after < room and self._keys[place + after] == source[at + after]:
            after += 1
        return Run(place - before, at - before, before + after)
