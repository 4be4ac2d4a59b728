"""Restoring the database to a moment (R-120 to R-122): planned and said first, then done beside the old data.

Until the very end nothing of the old is touched: the copy is fetched, checked, replayed, freed of erased people and
looked at in a directory of its own. Killed at any moment it leaves the old data as they were.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict

from tesigo.platform.backup import erasures, inspection, paths, replaying, unpacking
from tesigo.platform.backup.copies import Copy
from tesigo.platform.backup.errors import Damaged, NotConfigured
from tesigo.platform.backup.format import Manifest
from tesigo.platform.backup.inspection import Outcome
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.replaying import Reach, Way
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.backup.swapping import swap
from tesigo.platform.backup.unpacking import Say, database_of
from tesigo.platform.counted import counted
from tesigo.platform.log import mask
from tesigo.platform.paths import ROOT
from tesigo.platform.postgres_server import PostgresServer
from tesigo.platform.processes import file_lock

#: What this takes on a small machine, for saying how long about: fetching and decrypting, and replaying.
_FETCH_BYTES_PER_SECOND: Final = 40e6
_REPLAY_BYTES_PER_SECOND: Final = 20e6
#: Numbers that the lost time may have given out, at Stripe or in links, are not given out again.
_SKIPPED_NUMBERS: Final = 100_000
_CHILD_SECONDS: Final = 4 * 3600
#: How the name of a directory begins in which a restore works, beside the embedded server's data.
DRAFT: Final = "restore-"


@dataclass(frozen=True)
class Plan:
    """What a restore would do."""

    destination: str
    #: The full backup first.
    chain: Sequence[Manifest]
    reach: Reach
    #: None: as far as the archive goes.
    to: datetime | None
    #: Newer backups before the moment that cannot be started: WAL of their own time has not arrived.
    passed_over: Sequence[str] = ()

    @property
    def backup_id(self) -> str:
        """The backup that the copy begins with."""
        return self.chain[-1].id

    def lines(self) -> list[str]:
        """What will be done, for whoever is asked."""
        sent = sum(one.sent_bytes for one in self.chain)
        wal_bytes = len(self.reach.names) * replaying.SEGMENT_BYTES
        seconds = sent / _FETCH_BYTES_PER_SECOND + wal_bytes / _REPLAY_BYTES_PER_SECOND
        begins = self.chain[-1].finished_at.astimezone(UTC)
        between = f", {_span(self.to - begins)} after the backup" if self.to else ""
        names = self.reach.names
        wal = f"{counted(len(names), 'segment')} at most, {replaying.span(names)}" if names else "none has arrived"
        lines = [
            f"The database is restored to {_moment(self.to)}{between}.",
            f"From       {self.destination}",
            f"Backup     {self.backup_id}, finished {begins:%Y-%m-%d %H:%M:%S} UTC, {sent / 1024**2:,.1f} MB to fetch",
            *(f"           builds on {one.id}" for one in reversed(self.chain[:-1])),
            *(f"           not {one}: WAL that it needs has not arrived" for one in self.passed_over),
            f"WAL        {wal}",
            f"Takes      about {counted(max(1, round(seconds / 60)), 'minute')}",
        ]
        if self.reach.gap:
            lines.append(f"Warning    WAL is missing: {replaying.span(self.reach.gap)}")
        return lines


@dataclass(frozen=True)
class Restored:
    """What a restore came to."""

    last_commit: datetime | None
    #: What became of the ledger of erasures, in words.
    erased: Mapping[str, int]
    checks: Sequence[Outcome]

    @property
    def faults(self) -> list[str]:
        """What the checks found wrong."""
        return [fault for one in self.checks for fault in one.faults]


def plan(shelf: Shelf, *, to: datetime | None, backup_id: str | None = None) -> Plan:
    """Chooses the newest backup before the moment. Raises `BackupError`: none is early enough, or it cannot be read."""
    passed_over: list[str] = []
    if backup_id is None:
        backup_id = _before(shelf, to, passed_over)
    elif not paths.is_id(backup_id):
        raise NotConfigured(f"{backup_id} is not the name of a backup (as 20261129T020000Z-full).")
    chain = shelf.chain(backup_id)
    database = database_of(chain[-1])
    if to is not None and to < chain[-1].finished_at:
        raise Damaged(f"Backup {backup_id} was finished at {_moment(chain[-1].finished_at)}, after that moment.")
    return Plan(shelf.destination.name, chain, replaying.reach(shelf, database), to, passed_over)


def _before(shelf: Shelf, to: datetime | None, passed_over: list[str]) -> str:
    """The newest before the moment that can be started; notes those that cannot."""
    finished, unfinished = shelf.ids()
    databases = [one for one in finished if paths.parse_id(one)[1] != Kind.FILES]
    for one in reversed(databases):
        if to is None or (paths.parse_id(one)[0] < to and shelf.manifest(one).finished_at <= to):
            database = database_of(shelf.manifest(one))
            if replaying.is_enough(replaying.reach(shelf, database), database):
                return one
            passed_over.append(one)
    if passed_over:
        # What is missing is named later on.
        return passed_over.pop(0)
    if not databases:
        also = f" ({len(unfinished)} unfinished)" if unfinished else ""
        raise Damaged(f"There is no finished backup of the database at {shelf.destination.name}{also}.")
    first = shelf.manifest(databases[0]).finished_at
    raise Damaged(f"The earliest moment that can be restored from {shelf.destination.name} is {_moment(first)}.")


def restore(
    shelf: Shelf,
    planned: Plan,
    home: Path,
    *,
    database: str,
    user: str,
    opener: Opener,
    say: Say = print,
    with_files: Sequence[str] | None = None,
) -> tuple[Copy, Restored]:
    """Makes the copy below ``home``, checked, replayed and stopped. Raises `BackupError` and `CopyError`.

    ``with_files`` are further words of the command line that puts stored files back; None leaves them as they are.
    Nothing is left below ``home`` after an error.
    """
    was_there = home.exists()
    try:
        with unpacking.naming_a_full_disk(home):
            copy = unpacking.cluster(shelf, planned.chain, home, opener=opener, user=user, durable=True, say=say)
    except BaseException:
        if not was_there:
            shutil.rmtree(home, ignore_errors=True)
        raise
    wal = home / "wal"
    try:
        with unpacking.naming_a_full_disk(home):
            wal.mkdir(mode=0o755)
            way = _replay(shelf, planned, copy, wal, opener=opener, say=say)
            _advance_numbers(copy, database)
            say("erasing again who was erased since")
            since = way.last_commit or planned.to or _OLD
            ledger = list(erasures.read(shelf.destination, keys=shelf.keys, since=since))
            erased = _erase_again(copy.url(database), ledger)
            say("checking the audit trail and the books")
            checks = list(inspection.of_apps_in(copy.url(database)))
            if with_files is not None:
                say("putting stored files back")
                _run(copy.url(database), "restore", "--only", "files", "--yes", *with_files)
            copy.stop()
    except BaseException:
        _clean_up(copy, home)
        raise
    shutil.rmtree(wal)
    for name in ("hba.conf", "empty.conf"):
        (home / name).unlink()
    return copy, Restored(way.last_commit, erased, checks)


def _replay(shelf: Shelf, planned: Plan, copy: Copy, wal: Path, *, opener: Opener, say: Say) -> Way:
    """Fetches WAL into ``wal`` and starts the copy, which replays it."""
    unpacking.check_room(wal.parent, len(planned.reach.names) * replaying.SEGMENT_BYTES)
    way = replaying.way(shelf, database_of(planned.chain[-1]), wal, to=planned.to, opener=opener, say=say)
    until = f"the transaction of {_moment(way.last_commit)}" if way.last_commit else "the end of the backup"
    say(f"replaying {counted(len(way.notes), 'segment')}, up to {until}")
    copy.start(way.recovery)
    return way


def put_in_place(copy: Copy, server: PostgresServer, *, now: datetime) -> Path | None:
    """Makes the copy the data of the embedded server; returns where the old data are kept. Raises `BackupError`."""
    with file_lock(server.home.parent / "stack.lock"):
        if (pid := server.pid()) is not None:
            raise Damaged(f"PostgreSQL was started meanwhile (process {pid}); the copy waits in {copy.home}.")
        kept: Path | None = None
        if not server.data.exists():
            copy.data.rename(server.data)
        else:
            kept = server.home / f"data.before-{now.astimezone(UTC):%Y%m%dT%H%M%SZ}"
            # Out of the copy's directory first: what a killed restore leaves there is removed by the next.
            copy.data.rename(kept)
            if not swap(kept, server.data):
                aside = kept.with_name(f"{kept.name}.new")
                kept.rename(aside)
                server.data.rename(kept)
                aside.rename(server.data)
    shutil.rmtree(copy.home)
    return kept


def set_passwords(copy: Copy, *, site: str, backup_url: str) -> None:
    """Starts the copy once more and gives its roles the passwords that they have here: it remembers those of there."""
    of_backups = conninfo_to_dict(backup_url) if backup_url else {}
    copy.start()
    try:
        copy.set_password(site)
        if name := str(of_backups.get("user") or ""):
            _set_if_known(copy, name, str(of_backups.get("password") or ""))
    finally:
        copy.stop()


def sweep(folder: Path) -> list[str]:
    """Stops and removes copies below ``folder`` whose restore was killed; returns their names. Under the lock of all
    who restore there.
    """
    left = sorted(path for path in folder.glob(f"{DRAFT}*") if path.is_dir())
    for path in left:
        _clean_up(Copy(path), path)
    return [path.name for path in left]


def check_target(home: Path) -> None:
    """Raises `NotConfigured` for a directory that is in use."""
    if home.exists() and (not home.is_dir() or any(home.iterdir())):
        raise NotConfigured(f"{home} is not empty: name a directory that is new or empty.")
    if not home.parent.is_dir():
        raise NotConfigured(f"{home.parent} is no directory.")


def _set_if_known(copy: Copy, role: str, password: str) -> None:
    with psycopg.connect(copy.url("postgres", user=copy.superuser()), autocommit=True) as connection:
        if connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [role]).fetchone():
            verifier = connection.pgconn.encrypt_password(password.encode(), role.encode(), b"scram-sha-256").decode()
            connection.execute(sql.SQL("ALTER ROLE {} PASSWORD {}").format(sql.Identifier(role), sql.Literal(verifier)))


def _advance_numbers(copy: Copy, database: str) -> None:
    with psycopg.connect(copy.url(database, user=copy.superuser()), autocommit=True) as connection:
        rows = connection.execute(
            "SELECT schemaname, sequencename, least(last_value + %s, max_value) FROM pg_sequences"
            " WHERE last_value IS NOT NULL AND increment_by > 0",
            [_SKIPPED_NUMBERS],
        ).fetchall()
        for schema, name, number in rows:
            place = sql.Literal(sql.Identifier(schema, name).as_string(connection))
            connection.execute(sql.SQL("SELECT setval({}::regclass, {})").format(place, sql.Literal(number)))


def _erase_again(url: str, ledger: Sequence[erasures.Erased]) -> dict[str, int]:
    lines = [json.dumps({"user_id": one.user_id, "at": one.at.isoformat()}) for one in ledger]
    printed = _run(url, "erase_again", given="\n".join(lines))
    found: dict[str, int] = json.loads(printed.splitlines()[-1])
    return found


def _run(url: str, *words: str, given: str = "") -> str:
    """One of our commands on the copy; what it says on the way is said here too."""
    try:
        result = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *words],
            env=os.environ | {"DATABASE_URL": url, "REDIS_URL": inspection.NO_REDIS},
            input=given,
            capture_output=True,
            text=True,
            timeout=_CHILD_SECONDS,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Damaged(f"`{words[0]}` did not end within {_CHILD_SECONDS} seconds.") from error
    if result.returncode:
        said = " ".join(mask(result.stderr).strip().splitlines()[-1:])
        raise Damaged(f"`{' '.join(words[:3])}` failed on the copy: {said}")
    return result.stdout


def _clean_up(copy: Copy, home: Path) -> None:
    try:
        copy.stop()
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "the last transaction that the archive has"


def _span(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min"


_OLD: Final = datetime(2000, 1, 1, tzinfo=UTC)
