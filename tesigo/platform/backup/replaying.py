"""Which WAL leads from a backup to a moment, and whether all of it is there.

PostgreSQL ends a recovery at a missing or damaged segment as if that were the end, and says that it succeeded. So it is
never asked before every segment up to the target, by name and hash, is known to be there.
"""

import os
import re
import subprocess
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tesigo.platform.backup import unpacking, wal
from tesigo.platform.backup.copies import Recovery
from tesigo.platform.backup.errors import BackupError, Damaged
from tesigo.platform.backup.format import Database
from tesigo.platform.backup.programs import program
from tesigo.platform.backup.shelf import Opener, Shelf, faulty
from tesigo.platform.backup.unpacking import Say
from tesigo.platform.backup.wal import Note
from tesigo.platform.counted import counted

SEGMENT_BYTES: Final = 16 * 1024 * 1024
#: How far the clocks of the site and of its database may be apart.
_CLOCKS: Final = timedelta(minutes=2)
_DUMP_SECONDS: Final = 600
_ENDED: Final = re.compile(
    r"lsn: ([0-9A-F]+/[0-9A-F]+), .*desc: (?:COMMIT|ABORT)(?:_PREPARED)? .*?(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+) UTC"
)


@dataclass(frozen=True)
class Reach:
    """WAL from the start of a backup on, without a gap: `gap` is the first and last that are missing after it."""

    names: tuple[str, ...]
    gap: tuple[str, str] | None
    beyond: tuple[str, ...] = ()


@dataclass(frozen=True)
class Way:
    """The segments to replay, in their order, and where the recovery is told to stop."""

    notes: Sequence[Note]
    recovery: Recovery
    #: The last transaction that will be there.
    last_commit: datetime | None

    @property
    def bytes(self) -> int:
        """Of plain WAL."""
        return sum(note.plain_bytes for note in self.notes)


def reach(shelf: Shelf, database: Database, *, segment_bytes: int = SEGMENT_BYTES) -> Reach:
    """What is there from the backup's start on, on its timeline. Raises `DestinationError`."""
    there = {
        wal.number_of(name, segment_bytes): name
        for name in shelf.segments(database.system_id)
        if wal.is_segment(name) and wal.timeline_of(name) == database.timeline
    }
    number = wal.number_of(database.start_wal, segment_bytes)
    names = []
    while number in there:
        names.append(there[number])
        number += 1
    beyond = sorted(one for one in there if one > number)
    if not beyond:
        # What the backup itself ended with must have arrived.
        stop = wal.number_of(database.stop_wal, segment_bytes)
        gap = (wal.name_of(database.timeline, number, segment_bytes), database.stop_wal) if number <= stop else None
        return Reach(tuple(names), gap)
    ends = beyond[0] - 1
    missing = tuple(wal.name_of(database.timeline, one, segment_bytes) for one in (number, ends))
    return Reach(tuple(names), (missing[0], missing[1]), tuple(there[one] for one in beyond))


def is_enough(found: Reach, database: Database) -> bool:
    """Whether the backup can be started at all: it needs the WAL that was written while it was taken."""
    return database.stop_wal in found.names


def faults(shelf: Shelf, database: Database) -> tuple[str, list[str]]:
    """Names what is wrong with WAL from the backup's start on: missing, without a note, changed."""
    found = reach(shelf, database)
    wrong = [f"WAL is missing: {span(found.gap)}"] if found.gap else []
    last: datetime | None = None
    size = 0
    for name in (*found.names, *found.beyond):
        try:
            note = shelf.note(database.system_id, name)
        except BackupError as error:
            wrong.append(str(error))
            continue
        size += note.sent_bytes
        last = max(last, note.completed_at) if last else note.completed_at
        if says := faulty(shelf.segment(note)):
            wrong.append(says)
    until = f", complete until {last.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC" if last else ""
    return f"{counted(len(found.names), 'segment')}, {size / 1024**2:,.1f} MB{until}", wrong


def way(
    shelf: Shelf, database: Database, folder: Path, *, to: datetime | None, opener: Opener, say: Say = print
) -> Way:
    """Fetches, checks and decrypts WAL into ``folder`` up to a moment (None: as far as it goes), and plans the replay.

    Raises `Damaged`: a segment before the moment is missing or changed, or the archive ends before it.
    """
    found = reach(shelf, database)
    if found.gap and not is_enough(found, database):
        raise Damaged(
            f"WAL is missing: {span(found.gap)}. Without it the backup cannot be started: name an earlier one"
            " (--backup), or another destination (--from)."
        )
    notes = [shelf.note(database.system_id, name) for name in found.names]
    ended: list[tuple[str, datetime]] = []
    taken: list[Note] = []
    for note in notes:
        if not taken or not len(taken) % 20:
            say(f"fetching WAL from {note.name} on")
        unpacking.segment(shelf, note, folder, opener=opener)
        taken.append(note)
        if to is not None and note.completed_at > to - _CLOCKS:
            ended = list(_ends(folder, taken[max(0, len(taken) - 2) :]))
            if any(at > to for _lsn, at in ended):
                _histories(shelf, database, folder, opener)
                before = [at for _lsn, at in ended if at <= to]
                return Way(taken, Recovery(folder, database.timeline, time=to), max(before, default=None))
    if found.gap and to is not None:
        raise Damaged(
            f"WAL is missing: {span(found.gap)}. "
            f"Without it nothing after {_moment(_last(folder, taken))} can be restored."
        )
    return _to_the_end(shelf, database, folder, taken, to=to, opener=opener, gap=found.gap)


def _to_the_end(
    shelf: Shelf,
    database: Database,
    folder: Path,
    taken: list[Note],
    *,
    to: datetime | None,
    opener: Opener,
    gap: tuple[str, str] | None,
) -> Way:
    last = _last(folder, taken)
    complete_until = max((note.completed_at for note in taken), default=None)
    if to is not None and (complete_until is None or to > complete_until - _CLOCKS):
        raise Damaged(
            f"The archive ends before that, with {_last_words(last)}. "
            "Name an earlier moment, or say `--to latest`. Where the database still runs, `manage.py ship_wal --close`"
            " sends the rest."
        )
    if to is None and gap:
        raise Damaged(f"WAL is missing: {span(gap)}. The last moment before it is {_moment(last)}: say `--to` that.")
    _histories(shelf, database, folder, opener)
    # Nothing happened between the last transaction and the moment, of which the archive has all.
    recovery = Recovery(folder, database.timeline, lsn=last[0] if last else "")
    return Way(taken, recovery, last[1] if last else None)


def _last(folder: Path, taken: Sequence[Note]) -> tuple[str, datetime] | None:
    """The last transaction in the segments, where a record may go on in the next segment."""
    for first in range(len(taken) - 2, -3, -2):
        ended = list(_ends(folder, taken[max(0, first) : max(0, first) + 3]))
        if ended or first <= 0:
            return ended[-1] if ended else None
    return None


def _ends(folder: Path, notes: Sequence[Note]) -> Iterator[tuple[str, datetime]]:
    """Where and when transactions ended in segments that follow on each other."""
    if not notes:
        return
    result = subprocess.run(
        [program("pg_waldump"), "-r", "Transaction", "-p", folder, notes[0].name, notes[-1].name],
        capture_output=True,
        text=True,
        env=os.environ | {"LC_ALL": "C", "TZ": "UTC"},
        timeout=_DUMP_SECONDS,
        # The last record of the last segment may go on in one that is not there.
        check=False,
    )
    if result.returncode and not result.stdout:
        raise Damaged(f"WAL from {notes[0].name} on cannot be read: {' '.join(result.stderr.splitlines()[-1:])}")
    for line in result.stdout.splitlines():
        if found := _ENDED.search(line):
            yield found[1], datetime.fromisoformat(found[2]).replace(tzinfo=UTC)


def _histories(shelf: Shelf, database: Database, folder: Path, opener: Opener) -> None:
    """What tells a recovery which numbers of timelines are taken already."""
    for name in shelf.segments(database.system_id):
        if wal.is_history(name):
            unpacking.segment(shelf, shelf.note(database.system_id, name), folder, opener=opener)


def span(names: Sequence[str]) -> str:
    """The first and the last of several segments, in words."""
    return names[0] if names[0] == names[-1] else f"{names[0]} to {names[-1]}"


def _last_words(ended: tuple[str, datetime] | None) -> str:
    return f"the transaction of {_moment(ended)}" if ended else "the end of the backup"


def _moment(ended: tuple[str, datetime] | None) -> str:
    return f"{ended[1]:%Y-%m-%d %H:%M:%S.%f} UTC" if ended else "the end of the backup"
