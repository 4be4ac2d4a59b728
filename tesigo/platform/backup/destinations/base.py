"""What a destination can do."""

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final, Self

from tesigo.platform.backup.encryption import hash_of
from tesigo.platform.backup.errors import Damaged, NotThere

#: Behind the name of what is still on its way; nobody lists it, the next try writes over it.
SENDING: Final = ".sending"
_PATH: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


@dataclass(frozen=True)
class Entry:
    """A file at a destination."""

    path: str
    bytes: int
    modified_at: datetime


class Destination(ABC):
    """A place for backups. Paths are relative, with slashes. A file is there whole or not at all.

    Every method raises `DestinationError`: `Unreachable` within the limits of time, `Refused`, `Full`, `NotThere`.
    One object is for one thread.
    """

    def __init__(self, name: str) -> None:
        self.name = name

    def put(self, path: str, source: Path | bytes, *, sha256: str, anew: bool = False) -> bool:
        """Sends a file, or these bytes. Returns False when it was there already, with this size and hash.

        ``anew`` writes it whatever is there.
        """
        _check(path)
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if not anew and self._has(path, size, sha256):
            return False
        self._put(path, source, size=size, sha256=sha256)
        return True

    def read(self, path: str, *, longest: int = 64 * 1024 * 1024) -> bytes:
        """A small file as a whole; one of more than ``longest`` bytes is none of ours and raises `Damaged`."""
        content = bytearray()
        for block in self.get(path):
            content += block
            if len(content) > longest:
                raise Damaged(f"{path} at {self.name} is longer than it can be.")
        return bytes(content)

    def exists(self, path: str) -> bool:
        """Whether it is there, whole."""
        return self.stat(path) is not None

    def sha256_of(self, path: str) -> str:
        """The hash of what lies there: told by the destination where it reckoned it itself, else read back."""
        return hash_of(self.get(path)).sha256

    def close(self) -> None:  # noqa: B027  # most have nothing to give back
        """Gives connections back."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    @abstractmethod
    def get(self, path: str) -> Iterator[bytes]:
        """The content in blocks, as it comes."""

    @abstractmethod
    def list(self, prefix: str = "") -> Iterator[Entry]:
        """All files whose path begins with ``prefix``, which ends with a slash or is empty. None: nothing comes."""

    @abstractmethod
    def stat(self, path: str) -> Entry | None:
        """What is known of a file; None when it is not there."""

    @abstractmethod
    def delete(self, path: str) -> None:
        """Removes a file; quiet when it is not there."""

    @abstractmethod
    def _put(self, path: str, source: Path | bytes, *, size: int, sha256: str) -> None: ...

    def _has(self, path: str, size: int, sha256: str) -> bool:
        found = self.stat(path)
        if found is None or found.bytes != size:
            return False
        try:
            return self.sha256_of(path) == sha256
        except NotThere:
            return False


def check_prefix(prefix: str) -> None:
    """Raises ValueError for one that is neither empty nor a folder."""
    if prefix:
        if not prefix.endswith("/"):
            raise ValueError(f"{prefix!r} does not end with a slash.")
        _check(prefix.rstrip("/"))


def _check(path: str) -> None:
    if not _PATH.fullmatch(path) or path.endswith(SENDING):
        raise ValueError(f"{path!r} is no path at a destination.")
