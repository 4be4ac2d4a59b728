"""Decides which sections to lengthen or shorten so that the pages come out as ordered (R-11)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from math import ceil
from typing import Final

from generation.engine.delivery import LIMIT, is_within, tolerated_pages

#: What the first round aims at: less than what counts as delivered.
_AIM: Final = (0.02, 0.35)
#: Rounds of fitting before what came out has to do: what is missing then is refunded.
FITTING_ROUNDS: Final = 2
#: Below this share of its pages a document is not the one that was ordered: it is not delivered at all.
_WORTH_DELIVERING_SHARE: Final = 0.5
#: Characters that one section is asked to change by, as long as there are others, and what it may lose of its text.
_USUAL_CHANGE_CHARACTERS: Final = 1_500
_LARGEST_CUT_SHARE: Final = 0.5
_SMALLEST_CHANGE_CHARACTERS: Final = 150
#: What is counted on to stay of the text asked for, at least, however little stayed the round before.
_LEAST_KEPT_SHARE: Final = 0.5


@dataclass(frozen=True)
class Part:
    """A section as laid out: pages ordered and filled, and the characters of its text."""

    id: str
    ordered: float
    filled: float
    characters: int


def is_worth_delivering(*, pages: int, body: float) -> bool:
    """Whether enough was written to deliver it and give the missing pages back."""
    return body >= _WORTH_DELIVERING_SHARE * pages


def is_good_enough(*, pages: int, body: float, round: int) -> bool:
    """Whether nothing more is changed after ``round`` rounds: the first one aims at more than has to be delivered."""
    return is_within(LIMIT if round else _AIM, pages, body)


def good_enough(*, pages: int, round: int) -> tuple[Decimal, Decimal]:
    """The fewest and the most laid-out pages that ``is_good_enough``."""
    off = tolerated_pages(LIMIT if round else _AIM, pages)
    return pages - off, pages + off


@dataclass(frozen=True)
class Round:
    """What a round asked for, in characters, and the pages there were before it."""

    asked: int
    body: float


def changes(*, pages: int, body: float, parts: Sequence[Part], before: Round | None = None) -> Mapping[str, int]:
    """Characters to add to (or, negative, take from) sections, by id: those that are off most, few at a time.

    What a page holds is taken from this very document as laid out; what the check takes out of new text, from the round
    ``before``.
    """
    characters = sum(part.characters for part in parts)
    per_page = characters / body if body else 2_770
    total = round((pages - body) * per_page)
    direction = 1 if total > 0 else -1
    if total > 0 and before is not None and before.asked > 0:
        kept = (body - before.body) * per_page / before.asked
        total = round(total / min(1.0, max(_LEAST_KEPT_SHARE, kept)))
    by_deviation = sorted(parts, key=lambda part: (part.ordered - part.filled) * direction, reverse=True)
    room = {part.id: _room(part, direction) for part in parts}
    chosen = _chosen(by_deviation, room, abs(total))
    weights = {part.id: max((part.ordered - part.filled) * direction, 0.02) for part in chosen}
    return {part: direction * size for part, size in _shared(abs(total), weights, room).items() if size}


def _room(part: Part, direction: int) -> int:
    """The most that a section is changed by at once."""
    if direction > 0:
        return max(_USUAL_CHANGE_CHARACTERS, part.characters)
    return round(part.characters * _LARGEST_CUT_SHARE)


def _chosen(parts: Sequence[Part], room: Mapping[str, int], total: int) -> list[Part]:
    wanted = max(1, ceil(total / _USUAL_CHANGE_CHARACTERS))
    chosen: list[Part] = []
    for part in parts:
        if len(chosen) >= wanted and sum(room[one.id] for one in chosen) >= total:
            break
        if room[part.id] >= _SMALLEST_CHANGE_CHARACTERS:
            chosen.append(part)
    return chosen


def _shared(total: int, weights: Mapping[str, float], room: Mapping[str, int]) -> dict[str, int]:
    """``total`` by weight, each within its room; what one cannot take goes to the others."""
    shares = dict.fromkeys(weights, 0)
    left = total
    open_parts = set(weights)
    while left > 0 and open_parts:
        heaviest = sum(weights[part] for part in open_parts)
        given = 0
        for part in sorted(open_parts):
            size = min(room[part] - shares[part], ceil(left * weights[part] / heaviest))
            shares[part] += size
            given += size
        open_parts = {part for part in open_parts if shares[part] < room[part]}
        left -= given
    return shares
