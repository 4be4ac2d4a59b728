"""Which backups stay, and which WAL and files with them (R-121). Reckoned from what is there, without touching it.

Backups that build on each other stay together. Only whole ones count for a promise: an incremental whose parent is
missing keeps no day.
"""

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from tesigo.platform.backup import wal
from tesigo.platform.backup.paths import Kind

KEEP_DAILY_COUNT: Final = 30
KEEP_WEEKLY_COUNT: Final = 12
KEEP_MONTHLY_COUNT: Final = 12
#: The archive: one of each year.
KEEP_YEARLY_COUNT: Final = 10
#: Lists of files of each hour; those of a day stay with its backup.
KEEP_FILE_LISTS: Final = timedelta(days=7)
#: Within these days any moment can be restored, beyond them the moments of the backups that stay.
POINT_IN_TIME: Final = timedelta(days=30)
#: What no manifest names may belong to something that is still on its way, on whatever machine.
UNFINISHED: Final = timedelta(days=2)


@dataclass(frozen=True)
class Known:
    """A backup at a destination, as its manifest says. WAL names are empty for a list of files."""

    id: str
    kind: Kind
    at: datetime
    parent: str | None = None
    system_id: str = ""
    start_wal: str = ""
    stop_wal: str = ""
    #: Whether its signature holds and its parts are there. One that is not good keeps nothing, and is never removed.
    is_good: bool = True


@dataclass(frozen=True)
class Kept:
    """The ids that stay, each with why: days, weeks, months and years that it stands for, or what builds on it."""

    reasons: Mapping[str, tuple[str, ...]]
    #: Those that go, in the order in which they may: what builds on another goes before it.
    gone: tuple[str, ...]


@dataclass
class _Choice:
    reasons: dict[str, list[str]] = field(default_factory=dict)

    def add(self, backup_id: str, why: str) -> None:
        reasons = self.reasons.setdefault(backup_id, [])
        if why not in reasons:
            reasons.append(why)


def choose(backups: Iterable[Known], *, now: datetime) -> Kept:
    """Which stay. The newest whole full one always does, with the newest that builds on it."""
    by_id = {one.id: one for one in backups}
    whole = [one for one in by_id.values() if _is_whole(one, by_id) and one.kind != Kind.FILES]
    fulls = [one for one in whole if one.kind == Kind.FULL]
    choice = _Choice()
    _newest_of_each(choice, whole, _day, KEEP_DAILY_COUNT, "day")
    # Longer ago a full one is taken where there is one: an incremental would keep all of its chain.
    for period, count, name in (
        (_week, KEEP_WEEKLY_COUNT, "week"),
        (_month, KEEP_MONTHLY_COUNT, "month"),
        (_year, KEEP_YEARLY_COUNT, "year"),
    ):
        _newest_of_each(choice, whole, period, count, name, rather=fulls)
    for one in (max(fulls, key=_at, default=None), max(whole, key=_at, default=None)):
        if one is not None:
            choice.add(one.id, "newest")
    _keep_file_lists(choice, by_id.values(), now)
    for one in by_id.values():
        if not one.is_good:
            choice.add(one.id, "cannot be believed: look at it")
        elif one.kind != Kind.FILES and one not in whole and one.at > now - UNFINISHED:
            choice.add(one.id, "its parent may be on its way")
    _keep_parents(choice, by_id)
    gone = sorted((one for one in by_id.values() if one.id not in choice.reasons), key=_at, reverse=True)
    return Kept({name: tuple(why) for name, why in choice.reasons.items()}, tuple(one.id for one in gone))


def whole_chain(backup_id: str, by_id: Mapping[str, Known]) -> list[str] | None:
    """The backup and all that it builds on, itself first; None where one is missing or not good."""
    chain: list[str] = []
    name: str | None = backup_id
    while name is not None:
        one = by_id.get(name)
        if one is None or not one.is_good or name in chain:
            return None
        chain.append(name)
        name = one.parent
    return chain


def wal_to_remove(segments: Iterable[str], *, kept: Iterable[Known], segment_bytes: int, now: datetime) -> list[str]:
    """Which segments of one system go. Those from the start of the newest backup before `POINT_IN_TIME` on stay, and
    of each older one those from its start to its end. Without any backup of the system all stay.
    """
    backups = [one for one in kept if one.start_wal]
    if not backups:
        return []
    before = [one for one in backups if one.at <= now - POINT_IN_TIME]
    first = max(before, key=_at) if before else min(backups, key=_at)

    def number(name: str) -> int:
        return wal.number_of(name, segment_bytes)

    stays_from = number(first.start_wal)
    spans = [(number(one.start_wal), number(one.stop_wal)) for one in backups]
    return [
        name
        for name in segments
        if wal.is_segment(name)
        and number(name) < stays_from
        and not any(begin <= number(name) <= end for begin, end in spans)
    ]


def point_in_time_from(kept: Iterable[Known], *, now: datetime) -> datetime | None:
    """The earliest moment that can be restored to the second; before it only those of single backups."""
    backups = [one for one in kept if one.start_wal]
    before = [one.at for one in backups if one.at <= now - POINT_IN_TIME]
    return max(before, default=min((one.at for one in backups), default=None))


def _newest_of_each(
    choice: _Choice,
    backups: Iterable[Known],
    period: Callable[[Known], Hashable],
    count: int,
    name: str,
    rather: Iterable[Known] = (),
) -> None:
    newest: dict[Hashable, Known] = {}
    for one in sorted(backups, key=_at):
        newest[period(one)] = one
    for one in sorted(rather, key=_at):
        newest[period(one)] = one
    for one in sorted(newest.values(), key=_at, reverse=True)[:count]:
        choice.add(one.id, f"{name} {one.at.astimezone(UTC):{_FORMATS[name]}}")


def _keep_file_lists(choice: _Choice, backups: Iterable[Known], now: datetime) -> None:
    lists = sorted((one for one in backups if one.kind == Kind.FILES and one.is_good), key=_at)
    for one in lists:
        if one.at > now - KEEP_FILE_LISTS or one is lists[-1]:
            choice.add(one.id, "files of the hour")


def _keep_parents(choice: _Choice, by_id: Mapping[str, Known]) -> None:
    for name in list(choice.reasons):
        parent, seen = by_id[name].parent, {name}
        while parent is not None and parent in by_id and parent not in seen:
            choice.add(parent, f"{name} builds on it")
            seen.add(parent)
            parent = by_id[parent].parent


def _is_whole(one: Known, by_id: Mapping[str, Known]) -> bool:
    return whole_chain(one.id, by_id) is not None


def _at(one: Known) -> tuple[datetime, str]:
    return one.at, one.id


_FORMATS: Final = {"day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}


def _day(one: Known) -> Hashable:
    return one.at.astimezone(UTC).date()


def _week(one: Known) -> Hashable:
    return one.at.astimezone(UTC).isocalendar()[:2]


def _month(one: Known) -> Hashable:
    return (one.at.astimezone(UTC).year, one.at.astimezone(UTC).month)


def _year(one: Known) -> Hashable:
    return one.at.astimezone(UTC).year
