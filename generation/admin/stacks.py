"""Stacked columns for the spending page: one column a day, one piece a model."""

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from generation.spending.overview import Day
from tesigo.platform.charts import Drawing, Line, Shape, Words, ceiling

#: Colours that can be told apart; what comes after them shares the last one.
MOST_COLOURS: Final = 6
_WIDTH, _HEIGHT = 900, 240
_LEFT, _RIGHT, _BOTTOM, _TOP = 60, 12, 28, 12
_GAP: Final = 4


def series_of(names: Sequence[str]) -> dict[str, int]:
    """Each name's colour from 1, the first names their own."""
    return {name: min(place, MOST_COLOURS) for place, name in enumerate(names, start=1)}


def columns(days: Sequence[Day], series: dict[str, int]) -> Drawing:
    """The days side by side, each a stack of what its models cost in euros."""
    top = ceiling(max((day.total for day in days), default=Decimal(0)))
    base, room = _HEIGHT - _BOTTOM, _HEIGHT - _BOTTOM - _TOP
    step = (_WIDTH - _LEFT - _RIGHT) // max(len(days), 1)
    shapes: list[Shape] = []
    for place, day in enumerate(days):
        y, below = base, Decimal(0)
        for name in sorted(day.euros, key=lambda name: series[name]):
            below += day.euros[name]
            # Each edge is rounded by itself: a stack is as high as its sum, whatever lies in it.
            upper = base - int(room * below / top)
            if upper < y:
                title = f"{_short(day.day)}: {name} €{day.euros[name]:.2f}"
                look = f"series-{series[name]}"
                shapes.append(Shape(_LEFT + place * step, upper, step - _GAP, y - upper, look, title))
            y = upper
    lines, words = [], []
    for quarter in (0, 2, 4):
        y = base - room * quarter // 4
        lines.append(Line(_LEFT, y, _WIDTH, "grid"))
        words.append(Words(_LEFT - 8, y + 4, _euros(top * quarter / 4), "end"))
    for place, day in enumerate(days):
        if (len(days) - 1 - place) % 5 == 0:
            words.append(Words(_LEFT + place * step + (step - _GAP) // 2, _HEIGHT - 8, _short(day.day), "middle"))
    return Drawing(_HEIGHT, shapes, lines, words, width=_WIDTH)


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _euros(value: Decimal) -> str:
    return f"€{value:,.0f}" if value == value.to_integral_value() else f"€{value.normalize():f}"
