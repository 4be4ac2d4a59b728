"""A small server that archives its WAL, of which copies are taken: the real thing in a few seconds."""

import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psycopg

from tesigo.platform.backup.copies import Copy
from tesigo.platform.postgres_server import DATABASE, PostgresServer, find_programs
from tesigo.platform.processes import wait_until

CONFIGURATION = """
wal_level = replica
archive_mode = on
archive_command = 'cp "%p" "{archive}/%f.new" && mv "{archive}/%f.new" "{archive}/%f"'
summarize_wal = on
fsync = off
autovacuum = off
"""


@dataclass(frozen=True)
class Primary(PostgresServer):
    """The server that is backed up. `archive` gets every finished segment."""

    @property
    def archive(self) -> Path:
        return self.home / "archive"

    def begin(self) -> None:
        self.archive.mkdir(parents=True)
        self._give_to_owner(self.archive)
        self._initialise(find_programs())
        with (self.data / "postgresql.conf").open("a") as file:
            file.write(CONFIGURATION.format(archive=self.archive))
        self.start()

    def execute(self, *statements: str, database: str = DATABASE) -> list[tuple[object, ...]]:
        with psycopg.connect(self.url(database), autocommit=True) as connection:
            for statement in statements:
                cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []

    def now(self) -> datetime:
        """A moment between two commits."""
        found = self.execute("SELECT pg_sleep(0.01), clock_timestamp()")[0][1]
        assert isinstance(found, datetime)
        self.execute("SELECT pg_sleep(0.01)")
        return found.astimezone(UTC)

    def backup(self, target: Path, *, since: Path | None = None) -> Path:
        """A plain base backup, or what changed since another."""
        more = [f"--incremental={since / 'backup_manifest'}"] if since else []
        command = [
            str(find_programs() / "pg_basebackup"),
            "-D",
            str(target),
            "-d",
            self.url("postgres"),
            "-c",
            "fast",
            "-X",
            "none",
        ]
        subprocess.run([*command, *more], check=True, capture_output=True, timeout=60)
        return target

    def end_segment(self) -> str:
        """Closes the present segment, waits until it is in the archive, and returns its name."""
        (name,) = self.execute("SELECT pg_walfile_name(pg_switch_wal())")[0]
        assert wait_until((self.archive / str(name)).exists, seconds=20)
        return str(name)


def copied(backup: Path, home: Path, **settings: str) -> Copy:
    """A copy of a plain backup, ready to be started."""
    shutil.copytree(backup, home / "data")
    copy = Copy(home, settings=settings)
    copy.take_over()
    return copy


def flip(path: Path, *, at: int) -> None:
    """Turns one bit of a file."""
    with path.open("r+b") as file:
        file.seek(at)
        (byte,) = file.read(1)
        file.seek(at)
        file.write(bytes([byte ^ 0x10]))
