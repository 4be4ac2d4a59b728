"""Which backup and which WAL a restore to a moment needs, in words for whoever is asked (R-120 to R-122)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final

from tesigo.platform.backup import paths, replaying
from tesigo.platform.backup.errors import Damaged
from tesigo.platform.backup.format import Manifest
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.replaying import Reach
from tesigo.platform.backup.shelf import Shelf
from tesigo.platform.backup.unpacking import database_of

#: What this takes on a small machine, for saying how long about: fetching and decrypting, and replaying.
_FETCH_BYTES_PER_SECOND: Final = 40e6
_REPLAY_BYTES_PER_SECOND: Final = 20e6


@dataclass(frozen=True)
class Plan:
    """What a restore would do."""

    destination: str
    #: The full backup first.
    chain: Sequence[Manifest]
    reach: Reach
    #: None: as far as the archive goes.
    to: datetime | None

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
        between = f", {_span(self.to - begins)} after it" if self.to else ""
        names = self.reach.names
        wal = f"{len(names)} segments at most, {names[0]} to {names[-1]}" if names else "none has arrived"
        lines = [
            f"The database is restored to {_moment(self.to)}{between}.",
            f"From       {self.destination}",
            f"Backup     {self.backup_id}, finished {begins:%Y-%m-%d %H:%M:%S} UTC, {sent / 1024**2:,.1f} MB to fetch",
            *(f"           builds on {one.id}" for one in reversed(self.chain[:-1])),
            f"WAL        {wal}",
            f"Takes      about {max(1, round(seconds / 60))} minutes",
        ]
        if self.reach.gap:
            lines.append(f"Warning    WAL is missing: {' to '.join(self.reach.gap)}")
        return lines


def plan(shelf: Shelf, *, to: datetime | None, backup_id: str | None = None) -> Plan:
    """Chooses the newest backup before the moment. Raises `BackupError`: none is early enough, or it cannot be read."""
    if backup_id is None:
        backup_id = _before(shelf, to)
    chain = shelf.chain(backup_id)
    database = database_of(chain[-1])
    if to is not None and to < chain[-1].finished_at:
        raise Damaged(f"Backup {backup_id} was finished at {_moment(chain[-1].finished_at)}, after that moment.")
    return Plan(shelf.destination.name, chain, replaying.reach(shelf, database), to)


def _before(shelf: Shelf, to: datetime | None) -> str:
    finished, unfinished = shelf.ids()
    databases = [one for one in finished if paths.parse_id(one)[1] != Kind.FILES]
    for one in reversed(databases):
        if to is None or (paths.parse_id(one)[0] < to and shelf.manifest(one).finished_at <= to):
            return one
    if not databases:
        also = f" ({len(unfinished)} unfinished)" if unfinished else ""
        raise Damaged(f"There is no finished backup of the database at {shelf.destination.name}{also}.")
    first = shelf.manifest(databases[0]).finished_at
    raise Damaged(f"The earliest moment that can be restored from {shelf.destination.name} is {_moment(first)}.")


def _moment(at: datetime | None) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if at else "the last transaction that the archive has"


def _span(length: timedelta) -> str:
    minutes = round(length.total_seconds() / 60)
    return f"{minutes // 60} h {minutes % 60} min"
