"""Dates as CSL-JSON has them: ``{"date-parts": [[2022, 12, 17]]}``."""

import re
from datetime import UTC, date, datetime
from typing import Any, Final

EARLIEST_YEAR: Final = 1450
_MONTH_NAMES: Final = (
    "jan",
    "feb",
    "mar",
    "apr",
    "may",
    "jun",
    "jul",
    "aug",
    "sep",
    "oct",
    "nov",
    "dec",
)
_MONTHS: Final = {name: number for number, name in enumerate(_MONTH_NAMES, 1)}
_ISO: Final = re.compile(r"^\D{0,3}(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?")


def csl_date(text: str, *, month: str = "", day: str = "") -> dict[str, Any] | None:
    """The date that begins with a year of four digits; month as number or English name; None for no sound year."""
    match = _ISO.match(text.strip())
    if match is None:
        return None
    year = int(match.group(1))
    if not EARLIEST_YEAR <= year <= datetime.now(tz=UTC).year + 1:
        return None
    parts = [year]
    number = int(match.group(2) or 0) or _month(month)
    if 1 <= number <= 12:
        parts.append(number)
        number_of_day = int(match.group(3) or 0) or (int(day) if day.isdigit() else 0)
        if _is_date(year, number, number_of_day):
            parts.append(number_of_day)
    return {"date-parts": [parts]}


def _month(text: str) -> int:
    text = text.strip().lower()
    return int(text) if text.isdigit() else _MONTHS.get(text[:3], 0)


def _is_date(year: int, month: int, day: int) -> bool:
    try:
        date(year, month, day)
    except ValueError:
        return False
    return True
