"""Where PostgreSQL's programs are that backups are taken, read and tried with."""

import shutil
from contextlib import suppress
from pathlib import Path

from tesigo.platform.backup.errors import NotConfigured
from tesigo.platform.postgres_server import PostgresError, find_programs


def program(name: str) -> Path:
    """The path of one of PostgreSQL's programs, of the set that has a server before one that has none.

    Of the latter the newest there is: client programs refuse a server newer than they are. Raises `NotConfigured`.
    """
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=_version, reverse=True)
    with suppress(PostgresError):
        folders.insert(0, find_programs())
    for folder in folders:
        if (folder / name).exists():
            return folder / name
    if on_path := shutil.which(name):
        return Path(on_path)
    raise NotConfigured(f"{name} is missing: install PostgreSQL's programs, as new as the server.")


def _version(folder: Path) -> int:
    number = folder.parent.name
    return int(number) if number.isdigit() else 0
