"""Cuts an excerpt from a passage: consecutive whole sentences with the most words in common with a question."""

import re
from functools import lru_cache
from typing import Final

_SENTENCE_END: Final = re.compile(r"(?<=[.!?…])[\"'”’»)\]]*\s+(?=[\"'“„«(\[]?[^\W\d_a-zß-öø-ÿ])")
_LONGER_WORD: Final = re.compile(r"[^\W\d_]{4,}")
#: Letters by which inflected forms count as one word.
_STEM_LETTERS: Final = 6


def excerpt(text: str, words: str, *, limit: int) -> str:
    """At most ``limit`` characters of ``text``, as they stand there: a quotation copied from them stands in all of it.

    The stretch with the most of the ``words``; of two with equal numbers the earlier one.
    """
    if len(text) <= limit:
        return text
    wanted = stems(words)
    starts = [0, *(match.end() for match in _SENTENCE_END.finditer(text))]
    ends = [*starts[1:], len(text)]
    held = [stems(text[start:end]) & wanted for start, end in zip(starts, ends, strict=True)]
    best, most = (0, 0), -1
    for first, start in enumerate(starts):
        last = first
        while last + 1 < len(ends) and ends[last + 1] - start <= limit:
            last += 1
        found = len(frozenset[str]().union(*held[first : last + 1]))
        if found > most:
            best, most = (start, ends[last]), found
    return text[slice(*best)].strip()


@lru_cache(maxsize=256)
def stems(text: str) -> frozenset[str]:
    """The longer words of a text, by their first letters."""
    return frozenset(word[:_STEM_LETTERS] for word in _LONGER_WORD.findall(text.casefold()))
