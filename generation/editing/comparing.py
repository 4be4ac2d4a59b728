"""Two texts compared word by word, and two changes of one text joined. A citation is one word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import accumulate, chain, zip_longest
from typing import Final

from documents.domain.text import GROUP
from generation.writing.sentences import paragraphs

_TOKEN: Final = re.compile(rf"{GROUP.pattern}|\w+|\s+|.", re.S)
#: Longer stretches are taken as a whole, old and new: comparing takes the square of their words.
_MOST_TOKENS: Final = 4_000
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
    """The paragraphs of both texts in the order of reading, each as pieces; one that stayed is one piece."""
    old, new = paragraphs(before), paragraphs(after)
    found: list[list[Piece]] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += [[Piece(Change.SAME, paragraph)] for paragraph in old[i:j]]
        else:
            found += [_pieces(one or "", other or "") for one, other in zip_longest(old[i:j], new[k:m])]
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
    """Start and end of what differs, in both; all of it where that is too long to be compared."""
    if max(len(old), len(new)) > _MOST_TOKENS:
        return [(0, len(old), 0, len(new))]
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(i, j, k, m) for kind, i, j, k, m in found if kind != "equal"]


def _tokens(text: str) -> list[str]:
    return [match[0] for match in _TOKEN.finditer(text)]


def _pieces(before: str, after: str) -> list[Piece]:
    old, new = _tokens(before), _tokens(after)
    if max(len(old), len(new)) > _MOST_TOKENS:
        return list(_seen((Change.GONE, old), (Change.NEW, new)))
    found: list[Piece] = []
    for kind, i, j, k, m in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        if kind == "equal":
            found += _seen((Change.SAME, old[i:j]))
        else:
            found += _seen((Change.GONE, old[i:j]), (Change.NEW, new[k:m]))
    return found


def _seen(*stretches: tuple[Change, Sequence[str]]) -> Iterator[Piece]:
    return (Piece(change, "".join(tokens)) for change, tokens in stretches if tokens)
