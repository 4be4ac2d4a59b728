"""Cells of CSV files that a spreadsheet may open."""

import re
from decimal import Decimal
from typing import Final

#: Characters by which a cell would be taken for a formula; such a cell gets an apostrophe before it (OWASP).
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r", "\n")
#: The same behind what many spreadsheets part cells by, whatever the file says: a semicolon, a tab, a line end.
#: At the beginning of a text the apostrophe before it is enough.
_WITHIN: Final = re.compile(r"(?<=.)([;\t\r\n][\s\"]*)(?=[=+@-])", re.DOTALL)


def cell(value: object) -> str:
    """The value as text; one that a spreadsheet would run as a formula is made harmless."""
    if value is None:
        return ""
    text = str(value)
    if isinstance(value, (int, float, Decimal)):
        return text
    text = _WITHIN.sub(r"\1'", text)
    return f"'{text}" if text.startswith(_FORMULA) else text
