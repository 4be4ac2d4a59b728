"""The site's stored files, in whatever storage they lie: listed and read, none of them in memory as a whole."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from botocore.exceptions import BotoCoreError, ClientError
from django.core.files.storage import FileSystemStorage, Storage, default_storage

from tesigo.platform.backup.encryption import blocks
from tesigo.platform.backup.errors import SourceFailed
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.unfinished import is_unfinished


@dataclass(frozen=True)
class Listed:
    """A file as the storage lists it. ``modified`` changes whenever its content does."""

    name: str
    bytes: int
    modified: str


class Stored:
    """All files of a storage. Raises `SourceFailed` when it cannot be read."""

    def __init__(self, storage: Storage | None = None) -> None:
        self._storage: Any = storage or default_storage

    def list(self) -> Iterator[Listed]:
        """Every file that has come whole, as it comes."""
        with _named():
            if isinstance(self._storage, FileSystemStorage):
                found = self._walk(Path(self._storage.location))
            elif hasattr(self._storage, "bucket"):
                found = self._objects()
            else:
                raise SourceFailed(f"Files in {type(self._storage).__name__} cannot be listed.")
            yield from (one for one in found if not is_unfinished(one.name))

    def read(self, name: str) -> Iterator[bytes]:
        """The content in blocks. Raises FileNotFoundError for one that is gone."""
        passing: Callable[[str], Any] | None = getattr(self._storage, "open_passing", None)
        with _named(), (passing or self._storage.open)(name) as file:
            yield from blocks(file)

    def _walk(self, root: Path) -> Iterator[Listed]:
        if not root.is_dir():
            return
        for folder, folders, names in os.walk(root):
            folders.sort()
            for name in sorted(names):
                place = Path(folder) / name
                try:
                    known = place.stat()
                except FileNotFoundError:
                    continue
                yield Listed(place.relative_to(root).as_posix(), known.st_size, str(known.st_mtime_ns))

    def _objects(self) -> Iterator[Listed]:
        prefix = f"{self._storage.location.strip('/')}/" if self._storage.location.strip("/") else ""
        for item in self._storage.bucket.objects.filter(Prefix=prefix):
            yield Listed(item.key.removeprefix(prefix), item.size, f"{item.last_modified.isoformat()} {item.e_tag}")


@contextmanager
def _named() -> Iterator[None]:
    try:
        yield
    except FileNotFoundError:
        raise
    except (ServiceAway, BotoCoreError, ClientError, OSError) as error:
        why = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
        raise SourceFailed(f"The storage of files cannot be read ({why}).") from error
