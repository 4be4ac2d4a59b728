"""Finding the words of a passage on which a sentence rests."""

import re
from itertools import islice
from typing import Final

from rapidfuzz import fuzz

WORD: Final = re.compile(r"\w+")
#: A run of fewer common words is chance.
SHORTEST_RUN_WORDS: Final = 4
#: Likeness, in percent, below which nothing is marked rather than something wrong.
LEAST_LIKENESS_PERCENT: Final = 60


def supporting_span(*, passage: str, sentence: str) -> tuple[int, int]:
    """Start and end, in characters of ``passage``, of what supports ``sentence``; (0, 0) when nothing can be marked.

    The longest run of words that both share, whole words only; without one, the stretch that is most alike.
    """
    run = _longest_run(_words(passage), _words(sentence))
    if run is None:
        return _most_alike(passage, sentence)
    at, length = run
    found = list(islice(WORD.finditer(passage), at, at + length))
    return found[0].start(), found[-1].end()


def _words(text: str) -> list[str]:
    return [word.casefold() for word in WORD.findall(text)]


def _longest_run(passage: list[str], sentence: list[str]) -> tuple[int, int] | None:
    """Its first word in the passage and its length, by where its first words stand in the sentence, which is short.

    Linear for texts that do not repeat. Of runs as long as each other the first in the sentence is taken.
    """
    places: dict[tuple[str, ...], list[int]] = {}
    for begin in range(len(sentence) - SHORTEST_RUN_WORDS + 1):
        places.setdefault(tuple(sentence[begin : begin + SHORTEST_RUN_WORDS]), []).append(begin)
    best: tuple[int, int, int] | None = None
    for at in range(len(passage) - SHORTEST_RUN_WORDS + 1):
        for begin in places.get(tuple(passage[at : at + SHORTEST_RUN_WORDS]), ()):
            length = SHORTEST_RUN_WORDS
            while (
                begin + length < len(sentence)
                and at + length < len(passage)
                and sentence[begin + length] == passage[at + length]
            ):
                length += 1
            best = max(best or (0, 0, 0), (length, -begin, -at))
    return (-best[2], best[0]) if best else None


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
