"""Dates as CSL-JSON has them: ``{"date-parts": [[2022, 12, 17]]}``, with two parts for a range.

Nothing is invented: a day that the text does not say is left out, and so is one that the calendar does not have.
"""

import re
from datetime import UTC, date, datetime
from typing import Any, Final

from reading.months import season, within_year

EARLIEST_YEAR: Final = 1450
_ISO: Final = re.compile(r"^\D{0,3}(\d{4})(?:[-/.](\d{1,2})(?!\d)(?:[-/.](\d{1,2})(?!\d))?)?")
_RANGE: Final = re.compile(
    r"^\s*(\d{4}(?:-\d{1,2}){0,2})\s*(?:/|--|–|—|\bto\b|(?<=\b\d{4})-(?=\d{4}\b))\s*(\d{4}(?:-\d{1,2}){0,2})\s*$"
)
#: "15/03/2019", "15.3.2019", "03/2019".
_YEAR_LAST: Final = re.compile(r"^\s*(?:(\d{1,2})[-/.]\s*)?(\d{1,2})[-/.]\s*(\d{4})\s*$")
_ANY_YEAR: Final = re.compile(r"(?<!\d)\d{4}(?!\d)")
_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_EDTF: Final = re.compile(r"^(-?\d{4})(?:-(\d{2})(?:-(\d{2}))?)?(?:T.*| \d\d:.*)?$")
_EDTF_DECADE: Final = re.compile(r"^(\d{2,3})([XxUu]{1,2})$")
_CIRCA: Final = re.compile(r"^\W*(?:c(?:a|irca)?\.?|um|env(?:iron)?\.?|około|ok\.)\s*(?=\[?\d{4})", re.IGNORECASE)
#: An end, or a beginning, that is not known or not yet there.
_OPEN: Final = frozenset({"", "..", "open", "unknown"})


def csl_date(text: str, *, month: str = "", day: str = "") -> dict[str, Any] | None:
    """The date of "2022-12-17", "17.12.2022", "December 2022", "2019/2021", or a year with its ``month`` beside it.

    A month is a number or a name, or two of them ("May--June"). None for no sound year.
    """
    text = " ".join(text.split())
    if match := _RANGE.match(text):
        ends = [found for one in match.groups() if (found := _iso(one))]
        return {"date-parts": ends} if len(ends) == 2 else None
    if (match := _YEAR_LAST.match(text)) and (year := _sound(int(match[3]))):
        return {"date-parts": [[year, *_day_first(year, int(match[1] or 0), int(match[2]), has_dots="." in text)]]}
    parts = _iso(text)
    if parts is None:
        years = {_sound(int(found)) for found in _ANY_YEAR.findall(text)} - {0}
        if len(years) != 1 or not _WORD.search(text):
            return None
        parts = [years.pop()]
    if len(parts) == 1:
        rest = _ANY_YEAR.sub(" ", text) if _WORD.search(text) else ""
        return _with_month(parts[0], month or rest, day)
    return {"date-parts": [parts]}


def biblatex_date(text: str) -> dict[str, Any] | None:
    """The date of a field that follows EDTF level 1 (biblatex, 2.3.8): ranges, open ends, seasons, about, decades.

    An end that is open is the part ``[0]``, as pandoc writes it. Other texts are read by `csl_date`.
    """
    text = " ".join(text.split())
    begin, slash, end = text.partition("/")
    first, last = _edtf(begin), _edtf(end)
    if first is None or (slash and last is None and end.strip().lower() not in _OPEN):
        return csl_date(text)
    found = dict(first)
    if last is not None:
        found["date-parts"] = [first["date-parts"][0], last["date-parts"][-1]]
        found |= {"circa": True} if last.get("circa") else {}
        if found["date-parts"][0] == found["date-parts"][1]:
            found["date-parts"].pop()  # two seasons of one year
    elif slash:
        found["date-parts"] = [first["date-parts"][0], [0]]
    return found


def year_date(text: str, *, month: str = "", day: str = "") -> dict[str, Any] | None:
    """The date of BibTeX's ``year``, with ``month`` and ``day``: also "c. 1900", "[1923]", "2019/20", "2020a"."""
    text = " ".join(text.split())
    circa = bool(_CIRCA.match(text)) or text.endswith("?")
    text = _CIRCA.sub("", text)
    if match := re.match(r"^(\d{2})(\d{2})\s*(?:[-–/]|--)\s*(\d{2})$", text):
        # "2019/20" are two years; "2009/10" may be October: no more than the year is said.
        century, first, last = match.groups()
        is_range = int(last) > max(int(first), 12)
        text = f"{century}{first}/{century}{last}" if is_range else f"{century}{first}"
    found = csl_date(text, month=month, day=day)
    return found | {"circa": True} if found and circa else found


def _iso(text: str) -> list[int] | None:
    match = _ISO.match(text.strip())
    if match is None or not (year := _sound(int(match[1]))):
        return None
    return [year, *_sound_day(year, int(match[2] or 0), int(match[3] or 0))]


def _with_month(year: int, month: str, day: str) -> dict[str, Any]:
    if (within := season(month)) and not within_year(month):
        return {"date-parts": [[year]], "season": within}
    parts = [[year, *_sound_day(year, *one)] for one in within_year(month)]
    if len(parts) == 2 and parts[1] < parts[0]:
        return {"date-parts": [[year]]}  # "December–January": which of them is in the year is not said
    if len(parts) == 1 and len(parts[0]) == 2 and day.strip().isdecimal():
        parts = [[year, *_sound_day(year, parts[0][1], int(day))]]
    return {"date-parts": parts or [[year]]}


def _day_first(year: int, first: int, second: int, *, has_dots: bool) -> list[int]:
    """Month and day of two numbers before a year; which is which must be plain ("03/04/2019" says neither).

    With dots the day stands first wherever dates are written so.
    """
    if not first:
        return _sound_day(year, second)
    if first > 12 or first == second or has_dots:
        return _sound_day(year, second, first)
    return _sound_day(year, first, second) if second > 12 else []


def _edtf(text: str) -> dict[str, Any] | None:
    bare = text.strip().rstrip("?~%")
    circa = {"circa": True} if bare != text.strip() else {}
    if match := _EDTF_DECADE.match(bare):
        known, unknown = match[1], len(match[2])
        if len(known) + unknown != 4:
            return None
        return {"date-parts": [[int(known + "0" * unknown)], [int(known + "9" * unknown)]]}
    match = _EDTF.match(bare)
    if match is None:
        return None
    year, number, day = int(match[1]), int(match[2] or 0), int(match[3] or 0)
    if year == 0 or year > datetime.now(tz=UTC).year + 1:
        return None
    if 21 <= number <= 24:
        return {"date-parts": [[year]], "season": number - 20} | circa
    return {"date-parts": [[year, *_sound_day(year, number, day)]]} | circa


def _sound(year: int) -> int:
    return year if EARLIEST_YEAR <= year <= datetime.now(tz=UTC).year + 1 else 0


def _sound_day(year: int, month: int, day: int = 0) -> list[int]:
    if not 1 <= month <= 12:
        return []
    try:
        date(max(year, 1), month, day)
    except ValueError:
        return [month]
    return [month, day]
