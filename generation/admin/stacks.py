"""Stacked columns for the spending page: one column a day, one piece a model."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from generation.spending.overview import Day
from tesigo.platform.charts import ceiling

#: Colours that can be told apart; what comes after them shares the last one.
SERIES: Final = 6
_WIDTH, _HEIGHT = 900, 240
_LEFT, _RIGHT, _BOTTOM, _TOP = 60, 12, 28, 12
_GAP: Final = 4


@dataclass(frozen=True)
class Piece:
    """A rectangle with its colour, and what it stands for in words."""

    x: int
    y: int
    width: int
    height: int
    series: int
    title: str


@dataclass(frozen=True)
class Mark:
    """A word beside an axis: of a line at ``at``, or below a bar."""

    at: int
    label: str


@dataclass(frozen=True)
class Columns:
    """A stacked column for each day."""

    width: int
    height: int
    left: int
    base: int
    pieces: list[Piece]
    lines: list[Mark]
    days: list[Mark]


def series_of(names: Sequence[str]) -> dict[str, int]:
    """Each name's colour from 1, the first names their own."""
    return {name: min(place, SERIES) for place, name in enumerate(names, start=1)}


def columns(days: Sequence[Day], series: dict[str, int]) -> Columns:
    """The days side by side, each a stack of what its models cost in euros."""
    top = ceiling(max((day.total for day in days), default=Decimal(0)))
    base, room = _HEIGHT - _BOTTOM, _HEIGHT - _BOTTOM - _TOP
    step = (_WIDTH - _LEFT - _RIGHT) // max(len(days), 1)
    pieces: list[Piece] = []
    for place, day in enumerate(days):
        y, below = base, Decimal(0)
        for name in sorted(day.euros, key=lambda name: series[name]):
            below += day.euros[name]
            # Each edge is rounded by itself: a stack is as high as its sum, whatever lies in it.
            upper = base - int(room * below / top)
            if upper < y:
                title = f"{_short(day.day)}: {name} €{day.euros[name]:.2f}"
                pieces.append(Piece(_LEFT + place * step, upper, step - _GAP, y - upper, series[name], title))
            y = upper
    return Columns(
        width=_WIDTH,
        height=_HEIGHT,
        left=_LEFT,
        base=base,
        pieces=pieces,
        lines=[Mark(base - room * quarter // 4, _euros(top * quarter / 4)) for quarter in (0, 2, 4)],
        days=[
            Mark(_LEFT + place * step + (step - _GAP) // 2, _short(day.day))
            for place, day in enumerate(days)
            if (len(days) - 1 - place) % 5 == 0
        ],
    )


def _short(day: date) -> str:
    return f"{day.day} {day:%b}"


def _euros(value: Decimal) -> str:
    return f"€{value:,.0f}" if value == value.to_integral_value() else f"€{value.normalize():f}"
