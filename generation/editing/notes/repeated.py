"""Thoughts that a document says twice, nearly in the same words, in whichever of its sections (R-35).

Sentences are compared as sets of their longer words' beginnings, by the share that both have. Only those that share one
of their rarest are compared at all (prefix filtering, Bayardo 2007), so that a long document costs little more than
reading it.
"""

import re
from array import array
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from math import ceil
from typing import Final
from uuid import UUID
from zlib import crc32

from generation.editing.notes.text import Text
from generation.writing.checking.language import function_words

#: The share of words in common from which two sentences say the same, and the fewest of them that tell.
_ALIKE: Final = 0.75
_FEWEST: Final = 6
_WORD: Final = re.compile(r"[^\W\d_]{4,}|\d{2,}")
#: Letters by which inflected forms count as one word.
_STEM_LETTERS: Final = 7


@dataclass(frozen=True, eq=False)
class Thought:
    """A sentence of a section: its place in the section's text, and hashes of its telling words, each once."""

    section: UUID
    start: int
    end: int
    words: "array[int]"


#: Two sentences that say the same, the one that comes first last.
Pair = tuple[Thought, Thought]


def thoughts(text: Text, *, section: UUID, language: str) -> list[Thought]:
    """The sentences of a section that say enough to be said twice, by what they say in words of their own."""
    found = []
    common = function_words(language)
    for said in text.sentences:
        if said.paragraph.is_running and said.end - said.start > 4 * _FEWEST:
            told = {word[:_STEM_LETTERS] for word in _WORD.findall(said.own.casefold()) if word not in common}
            if len(told) >= _FEWEST:
                words = array("I", sorted({crc32(word.encode()) for word in told}))
                found.append(Thought(section, said.start, said.end, words))
    return found


def alike(thoughts: Sequence[Thought]) -> list[Pair]:
    """Sentences that say what one before them says."""
    often = Counter(word for one in thoughts for word in one.words)
    by_word: dict[int, list[int]] = {}
    pairs = []
    for place, thought in enumerate(thoughts):
        rarest = sorted(thought.words, key=lambda word: (often[word], word))
        candidates: dict[int, None] = {}
        for word in rarest[: len(rarest) - ceil(_ALIKE * len(rarest)) + 1]:
            if often[word] > 1:
                there = by_word.setdefault(word, [])
                candidates.update(dict.fromkeys(there))
                there.append(place)
        if (same := next((one for one in candidates if _is_alike(thought, thoughts[one])), None)) is not None:
            pairs.append((thought, thoughts[same]))
    return pairs


def like(own: Sequence[Thought], others: Sequence[Thought]) -> Iterator[Pair]:
    """Sentences of one section that say what those of others do, each with the first that does."""
    known = {word for one in own for word in one.words}
    left = list(own)
    for other in others:
        # A sentence with so few of its words anywhere in the section is like none in it.
        if len(known.intersection(other.words)) >= _ALIKE * len(other.words):
            for thought in [one for one in left if _is_alike(one, other)]:
                left.remove(thought)
                yield thought, other


def _is_alike(one: Thought, other: Thought) -> bool:
    both = len(set(one.words).intersection(other.words))
    return both >= _ALIKE * (len(one.words) + len(other.words) - both)
