"""Where the pieces of a chart lie. Coordinates are whole numbers, so that no language writes them with a comma."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import ROUND_CEILING, Decimal
from typing import Final

_STEPS: Final = (Decimal(1), Decimal("1.5"), Decimal(2), Decimal(3), Decimal(5), Decimal(10))
#: Small drawings: the hours of a day, and lines of words with a bar below each.
_HOUR: Final = 11
_WIDTH: Final = 24 * _HOUR
_GAP: Final = 2
_TOP, _BASE, _FOOT = 18, 106, 20
_ROW, _THICK = 31, 8
#: Names of months that stand beside each other below a drawing.
_MONTHS_NAMED: Final = 4


@dataclass(frozen=True)
class Bar:
    """Spent and reserved in percent of a budget, as far as a bar of 120 reaches."""

    spent: int
    reserved: int


@dataclass(frozen=True)
class Shape:
    """A rectangle. ``look`` is its class in the style sheet; ``title`` what it stands for, in words."""

    x: int
    y: int
    width: int
    height: int
    look: str
    title: str = ""


@dataclass(frozen=True)
class Line:
    """A straight line across."""

    x: int
    y: int
    until: int
    look: str


@dataclass(frozen=True)
class Words:
    """A text at a point: where it begins, or with ``anchor`` "middle" or "end" where that is."""

    x: int
    y: int
    text: str
    anchor: str = "start"
    look: str = ""


@dataclass(frozen=True)
class Drawing:
    """A chart, as wide as every other small one where nothing else is said; `admin/_drawing.html` draws it."""

    height: int
    shapes: list[Shape]
    lines: list[Line]
    words: list[Words]
    width: int = _WIDTH


@dataclass(frozen=True)
class Row:
    """A number with its bar: ``parts`` are lengths in thousandths with their looks, ``marks`` places on the bar."""

    label: str
    number: str
    parts: Sequence[tuple[int, str]]
    marks: Sequence[int] = field(default=())
    look: str = ""


def by_hour(values: Sequence[Decimal | int], *, said: Sequence[str], top: str, hour: int) -> Drawing:
    """The 24 hours of a day side by side; ``said`` is each value in words.

    ``top`` writes the number at which the axis ends ("€{:,f}"); what has passed of the day by ``hour`` is underlined.
    """
    highest = Decimal(max(values))
    end = ceiling(highest)
    room = _BASE - _TOP
    shapes = []
    for place, value in enumerate(values):
        if value:
            height = max(2, int(room * value / end))
            shapes.append(
                Shape(place * _HOUR, _BASE - height, _HOUR - _GAP, height, "series-1", f"{place:02}:00 {said[place]}")
            )
    lines = [Line(0, _BASE, _WIDTH, "grid"), Line(0, _BASE, (hour + 1) * _HOUR - _GAP, "passed")]
    words = [Words(place * _HOUR, _BASE + _FOOT - 4, f"{place:02}:00") for place in (0, 6, 12, 18)]
    if highest:
        lines.append(Line(0, _TOP, _WIDTH, "grid"))
        words.append(Words(_WIDTH, _TOP - 5, top.format(end.normalize()), "end"))
    return Drawing(_BASE + _FOOT, shapes, lines, words)


def by_month(values: Sequence[Decimal | int], *, said: Sequence[str], months: Sequence[str], top: str) -> Drawing:
    """Months side by side, below the line where they are below zero; ``said`` is each value in words.

    ``months`` are their names, of which those are written that there is room for; ``top`` writes where the axis ends.
    """
    highest, lowest = Decimal(max([*values, 0])), Decimal(min([*values, 0]))
    end = ceiling(highest) if highest or not lowest else Decimal(0)
    depth = ceiling(-lowest) if lowest else Decimal(0)
    room = _BASE - _TOP
    zero = _TOP + int(room * end / (end + depth))
    edges = [_WIDTH * place // len(values) for place in range(len(values) + 1)]
    shapes = []
    for place, value in enumerate(values):
        if value:
            height = max(2, int(room * abs(Decimal(value)) / (end + depth)))
            y, look = (zero - height, "series-1") if value > 0 else (zero, "span-failed")
            width = max(1, edges[place + 1] - edges[place] - _GAP)
            shapes.append(Shape(edges[place], y, width, height, look, f"{months[place]}: {said[place]}"))
    lines = [Line(0, zero, _WIDTH, "grid")]
    every = -(-len(values) // _MONTHS_NAMED)
    words = [Words(edges[place], _BASE + _FOOT - 4, name) for place, name in enumerate(months) if place % every == 0]
    if highest:
        lines.append(Line(0, _TOP, _WIDTH, "grid"))
        words.append(Words(_WIDTH, _TOP - 5, top.format(end.normalize()), "end"))
    return Drawing(_BASE + _FOOT, shapes, lines, words)


def bars(rows: Sequence[Row]) -> Drawing:
    """Each row's words, and its bar below them."""
    shapes, words = [], []
    for place, row in enumerate(rows):
        y = place * _ROW
        words += [Words(0, y + 12, row.label), Words(_WIDTH, y + 12, row.number, "end", row.look)]
        shapes.append(Shape(0, y + 17, _WIDTH, _THICK, "span-track"))
        x = 0
        for part, look in row.parts:
            # What there is at all can be seen.
            width = min(_WIDTH - x, max(2, _WIDTH * part // 1000)) if part else 0
            if width:
                shapes.append(Shape(x, y + 17, width, _THICK, look))
            x += width
        shapes += [Shape(_WIDTH * mark // 1000 - 1, y + 16, 1, _THICK + 2, "tick") for mark in row.marks]
    return Drawing(_ROW * len(rows), shapes, [], words)


def ceiling(highest: Decimal) -> Decimal:
    """The next round number, 1, 1.5, 2, 3 or 5 with zeros, that is not below ``highest``; 1 for nothing."""
    if highest <= 0:
        return Decimal(1)
    unit = Decimal(10) ** highest.adjusted()
    return next(step * unit for step in _STEPS if step * unit >= highest)


def bar(*, spent: Decimal, reserved: Decimal, limit: Decimal | None) -> Bar:
    """How a budget's bar is filled; of one without a limit nothing is."""
    if not limit:
        return Bar(0, 0) if limit is None else Bar(120, 0)
    filled = min(120, int(spent * 100 / limit))
    return Bar(filled, min(120 - filled, int((reserved * 100 / limit).to_integral_value(ROUND_CEILING))))


def share(part: Decimal | int, whole: Decimal | int) -> int:
    """``part`` in thousandths of ``whole``, at most all of it."""
    return min(1000, int(part * 1000 / whole)) if whole else 0
