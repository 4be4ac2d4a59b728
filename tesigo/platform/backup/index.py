"""What is known of stored files, so that an hourly run reads only new ones. A file in the spool; lost, it is made anew.

Flat in memory, however many files there are. What lies at destinations is asked of them each time, never remembered.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from tesigo.platform.backup.errors import SpoolFull
from tesigo.platform.backup.format import SentFile, StoredFile

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS stored (
    name TEXT PRIMARY KEY, bytes INTEGER NOT NULL, modified TEXT NOT NULL, sha256 TEXT NOT NULL, run TEXT NOT NULL
) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS stored_by_hash ON stored (sha256);
CREATE TABLE IF NOT EXISTS sent (
    sha256 TEXT NOT NULL, sent_sha256 TEXT NOT NULL, sent_bytes INTEGER NOT NULL, PRIMARY KEY (sha256, sent_sha256)
) WITHOUT ROWID;
CREATE TEMP TABLE there (destination TEXT, sha256 TEXT, bytes INTEGER, PRIMARY KEY (destination, sha256)) WITHOUT ROWID;
"""


class Index:
    """Open for one run, which ``run`` names."""

    def __init__(self, connection: sqlite3.Connection, run: str) -> None:
        self._sql, self._run = connection, run

    def known(self, name: str, size: int, modified: str) -> str | None:
        """The hash of a file that has not changed since it was read; it counts as seen."""
        found = self._sql.execute(
            "UPDATE stored SET run = ? WHERE name = ? AND bytes = ? AND modified = ? RETURNING sha256",
            [self._run, name, size, modified],
        ).fetchone()
        return found[0] if found else None

    def learn(self, file: StoredFile, modified: str) -> None:
        """Remembers a file that was read."""
        self._sql.execute(
            "INSERT OR REPLACE INTO stored VALUES (?, ?, ?, ?, ?)",
            [file.name, file.plain_bytes, modified, file.sha256, self._run],
        )

    def forget(self, name: str) -> None:
        """A file that went away meanwhile."""
        self._sql.execute("DELETE FROM stored WHERE name = ?", [name])

    def forget_unseen(self) -> None:
        """What this run did not meet is gone from storage."""
        self._sql.execute("DELETE FROM stored WHERE run != ?", [self._run])

    def files(self) -> Iterator[StoredFile]:
        """All stored files, by name."""
        for name, sha256, size in self._sql.execute("SELECT name, sha256, bytes FROM stored ORDER BY name"):
            yield StoredFile(name, sha256, size)

    def totals(self) -> tuple[int, int]:
        """How many files there are, and their bytes together."""
        count, size = self._sql.execute("SELECT count(*), coalesce(sum(bytes), 0) FROM stored").fetchone()
        return count, size

    def add_sent(self, files: Iterable[SentFile]) -> None:
        """Remembers what was encrypted."""
        rows = ((file.sha256, file.sent_sha256, file.sent_bytes) for file in files)
        self._sql.executemany("INSERT OR IGNORE INTO sent VALUES (?, ?, ?)", rows)

    def knows_sent(self) -> bool:
        """Whether anything was ever encrypted, as far as this spool knows."""
        return self._sql.execute("SELECT 1 FROM sent LIMIT 1").fetchone() is not None

    def sent(self, sha256: str) -> list[SentFile]:
        """The encrypted copies that were made of one content."""
        rows = self._sql.execute("SELECT sha256, sent_sha256, sent_bytes FROM sent WHERE sha256 = ?", [sha256])
        return [SentFile(*row) for row in rows]

    def keys(self) -> Iterator[SentFile]:
        """The encrypted copies of all that is stored now."""
        for row in self._sql.execute(
            "SELECT sha256, sent_sha256, sent_bytes FROM sent"
            " WHERE sha256 IN (SELECT sha256 FROM stored) ORDER BY sha256, sent_sha256"
        ):
            yield SentFile(*row)

    def set_there(self, destination: str, found: Iterable[tuple[str, int]]) -> None:
        """What lies at a destination: hashes of content and sizes as sent."""
        self._sql.execute("DELETE FROM there WHERE destination = ?", [destination])
        self._sql.executemany(
            "INSERT OR REPLACE INTO there VALUES (?, ?, ?)", ((destination, sha256, size) for sha256, size in found)
        )

    def came(self, destination: str, sha256: str, size: int) -> None:
        """One more lies there."""
        self._sql.execute("INSERT OR REPLACE INTO there VALUES (?, ?, ?)", [destination, sha256, size])

    def is_there(self, destination: str, sha256: str) -> bool:
        """Whether a copy that we made lies there, going by its size."""
        found = self._sql.execute(f"SELECT 1 FROM there WHERE sha256 = ? AND {_IS_GOOD}", [sha256, destination])  # noqa: S608  # words of ours
        return found.fetchone() is not None

    def missing(self, destination: str) -> list[tuple[str, str]]:
        """Up to a hundred stored contents that are not there, each with the name of one file that has it."""
        rows = self._sql.execute(
            "SELECT sha256, min(name) FROM stored WHERE NOT EXISTS"  # noqa: S608  # as above
            f" (SELECT 1 FROM there WHERE there.sha256 = stored.sha256 AND {_IS_GOOD})"
            " GROUP BY sha256 LIMIT 100",
            [destination],
        )
        return [(sha256, name) for sha256, name in rows]

    def commit(self) -> None:
        """Makes what was learned safe."""
        self._sql.commit()


_IS_GOOD: Final = (
    "EXISTS (SELECT 1 FROM sent WHERE sent.sha256 = there.sha256 AND sent.sent_bytes = there.bytes)"
    " AND there.destination = ?"
)


@contextmanager
def opened(path: Path, *, run: str) -> Iterator[Index]:
    """The index in a file; one that cannot be read is begun anew, since nothing rests on it alone."""
    try:
        connection = _open(path)
    except sqlite3.DatabaseError:
        path.unlink(missing_ok=True)
        connection = _open(path)
    with closing(connection):
        try:
            yield Index(connection, run)
            connection.commit()
        except sqlite3.OperationalError as error:
            if "full" in str(error):
                raise SpoolFull("The disk of BACKUP_SPOOL is full; nothing of this backup was kept.") from error
            raise


def _open(path: Path) -> sqlite3.Connection:
    connection = sqlite3.connect(path, timeout=10)
    try:
        connection.executescript("PRAGMA cache_size = -4096; PRAGMA temp_store = FILE;" + _SCHEMA)
    except BaseException:
        connection.close()
        raise
    return connection
