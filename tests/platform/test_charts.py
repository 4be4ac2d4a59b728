"""Where the pieces of charts lie: whole numbers, within the drawing, and high enough to be seen."""

from decimal import Decimal

import pytest

from tesigo.platform import charts
from tesigo.platform.charts import Row


@pytest.mark.parametrize(
    ("highest", "top"),
    [("0", "1"), ("0.04", "0.05"), ("1", "1"), ("2.1", "3"), ("14.2", "15"), ("51", "100"), ("100", "100")],
)
def test_the_axis_ends_at_a_round_number(highest: str, top: str) -> None:
    assert charts.ceiling(Decimal(highest)) == Decimal(top)


@pytest.mark.parametrize(
    ("spent", "reserved", "limit", "bar"),
    [
        ("50", "10", "100", charts.Bar(50, 10)),
        ("110", "50", "100", charts.Bar(110, 10)),
        ("500", "1", "100", charts.Bar(120, 0)),
        ("1", "0", "0", charts.Bar(120, 0)),
        ("1", "1", None, charts.Bar(0, 0)),
    ],
)
def test_a_budget_fills_its_bar_up_to_120_percent(
    spent: str, reserved: str, limit: str | None, bar: charts.Bar
) -> None:
    assert charts.bar(spent=Decimal(spent), reserved=Decimal(reserved), limit=Decimal(limit) if limit else None) == bar


def hours(**values: int) -> list[int]:
    """The 24 hours of a day, those that are named ("h9") with a value."""
    return [values.get(f"h{hour}", 0) for hour in range(24)]


def test_hours_stand_on_the_base_and_the_highest_reaches_its_share_of_the_axis() -> None:
    values = hours(h0=1, h9=50, h23=100)
    drawn = charts.by_hour(values, said=[str(value) for value in values], top="{:,f}", hour=9)
    assert [shape.title for shape in drawn.shapes] == ["00:00 1", "09:00 50", "23:00 100"]
    assert len({shape.y + shape.height for shape in drawn.shapes}) == 1
    low, half, full = (shape.height for shape in drawn.shapes)
    assert (low, half) == (2, full // 2)
    assert all(shape.x >= 0 and shape.x + shape.width <= drawn.width for shape in drawn.shapes)
    assert drawn.words[-1].text == "100"


@pytest.mark.parametrize(("highest", "written"), [(12, "€15"), (Decimal("120.50"), "€150"), (1_001, "€1,500")])
def test_the_end_of_the_axis_is_written_plainly(highest: int | Decimal, written: str) -> None:
    drawn = charts.by_hour([*hours()[1:], highest], said=["x"] * 24, top="€{:,f}", hour=23)
    assert drawn.words[-1].text == written


def test_a_day_without_anything_has_its_hours_and_no_columns() -> None:
    drawn = charts.by_hour(hours(), said=["0"] * 24, top="{}", hour=0)
    assert drawn.shapes == []
    assert [words.text for words in drawn.words] == ["00:00", "06:00", "12:00", "18:00"]


def test_what_there_is_can_be_seen_and_no_bar_leaves_its_track() -> None:
    rows = [Row("a", "1", [(1, "x")]), Row("b", "9", [(900, "x"), (400, "y")], marks=(500,)), Row("c", "0", [(0, "x")])]
    drawn = charts.bars(rows)
    bars = {look: [shape for shape in drawn.shapes if shape.look == look] for look in ("x", "y", "span-track", "tick")}
    assert len(bars["span-track"]) == 3
    assert [shape.width for shape in bars["x"]] == [2, drawn.width * 9 // 10]
    assert bars["y"][0].x + bars["y"][0].width == drawn.width
    assert len(bars["tick"]) == 1
    assert max(shape.y + shape.height for shape in drawn.shapes) <= drawn.height
