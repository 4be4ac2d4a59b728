"""Cells of CSV files that a spreadsheet may open."""

from decimal import Decimal
from typing import Final

#: Characters by which a cell would be taken for a formula; such a cell gets an apostrophe before it (OWASP).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")


def cell(value: object) -> str:
    """The value as text; one that a spreadsheet would run as a formula is made harmless."""
    if value is None:
        return ""
    text = str(value)
    is_number = isinstance(value, (int, float, Decimal))
    return f"'{text}" if text.startswith(_FORMULA) and not is_number else text
