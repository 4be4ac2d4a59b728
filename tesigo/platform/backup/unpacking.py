"""From a backup at a destination to a plain data directory: fetched, hashed, decrypted, combined.

What gpg writes before it is sure counts for nothing: everything goes to a place of its own that is removed unless all
of it was right.
"""

import errno
import os
import shutil
import subprocess
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Final

import psycopg

from tesigo.platform.backup.copies import Copy
from tesigo.platform.backup.encryption import unseal, unseal_to
from tesigo.platform.backup.errors import BackupError, Damaged, SourceFailed, SpoolFull
from tesigo.platform.backup.format import Database, Manifest, StoredFile
from tesigo.platform.backup.programs import program
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.backup.wal import Note
from tesigo.platform.postgres_server import PostgresError

_END_SECONDS: Final = 600
#: Of what tar says.
_LINES_KEPT: Final = 20
#: What a file system keeps for itself, and what a server writes while it replays.
_SPARE_BYTES: Final = 256 * 1024 * 1024
#: With less than a segment of WAL free nothing can be replayed, whatever the server says of it.
_FULL_BYTES: Final = 16 * 1024 * 1024
_FULL_WORDS: Final = ("No space left on device", "Disk quota exceeded")

#: Told what is done now, in a line.
Say = Callable[[str], None]


def check_room(place: Path, needed: int) -> None:
    """Raises `SpoolFull` where the disk has fewer free bytes than ``needed`` and some to spare."""
    free = shutil.disk_usage(place).free
    if free < needed + _SPARE_BYTES:
        raise SpoolFull(
            f"The disk of {place} is too full: {free / 1024**2:,.0f} MB are free, "
            f"{(needed + _SPARE_BYTES) / 1024**2:,.0f} MB are needed."
        )


@contextmanager
def naming_a_full_disk(home: Path) -> Iterator[None]:
    """Raises `SpoolFull` for what goes wrong below ``home`` because its disk has filled up meanwhile.

    A server that cannot fetch WAL for want of room says that its WAL ends there, and nothing of a disk.
    """
    try:
        yield
    except SpoolFull:
        raise
    except Exception as error:
        if _is_of_a_full_disk(error, home):
            raise SpoolFull(f"The disk of {home} is full: make room, and give the command again.") from error
        raise


def _is_of_a_full_disk(error: Exception, home: Path) -> bool:
    if isinstance(error, OSError):
        return error.errno in {errno.ENOSPC, errno.EDQUOT}
    if any(words in str(error) for words in _FULL_WORDS):
        return True
    is_of_the_copy = isinstance(error, BackupError | PostgresError | psycopg.Error)
    return is_of_the_copy and shutil.disk_usage(home.parent).free < _FULL_BYTES


def room_for(chain: Sequence[Manifest]) -> int:
    """Bytes that unpacking and combining take at most."""
    sizes = [one.database.plain_bytes for one in chain if one.database]
    return sum(sizes) + (max(sizes, default=0) if len(sizes) > 1 else 0)


def cluster(
    shelf: Shelf,
    chain: Sequence[Manifest],
    home: Path,
    *,
    opener: Opener,
    user: str,
    durable: bool = False,
    say: Say = print,
) -> Copy:
    """The data directory of the last backup of a chain, below ``home``, ready to be started.

    ``user`` is the role of the site. Raises `BackupError`, `CopyError`; nothing is left below ``home`` then.
    """
    databases = [database_of(one) for one in chain]
    home.mkdir(parents=True, exist_ok=True)
    check_room(home, room_for(chain))
    settings = {name: str(value) for name, value in databases[-1].settings.items()}
    copy = Copy(home, durable=durable, settings=settings, user=user)
    layers = [home / f"layer-{number}" for number in range(len(chain))]
    try:
        for manifest, layer in zip(chain, layers, strict=True):
            say(f"fetching {manifest.id}")
            _unpack(shelf, manifest, layer, opener)
        if len(layers) == 1:
            layers[0].rename(copy.data)
            copy.take_over()
        else:
            say(f"combining {len(layers)} backups")
            _combine(copy, layers)
        say("checking every file against PostgreSQL's own manifest")
        copy.run("pg_verifybackup", "--quiet", copy.data, purpose="confirm the files of the backup")
    except BaseException:
        for path in (*layers, copy.data):
            shutil.rmtree(path, ignore_errors=True)
        raise
    return copy


def file_list(shelf: Shelf, manifest: Manifest, *, opener: Opener) -> Iterator[StoredFile]:
    """The stored files of a backup, by name. Raises `BackupError`."""
    where = f"the list of files of {manifest.id}"
    with tempfile.TemporaryFile() as spooled:
        unseal(
            shelf.parts(manifest.id, manifest.file_list),
            take=lambda block: _write(spooled, block),
            home=opener.home,
            passphrase_file=opener.passphrase_file,
        )
        spooled.seek(0)
        for line in spooled:
            yield StoredFile.from_line(line, where=where)


def segment(shelf: Shelf, note: Note, folder: Path, *, opener: Opener) -> Path:
    """A plain WAL segment in a folder. Raises `BackupError`."""
    path = folder / note.name
    chunks = shelf.segment(note)
    plain = unseal_to(path, chunks, home=opener.home, passphrase_file=opener.passphrase_file, sha256=note.plain_sha256)
    if plain.bytes != note.plain_bytes:
        path.unlink()
        raise Damaged(f"WAL segment {note.name} has {plain.bytes} bytes, not {note.plain_bytes}.")
    # The server reads it as another user.
    path.chmod(0o644)
    return path


def database_of(manifest: Manifest) -> Database:
    """The database in a backup. Raises `Damaged` for one of files only."""
    if manifest.database is None:
        raise Damaged(f"Backup {manifest.id} holds no database.")
    return manifest.database


def _unpack(shelf: Shelf, manifest: Manifest, folder: Path, opener: Opener) -> None:
    database = database_of(manifest)
    tar = shutil.which("tar")
    if tar is None:
        raise SourceFailed("The program `tar` is missing.")
    folder.mkdir(mode=0o700)
    process = subprocess.Popen(
        [tar, "-x", "-f", "-", "-C", str(folder), "--no-same-owner", "--preserve-permissions"],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        env=os.environ | {"LC_ALL": "C"},
    )
    into = process.stdin
    assert into is not None
    assert process.stderr is not None
    said: deque[str] = deque(maxlen=_LINES_KEPT)
    # On a full disk tar writes a line for each file. It stops if nobody reads them.
    listener = threading.Thread(target=_listen, args=(process.stderr, said), name="tar-words", daemon=True)
    listener.start()
    with process.stderr:
        try:
            plain = unseal(
                shelf.parts(manifest.id, database.parts),
                take=lambda block: _write(into, block),
                home=opener.home,
                passphrase_file=opener.passphrase_file,
            )
            into.close()
            code = process.wait(_END_SECONDS)
        except BrokenPipeError:
            process.wait(_END_SECONDS)
            listener.join(_END_SECONDS)
            raise _refused(manifest, said) from None
        except BackupError as error:
            raise type(error)(f"Backup {manifest.id}: {error}") if _is_plain(error) else error from error
        finally:
            process.kill()
            process.wait()
            with suppress(OSError):
                into.close()
            listener.join(_END_SECONDS)
        if code:
            raise _refused(manifest, said)
    if (plain.bytes, plain.sha256) != (database.plain_bytes, database.plain_sha256):
        raise Damaged(f"Backup {manifest.id}: what was decrypted is not what was backed up (its hash differs).")


def _write(file: IO[bytes], block: bytes) -> None:
    file.write(block)


def _listen(stream: IO[bytes], said: deque[str]) -> None:
    said.extend(line.decode(errors="replace").strip() for line in stream)


def _refused(manifest: Manifest, said: deque[str]) -> BackupError:
    if any(words in line for line in said for words in _FULL_WORDS):
        return SpoolFull(f"The disk is full: backup {manifest.id} could not be unpacked.")
    return SourceFailed(f"Backup {manifest.id} could not be unpacked: {said[-1] if said else ''}")


def _is_plain(error: BackupError) -> bool:
    """Whether it is made of a message alone."""
    return not hasattr(error, "name")


def _combine(copy: Copy, layers: Sequence[Path]) -> None:
    # Those that the server runs as must reach them.
    copy.take_over(*layers)
    words = ["--link"] if _can_link() else []
    sync = [] if copy.durable else ["--no-sync"]
    copy.run("pg_combinebackup", *words, *sync, "-o", copy.data, *layers, purpose="combine the backups")
    for layer in layers:
        shutil.rmtree(layer)


def _can_link() -> bool:
    """From version 18 on; what is linked needs no second room."""
    printed = subprocess.run(
        [program("pg_combinebackup"), "--help"], capture_output=True, text=True, timeout=30, check=False
    )
    return "--link" in printed.stdout
