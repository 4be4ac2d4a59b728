"""What stays of backups, over two years of nights: the number promised, and always a whole chain to restore from."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from random import Random

import pytest

from tesigo.platform.backup import keeping, paths, wal
from tesigo.platform.backup.keeping import Known, choose, point_in_time_from, wal_to_remove, whole_chain
from tesigo.platform.backup.paths import Kind

SIZE = 16 * 1024**2
DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, 2, tzinfo=UTC)
#: A segment each four hours, so that the start of a backup says its place in the order.
PER_DAY = 6


def segment(at: datetime) -> str:
    return wal.name_of(1, int((at - BEGIN) / timedelta(hours=4)) + 100, SIZE)


def known(at: datetime, kind: Kind, parent: Known | None = None, *, is_good: bool = True) -> Known:
    return Known(
        id=paths.new_id(kind, now=at),
        kind=kind,
        at=at,
        parent=parent.id if parent else None,
        system_id="1" if kind != Kind.FILES else "",
        start_wal=segment(at) if kind != Kind.FILES else "",
        stop_wal=segment(at + timedelta(hours=1)) if kind != Kind.FILES else "",
        is_good=is_good,
    )


def nights(count: int, *, lost: Random | None = None) -> Iterator[list[Known]]:
    """Each night's backups of a site: full on Sundays, incremental else; with ``lost`` one in six nights has none."""
    last: Known | None = None
    for number in range(count):
        at = BEGIN + number * DAY
        if lost is not None and lost.random() < 1 / 6:
            yield []
            continue
        last = known(at, Kind.FULL) if at.weekday() == 6 or last is None else known(at, Kind.INCREMENTAL, last)
        yield [last, known(at + timedelta(hours=1), Kind.FILES)]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
def test_over_two_years_each_promise_is_kept_on_each_day(seed: int | None) -> None:
    there: dict[str, Known] = {}
    days: list[datetime] = []
    segments: list[str] = []
    for number, night in enumerate(nights(730, lost=None if seed is None else Random(seed))):
        now = BEGIN + number * DAY + timedelta(hours=2)
        there |= {one.id: one for one in night}
        if night:
            days.append(night[0].at)
        segments += [segment(now + timedelta(hours=4 * hour)) for hour in range(PER_DAY)]
        kept = choose(there.values(), now=now)
        there = {one.id: one for one in there.values() if one.id in kept.reasons}
        database = [one for one in there.values() if one.kind != Kind.FILES]
        # Everything that stays can be restored, and the newest of all is among it.
        assert all(whole_chain(one.id, there) for one in database)
        newest = max((one.at for one in database), default=None)
        assert newest == (days[-1] if days else None)
        held = {one.at for one in database}
        assert set(days[-keeping.KEEP_DAILY_COUNT :]) <= held
        segments = check_wal(segments, database, now)
        check_periods(days, held)
        assert len(database) <= 30 + 6 + 12 + 12 + 10 + 7
    assert len([one for one in there.values() if one.kind == Kind.FILES]) <= 9


def check_periods(days: list[datetime], held: set[datetime]) -> None:
    """Of each of the last weeks, months and years that had one, one is there."""
    for period, count in (
        (lambda at: at.isocalendar()[:2], keeping.KEEP_WEEKLY_COUNT),
        (lambda at: (at.year, at.month), keeping.KEEP_MONTHLY_COUNT),
        (lambda at: at.year, keeping.KEEP_YEARLY_COUNT),
    ):
        had = sorted({period(at) for at in days})[-count:]
        assert set(had) <= {period(at) for at in held}


def check_wal(segments: list[str], database: list[Known], now: datetime) -> list[str]:
    """What is left can bring back any moment of the last 30 days, and each older backup by itself."""
    gone = set(wal_to_remove(segments, kept=database, segment_bytes=SIZE, now=now))
    left = [name for name in segments if name not in gone]
    since = point_in_time_from(database, now=now)
    if since is not None:
        assert since <= max(now - keeping.POINT_IN_TIME, BEGIN + 7 * DAY)
        needed = {name for name in segments if segment(since) <= name}
        assert needed <= set(left)
        for one in database:
            assert {name for name in segments if one.start_wal <= name <= one.stop_wal} <= set(left)
    return left


def test_without_whole_backups_nothing_that_may_become_one_goes() -> None:
    lonely = known(BEGIN + DAY, Kind.INCREMENTAL, known(BEGIN, Kind.FULL))
    assert choose([lonely], now=BEGIN + 2 * DAY).gone == ()
    assert choose([lonely], now=BEGIN + 9 * DAY).gone == (lonely.id,)
    assert choose([], now=BEGIN).gone == ()
    assert wal_to_remove([segment(BEGIN)], kept=[], segment_bytes=SIZE, now=BEGIN + 999 * DAY) == []


def test_one_that_cannot_be_believed_stays_and_stands_for_nothing() -> None:
    good = known(BEGIN, Kind.FULL)
    bad = known(BEGIN + DAY, Kind.FULL, is_good=False)
    on_bad = known(BEGIN + 2 * DAY, Kind.INCREMENTAL, bad)
    kept = choose([good, bad, on_bad], now=BEGIN + 400 * DAY)
    assert set(kept.reasons) == {good.id, bad.id}
    assert kept.reasons[bad.id] == ("cannot be believed: look at it",)


def test_the_last_good_one_stays_however_old_it_is() -> None:
    full = known(BEGIN, Kind.FULL)
    incremental = known(BEGIN + DAY, Kind.INCREMENTAL, full)
    kept = choose([full, incremental], now=BEGIN + 9_999 * DAY)
    assert set(kept.reasons) == {full.id, incremental.id}
    assert "newest" in kept.reasons[full.id]


def test_what_builds_on_another_goes_first() -> None:
    there = [one for night in nights(500) for one in night if one.kind != Kind.FILES]
    gone = choose(there, now=BEGIN + 500 * DAY).gone
    place = {name: number for number, name in enumerate(gone)}
    parents = {one.id: one.parent for one in there}
    assert len(gone) > 300
    assert all(place[name] < place[parent] for name in gone if (parent := parents[name]) in place)


def test_a_circle_of_parents_keeps_nothing_and_ends() -> None:
    first = Known(id="20260101T020000Z-incr", kind=Kind.INCREMENTAL, at=BEGIN, parent="20260102T020000Z-incr")
    second = Known(id="20260102T020000Z-incr", kind=Kind.INCREMENTAL, at=BEGIN + DAY, parent=first.id)
    assert set(choose([first, second], now=BEGIN + 9 * DAY).gone) == {first.id, second.id}


def test_segments_that_are_missing_are_named_across_the_end_of_a_log_file() -> None:
    numbers = [wal.name_of(1, number, SIZE) for number in (254, 255, 256, 259, 260)]
    assert numbers[2] == "000000010000000100000000"
    assert list(wal.missing(numbers, segment_bytes=SIZE)) == [("000000010000000100000001", "000000010000000100000002")]
    later = [wal.name_of(2, number, SIZE) for number in (258, 259, 261)]
    assert list(wal.missing([*numbers, *later], segment_bytes=SIZE)) == [
        ("000000020000000100000001", "000000020000000100000001")
    ]


@pytest.mark.parametrize("name", ["00000001000000000000000G", "000000010000000000000001.partial", "", "0" * 23])
def test_what_is_no_segment_is_not_taken_for_one(name: str) -> None:
    assert not wal.is_segment(name)
    assert wal.is_history("00000002.history")
    assert not wal.is_history("00000002.history.tmp")
