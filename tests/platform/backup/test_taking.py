"""Backups of a real cluster and real files: whole, chained, each file once, and what stops them (R-120, R-122)."""

import json
import subprocess
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from django.core.files.storage import FileSystemStorage

from tesigo.platform.backup import encryption, paths, sending
from tesigo.platform.backup.config import Config
from tesigo.platform.backup.destinations.folder import Folder
from tesigo.platform.backup.errors import AlreadyRunning, DestinationError, NotConfigured, SourceFailed
from tesigo.platform.backup.format import Manifest, StoredFile, unpack_keys
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.spool import Spool
from tesigo.platform.backup.stored import Stored
from tesigo.platform.backup.taking import NowhereSent, Outcome, take
from tesigo.platform.postgres_server import find_programs
from tesigo.platform.processes import wait_until
from tests.platform.backup.cluster import Cluster, cluster, config_of
from tests.platform.backup.keys import Operator

NOW = datetime(2026, 11, 29, 2, tzinfo=UTC)


@pytest.fixture(scope="module")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Cluster]:
    with cluster(tmp_path_factory.mktemp("cluster")) as running:
        yield running


@pytest.fixture
def config(postgres: Cluster, tmp_path: Path, the_operator: Operator) -> Config:
    return config_of(postgres, tmp_path, the_operator.public, names=("disk", "other"))


class Site:
    """What `take` is called with, and what it said."""

    def __init__(self, config: Config, media: Path) -> None:
        self.config, self.media = config, media
        self.said: list[str] = []
        self.now = NOW
        media.mkdir()

    def take(self, kind: Kind = Kind.FULL) -> Outcome:
        self.said.clear()
        self.now += timedelta(hours=1)
        stored = Stored(FileSystemStorage(location=self.media))
        return take(self.config, kind=kind, say=self.said.append, stored=stored, now=self.now)

    @property
    def words(self) -> str:
        return "\n".join(self.said)

    def at(self, name: str) -> Path:
        return self.config.spool.parent / name

    def files_at(self, name: str) -> list[str]:
        return sorted(path.name for path in (self.at(name) / "files").rglob("*") if path.is_file())


@pytest.fixture
def site(config: Config, tmp_path: Path) -> Site:
    return Site(config, tmp_path / "media")


def unpacked(manifest: Manifest, at: Path, to: Path, operator: Operator) -> Path:
    """The copy of a backup as PostgreSQL's own programs want it."""
    blocks = (
        block
        for part in manifest.database.parts
        for block in Folder("disk", at).get(f"{paths.folder(manifest.id)}{part.name}")
    )
    plain = encryption.unseal_to(to.with_suffix(".tar"), blocks, home=operator.home)
    assert plain.sha256 == manifest.database.plain_sha256
    with tarfile.open(to.with_suffix(".tar")) as tar:
        tar.extractall(to, filter="data")
    return to


def program(name: str, *words: object) -> str:
    result = subprocess.run(
        [str(find_programs() / name), *map(str, words)], capture_output=True, text=True, timeout=60, check=False
    )
    assert result.returncode == 0, result.stderr
    return result.stdout + result.stderr


def listed(manifest: Manifest, at: Path, operator: Operator) -> list[StoredFile]:
    out = bytearray()
    folder = paths.folder(manifest.id)
    blocks = (block for part in manifest.file_list for block in Folder("disk", at).get(f"{folder}{part.name}"))
    encryption.unseal(blocks, take=out.extend, home=operator.home)
    return [StoredFile.from_line(line, where="list") for line in bytes(out).splitlines()]


def test_a_full_and_an_incremental_backup_are_whole_and_small(
    site: Site, postgres: Cluster, tmp_path: Path, the_operator: Operator
) -> None:
    (site.media / "uploads").mkdir()
    for number, content in enumerate((b"one", b"two", b"one")):
        (site.media / "uploads" / str(number)).write_bytes(content)
    full = site.take().manifest
    assert full.kind == Kind.FULL
    postgres.sql("UPDATE words SET text = 'changed' WHERE id <= 100")
    (site.media / "uploads" / "3").write_bytes(b"three")
    outcome = site.take(Kind.INCREMENTAL)
    small = outcome.manifest
    assert (small.kind, small.parent) == (Kind.INCREMENTAL, full.id), site.words
    assert outcome.is_everywhere
    assert outcome.reached == ("disk", "other")
    assert "read back and right" in site.words
    sizes = [one.sent_bytes for one in (small, full)]
    assert sizes[0] < 0.5 * sizes[1]

    # PostgreSQL's own programs find nothing wrong with either, nor with both together.
    folders = [unpacked(one, site.at("disk"), tmp_path / one.kind, the_operator) for one in (full, small)]
    for folder in folders:
        assert "successfully verified" in program("pg_verifybackup", folder)
    program("pg_combinebackup", *folders, "-o", tmp_path / "combined")
    assert "successfully verified" in program("pg_verifybackup", tmp_path / "combined")

    # What the manifest says beside it.
    assert full.database.counts["public.words"].before == full.database.counts["public.words"].after == 40_000
    assert full.database.settings["max_connections"] == 150
    assert (tmp_path / "full" / "pg_wal" / full.database.start_wal).exists()
    assert (tmp_path / "full" / "pg_wal" / full.database.stop_wal).exists()
    assert (full.files_count, full.files_bytes) == (3, 9)
    assert small.files_count == 4
    for name in ("disk", "other"):
        destination = Folder(name, site.at(name))
        read, _, _ = sending.read_manifest(destination, small.id, public_keys=site.config.public_keys)
        assert read == small
        assert len(site.files_at(name)) == 3, "each content once"
    assert [file.name for file in listed(small, site.at("disk"), the_operator)] == [f"uploads/{n}" for n in range(4)]
    keys = list(unpack_keys((site.at("disk") / paths.folder(small.id) / "keys.zst").read_bytes()))
    assert sorted(key.sha256 for key in keys) == site.files_at("disk")
    for key in keys:
        content = (site.at("other") / paths.stored_file(key.sha256)).read_bytes()
        assert encryption.hash_of([content]) == encryption.Plain(key.sent_bytes, key.sent_sha256)
    assert list((site.config.spool / "pending").iterdir()) == []
    assert list((site.config.spool / "making").iterdir()) == []


def test_an_hourly_run_reads_only_what_is_new(site: Site, the_operator: Operator) -> None:
    for name in ("a", "b"):
        (site.media / name).write_bytes(name.encode() * 1_000)
    first = site.take(Kind.FILES).manifest
    assert first.database is None
    (site.media / "b").unlink()
    (site.media / "c").write_bytes(b"c" * 10)
    second = site.take(Kind.FILES).manifest
    assert "new files read: 10 B, 1 file " in site.words
    assert [file.name for file in listed(second, site.at("disk"), the_operator)] == ["a", "c"]
    assert len(site.files_at("disk")) == 3, "what went away stays for the backups before"
    (site.media / "a").write_bytes(b"changed")
    third = site.take(Kind.FILES).manifest
    assert third.files_bytes == 17


def test_a_spool_that_was_lost_sends_no_file_again(site: Site) -> None:
    (site.media / "a").write_bytes(b"a" * 1_000)
    site.take(Kind.FILES)
    before = (site.at("disk") / "files").rglob("*")
    times = {path: path.stat().st_mtime_ns for path in before}
    (site.config.spool / "files.sqlite3").write_bytes(b"nonsense" * 1_000)
    site.take(Kind.FILES)
    assert {path: path.stat().st_mtime_ns for path in (site.at("disk") / "files").rglob("*")} == times


def test_a_file_that_was_cut_or_lost_at_one_destination_comes_from_the_other(site: Site) -> None:
    for name in ("a", "b"):
        (site.media / name).write_bytes(name.encode() * 1_000)
    site.take(Kind.FILES)
    cut, lost = (site.at("other") / "files" / name[:2] / name for name in site.files_at("other"))
    whole = cut.read_bytes(), lost.read_bytes()
    cut.write_bytes(whole[0][:-1])
    lost.unlink()
    assert site.take(Kind.FILES).is_everywhere
    assert (cut.read_bytes(), lost.read_bytes()) == whole


def test_a_destination_that_is_away_stops_no_other_and_is_caught_up(site: Site) -> None:
    (site.media / "a").write_bytes(b"a")
    away = site.at("other").rename(site.at("unmounted"))
    outcome = site.take()
    assert outcome.reached == ("disk",)
    assert "Destination other: destination unreachable" in outcome.missed["other"]
    away.rename(site.at("other"))
    (site.media / "a").unlink()
    second = site.take(Kind.INCREMENTAL)
    assert second.is_everywhere
    assert f"{outcome.manifest.id}: brought from disk to other" in site.words
    for path in (site.at("disk") / paths.folder(outcome.manifest.id)).iterdir():
        assert (site.at("other") / paths.folder(outcome.manifest.id) / path.name).read_bytes() == path.read_bytes()
    assert site.files_at("other") == site.files_at("disk") != [], "with files that the site has no more"


def test_what_no_destination_took_waits_and_goes_first(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    (site.media / "a").write_bytes(b"a")
    first = site.take().manifest
    real = sending.send

    def break_off(folder: Path, manifest: Manifest, destination: Folder, **options: object) -> None:
        part = manifest.parts[0]
        sending._put(destination, f"{paths.folder(manifest.id)}{part.name}", folder / part.name, part)
        raise DestinationError(destination.name, "the line broke.")

    monkeypatch.setattr(sending, "send", break_off)
    with pytest.raises(NowhereSent, match="the line broke"):
        site.take(Kind.INCREMENTAL)
    (waiting,) = Spool(site.config.spool).pending()
    assert not (site.at("disk") / paths.manifest(waiting.name)).exists(), "a backup without its manifest is none"
    part = site.at("disk") / paths.folder(waiting.name) / "base.0000"
    sent_at = part.stat().st_mtime_ns
    monkeypatch.setattr(sending, "send", real)
    last = site.take(Kind.INCREMENTAL).manifest
    assert last.parent == waiting.name
    assert first.id < waiting.name < last.id
    for name in ("disk", "other"):
        assert (site.at(name) / paths.manifest(waiting.name)).exists()
    assert part.stat().st_mtime_ns == sent_at, "what had arrived is not sent again"
    assert Spool(site.config.spool).pending() == []


def test_no_incremental_is_taken_where_none_would_hold_and_why_is_said(site: Site, postgres: Cluster) -> None:
    assert site.take(Kind.INCREMENTAL).manifest.kind == Kind.FULL
    assert "no earlier backup" in site.words
    note = site.config.spool / "last" / "backup.json"

    def with_last(**changes: object) -> Outcome:
        note.write_text(json.dumps(json.loads(note.read_text()) | changes))
        return site.take(Kind.INCREMENTAL)

    assert with_last(postgres_version=180005).manifest.kind == Kind.FULL
    assert "another version" in site.words
    assert with_last(system_id="7").manifest.kind == Kind.FULL
    assert "another database" in site.words
    assert with_last(id="20200101T000000Z-full").manifest.kind == Kind.FULL
    assert "lies at no destination" in site.words
    postgres.sql("CHECKPOINT")
    # One that is still being written would be there a moment later.
    is_summarized = "SELECT summarized_lsn >= redo_lsn FROM pg_get_wal_summarizer_state(), pg_control_checkpoint()"
    with psycopg.connect(postgres.server.url(), autocommit=True) as connection:
        assert wait_until(lambda: connection.execute(is_summarized).fetchone() == (True,), seconds=60)
    for summary in (postgres.server.data / "pg_wal" / "summaries").iterdir():
        summary.unlink()
    assert site.take(Kind.INCREMENTAL).manifest.kind == Kind.FULL
    assert "WAL summaries" in site.words
    assert "A full backup is taken instead" in site.words
    assert site.take(Kind.INCREMENTAL).manifest.kind == Kind.INCREMENTAL, site.words


def test_two_never_run_at_once(site: Site) -> None:
    with Spool(site.config.spool).held(), pytest.raises(AlreadyRunning):
        site.take()


def test_backups_of_another_database_are_not_mixed_in(site: Site) -> None:
    for name in ("disk", "other"):
        (site.at(name) / "site.json").write_text('{"format_version": 1, "system_id": "7"}')
    with pytest.raises(NowhereSent, match="another database"):
        site.take()


def test_a_wrong_password_or_a_server_that_is_away_is_said_without_it(site: Site) -> None:
    wrong = site.config.backup_url.replace("copier:", "copier:x")
    for url in (wrong, "postgresql://copier:q@127.0.0.1:9/tesigo"):
        site.config = replace(site.config, backup_url=url)
        with pytest.raises(SourceFailed, match="BACKUP_DATABASE_URL") as told:
            site.take()
        assert "q7Tz" not in str(told.value)


def test_without_a_public_key_nothing_is_begun(site: Site, tmp_path: Path) -> None:
    (tmp_path / "empty").write_bytes(b"")
    site.config = replace(site.config, recipients_file=tmp_path / "empty")
    with pytest.raises(NotConfigured, match="BACKUP_RECIPIENTS_FILE"):
        site.take()
    assert list(site.at("disk").iterdir()) == []


def test_a_role_that_may_not_copy_leaves_nothing(site: Site, postgres: Cluster) -> None:
    postgres.sql("ALTER ROLE copier NOREPLICATION")
    try:
        with pytest.raises(SourceFailed, match=r"pg_basebackup: .*permission"):
            site.take()
    finally:
        postgres.sql("ALTER ROLE copier REPLICATION")
    assert list((site.config.spool / "making").iterdir()) == []
