"""A file that arrives in several goes: its bytes are written once, to the disk that they stay on (R-80).

It lies in the folder `FOLDER` of ``MEDIA_ROOT``, also where storage is elsewhere.
"""

import errno
import fcntl
import hashlib
import os
import threading
import time
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final, Protocol

from django.conf import settings

from documents.errors import DocumentError
from documents.uploads.storage import Arrived
from tesigo.platform.unfinished import FOLDER

_READ_BYTES: Final = 1024 * 1024
_TAKEN_BYTES: Final = 1024 * 1024 * 1024
#: What systems say that do not copy from one file to another by themselves: some disks over the network, old kernels.
_CANNOT_COPY: Final = (errno.ENOSYS, errno.EOPNOTSUPP, errno.EXDEV, errno.EINVAL)


class Held(DocumentError):
    """Somebody else writes to the file just now."""


class Arriving(Protocol):
    """A row that says where a file lies while it arrives."""

    stored_as: Any


class Partial:
    """The file, held against all other processes until it is closed. Calls come from one thread at a time.

    Raises:
        Held: when somebody else holds it.
    """

    def __init__(self, name: str) -> None:
        self.path = path_of(name)
        self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        # A thread that still writes must not find the number of its file given to another.
        self._lock = threading.Lock()
        self._is_open = True
        #: What the row says of it beside how much has come: nothing, and nobody but who holds the file writes there.
        self.counted: dict[str, Any] = {}
        self.is_mine: dict[str, Any] = {}
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            self.close()
            raise Held(name) from None

    @property
    def size(self) -> int:
        """Bytes in it."""
        return os.fstat(self._file).st_size

    def append(self, data: bytes) -> None:
        """Writes at the end; nothing once it is closed."""
        with self._lock:
            left = memoryview(data)
            while left and self._is_open:
                left = left[os.write(self._file, left) :]

    def take(self, part: "Arriving") -> int:
        """Has the bytes of another file follow; returns how many, 0 for one that is gone.

        The system copies them, and only says that they are shared where the disk can (Btrfs, XFS).
        """
        begins = self.size
        try:
            source = os.open(path_of(part.stored_as), os.O_RDONLY)
        except FileNotFoundError:
            return 0
        target = os.open(self.path, os.O_WRONLY)  # the other may only append
        try:
            os.lseek(target, 0, os.SEEK_END)
            while os.copy_file_range(source, target, _TAKEN_BYTES):
                pass
        except OSError as error:
            if error.errno not in _CANNOT_COPY:
                raise
            while block := os.read(source, _READ_BYTES):
                self.append(block)
        finally:
            os.close(source)
            os.close(target)
        return self.size - begins

    def cut(self, size: int) -> None:
        """Forgets what lies behind ``size`` bytes."""
        os.ftruncate(self._file, size)

    def sync(self) -> None:
        """Returns once the disk has it."""
        os.fsync(self._file)

    @contextmanager
    def whole(self) -> Iterator[Arrived]:
        """What arrived, read once for its hash."""
        digest = hashlib.sha256()
        at = 0
        while block := os.pread(self._file, _READ_BYTES, at):
            digest.update(block)
            at += len(block)
        yield Arrived(path=self.path, size=at, sha256=digest.hexdigest())

    def settle(self) -> None:
        """Deletes it once it was taken in: storage has a copy, or nobody wants it."""
        self.path.unlink(missing_ok=True)

    def close(self) -> None:
        """Lets others have it."""
        with self._lock:
            if self._is_open:
                self._is_open = False
                os.close(self._file)


def path_of(name: str) -> Path:
    """Where a file lies that ``Upload.stored_as`` names while it arrives."""
    return Path(settings.MEDIA_ROOT) / name


def size_of(name: str) -> int:
    """Bytes that lie on the disk; 0 where there is no such file."""
    try:
        return path_of(name).stat().st_size
    except FileNotFoundError:
        return 0


def remove_all_but(names: Collection[str], *, older_than_seconds: float) -> int:
    """Deletes files that no row names any more; returns how many. Those written to a moment ago are left."""
    folder = path_of(FOLDER)
    old = time.time() - older_than_seconds
    removed = 0
    for path in folder.iterdir() if folder.is_dir() else ():
        if f"{FOLDER}/{path.name}" not in names and path.stat().st_mtime < old:
            path.unlink(missing_ok=True)
            removed += 1
    return removed
