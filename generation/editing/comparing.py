"""Two texts compared word by word, and two changes of one text joined. A citation is one word."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import accumulate, chain, zip_longest
from typing import Final

from rapidfuzz.distance import Indel

from documents.domain.text import GROUP
from generation.writing.sentences import paragraphs

_TOKEN: Final = re.compile(rf"{GROUP.pattern}|\w+|\s+|.", re.S)
#: Longer stretches are taken as a whole, old and new: comparing takes the square of their words.
_MOST_TOKENS: Final = 4_000
#: A stretch that shares less of its words, from 0 to 1, was written anew. What two texts of one language share anyway,
#: the small words, is some 0.3: to keep these would show a pattern, not a change.
_LEAST_ALIKE: Final = 0.4
#: Paragraphs beside each other that are paired by what they share; more are paired in their order.
_MOST_PAIRS: Final = 10_000
#: A paragraph with the empty lines behind it.
_PARAGRAPH: Final = re.compile(r".+?(?:\n[ \t]*\n\s*|\Z)", re.S)


class Change(StrEnum):
    """What became of a stretch of text."""

    SAME = "same"
    GONE = "gone"
    NEW = "new"


@dataclass(frozen=True)
class Piece:
    """A stretch of a paragraph that stayed, went or came."""

    change: Change
    text: str


def compare(before: str, after: str) -> list[list[Piece]]:
    """The paragraphs of both texts in the order of reading, each as pieces; one that stayed is one piece.

    A paragraph that was changed stands beside the one that it was made of. One that shares too few words with it was
    written anew: all of the old one, then all of the new one.
    """
    old, new = paragraphs(before), paragraphs(after)
    found: list[list[Piece]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [[Piece(Change.SAME, paragraph)] for paragraph in old[i:j]]
        else:
            found += [_pieces(one, other) for one, other in _paired(old[i:j], new[k:m])]
    return found


def merged(*, base: str, mine: str, theirs: str) -> str | None:
    """Both changes of a text in one; None where they changed the same words, or words side by side."""
    old = [token for paragraph in _PARAGRAPH.findall(base) for token in _tokens(paragraph)]
    changes = sorted({*_changes(base, mine), *_changes(base, theirs)})
    pieces: list[str] = []
    at = 0
    for number, (start, end, words) in enumerate(changes):
        if number and start <= at:
            return None
        pieces += [*old[at:start], *words]
        at = end
    return "".join([*pieces, *old[at:]])


def _changes(before: str, after: str) -> list[tuple[int, int, tuple[str, ...]]]:
    """What becomes of stretches of a text: start and end, in tokens, and those in their place."""
    old, new = ([_tokens(paragraph) for paragraph in _PARAGRAPH.findall(text)] for text in (before, after))
    starts = [0, *accumulate(map(len, old))]
    whole = SequenceMatcher(None, list(map(tuple, old)), list(map(tuple, new)), autojunk=False)
    found: list[tuple[int, int, tuple[str, ...]]] = []
    for kind, i, j, k, m in whole.get_opcodes():
        if kind != "equal":
            one, other = list(chain(*old[i:j])), list(chain(*new[k:m]))
            found += [(starts[i] + a, starts[i] + b, tuple(other[c:d])) for a, b, c, d in _changed(one, other)]
    return found


def _changed(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Start and end of what differs, in both; all of it where that is too long, or too different, to be compared."""
    if max(len(old), len(new)) > _MOST_TOKENS or _alike(_words(old), _words(new)) < _LEAST_ALIKE:
        return [(0, len(old), 0, len(new))]
    found: list[tuple[int, int, int, int]] = []
    for step in Indel.opcodes(old, new):
        if step.tag == "equal":
            continue
        if found and (found[-1][1], found[-1][3]) == (step.src_start, step.dest_start):
            start, _end, start_in_new, _end_in_new = found.pop()
            found.append((start, step.src_end, start_in_new, step.dest_end))
        else:
            found.append((step.src_start, step.src_end, step.dest_start, step.dest_end))
    return found


def _tokens(text: str) -> list[str]:
    return [match[0] for match in _TOKEN.finditer(text)]


def _words(tokens: Sequence[str]) -> Counter[str]:
    return Counter(token for token in tokens if _is_word(token))


def _is_word(token: str) -> bool:
    return token[0] == "[" or token[0].isalnum()


def _alike(old: Counter[str], new: Counter[str]) -> float:
    """The share of words that two stretches have in common, from 0 to 1; 1 where neither has any."""
    both = old.total() + new.total()
    return 2 * (old & new).total() / both if both else 1.0


def _paired(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Paragraphs beside those that they became, in order; "" beside one that came or went."""
    if len(old) * len(new) > _MOST_PAIRS:
        yield from zip_longest(old, new, fillvalue="")
        return
    ours, theirs = ([_words(_tokens(text)) for text in texts] for texts in (old, new))
    # The most that the paragraphs from i in the old text and from k in the new one have in common, by pairs in order.
    best = [[0.0] * (len(new) + 1) for _ in range(len(old) + 1)]
    alike = [[_alike(one, other) for other in theirs] for one in ours]
    for i in reversed(range(len(old))):
        for k in reversed(range(len(new))):
            pair = alike[i][k] + best[i + 1][k + 1] if alike[i][k] >= _LEAST_ALIKE else 0.0
            best[i][k] = max(pair, best[i + 1][k], best[i][k + 1])
    i = k = 0
    while i < len(old) and k < len(new):
        if alike[i][k] >= _LEAST_ALIKE and best[i][k] == alike[i][k] + best[i + 1][k + 1]:
            yield old[i], new[k]
            i, k = i + 1, k + 1
        elif best[i][k] == best[i + 1][k]:
            yield old[i], ""
            i += 1
        else:
            yield "", new[k]
            k += 1
    yield from ((one, "") for one in old[i:])
    yield from (("", other) for other in new[k:])


def _pieces(before: str, after: str) -> list[Piece]:
    old, new = _tokens(before), _tokens(after)
    found: list[Piece] = []
    at = 0
    for start, end, start_in_new, end_in_new in _in_words(old, _changed(old, new)):
        found += _seen((Change.SAME, old[at:start]), (Change.GONE, old[start:end]))
        found += _seen((Change.NEW, new[start_in_new:end_in_new]))
        at = end
    return [*found, *_seen((Change.SAME, old[at:]))]


def _in_words(old: Sequence[str], changes: Sequence[tuple[int, int, int, int]]) -> list[tuple[int, int, int, int]]:
    """Changes with nothing but blanks and signs between them are one: "two words" became "three others"."""
    found: list[tuple[int, int, int, int]] = []
    for change in changes:
        if found and not any(map(_is_word, old[found[-1][1] : change[0]])):
            found.append((found[-1][0], change[1], found.pop()[2], change[3]))
        else:
            found.append(change)
    return found


def _seen(*stretches: tuple[Change, Sequence[str]]) -> Iterator[Piece]:
    return (Piece(change, "".join(tokens)) for change, tokens in stretches if tokens)
