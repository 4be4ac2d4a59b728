"""What changed between the first and the last of some versions of a text, and which of them changed it."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, fields
from itertools import groupby, pairwise
from typing import Final, Self

from documents.domain.text import citation_keys, without_citations
from generation.editing.comparing import Change, Piece, compare
from generation.writing.sentences import paragraphs

_WORD: Final = re.compile(r"\w+")


@dataclass(frozen=True)
class Stretch:
    """Words of a paragraph that stayed, went or came. ``version`` is the place of the one that did it, 0 for none."""

    change: Change
    text: str
    version: int = 0


@dataclass(frozen=True)
class Counts:
    """Words and citations of two texts compared. A changed word is one in whose place another stands."""

    kept: int = 0
    changed: int = 0
    added: int = 0
    removed: int = 0
    citations_kept: int = 0
    citations_added: int = 0
    citations_removed: int = 0

    def __add__(self, other: Self) -> "Counts":
        return Counts(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(Counts)))


def traced(texts: Sequence[str]) -> list[list[Stretch]]:
    """The paragraphs of the first and the last text, as `compare` has them, with the version that changed each.

    Words that went and came back between the two have stayed. Words that no version changed, in a paragraph that is
    shown as another one as a whole, are no version's.
    """
    went, came = _origins(texts)
    found: list[list[Stretch]] = []
    old = new = 0
    for pieces in compare(texts[0], texts[-1]):
        paragraph: list[Stretch] = []
        for piece in pieces:
            length = len(piece.text)
            if piece.change == Change.SAME:
                paragraph.append(Stretch(Change.SAME, piece.text))
            else:
                makers = went[old : old + length] if piece.change == Change.GONE else came[new : new + length]
                paragraph += _parted(piece, makers)
            old += length if piece.change != Change.NEW else 0
            new += length if piece.change != Change.GONE else 0
        found.append(paragraph)
    return found


def counts(found: Sequence[Sequence[Stretch]], *, before: str, after: str) -> Counts:
    """How much of a text stayed and how much is other, of what `traced` found in both."""
    kept = changed = added = removed = 0
    for stretches in found:
        gone = 0
        # What went stands before what came in its place.
        for stretch in stretches:
            count = len(_WORD.findall(without_citations(stretch.text)))
            if stretch.change == Change.GONE:
                gone += count
            elif stretch.change == Change.NEW:
                changed += min(gone, count)
                added += max(0, count - gone)
                gone = max(0, gone - count)
            else:
                kept, removed, gone = kept + count, removed + gone, 0
        removed += gone
    old, new = Counter(citation_keys(before)), Counter(citation_keys(after))
    return Counts(kept, changed, added, removed, (old & new).total(), (new - old).total(), (old - new).total())


def _origins(texts: Sequence[str]) -> tuple[list[int], list[int]]:
    """The version in which each letter of the first text went, and that in which each of the last one came; else 0."""
    first = sum(map(len, paragraphs(texts[0])))
    went = [0] * first
    #: Of the letters of the version that was reached: when each came, and where in the first text it stood.
    came, places = [0] * first, list(range(first))
    for number, (before, after) in enumerate(pairwise(texts), start=1):
        came_now: list[int] = []
        places_now: list[int] = []
        at = 0
        for piece in _pieces(before, after):
            length = len(piece.text)
            if piece.change == Change.NEW:
                came_now += [number] * length
                places_now += [-1] * length
                continue
            if piece.change == Change.SAME:
                came_now += came[at : at + length]
                places_now += places[at : at + length]
            else:
                for place in places[at : at + length]:
                    if place >= 0:
                        went[place] = number
            at += length
        came, places = came_now, places_now
    return went, came


def _pieces(before: str, after: str) -> Iterator[Piece]:
    return (piece for pieces in compare(before, after) for piece in pieces)


def _parted(piece: Piece, makers: Sequence[int]) -> Iterator[Stretch]:
    """A piece as stretches of one version each; 0 where none changed the words. Blanks go with what is before them."""
    filled: list[int] = []
    for letter, maker in zip(piece.text, makers, strict=True):
        filled.append(filled[-1] if filled and letter.isspace() and not maker else maker)
    at = 0
    for version, letters in groupby(filled):
        end = at + sum(1 for _ in letters)
        yield Stretch(piece.change, piece.text[at:end], version)
        at = end
