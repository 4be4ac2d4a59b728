"""What can be wrong with a backup is found before it is needed, and named."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import psycopg
import pytest
from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage
from django.core.management import CommandError, call_command

from tesigo.platform.backup import gpg, paths, put_back, replaying, restoring, unpacking, verification
from tesigo.platform.backup.copies import Copy, CopyError
from tesigo.platform.backup.errors import BackupError, Damaged, EncryptionFailed, SpoolFull
from tesigo.platform.backup.format import Manifest
from tesigo.platform.backup.gpg import Recipients
from tesigo.platform.backup.inspection import Outcome
from tesigo.platform.backup.places import Place
from tesigo.platform.backup.shelf import Opener, Shelf
from tests.platform.backup.keys import operator
from tests.platform.backup_restoring.primary import Primary, flip
from tests.platform.backup_restoring.shelved import Shelved

ROWS = 5_000


class World:
    """A server with a full and an incremental backup, WAL after it, and a stored file."""

    def __init__(self, primary: Primary, root: Path, to: Recipients) -> None:
        self.shelved = Shelved(root, primary, to)
        primary.execute(
            "CREATE TABLE note (id bigint PRIMARY KEY, text text)",
            f"INSERT INTO note SELECT n, 'note ' || n FROM generate_series(1, {ROWS}) n",
            "VACUUM ANALYZE note",
        )
        self.full = self.shelved.take()
        primary.execute("DELETE FROM note WHERE id <= 100")
        primary.end_segment()
        self.incremental = self.shelved.take(parent=self.full, files={"sources/one": b"the content of a file"})
        primary.execute("INSERT INTO note VALUES (100001, 'kept')")
        self.before = primary.now()
        primary.execute("DELETE FROM note")
        self.deleted_in = primary.end_segment()
        primary.execute("INSERT INTO note VALUES (100002, 'later')")
        self.last = primary.now()
        self.segments = [self.deleted_in, primary.end_segment()]
        self.shelved.ship()

    @property
    def shelf(self) -> Shelf:
        return self.shelved.shelf

    def hashes(self, backup_id: str | None = None) -> dict[str, Outcome]:
        return {one.name: one for one in verification.hashes(self.shelf, backup_id or self.incremental)}


@pytest.fixture(scope="module")
def opener(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Opener]:
    with gpg.short_home() as home:
        yield Opener(operator(home).home)


@pytest.fixture(scope="module")
def world(primary: Primary, tmp_path_factory: pytest.TempPathFactory, opener: Opener) -> Iterator[World]:
    assert opener.home
    with gpg.recipients(opener.home.parent / "operator.asc") as to:
        yield World(primary, tmp_path_factory.mktemp("shelf"), to)


@pytest.fixture
def flipped(world: World) -> Iterator["Flipped"]:
    one = Flipped(world)
    yield one
    one.back()


class Flipped:
    """One bit of a file that is turned for a test, and turned back."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.done: list[tuple[Path, int]] = []

    def __call__(self, path: str | Path, at: int = 100) -> None:
        place = self.world.shelved.at(path) if isinstance(path, str) else path
        flip(place, at=at)
        self.done.append((place, at))

    def back(self) -> None:
        for place, at in self.done:
            flip(place, at=at)


def quiet(line: str) -> None:
    """Nobody listens."""


def test_a_whole_backup_is_good(world: World) -> None:
    found = world.hashes()
    assert {name: one.faults for name, one in found.items()} == {
        "signatures": [], "parts": [], "stored files": [], "WAL": [],
    }  # fmt: skip
    assert world.full in found["signatures"].said


@pytest.mark.parametrize("part", ["base.0000", "files.0000", "keys.zst"])
def test_one_flipped_bit_of_a_part_is_named(world: World, flipped: Flipped, part: str) -> None:
    path = f"{paths.folder(world.incremental)}{part}"
    flipped(path, at=30)
    found = world.hashes()
    assert f"{path}: bytes are not those that were sent (its hash differs)." in [
        *found["parts"].faults, *found["stored files"].faults,
    ]  # fmt: skip


def test_one_flipped_bit_in_a_parent_is_named(world: World, flipped: Flipped) -> None:
    path = f"{paths.folder(world.full)}base.0000"
    flipped(path, at=5000)
    assert world.hashes()["parts"].faults == [f"{path}: bytes are not those that were sent (its hash differs)."]


def test_one_flipped_bit_of_a_manifest_is_named(world: World, flipped: Flipped) -> None:
    flipped(paths.manifest(world.full), at=40)
    (found,) = world.hashes().values()
    assert "was changed, or signed with another key" in found.faults[0]
    assert world.full in found.faults[0]


def test_one_flipped_bit_of_a_stored_file_is_named(world: World, flipped: Flipped, opener: Opener) -> None:
    (place,) = (world.shelved.root / "files").rglob("?" * 64)
    flipped(place)
    path = place.relative_to(world.shelved.root).as_posix()
    assert world.hashes()["stored files"].faults == [f"{path}: bytes are not those that were sent (its hash differs)."]
    assert path in verification.file_contents(world.shelf, world.incremental, opener=opener).faults[0]


def test_one_flipped_bit_of_wal_is_named(world: World, flipped: Flipped) -> None:
    flipped(world.shelved.wal(world.deleted_in))
    assert world.deleted_in in world.hashes()["WAL"].faults[0]


@pytest.fixture
def gap(world: World) -> Iterator[str]:
    place = world.shelved.wal(world.deleted_in)
    aside = place.with_name("aside")
    place.rename(aside)
    yield world.deleted_in
    aside.rename(place)


def test_a_missing_segment_is_named(world: World, gap: str) -> None:
    assert world.hashes()["WAL"].faults[0] == f"WAL is missing: {gap}"


def test_nothing_is_restored_over_a_missing_segment(world: World, gap: str, opener: Opener, tmp_path: Path) -> None:
    database = unpacking.database_of(world.shelf.manifest(world.incremental))
    for to in (world.last, None):
        with pytest.raises(Damaged, match=f"WAL is missing: {gap}"):
            replaying.way(world.shelf, database, tmp_path, to=to, opener=opener, say=quiet)


def test_a_backup_whose_own_wal_has_not_arrived_is_passed_over(world: World, opener: Opener, tmp_path: Path) -> None:
    database = unpacking.database_of(world.shelf.manifest(world.incremental))
    place = world.shelved.wal(database.stop_wal)
    aside = place.with_name("aside")
    place.rename(aside)
    try:
        planned = restoring.plan(world.shelf, to=None)
        assert (planned.backup_id, planned.passed_over) == (world.full, [world.incremental])
        assert f"not {world.incremental}: WAL that it needs has not arrived" in "\n".join(planned.lines())
        with pytest.raises(Damaged, match="name an earlier one"):
            replaying.way(world.shelf, database, tmp_path, to=None, opener=opener, say=quiet)
    finally:
        aside.rename(place)
    assert restoring.plan(world.shelf, to=None).passed_over == []


def test_a_moment_after_the_last_archived_transaction_is_refused(world: World, opener: Opener, tmp_path: Path) -> None:
    database = unpacking.database_of(world.shelf.manifest(world.incremental))
    to = datetime.now(UTC) + timedelta(hours=1)
    with pytest.raises(Damaged, match="with the transaction of 20"):
        replaying.way(world.shelf, database, tmp_path, to=to, opener=opener, say=quiet)


def test_a_wrong_key_opens_nothing_and_leaves_nothing(world: World, tmp_path: Path) -> None:
    chain, home = world.shelf.chain(world.full), tmp_path / "copy"
    with gpg.short_home() as place:
        stranger = Opener(operator(place, "stranger").home)
        with pytest.raises(EncryptionFailed, match="secret key"):
            unpacking.cluster(world.shelf, chain, home, opener=stranger, user="tesigo", say=quiet)
    assert list((tmp_path / "copy").iterdir()) == []


def test_one_flipped_bit_of_the_commit_log_alone_is_named(
    world: World, opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unpack = unpacking._unpack

    def flipping(shelf: Shelf, manifest: Manifest, folder: Path, opener: Opener) -> None:
        unpack(shelf, manifest, folder, opener)
        flip(folder / "pg_xact" / "0000", at=150)

    monkeypatch.setattr(unpacking, "_unpack", flipping)
    chain, home = world.shelf.chain(world.full), tmp_path / "copy"
    with pytest.raises(CopyError, match="pg_xact/0000"):
        unpacking.cluster(world.shelf, chain, home, opener=opener, user="tesigo", say=quiet)
    assert list(home.iterdir()) == []


def test_a_full_disk_is_named_before_anything_is_written(
    world: World, opener: Opener, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("shutil.disk_usage", lambda place: SimpleNamespace(free=1000))
    with pytest.raises(SpoolFull, match="too full: 0 MB are free"):
        unpacking.cluster(
            world.shelf, world.shelf.chain(world.full), tmp_path / "copy", opener=opener, user="tesigo", say=quiet
        )


def test_an_unfinished_backup_is_none(world: World) -> None:
    place = world.shelved.at(paths.manifest(world.incremental))
    aside = place.with_name("aside")
    place.rename(aside)
    try:
        assert world.shelf.ids() == ([world.full], [world.incremental])
        assert "is unfinished" in next(iter(world.hashes().values())).faults[0]
        assert world.shelf.newest() == world.full
    finally:
        aside.rename(place)


def test_a_backup_whose_parent_is_gone_is_named(world: World) -> None:
    folder = world.shelved.at(paths.folder(world.full))
    aside = folder.with_name("aside")
    folder.rename(aside)
    try:
        fault = next(iter(world.hashes().values())).faults[0]
        assert f"builds on {world.full}, which is not there" in fault
    finally:
        aside.rename(folder)


def ids(copy: Copy) -> set[int]:
    copy.start()
    try:
        with psycopg.connect(copy.url()) as connection:
            rows = connection.execute("SELECT id FROM note WHERE id < 102 OR id > 100000")
            return {number for (number,) in rows}
    finally:
        copy.stop()


@pytest.mark.parametrize("to", ["before", "last", "latest"])
def test_the_way_leads_to_the_moment(
    world: World, opener: Opener, tmp_path: Path, to: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The server and the test have one clock.
    monkeypatch.setattr(replaying, "_CLOCKS", timedelta(0))
    moment = None if to == "latest" else getattr(world, to)
    planned = restoring.plan(world.shelf, to=moment)
    assert planned.backup_id == world.incremental
    home = tmp_path / "copy"
    copy = unpacking.cluster(world.shelf, planned.chain, home, opener=opener, user="tesigo", say=quiet)
    wal = tmp_path / "wal"
    wal.mkdir()
    database = unpacking.database_of(planned.chain[-1])
    copy.start(replaying.way(world.shelf, database, wal, to=moment, opener=opener, say=quiet).recovery)
    copy.stop()
    assert ids(copy) == ({101, 100001} if to == "before" else {100002})


def test_the_newest_backup_before_the_moment_is_taken(world: World) -> None:
    first = world.shelf.manifest(world.full).finished_at
    assert restoring.plan(world.shelf, to=first + timedelta(seconds=0.01)).backup_id == world.full
    with pytest.raises(Damaged, match="The earliest moment that can be restored"):
        restoring.plan(world.shelf, to=first - timedelta(minutes=1))
    with pytest.raises(Damaged, match="after that moment"):
        restoring.plan(world.shelf, to=first, backup_id=world.incremental)


def test_what_will_be_done_is_said_before(world: World) -> None:
    lines = "\n".join(restoring.plan(world.shelf, to=world.last).lines())
    for words in (world.full, world.incremental, "at most", "after the backup", "about 1 minute"):
        assert words in lines
    assert "1 minutes" not in lines


def test_a_destination_without_backups_says_so(world: World, tmp_path: Path) -> None:
    empty = Shelved(tmp_path, world.shelved.primary, world.shelved.to).shelf
    with pytest.raises(BackupError, match="no finished backup"):
        restoring.plan(empty, to=None)


@pytest.fixture
def configured(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(settings, "BACKUP_PLACES", (Place("local", f"file://{world.shelved.root}"),))
    monkeypatch.setattr(settings, "BACKUP_SIGNING_KEY", world.shelved.key)


def test_the_command_says_what_is_good_and_what_is_not(
    world: World, configured: None, flipped: Flipped, capsys: pytest.CaptureFixture[str]
) -> None:
    call_command("verify_backup", hashes_only=True, json=True)
    said = capsys.readouterr()
    assert f"Backup {world.incremental} is good." in said.err
    assert json.loads(said.out)["is_good"] is True
    flipped(f"{paths.folder(world.full)}base.0000")
    with pytest.raises(CommandError, match="is NOT good") as refused:
        call_command("verify_backup", world.incremental, hashes_only=True)
    assert refused.value.returncode == 1
    assert "base.0000: bytes are not those that were sent" in capsys.readouterr().err


@pytest.mark.parametrize("words", [{"backup": "nonsense"}, {"destination": "nowhere"}])
def test_where_it_cannot_look_the_command_ends_with_2(configured: None, words: dict[str, str]) -> None:
    with pytest.raises(CommandError) as refused:
        call_command("verify_backup", hashes_only=True, **words)
    assert refused.value.returncode == 2


@pytest.fixture
def stranger(tmp_path: Path) -> Path:
    """A file with a private key that opens none of these backups."""
    path = tmp_path / "stranger.asc"
    with gpg.short_home() as place:
        path.write_bytes(gpg.run(operator(place, "stranger").home, "--armor", "--export-secret-keys"))
    return path


def test_wal_that_is_missing_counts_also_where_the_key_is_a_wrong_one(
    world: World, configured: None, stranger: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The backup is not good, whatever else could not be looked at: 1. With nothing wrong but the key it is 2."""

    def verify() -> tuple[str, int]:
        with pytest.raises(CommandError, match="the private key is none of those") as refused:
            call_command("verify_backup", world.incremental, private_key=stranger, scratch=tmp_path)
        return str(refused.value), refused.value.returncode

    database = unpacking.database_of(world.shelf.manifest(world.incremental))
    place = world.shelved.wal(database.stop_wal)
    aside = place.with_name("aside")
    place.rename(aside)
    try:
        words, code = verify()
        assert code == 1
        assert words.startswith("The backup is NOT good, and the rest could not be looked at:")
        assert f"WAL is missing: {database.stop_wal}" in capsys.readouterr().err
    finally:
        aside.rename(place)
    words, code = verify()
    assert (code, "NOT good" in words) == (2, False)


def test_a_copy_is_started_and_looked_at(world: World, opener: Opener, tmp_path: Path) -> None:
    found = {
        one.name: one
        for one in verification.copy(
            world.shelf, world.incremental, tmp_path, database="tesigo", user="tesigo", opener=opener, say=quiet
        )
    }
    for name in ("copy", "rows", "pages and indexes", "constraints"):
        assert found[name].faults == [], name
    # This database is not the site's: what the apps look at is not there, and that is no pass.
    assert not all(one.is_good for one in found.values())
    assert list(tmp_path.iterdir()) == []


def test_files_that_rows_name_and_the_storage_lacks_are_put_back(
    world: World, opener: Opener, flipped: Flipped, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    storage = FileSystemStorage(tmp_path)
    storage.save("sources/here", ContentFile(b"as it is"))
    monkeypatch.setattr(put_back, "default_storage", storage)
    monkeypatch.setattr(put_back, "_sources", [lambda: ["sources/one", "sources/here", "sources/never", ""]])
    (sealed,) = (world.shelved.root / "files").rglob("?" * 64)
    flipped(sealed)
    done = put_back.put_back(world.shelf, near=world.last, opener=opener, say=quiet)
    assert (done.put, done.present, done.unknown) == (0, 1, ["sources/never"])
    assert "sources/one" in done.faults[0]
    assert not storage.exists("sources/one")
    flipped.back()
    flipped.done.clear()
    done = put_back.put_back(world.shelf, near=world.last, opener=opener, say=quiet)
    assert (done.put, done.faults) == (1, [])
    with storage.open("sources/one") as file:
        assert file.read() == b"the content of a file"
