"""The drill (R-120, R-121): a random backup of the last month is restored into a scratch cluster and looked at.

Its report is signed and left at the destination, so that the site knows of drills that somebody else's machine made.
"""

import hashlib
import secrets
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from tesigo.platform.backup import paths, signing, verification
from tesigo.platform.backup.errors import Damaged
from tesigo.platform.backup.inspection import Outcome
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.backup.unpacking import Say

LOOKS_BACK: Final = timedelta(days=31)
#: Stored files that a drill decrypts; their hashes are looked at of all.
FILES_DECRYPTED_COUNT: Final = 200


def choose(shelf: Shelf, *, now: datetime, pick: Callable[[list[str]], str] = secrets.choice) -> str:
    """A finished backup of the database from the last month. Raises `Damaged` where there is none."""
    found = []
    for backup_id in shelf.ids()[0]:
        at, kind = paths.parse_id(backup_id)
        if kind != Kind.FILES and at > now - LOOKS_BACK:
            found.append(backup_id)
    if not found:
        raise Damaged(f"There is no backup of the last {LOOKS_BACK.days} days at {shelf.destination.name}.")
    return pick(found)


def look(
    shelf: Shelf, backup_id: str, place: Path, *, database: str, user: str, opener: Opener, say: Say
) -> Iterator[Outcome]:
    """All that a drill looks at; a copy is started only of what its hashes bear out."""
    are_good = True
    for outcome in verification.hashes(shelf, backup_id):
        are_good = are_good and outcome.is_good
        yield outcome
    if are_good:
        yield verification.file_contents(shelf, backup_id, opener=opener, most=FILES_DECRYPTED_COUNT)
        yield from verification.copy(
            shelf, backup_id, place, database=database, user=user, opener=opener, say=say
        )  # fmt: skip


def leave_report(shelf: Shelf, report: dict[str, object], *, key: str, now: datetime) -> str:
    """Puts the signed report to the destination and returns its path. Raises `DestinationError`."""
    path = f"{paths.DRILLS}{now.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
    raw = signing.signed_json(report | {"format_version": 1}, key=key)
    shelf.destination.put(path, raw, sha256=hashlib.sha256(raw).hexdigest())
    return path
