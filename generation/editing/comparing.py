"""Two texts compared word by word, and two changes of one text joined. A citation is one word."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import zip_longest
from typing import Final

from documents.domain.text import GROUP
from generation.writing.sentences import paragraphs

_TOKEN: Final = re.compile(rf"{GROUP.pattern}|\w+|\s+|.", re.S)
#: Longer paragraphs are shown as a whole, old and new: comparing takes the square of their words.
_MOST_TOKENS: Final = 4_000
#: Longer texts, in characters, are not joined but shown side by side.
_MOST_MERGED: Final = 60_000


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
    old = _tokens(base)
    if max(len(old), len(mine), len(theirs)) > _MOST_MERGED:
        return None
    changes = sorted({*_changes(old, _tokens(mine)), *_changes(old, _tokens(theirs))})
    pieces: list[str] = []
    at = 0
    for number, (start, end, words) in enumerate(changes):
        if number and start <= at:
            return None
        pieces += [*old[at:start], *words]
        at = end
    return "".join([*pieces, *old[at:]])


def _changes(old: Sequence[str], new: Sequence[str]) -> list[tuple[int, int, tuple[str, ...]]]:
    """What becomes of stretches of a text: start, end, and the words in their place."""
    found = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [(i, j, tuple(new[k:m])) for kind, i, j, k, m in found if kind != "equal"]


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
