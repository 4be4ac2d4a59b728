"""Putting stored files back that rows name and the storage lacks (R-120): by name from the lists of backups, each
content by its hash. What is there is left as it is; what no row names, such as files of erased people, stays away.
"""

from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import connection

from tesigo.platform.backup import paths, unpacking
from tesigo.platform.backup.encryption import unseal_to
from tesigo.platform.backup.errors import BackupError, Damaged
from tesigo.platform.backup.format import StoredFile
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.backup.unpacking import Say
from tesigo.platform.counted import counted
from tesigo.platform.unfinished import is_unfinished

#: Files decrypted at once: gpg starts anew for each, and works on one core.
_FILES_AT_ONCE: Final = 4
#: Files between two lines of progress.
_FILES_SAID: Final = 100

#: Yields the names of all stored files that rows refer to; some may come twice.
Names = Callable[[], Iterable[str]]
_sources: list[Names] = []


@dataclass
class PutBack:
    """What came of it, by names of files."""

    present: int = 0
    put: int = 0
    bytes: int = 0
    #: Named by a row, and in no list of a backup.
    unknown: list[str] = field(default_factory=list)
    #: Known and not to be had, and why.
    faults: list[str] = field(default_factory=list)


def register(names: Names) -> None:
    """Says which stored files rows refer to; who knows does so in its `AppConfig.ready()`."""
    _sources.append(names)


def named() -> set[str]:
    """Every stored file that a row refers to and that has come whole: others are in no backup."""
    return {name for source in _sources for name in source() if name and not is_unfinished(name)}


def missing() -> set[str]:
    """Those that the storage lacks."""
    return {name for name in named() if not default_storage.exists(name)}


def put_back(shelf: Shelf, *, near: datetime, opener: Opener, say: Say = print) -> PutBack:
    """Puts back what is missing, from the lists nearest to a moment first. Raises `BackupError` where none can be read.

    A file that cannot be had keeps the others from nothing.
    """
    done = PutBack()
    wanted = missing()
    done.present = len(named()) - len(wanted)
    connection.close()  # the rest is slow
    with TemporaryDirectory(prefix="files-") as folder, ThreadPoolExecutor(_FILES_AT_ONCE) as pool:
        for manifest_id in _lists(shelf, near):
            if not wanted:
                break
            try:
                found = [one for one in _listed(shelf, manifest_id, opener) if one.name in wanted]
            except BackupError as error:
                done.faults.append(str(error))
                continue
            wanted -= {one.name for one in found}
            for stored, why in pool.map(lambda one: _put(shelf, one, Path(folder), opener), found):
                if why:
                    done.faults.append(f"{stored.name}: {why}")
                    continue
                done.put += 1
                done.bytes += stored.plain_bytes
                if not done.put % _FILES_SAID:
                    say(f"{counted(done.put, 'file')} put back")
    done.unknown = sorted(wanted)
    return done


def _lists(shelf: Shelf, near: datetime) -> list[str]:
    return sorted(shelf.ids()[0], key=lambda one: abs(paths.parse_id(one)[0] - near))


def _listed(shelf: Shelf, backup_id: str, opener: Opener) -> Iterator[StoredFile]:
    yield from unpacking.file_list(shelf, shelf.manifest(backup_id), opener=opener)


def _put(shelf: Shelf, stored: StoredFile, folder: Path, opener: Opener) -> tuple[StoredFile, str]:
    """Fetches one and puts it into the storage, whole or not at all; returns why it could not."""
    draft = folder / f"{stored.sha256}-{abs(hash(stored.name))}"
    try:
        unseal_to(
            draft,
            shelf.destination.get(paths.stored_file(stored.sha256)),
            home=opener.home,
            passphrase_file=opener.passphrase_file,
            sha256=stored.sha256,
        )
        with draft.open("rb") as file:
            name = default_storage.save(stored.name, File(file))
        if name != stored.name:
            default_storage.delete(name)
            raise Damaged("something of that name came meanwhile.")
    except (BackupError, OSError) as error:
        return stored, str(error)
    finally:
        draft.unlink(missing_ok=True)
    return stored, ""
