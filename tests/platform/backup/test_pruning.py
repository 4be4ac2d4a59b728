"""Removing from a real folder: what is promised stays, what nothing names goes, whoever is killed in between."""

import os
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from tesigo.platform.backup import keeping, paths, pruning, signing, wal
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.errors import Unreachable
from tesigo.platform.backup.format import Count, Database, Manifest, Part, SentFile, pack_keys
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.wal import Note

KEY = signing.new_key()
KEYS = [signing.public_key(KEY)]
DAY = timedelta(days=1)
BEGIN = datetime(2026, 1, 1, 2, tzinfo=UTC)
SIZE = 16 * 1024**2


class Site:
    """Writes to a folder what a site with backups writes, at times of its own."""

    def __init__(self, root: Path) -> None:
        root.mkdir()
        self.root = root
        self.folder = Folder("here", root)

    def put(self, path: str, content: bytes, at: datetime) -> str:
        place = self.root / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)  # not by the folder itself, which waits for the disk
        os.utime(place, (at.timestamp(), at.timestamp()))
        return sha256(content).hexdigest()

    def store(self, name: str, at: datetime) -> SentFile:
        content = name.encode()
        key = sha256(content).hexdigest()
        if not (self.root / paths.stored_file(key)).exists():
            self.put(paths.stored_file(key), content, at)
        return SentFile(key, key, len(content))

    def wal(self, number: int, at: datetime) -> str:
        name = wal.name_of(1, number, SIZE)
        note = Note(
            name=name, system_id="7", completed_at=at, plain_bytes=SIZE, plain_sha256="0" * 64, sent_bytes=1,
            sent_sha256="0" * 64,
        )  # fmt: skip
        self.put(paths.wal_segment("7", name), b"x", at)
        self.put(paths.wal_segment("7", name) + ".json", note.to_json(key=KEY), at)
        return name

    def backup(
        self, kind: Kind, at: datetime, *, parent: str | None = None, files: Iterable[SentFile] = (), place: int = 0
    ) -> str:
        """A whole backup that names these files and began in the segment ``place``."""
        backup_id = paths.new_id(kind, now=at)
        base = b"base of " + backup_id.encode()
        packed = pack_keys(files)
        folder = paths.folder(backup_id)
        part = Part("base.0000", len(base), self.put(folder + "base.0000", base, at))
        listed = Part("files.0000", 4, self.put(folder + "files.0000", b"list", at))
        keys = Part("keys.zst", len(packed), self.put(folder + "keys.zst", packed, at))
        segment = wal.name_of(1, place, SIZE)
        database = Database(
            postgres_version=180006, system_id="7", timeline=1, start_lsn="0/1", stop_lsn="0/2", start_wal=segment,
            stop_wal=segment, settings={"max_connections": 1}, parts=(part,), plain_bytes=1, plain_sha256="0" * 64,
            counts={"public.t": Count(1, 1)}, migrations=("a.b",),
        )  # fmt: skip
        manifest = Manifest(
            id=backup_id, kind=kind, parent=parent, site_version="1", started_at=at, finished_at=at,
            database=None if kind == Kind.FILES else database, file_list=(listed,), keys=keys, files_count=0,
            files_bytes=0,
        )  # fmt: skip
        raw = manifest.to_json()
        self.put(paths.signature(backup_id), signing.sign(raw, key=KEY).encode(), at)
        self.put(paths.manifest(backup_id), raw, at)
        return backup_id

    def prune(self, now: datetime) -> pruning.Plan:
        planned = pruning.plan(self.folder, keys=KEYS, now=now)
        pruning.carry_out(self.folder, planned)
        return planned

    def backups(self) -> set[str]:
        return {path.name for path in (self.root / "backups").iterdir()}

    def files(self) -> set[str]:
        return {entry.path.rpartition("/")[2] for entry in self.folder.list(paths.FILES)}

    def segments(self) -> set[str]:
        names = {entry.path.rpartition("/")[2] for entry in self.folder.list(paths.WAL)}
        plain = {name for name in names if not name.endswith(".json")}
        assert {f"{name}.json" for name in plain} == names - plain
        return plain


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site(tmp_path / "here")


def test_over_two_years_a_folder_holds_what_was_promised_and_nothing_else(site: Site) -> None:
    """A file comes each day and goes after forty; each is there for as long as a backup that stays names it."""
    named: dict[str, set[str]] = {}
    parents: dict[str, str | None] = {}
    last: str | None = None
    for number in range(730):
        at = BEGIN + number * DAY
        files = [site.store(f"file {day}", BEGIN + day * DAY) for day in range(max(0, number - 40), number + 1, 5)]
        kind = Kind.FULL if at.weekday() == 6 or last is None else Kind.INCREMENTAL
        parent = last if kind == Kind.INCREMENTAL else None
        last = site.backup(kind, at, parent=parent, files=files, place=number + 1)
        parents[last], named[last] = parent, {file.sha256 for file in files}
        site.wal(number + 1, at)
        if number % 73 and number < 728:
            continue
        site.prune(at + timedelta(hours=1))
        there = site.backups()
        assert last in there
        assert all(parent is None or parent in there for parent in (parents[one] for one in there))
        assert set(list(parents)[-30:]) <= there
        assert set.union(*(named[one] for one in there)) <= site.files()
    assert len(site.backups()) <= 30 + 7 + 12 + 12 + 10
    assert site.files() == set.union(*(named[one] for one in site.backups()))
    # A segment a day: those of the last thirty days with the week before them, and one for each older backup.
    assert {wal.name_of(1, number, SIZE) for number in range(701, 731)} <= site.segments()
    assert len(site.segments()) <= 37 + len(site.backups())


def test_killed_anywhere_it_leaves_whole_backups_only(site: Site) -> None:
    last: str | None = None
    for number in range(120):
        at = BEGIN + number * DAY
        kind = Kind.FULL if at.weekday() == 6 or last is None else Kind.INCREMENTAL
        last = site.backup(kind, at, parent=last if kind == Kind.INCREMENTAL else None, place=number + 1)
    now = BEGIN + 120 * DAY
    planned = pruning.plan(site.folder, keys=KEYS, now=now)
    assert len(planned.kept.gone) > 50
    done = 0
    for cut in sorted(random.Random(1).sample(range(len(planned.gone)), 6)):
        for path in planned.gone[done:cut]:
            site.folder.delete(path)
        done = cut
        again = pruning.plan(site.folder, keys=KEYS, now=now)
        assert again.doubts == ()
        assert set(again.kept.reasons) == set(planned.kept.reasons)
    site.prune(now + keeping.UNFINISHED)
    assert site.backups() >= set(planned.kept.reasons)
    assert {one for one in site.backups() if not site.folder.exists(paths.manifest(one))} == set()


def test_an_unfinished_backup_goes_once_it_cannot_be_under_way_any_more(site: Site) -> None:
    full = site.backup(Kind.FULL, BEGIN)
    site.put(paths.folder("20260102T020000Z-incr") + "base.0000", b"half", BEGIN + DAY)
    fresh = site.store("of the one under way", BEGIN + DAY)
    assert site.prune(BEGIN + DAY + timedelta(hours=6)).unfinished == ()
    assert fresh.sha256 in site.files()
    assert site.prune(BEGIN + 4 * DAY).unfinished == ("20260102T020000Z-incr",)
    assert site.backups() == {full}
    assert site.files() == set()


@pytest.mark.parametrize("harm", ["signature", "part", "manifest"])
def test_a_backup_that_cannot_be_believed_stays_with_every_file(site: Site, harm: str) -> None:
    old = site.store("old", BEGIN)
    bad = site.backup(Kind.FULL, BEGIN, files=[old])
    good = site.backup(Kind.FULL, BEGIN + 99 * DAY)
    path = {"signature": paths.signature(bad), "part": paths.folder(bad) + "base.0000", "manifest": paths.manifest(bad)}
    (site.root / path[harm]).write_bytes(b"harmed")
    planned = site.prune(BEGIN + 900 * DAY)
    assert site.backups() == {bad, good}
    assert old.sha256 in site.files()
    assert [doubt for doubt in planned.doubts if bad in doubt]


def test_looking_removes_nothing(site: Site) -> None:
    for number in range(60):
        site.backup(Kind.FULL, BEGIN + number * DAY, place=number + 1)
        site.wal(number + 1, BEGIN + number * DAY)
    before = {entry.path for entry in site.folder.list()}
    planned = pruning.plan(site.folder, keys=KEYS, now=BEGIN + 60 * DAY)
    assert len(planned.gone) > 50
    assert planned.gone_bytes > 0
    assert planned.point_in_time_from == BEGIN + 30 * DAY
    assert {entry.path for entry in site.folder.list()} == before


def test_a_folder_that_is_not_there_is_said_to_be_so(site: Site) -> None:
    site.root.rename(site.root.with_name("away"))
    with pytest.raises(Unreachable):
        pruning.plan(site.folder, keys=KEYS, now=BEGIN)


def test_of_an_empty_folder_nothing_goes(site: Site) -> None:
    lonely = site.store("sent before the first backup was whole", BEGIN)
    segment = site.wal(1, BEGIN)
    assert site.prune(BEGIN + 900 * DAY).gone == []
    assert (site.files(), site.segments()) == ({lonely.sha256}, {segment})
