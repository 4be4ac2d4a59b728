"""No cell of a CSV runs as a formula, however a spreadsheet parts the cells."""

from decimal import Decimal

import pytest

from tesigo.platform.csv_cells import cell


@pytest.mark.parametrize(
    ("value", "written"),
    [
        (None, ""),
        (-3, "-3"),
        (Decimal("-0.50"), "-0.50"),
        ("=1+1", "'=1+1"),
        ("-3", "'-3"),
        ("see; and so on", "see; and so on"),
        ("pages 3; -4", "pages 3; '-4"),
        ("so;=HYPERLINK(1)", "so;'=HYPERLINK(1)"),
        ('so; "@SUM(1)', "so; \"'@SUM(1)"),
        ("so\n+1", "so\n'+1"),
        ("a = b", "a = b"),
    ],
)
def test_what_a_spreadsheet_would_run_is_made_harmless(value: object, written: str) -> None:
    assert cell(value) == written
