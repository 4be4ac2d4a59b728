"""The drill (R-120, R-121): a random backup of the last month is restored into a scratch cluster and looked at.

Its report is signed and left at the destination, so that the site knows of drills that somebody else's machine made.
"""

import hashlib
import logging
import secrets
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import connection
from django.utils import timezone

from tesigo.platform.backup import opening, paths, signing, verification
from tesigo.platform.backup.errors import BackupError, Damaged, DestinationError
from tesigo.platform.backup.inspection import Outcome
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.runs import NotGood, Run
from tesigo.platform.backup.shelf import Opener, Shelf
from tesigo.platform.backup.unpacking import Say
from tesigo.platform.log_values import word
from tesigo.platform.models import BackupKind, BackupRun, BackupState

logger = logging.getLogger(__name__)

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


def can_be_made() -> bool:
    """Whether this machine has the key that decrypts; elsewhere an operator's machine makes drills."""
    return opening.local_key() is not None


def for_run(run: Run) -> None:
    """The drill that a row asks for, on a machine that has the private key. Raises `NotGood` and `BackupError`."""
    known = settings.DATABASES["default"]
    if not connection.in_atomic_block:
        connection.close()
    with opening.shelf(None) as shelf, opening.opener(opening.local_key(), None) as opener:
        now = timezone.now()
        backup_id = choose(shelf, now=now)
        run.note(backup_id=backup_id)
        place = Path(tempfile.gettempdir())
        outcomes = list(
            look(shelf, backup_id, place, database=known["NAME"], user=known["USER"], opener=opener, say=_unheard)
        )
        report = verification.report(backup_id, shelf.destination.name, outcomes, now=now)
        path = leave_report(shelf, report, key=settings.BACKUP_SIGNING_KEY, now=now)
        run.note(destinations={shelf.destination.name: path})
    if not report["is_good"]:
        faulty = ", ".join(one.name for one in outcomes if not one.is_good)
        raise NotGood(f"Backup {backup_id} is not good: {faulty}. {path} says more.")
    run.note(verified_at=timezone.now())


def note_reports(*, now: datetime) -> int:
    """Makes rows of the reports that other machines have left at the destinations; returns how many.

    One that is not signed by a key that this site believes counts for nothing. Raises `DestinationError`.
    """
    noted = 0
    first = _path(now - LOOKS_BACK)
    for place in settings.BACKUP_PLACES:
        with opening.shelf(place.name) as shelf:
            for entry in shelf.destination.list(paths.DRILLS):
                rows = BackupRun.objects.filter(kind=BackupKind.DRILL)
                if entry.path < first or rows.filter(destinations__contains={place.name: entry.path}).exists():
                    continue
                try:
                    raw = shelf.destination.read(entry.path)
                    found = signing.read_signed_json(raw, keys=shelf.keys, where=entry.path)
                    at, backup_id, is_good = found.moment("at"), found.text("backup"), found.content["is_good"] is True
                except DestinationError:
                    raise
                except (BackupError, KeyError):
                    logger.warning("a report of a drill cannot be believed", extra={"place": word(place.name)})
                    continue
                BackupRun.objects.create(
                    kind=BackupKind.DRILL,
                    state=BackupState.SUCCEEDED if is_good else BackupState.FAILED,
                    backup_id=backup_id,
                    asked_at=at,
                    started_at=at,
                    ended_at=at,
                    due_at=None,
                    destinations={place.name: entry.path},
                    verified_at=at if is_good else None,
                    error="" if is_good else f"Backup {backup_id} is not good; {entry.path} says what.",
                )
                noted += 1
    return noted


def _unheard(_line: str) -> None:
    """Nobody listens to a worker."""


def leave_report(shelf: Shelf, report: dict[str, object], *, key: str, now: datetime) -> str:
    """Puts the signed report to the destination and returns its path. Raises `DestinationError`."""
    path = _path(now)
    raw = signing.signed_json(report | {"format_version": 1}, key=key)
    shelf.destination.put(path, raw, sha256=hashlib.sha256(raw).hexdigest())
    return path


def _path(at: datetime) -> str:
    return f"{paths.DRILLS}{at.astimezone(UTC):%Y%m%dT%H%M%SZ}.json"
