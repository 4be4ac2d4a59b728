"""The folder where backups wait to be sent. Only what is encrypted lies here; the next start sweeps the rest.

backup.lock           held by whoever takes backups or removes old ones: never two at a time
making/<id>/          being written; gone at the next start
pending/<id>/         whole and signed, not yet at any destination
last/                 the backup_manifest that the next incremental builds on, and which backup it is of
files.sqlite3         what is known of stored files; made anew when lost
"""

import errno
import hashlib
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from tesigo.platform.backup import paths
from tesigo.platform.backup.errors import AlreadyRunning, BackupError, SpoolFull
from tesigo.platform.backup.format import PART_BYTES, Part, part_name
from tesigo.platform.processes import file_lock


@dataclass(frozen=True)
class Last:
    """The newest backup of the database that was written whole, and by which server."""

    id: str
    postgres_version: int
    system_id: str


class Spool:
    """One folder; its methods are for the holder of `held`."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    @contextmanager
    def held(self) -> Iterator[None]:
        """Nobody else takes or removes backups meanwhile. Raises `AlreadyRunning` at once. Sweeps what broke off."""
        with named_if_full():
            self.folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with file_lock(self.folder / "backup.lock", wait=False) as is_ours:
            if not is_ours:
                raise AlreadyRunning("Another backup is running here, or old ones are being removed.")
            self.sweep()
            yield

    def sweep(self) -> None:
        """Removes what a run that was killed left behind."""
        shutil.rmtree(self._making, ignore_errors=True)
        for folder in self.pending():
            if not (folder / "manifest.json").exists():
                shutil.rmtree(folder, ignore_errors=True)

    @contextmanager
    def making(self, backup_id: str) -> Iterator[Path]:
        """A folder for a backup that is being written; gone at the end unless it was `keep`-ed."""
        folder = self._making / backup_id
        with named_if_full():
            folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        try:
            yield folder
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def keep(self, folder: Path) -> Path:
        """Moves a whole backup to those that wait to be sent."""
        self._pending.mkdir(parents=True, exist_ok=True, mode=0o700)
        return folder.rename(self._pending / folder.name)

    def pending(self) -> list[Path]:
        """What waits to be sent, oldest first."""
        if not self._pending.is_dir():
            return []
        return sorted(folder for folder in self._pending.iterdir() if paths.is_id(folder.name))

    def last(self) -> Last | None:
        """What the next incremental may build on; None when there is nothing."""
        try:
            return Last(**json.loads((self._last / "backup.json").read_text()))
        except (OSError, ValueError, TypeError):
            return None

    @property
    def last_manifest(self) -> Path:
        """PostgreSQL's own backup_manifest of the last backup."""
        return self._last / "backup_manifest"

    def set_last(self, last: Last, manifest: Path) -> None:
        """Moves PostgreSQL's manifest here. A kill in between leaves none, which means a full backup next."""
        self._last.mkdir(parents=True, exist_ok=True, mode=0o700)
        (self._last / "backup.json").unlink(missing_ok=True)
        manifest.replace(self.last_manifest)
        draft = self._last / "backup.json.new"
        draft.write_text(json.dumps(asdict(last)))
        draft.replace(self._last / "backup.json")

    @property
    def index(self) -> Path:
        """Of stored files."""
        return self.folder / "files.sqlite3"

    @property
    def _making(self) -> Path:
        return self.folder / "making"

    @property
    def _pending(self) -> Path:
        return self.folder / "pending"

    @property
    def _last(self) -> Path:
        return self.folder / "last"


class Cutter:
    """Cuts a stream into parts in a folder: what goes into `take`, in order."""

    def __init__(self, folder: Path, stream: str, *, part_bytes: int = PART_BYTES) -> None:
        self._folder, self._stream, self._part_bytes = folder, stream, part_bytes
        self._file: IO[bytes] | None = None
        self._digest, self._size = hashlib.sha256(), 0
        self._parts: list[Part] = []
        self.bytes = 0

    def take(self, block: bytes) -> None:
        """Writes; raises `SpoolFull`."""
        view = memoryview(block)
        with named_if_full():
            while view:
                if self._file is None:
                    self._file = (self._folder / self._name).open("xb")
                piece = view[: self._part_bytes - self._size]
                self._file.write(piece)
                self._digest.update(piece)
                self._size += len(piece)
                self.bytes += len(piece)
                view = view[len(piece) :]
                if self._size == self._part_bytes:
                    self._end_part()

    def finish(self) -> tuple[Part, ...]:
        """The parts, all of them safe on the disk."""
        with named_if_full():
            self._end_part()
        return tuple(self._parts)

    def abandon(self) -> None:
        """Lets go of the file."""
        if self._file is not None:
            self._file.close()

    @property
    def _name(self) -> str:
        return part_name(self._stream, len(self._parts))

    def _end_part(self) -> None:
        if self._file is None:
            return
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._parts.append(Part(self._name, self._size, self._digest.hexdigest()))
        self._file, self._digest, self._size = None, hashlib.sha256(), 0


@contextmanager
def named_if_full() -> Iterator[None]:
    """Names a full disk of the spool."""
    try:
        yield
    except OSError as error:
        if error.errno in {errno.ENOSPC, errno.EDQUOT}:
            raise SpoolFull("The disk of BACKUP_SPOOL is full; nothing of this backup was kept.") from error
        raise BackupError(f"The spool (BACKUP_SPOOL) cannot be used: {error.strerror}.") from error
