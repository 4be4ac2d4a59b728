"""Finding the words of a passage on which a sentence rests."""

import re
from typing import Final, NamedTuple

from rapidfuzz import fuzz

WORD: Final = re.compile(r"\w+")
#: A run of fewer common words is chance.
SHORTEST_RUN_WORDS: Final = 4
#: Likeness, in percent, below which nothing is marked rather than something wrong.
LEAST_LIKENESS_PERCENT: Final = 60


class _Word(NamedTuple):
    text: str
    start: int
    end: int


def supporting_span(*, passage: str, sentence: str) -> tuple[int, int]:
    """Start and end, in characters of ``passage``, of what supports ``sentence``; (0, 0) when nothing can be marked.

    The longest run of words that both share, whole words only; without one, the stretch that is most alike.
    """
    return _longest_run(_words(passage), _words(sentence)) or _most_alike(passage, sentence)


def _words(text: str) -> list[_Word]:
    return [_Word(found.group().casefold(), found.start(), found.end()) for found in WORD.finditer(text)]


def _longest_run(passage: list[_Word], sentence: list[_Word]) -> tuple[int, int] | None:
    """By the places where the first words of a run stand in the passage: linear for texts that do not repeat."""
    places: dict[tuple[str, ...], list[int]] = {}
    for at in range(len(passage) - SHORTEST_RUN_WORDS + 1):
        places.setdefault(tuple(word.text for word in passage[at : at + SHORTEST_RUN_WORDS]), []).append(at)
    longest, best = 0, None
    for begin in range(len(sentence) - SHORTEST_RUN_WORDS + 1):
        for at in places.get(tuple(word.text for word in sentence[begin : begin + SHORTEST_RUN_WORDS]), ()):
            length = SHORTEST_RUN_WORDS
            while (
                begin + length < len(sentence)
                and at + length < len(passage)
                and sentence[begin + length].text == passage[at + length].text
            ):
                length += 1
            if length > longest:
                longest, best = length, (passage[at].start, passage[at + length - 1].end)
    return best


def _most_alike(passage: str, sentence: str) -> tuple[int, int]:
    if not passage or not sentence or len(sentence) > len(passage):
        return (0, 0)
    best = fuzz.partial_ratio_alignment(sentence.lower(), passage.lower(), score_cutoff=LEAST_LIKENESS_PERCENT)
    if best is None:
        return (0, 0)
    start, end = best.dest_start, min(best.dest_end, len(passage))
    while start > 0 and not passage[start - 1].isspace():
        start -= 1
    while end < len(passage) and not passage[end].isspace():
        end += 1
    return (start, end)
