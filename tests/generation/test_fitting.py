"""Which sections change, and by how much, so that the pages come out as ordered (R-11)."""

import pytest

from generation.domain import fitting
from generation.domain.fitting import Part


def parts(*filled: float, ordered: float = 2.0) -> list[Part]:
    return [
        Part(id=str(number), ordered=ordered, filled=pages, characters=round(pages * 2_700))
        for number, pages in enumerate(filled)
    ]


@pytest.mark.parametrize(
    ("pages", "body", "delivered", "aimed"),
    [
        (12, 12.0, True, True),
        (12, 12.25, True, True),
        (12, 12.4, True, False),
        (12, 12.6, False, False),
        (1, 0.4, False, False),
        (100, 103, True, False),
        (100, 101.5, True, True),
        (100, 96.9, False, False),
    ],
)
def test_the_pages_ordered_are_those_within_three_percent_or_half_a_page(
    pages: int, body: float, delivered: bool, aimed: bool
) -> None:
    assert fitting.is_delivered(pages=pages, body=body) is delivered
    assert fitting.is_aim_reached(pages=pages, body=body) is aimed


def test_a_small_gap_is_closed_by_the_section_that_is_off_most() -> None:
    made = fitting.changes(pages=6, body=5.6, parts=parts(2.0, 1.6, 2.0))
    assert list(made) == ["1"]
    assert made["1"] == pytest.approx(0.4 * 2_700, rel=0.02)


def test_too_long_is_taken_from_the_longest() -> None:
    made = fitting.changes(pages=6, body=6.5, parts=parts(2.0, 2.0, 2.5))
    assert list(made) == ["2"]
    assert made["2"] == pytest.approx(-0.5 * 2_700, rel=0.02)


def test_a_large_gap_is_shared_and_adds_up() -> None:
    made = fitting.changes(pages=8, body=4.8, parts=parts(1.2, 1.2, 1.2, 1.2))
    assert set(made) == {"0", "1", "2", "3"}
    assert sum(made.values()) == pytest.approx(3.2 * 2_700, rel=0.05)
    assert all(change > 0 for change in made.values())


def test_no_section_loses_more_than_half_of_its_text() -> None:
    short_and_long = [Part("short", 0.2, 0.4, 1_000), Part("long", 3.8, 6.0, 16_000)]
    made = fitting.changes(pages=4, body=6.4, parts=short_and_long)
    assert made["long"] >= -8_000
    assert made.get("short", 0) >= -500
