"""Bytes on their way in: to a temporary file while they arrive, then to storage under a random name (R-80)."""

import hashlib
import shutil
import tempfile
import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from django.core.files import File
from django.core.files.storage import default_storage

from documents.errors import DocumentError

FOLDER: Final = "uploads"


class TooLarge(DocumentError):
    """More bytes arrived than are accepted; the rest was not read."""


@dataclass(frozen=True, slots=True)
class Arrived:
    """A whole file on the local disk, with its size in bytes and its SHA-256 as hexadecimal digits.

    ``stored_as`` is the name of one that lies in storage already.
    """

    path: Path
    size: int
    sha256: str
    stored_as: str = ""


@contextmanager
def arriving(chunks: Iterable[bytes], *, max_size: int) -> Iterator[Arrived]:
    """Writes the chunks to a temporary file that is gone afterwards, unless it was stored.

    Raises:
        TooLarge: as soon as more than ``max_size`` bytes have come.
    """
    with tempfile.TemporaryDirectory(prefix="tesigo-arriving-") as folder:
        path = Path(folder) / "file"
        digest = hashlib.sha256()
        size = 0
        with path.open("wb") as file:
            for chunk in chunks:
                size += len(chunk)
                if size > max_size:
                    raise TooLarge
                digest.update(chunk)
                file.write(chunk)
        yield Arrived(path=path, size=size, sha256=digest.hexdigest())


def store(arrived: Arrived) -> str:
    """Moves the file into storage and returns the random name it lies under."""
    if arrived.stored_as:
        return arrived.stored_as
    with _Movable(arrived.path) as file:
        return default_storage.save(f"{FOLDER}/{uuid.uuid4().hex}", file)


class _Movable(File):
    """A file that local storage may move instead of copying: it asks for this path."""

    def __init__(self, path: Path) -> None:
        super().__init__(path.open("rb"), name=path.name)
        self._path = path

    def temporary_file_path(self) -> str:
        """Where the bytes lie now."""
        return str(self._path)


@contextmanager
def local_copy(stored_as: str) -> Iterator[Path]:
    """A path where the stored file can be read: itself on a local disk, a copy where storage is elsewhere.

    Raises FileNotFoundError for one that is gone.
    """
    if (path := _path_of(stored_as)) is not None:
        if not path.exists():
            raise FileNotFoundError(stored_as)  # else who reads it would call it damaged
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="tesigo-copy-") as folder:
        copy = Path(folder) / "file"
        with default_storage.open(stored_as, "rb") as source, copy.open("wb") as target:
            shutil.copyfileobj(source, target, 1024 * 1024)
        yield copy


def _path_of(stored_as: str) -> Path | None:
    try:
        return Path(default_storage.path(stored_as))
    except NotImplementedError:  # S3 has no paths
        return None
