"""Where everything lies at a destination; the tree stands in docs/decisions/0009.

A backup is named by its moment (UTC) and kind: `20261129T020000Z-full`.
"""

import re
from datetime import UTC, datetime
from enum import StrEnum
from typing import Final

SITE: Final = "site.json"
BACKUPS: Final = "backups/"
FILES: Final = "files/"
WAL: Final = "wal/"
ERASURES: Final = "erasures/"
DRILLS: Final = "drills/"

_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_ID: Final = re.compile(r"(\d{8}T\d{6}Z)-(full|incr|files)")


class Kind(StrEnum):
    """What a backup holds of the database; every kind holds a list of all stored files."""

    FULL = "full"
    INCREMENTAL = "incr"
    #: Only the files, each hour; no part of the database.
    FILES = "files"


def new_id(kind: Kind, *, now: datetime) -> str:
    """The name of a backup begun at ``now`` (aware)."""
    return f"{now.astimezone(UTC).strftime(_MOMENT)}-{kind}"


def parse_id(backup_id: str) -> tuple[datetime, Kind]:
    """When a backup was begun and its kind. Raises ValueError for what is no name of a backup."""
    found = _ID.fullmatch(backup_id)
    if found is None:
        raise ValueError(f"{backup_id!r} is not the name of a backup (as 20261129T020000Z-full).")
    return datetime.strptime(found[1], _MOMENT).replace(tzinfo=UTC), Kind(found[2])


def is_id(text: str) -> bool:
    """Whether it names a backup."""
    return _ID.fullmatch(text) is not None


def folder(backup_id: str) -> str:
    """Of one backup, with a slash at its end."""
    return f"{BACKUPS}{backup_id}/"


def manifest(backup_id: str) -> str:
    """Written last: a backup without it is none."""
    return f"{folder(backup_id)}manifest.json"


def signature(backup_id: str) -> str:
    """Of the manifest's bytes; written before it."""
    return f"{manifest(backup_id)}.sig"


def stored_file(sha256: str) -> str:
    """A stored file, by the hash of its plain content."""
    return f"{FILES}{sha256[:2]}/{sha256}"


def wal_segment(system_id: str, segment: str) -> str:
    """A WAL segment; `….json` beside it says its hashes."""
    return f"{WAL}{system_id}/{segment}"
