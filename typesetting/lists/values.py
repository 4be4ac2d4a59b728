"""Values of a CSL JSON item as lists of sources write them: dates, pages, keys."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

#: What stands for the end of what goes on.
_OPEN_END: Final = [0]
_SEASONS: Final = {1: 21, 2: 22, 3: 23, 4: 24}
_NUMBER: Final = re.compile(r"-?\d{1,9}", re.ASCII)
_KEPT_IN_KEYS: Final = re.compile(r"[^\w:.+/-]+", re.ASCII)


def day(parts: Sequence[Any], separator: str = "-") -> str:
    """Year, month and day, as far as they are known: ``2019-03``."""
    numbers = [int(part) for part in parts if _NUMBER.fullmatch(str(part).strip())]
    return separator.join(
        f"{number:0{4 + (number < 0)}d}" if place == 0 else f"{number:02d}" for place, number in enumerate(numbers)
    )


def parts(date: Mapping[str, Any] | None) -> list[list[Any]]:
    """The one or two days of a date, each of one to three numbers; none for one in words only."""
    return [list(one) for one in (date or {}).get("date-parts") or [] if one and str(one[0]).strip()]


def edtf(date: Mapping[str, Any] | None) -> str:
    """A date as biblatex reads it (EDTF level 0 and 1): ``2020-03/2020-05``, ``2021-23`` for an autumn, ``1850~``."""
    days = ["" if one == _OPEN_END else day(one) for one in parts(date)]
    if not days or date is None:
        return ""
    season = str(date.get("season") or "")
    if season.isdigit() and int(season) in _SEASONS and len(days[0]) == 4:
        days[0] = f"{days[0]}-{_SEASONS[int(season)]}"
    return "/".join(days[:2]) + ("~" if date.get("circa") and len(days) == 1 else "")


def year(date: Mapping[str, Any] | None) -> str:
    """The year alone; of two, both. What stands for a date in words, if there is nothing else."""
    years = list(dict.fromkeys("" if one == _OPEN_END else day(one[:1]) for one in parts(date)))
    return "--".join(years) or str((date or {}).get("literal") or (date or {}).get("raw") or "")


def month(date: Mapping[str, Any] | None) -> int:
    """The month of its first day; 0 where it has none."""
    first = next(iter(parts(date)), [])
    found = str(first[1]) if len(first) > 1 else ""
    return int(found) if _NUMBER.fullmatch(found) and 1 <= int(found) <= 12 else 0


def keyed(works: Sequence[Mapping[str, Any]]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each work with a key that every program takes, and that no other work of the list has."""
    taken: set[str] = set()
    for work in works:
        wanted = _KEPT_IN_KEYS.sub("-", str(work["id"])).strip("-") or "work"
        key, number = wanted, 1
        while key.lower() in taken:
            number += 1
            key = f"{wanted}-{number}"
        taken.add(key.lower())
        yield key, work


def said(work: Mapping[str, Any], name: str) -> str:
    """A field's text on one line; empty where it has none."""
    return " ".join(str(work.get(name) or "").split())
