"""Dates of reference lists, which write them in ways of their own ("2019/03/15/", "20190315", "2019 Mar 15")."""

import re
from collections.abc import Iterable
from typing import Any, Final

from reading.dates import csl_date
from reading.fields import plain

#: RIS's own form, year/month/day/other. All but the year may be empty.
_SLASHED: Final = re.compile(r"^(\d{4})/(\d{0,2})(?:/(\d{0,2})(?:/(.*))?)?$")
_COMPACT: Final = re.compile(r"^(\d{4})(\d{2})(\d{2})$")
_WITH_TIME: Final = re.compile(r"^(\d{4}-\d{2}-\d{2})[T ]\d.*$")
_YEARS: Final = re.compile(r"(?<!\d)(?:1[4-9]|20)\d\d(?!\d)")


def issued(values: Iterable[object]) -> dict[str, Any] | None:
    """The date of the first value with a year; another of the same year that says more takes its place."""
    best: dict[str, Any] | None = None
    for value in values:
        found = written_date(value)
        if found is None:
            continue
        if best is None or (_year(best) == _year(found) and _says(found) > _says(best)):
            best = found
    return best


def written_date(value: object) -> dict[str, Any] | None:
    """One date, or a range of months; None where no sound year stands.

    Of several years only the first is believed: a year of a copy or a second printing may follow.
    """
    text = plain(value).strip(" []()")
    if match := _WITH_TIME.match(text):
        text = match.group(1)
    if match := _COMPACT.match(text):
        return csl_date("-".join(match.groups()))
    if match := _SLASHED.match(text):
        year, month, day, other = match.groups()
        return csl_date(year, month=month or (other or "").strip(" /"), day=day or "")
    years = _YEARS.findall(text)
    return csl_date(text) or (csl_date(years[0]) if years else None)


def _year(date: dict[str, Any]) -> int:
    return int(date["date-parts"][0][0])


def _says(date: dict[str, Any]) -> int:
    return sum(len(parts) for parts in date["date-parts"]) + ("season" in date)
