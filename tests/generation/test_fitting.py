"""Which sections change, and by how much, so that the pages come out as ordered (R-11)."""

import random
from decimal import Decimal

import pytest

from documents.domain import page_count
from generation.writing.stages import measure
from generation.writing.stages.measure import LaidOut


def parts(*filled: float, ordered: float = 2.0) -> list[LaidOut]:
    return [
        LaidOut(id=str(number), ordered=ordered, filled=pages, characters=round(pages * 2_700))
        for number, pages in enumerate(filled)
    ]


@pytest.mark.parametrize(
    ("pages", "body", "delivered", "aimed"),
    [
        (12, "12.00", True, True),
        (12, "12.01", False, False),
        (12, "11.60", True, True),
        (12, "11.59", True, False),
        (12, "11.49", False, False),
        (1, "0.50", True, False),
        (1, "0.49", False, False),
        (3, "2.60", True, True),
        (100, "100.01", False, False),
        (100, "97.80", True, True),
        (100, "97.79", True, False),
        (100, "96.99", False, False),
    ],
)
def test_97_to_100_percent_are_delivered_or_half_a_page_less_and_never_more(
    pages: int, body: str, delivered: bool, aimed: bool
) -> None:
    assert page_count.is_delivered(pages=pages, body=Decimal(body)) is delivered
    assert measure.wanted(pages=pages, round=0).is_met_by(Decimal(body)) is aimed
    assert measure.wanted(pages=pages, round=1).is_met_by(Decimal(body)) is delivered


@pytest.mark.parametrize("pages", range(1, 201))
def test_a_text_is_written_for_pages_that_would_be_delivered(pages: int) -> None:
    aimed = page_count.aimed_pages(pages)
    assert measure.wanted(pages=pages, round=0).is_met_by(aimed)
    assert page_count.least_pages(pages) < aimed < pages
    assert page_count.sheets(aimed) <= pages


def test_a_nearly_empty_last_page_is_mended_while_there_are_rounds() -> None:
    met = [measure.wanted(pages=100, round=round).is_met_by(Decimal("98.20")) for round in range(3)]
    assert met == [False, False, True]


@pytest.mark.parametrize(("body", "worth"), [(5.99, False), (6.0, True), (20.0, True)])
def test_less_than_half_of_the_pages_is_not_worth_delivering(body: float, worth: bool) -> None:
    assert measure.is_worth_delivering(pages=12, body=body) is worth


@pytest.mark.parametrize("per_page", [2_600, 2_770, 2_900])
@pytest.mark.parametrize("bias", [-0.25, -0.08, 0.08, 0.25])
@pytest.mark.parametrize("pages", [1, 2, 3, 7, 12, 30, 51, 120, 200])
def test_two_rounds_are_enough_for_a_text_that_came_out_quite_wrong(pages: int, bias: float, per_page: int) -> None:
    """Whatever a page holds in its language, and with each change coming out up to 15 % wrong."""
    chance = random.Random(pages)
    count = max(1, round(pages / chance.choice([0.7, 1.5, 4])))
    texts = {str(n): per_page * pages / count * (1 + bias + chance.uniform(-0.05, 0.05)) for n in range(count)}

    def body() -> float:
        return sum(texts.values()) / per_page

    for done in range(measure.FITTING_ROUNDS):
        if measure.wanted(pages=pages, round=done).is_met_by(Decimal(str(round(body(), 2)))):
            break
        laid_out = [LaidOut(name, pages / count, text / per_page, int(text)) for name, text in texts.items()]
        for name, change in measure.changes(
            aimed=float(page_count.aimed_pages(pages)), body=body(), parts=laid_out
        ).items():
            texts[name] += change * chance.uniform(0.85, 1.15)
    assert page_count.is_delivered(pages=pages, body=Decimal(str(round(body(), 2))))


def test_a_small_gap_is_closed_by_the_section_that_is_off_most() -> None:
    made = measure.changes(aimed=6, body=5.6, parts=parts(2.0, 1.6, 2.0))
    assert list(made) == ["1"]
    assert made["1"] == pytest.approx(0.4 * 2_700, rel=0.02)


def test_too_long_is_taken_from_the_longest() -> None:
    made = measure.changes(aimed=6, body=6.5, parts=parts(2.0, 2.0, 2.5))
    assert list(made) == ["2"]
    assert made["2"] == pytest.approx(-0.5 * 2_700, rel=0.02)


def test_a_large_gap_is_shared_and_adds_up() -> None:
    made = measure.changes(aimed=8, body=4.8, parts=parts(1.2, 1.2, 1.2, 1.2))
    assert set(made) == {"0", "1", "2", "3"}
    assert sum(made.values()) == pytest.approx(3.2 * 2_700, rel=0.05)
    assert all(change > 0 for change in made.values())


def test_no_section_loses_more_than_half_of_its_text() -> None:
    short_and_long = [LaidOut("short", 0.2, 0.4, 1_000), LaidOut("long", 3.8, 6.0, 16_000)]
    made = measure.changes(aimed=4, body=6.4, parts=short_and_long)
    assert made["long"] >= -8_000
    assert made.get("short", 0) >= -500


def test_a_section_that_can_lose_next_to_nothing_is_left_as_it_is() -> None:
    tiny_and_long = [LaidOut("tiny", 0.2, 0.6, 250), LaidOut("long", 3.8, 5.8, 16_000)]
    assert set(measure.changes(aimed=4, body=6.4, parts=tiny_and_long)) == {"long"}


@pytest.mark.parametrize(("kept", "asked"), [(1.2, 4.0), (1.0, 4.0), (0.8, 5.0), (0.2, 8.0), (-0.1, 8.0)])
def test_what_the_check_took_out_the_round_before_is_asked_for_on_top(kept: float, asked: float) -> None:
    """Of ten pages asked for some stayed; four are missing still. At most twice as much is asked for."""
    before = measure.RoundBefore(asked=10 * 2_700, body=116 - 10 * kept)
    laid_out = parts(*([1.16] * 100), ordered=1.2)
    made = measure.changes(aimed=120, body=116, parts=laid_out, before=before)
    assert sum(made.values()) == pytest.approx(asked * 2_700, rel=0.01)


def test_a_round_that_took_text_away_says_nothing_of_what_stays() -> None:
    laid_out = parts(*([1.16] * 100), ordered=1.2)
    made = measure.changes(aimed=120, body=116, parts=laid_out, before=measure.RoundBefore(asked=-27_000, body=126))
    assert sum(made.values()) == pytest.approx(4 * 2_700, rel=0.01)


def test_where_every_section_is_tiny_one_gives_way_all_the_same() -> None:
    made = measure.changes(aimed=1, body=1.2, parts=[LaidOut(str(n), 0.1, 0.12, 250) for n in range(10)])
    assert list(made.values()) == [-125]
