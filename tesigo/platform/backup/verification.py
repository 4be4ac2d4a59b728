"""Whether a backup can be restored, found out before it has to be (R-120).

Hashes of everything come first: a flipped byte in a commit log passes a start, all counts and every checksum of a page.
Only where a private key is at hand is a copy started and looked at.
"""

import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from tesigo.platform.backup import inspection, paths, replaying, unpacking
from tesigo.platform.backup.copies import Copy
from tesigo.platform.backup.encryption import hash_of, unseal
from tesigo.platform.backup.errors import BackupError, NotThere
from tesigo.platform.backup.format import Count, Manifest, unpack_keys
from tesigo.platform.backup.inspection import Outcome, Seen
from tesigo.platform.backup.shelf import Opener, Shelf, faulty
from tesigo.platform.backup.tables import Range
from tesigo.platform.backup.unpacking import Say, database_of
from tesigo.platform.counted import counted
from tesigo.platform.postgres_server import PostgresError
from tesigo.platform.processes import file_lock

#: Faults of one kind that are listed; a disk that is gone would list every file.
_FAULTS_LISTED: Final = 20
#: How the directory is called in which a copy is looked at, and what whoever looks holds a lock of.
_SCRATCH: Final = "tesigo-verify-"
_LOCK: Final = "lock"
#: Between making the directory and holding the lock.
_SETTLES_SECONDS: Final = 10


def hashes(shelf: Shelf, backup_id: str) -> Iterator[Outcome]:
    """The signature, every byte of the backup and of those it builds on, the stored files, and WAL since."""
    chain: list[Manifest] = []

    def signatures() -> Seen:
        chain.extend(shelf.chain(backup_id))
        newest = chain[-1].finished_at.astimezone(UTC)
        return f"{' ← '.join(one.id for one in reversed(chain))}, finished {newest:%Y-%m-%d %H:%M:%S} UTC", []

    first = inspection.run("signatures", signatures)
    yield first
    if not first.is_good:
        return
    yield inspection.run("parts", lambda: _parts(shelf, chain))
    yield inspection.run("stored files", lambda: _stored(shelf, chain[-1]))
    if chain[-1].database is not None:
        database = chain[-1].database
        yield inspection.run("WAL", lambda: replaying.faults(shelf, database))


def copy(
    shelf: Shelf, backup_id: str, place: Path, *, database: str, user: str, opener: Opener, say: Say = print
) -> Iterator[Outcome]:
    """A copy of the database, started and looked at; ``place`` is where it may be unpacked, and is left empty.

    Raises `WrongKey`, and `SpoolFull` where ``place`` has no room.
    """
    sweep(place)
    folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=place))
    made: list[Copy] = []

    def start() -> Seen:
        chain = shelf.chain(backup_id)
        with unpacking.naming_a_full_disk(folder):
            made.append(unpacking.cluster(shelf, chain, folder / "copy", opener=opener, say=say, user=user))
            made[0].start()
        plain = sum(database_of(one).plain_bytes for one in chain)
        return f"{plain / 1024**2:,.1f} MB decrypted, combined, compared with PostgreSQL's manifest and started", []

    try:
        with file_lock(folder / _LOCK):
            started = inspection.run("copy", start)
            yield started
            if started.is_good:
                counts = database_of(shelf.manifest(backup_id)).counts
                yield from inspection.inspect(made[0], database=database, counts=ranges(counts))
    finally:
        for one in made:
            one.stop()
        shutil.rmtree(folder, ignore_errors=True)


def sweep(place: Path) -> int:
    """Stops and removes copies of whoever was killed while looking: they hold people's data. Returns how many."""
    removed = 0
    for folder in place.glob(f"{_SCRATCH}*"):
        try:
            is_new = time.time() - folder.stat().st_mtime < _SETTLES_SECONDS
            if is_new or not (folder / _LOCK).exists():
                continue
            with file_lock(folder / _LOCK, wait=False) as is_ours:
                if is_ours:
                    Copy(folder / "copy").stop()
                    shutil.rmtree(folder, ignore_errors=True)
                    removed += 1
        except (OSError, PostgresError):
            # Somebody else's, or just being removed; the next one tries again.
            continue
    return removed


def file_contents(shelf: Shelf, backup_id: str, *, opener: Opener, most: int | None = None) -> Outcome:
    """Decrypts stored files and compares them with the hashes of their plain content; at most ``most`` of them."""

    def look() -> Seen:
        manifest = shelf.manifest(backup_id)
        wrong: list[str] = []
        read = size = 0
        for stored in unpacking.file_list(shelf, manifest, opener=opener):
            if most is not None and read >= most:
                break
            path = paths.stored_file(stored.sha256)
            try:
                plain = unseal(
                    shelf.destination.get(path),
                    take=lambda _block: None,
                    home=opener.home,
                    passphrase_file=opener.passphrase_file,
                )
            except BackupError as error:
                wrong.append(f"{path}: {error}")
            else:
                if plain.sha256 != stored.sha256:
                    wrong.append(f"{path}: its content is not what its name says")
                size += plain.bytes
            read += 1
        done = f"{read} of {manifest.files_count} decrypted and hashed, {size / 1024**2:,.1f} MB"
        return done, wrong[:_FAULTS_LISTED]

    return inspection.run("contents of files", look)


def ranges(counts: Mapping[str, Count]) -> dict[str, Range]:
    """What a table may hold in a copy, from what was counted before and after."""
    return {table: (min(one.before, one.after), max(one.before, one.after)) for table, one in counts.items()}


def report(backup_id: str, destination: str, outcomes: list[Outcome], *, now: datetime) -> dict[str, object]:
    """All that was found, as plain values."""
    return {
        "backup": backup_id,
        "destination": destination,
        "at": now.astimezone(UTC).isoformat(),
        "is_good": all(one.is_good for one in outcomes),
        "checks": inspection.as_json(outcomes),
    }


def _parts(shelf: Shelf, chain: list[Manifest]) -> Seen:
    wrong = []
    parts = [(one.id, part) for one in chain for part in one.parts]
    for backup_id, part in parts:
        try:
            says = faulty(shelf.part(backup_id, part))
        except BackupError as error:
            says = str(error)
        if says:
            wrong.append(says)
    return f"{counted(len(parts), 'file')}, {sum(one.sent_bytes for one in chain) / 1024**2:,.1f} MB", wrong


def _stored(shelf: Shelf, manifest: Manifest) -> Seen:
    """Each stored file by the hash of what was sent; encrypted more than once, any of them is right."""
    packed = b"".join(shelf.part(manifest.id, manifest.keys))
    wanted: dict[str, set[str]] = {}
    for sent in unpack_keys(packed, where=f"{paths.folder(manifest.id)}keys.zst"):
        wanted.setdefault(sent.sha256, set()).add(sent.sent_sha256)
    wrong: list[str] = []
    size = 0
    for sha256, sent_as in wanted.items():
        path = paths.stored_file(sha256)
        try:
            found = hash_of(shelf.destination.get(path))
        except NotThere as error:
            wrong.append(str(error))
            continue
        size += found.bytes
        if found.sha256 not in sent_as:
            wrong.append(f"{path}: bytes are not those that were sent (its hash differs).")
    more = [f"… and {len(wrong) - _FAULTS_LISTED} more"] if len(wrong) > _FAULTS_LISTED else []
    return f"{counted(len(wanted), 'content')}, {size / 1024**2:,.1f} MB", wrong[:_FAULTS_LISTED] + more
