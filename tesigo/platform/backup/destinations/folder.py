"""A folder: a disk of this machine, or a share that is mounted."""

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path

from tesigo.platform.backup.destinations.base import SENDING, Destination, Entry, check_prefix
from tesigo.platform.backup.encryption import BLOCK_BYTES, blocks
from tesigo.platform.backup.errors import DestinationError, Full, NotThere, Refused, Unreachable


class Folder(Destination):
    """Below ``root``, which must exist unless ``make`` is set: an unmounted disk must not be filled from beneath."""

    def __init__(self, name: str, root: Path, *, make: bool = False) -> None:
        super().__init__(name)
        self._root = root
        self._make = make

    def get(self, path: str) -> Iterator[bytes]:
        """The content in blocks, from the disk itself and not from memory."""
        with self._guarding(path), (self._present() / path).open("rb") as file:
            # What was written a moment ago would come from memory, and say nothing of the disk.
            with suppress(OSError):
                os.fsync(file.fileno())
                os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
            yield from blocks(file)

    def list(self, prefix: str = "") -> Iterator[Entry]:
        """All files below a folder, in the order of their paths."""
        check_prefix(prefix)
        with self._guarding(prefix):
            top = self._present() / prefix
            if top.is_dir():
                yield from self._walk(top)

    def stat(self, path: str) -> Entry | None:
        """Size and time; None when it is not there."""
        with self._guarding(path):
            try:
                return self._entry(self._present() / path)
            except (FileNotFoundError, NotADirectoryError):
                return None

    def delete(self, path: str) -> None:
        """Removes it, and folders that became empty."""
        with self._guarding(path):
            place = self._present() / path
            place.unlink(missing_ok=True)
            for folder in place.parents:
                if folder == self._root:
                    break
                try:
                    folder.rmdir()
                except OSError:
                    break

    def _put(self, path: str, source: Path | bytes, *, size: int, sha256: str) -> None:
        with self._guarding(path):
            place = self._present() / path
            place.parent.mkdir(parents=True, exist_ok=True)
            draft = place.with_name(place.name + SENDING)
            try:
                with draft.open("wb") as file:
                    for block in [source] if isinstance(source, bytes) else _blocks_of(source):
                        file.write(block)
                    file.flush()
                    os.fsync(file.fileno())
                draft.replace(place)
            except BaseException:
                with suppress(OSError):
                    draft.unlink(missing_ok=True)
                raise
            _sync_folder(place.parent)

    def _walk(self, folder: Path) -> Iterator[Entry]:
        with os.scandir(folder) as found:
            items = sorted(found, key=lambda item: item.name)
        for item in items:
            if item.is_dir(follow_symlinks=False):
                yield from self._walk(Path(item.path))
            elif item.is_file(follow_symlinks=False) and not item.name.endswith(SENDING):
                with suppress(FileNotFoundError):  # removed meanwhile
                    yield self._entry(Path(item.path))

    def _entry(self, place: Path) -> Entry:
        known = place.stat()
        modified_at = datetime.fromtimestamp(known.st_mtime, UTC)
        return Entry(place.relative_to(self._root).as_posix(), known.st_size, modified_at)

    def _present(self) -> Path:
        if not self._root.is_dir():
            if not self._make:
                raise Unreachable(self.name, "its folder is not there; is the disk mounted?")
            self._root.mkdir(parents=True, exist_ok=True, mode=0o700)
        return self._root

    @contextmanager
    def _guarding(self, path: str) -> Iterator[None]:
        try:
            yield
        except DestinationError:
            raise
        except FileNotFoundError as error:
            raise NotThere(self.name, path) from error
        except PermissionError as error:
            raise Refused(self.name, f"no permission for {path}.") from error
        except OSError as error:
            if error.errno in {errno.ENOSPC, errno.EDQUOT}:
                raise Full(self.name) from error
            raise Unreachable(self.name, error.strerror or type(error).__name__) from error


def _blocks_of(source: Path) -> Iterator[bytes]:
    with source.open("rb") as file:
        yield from blocks(file, BLOCK_BYTES)


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # some shares cannot
            os.fsync(handle)
    finally:
        os.close(handle)
