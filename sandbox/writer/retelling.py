"""Saying a sentence of a source again without copying it: some of it in quotation marks, the rest in short runs."""

import re
from collections.abc import Callable

from sandbox.writer.stopwords import STOP

SHORTEST_RUN_WORDS, LONGEST_RUN_WORDS = 4, 6  # that are taken from a source without quotation marks
MOST_RUN_WORDS = 7  # where a sentence ends with them
SHORTEST_PART_WORDS, LONGEST_PART_WORDS = 4, 7  # that are quoted between them; fewer would be a term
# a citation, a quotation, or a word
_PIECE = re.compile(r"\[[^\]]*\]\S*|\"[^\"]*\"\S*|“[^”]*”\S*|„[^“”]*[“”]\S*|«[^»]*»\S*|\S+")
_WORDS = re.compile(r"\w+")
#: Words that join: a part that is quoted begins behind them.
_JOINING = frozenset(
    "and or but und oder aber e ed o ma y pero et ou mais i oraz ale en of maar a nebo și sau dar".split()  # noqa: SIM905  # as the list of stop words
)


def retold(sentence: str, turn: Callable[[], str]) -> str:
    """As near to a sentence's words as a writer may come: parts of it quoted, never many words without marks.

    A ``turn`` stands where nothing can be quoted.
    """
    said: list[str] = []
    run = 0
    words = _PIECE.findall(sentence)
    at = 0
    while at < len(words):
        word = words[at]
        is_apart = word[0] in '["“„«'
        begins_a_phrase = word.lower() in STOP - _JOINING and bool(said) and said[-1].lower() not in STOP
        is_due = run >= LONGEST_RUN_WORDS or (run >= SHORTEST_RUN_WORDS and begins_a_phrase)
        is_within_a_name = bool(said) and word[0].isupper() and said[-1][0].isupper() and run <= LONGEST_RUN_WORDS
        if not is_apart and is_due and not is_within_a_name and run + _count(words[at:]) > MOST_RUN_WORDS:
            run = 0
            if part := _part(words[at:]):
                quoted = " ".join(words[at : at + part])
                bare = quoted.rstrip(",;:.")
                said.append(f'"{bare}"{quoted[len(bare) :]}')
                at += part
                continue
            if ending := _ending(said, words[at:]):
                back = SHORTEST_PART_WORDS - len(words[at:])
                return " ".join([*said[:-back], ending])
            said[-1] = said[-1].rstrip(",;:")
            said.append(f"({turn()})")
        said.append(word)
        run = 0 if is_apart else run + _count([word])
        at += 1
    return " ".join(said)


def _ending(said: list[str], left: list[str]) -> str:
    """The last words quoted together with those before them, where they are too few by themselves."""
    words = [*said[len(left) - SHORTEST_PART_WORDS :], *left]
    if len(words) != SHORTEST_PART_WORDS or any(mark in "".join(words) for mark in '[]()"“”„«»') or _has_figures(words):
        return ""
    quoted = " ".join(words)
    bare = quoted.rstrip(",;:.")
    return f'"{bare}"{quoted[len(bare) :]}'


def _has_figures(words: list[str]) -> bool:
    return any(character.isdigit() for character in "".join(words))


def _count(words: list[str]) -> int:
    return len(_WORDS.findall(" ".join(words)))


def _part(words: list[str]) -> int:
    """How many of the words that follow make a part to quote: up to where a phrase ends; 0 where none can be.

    No figures, which a writer may get wrong, and nothing that is quoted or cited already.
    """
    for size in range(SHORTEST_PART_WORDS, min(LONGEST_PART_WORDS, len(words)) + 1):
        if any(character.isdigit() or character in '[]()"“”„«»' for character in "".join(words[:size])):
            return 0
        is_end = size == len(words) or words[size - 1][-1] in ",;:" or words[size].lower() in STOP
        if is_end and words[size - 1].lower() not in STOP:
            return size
    return min(LONGEST_PART_WORDS, len(words)) if len(words) >= SHORTEST_PART_WORDS else 0
