"""What takes the backups that rows ask for, imported when the first is due: it loads all that encrypts and sends."""

import logging

from django.db import connection
from django.utils import timezone

from tesigo.platform.backup.config import configured
from tesigo.platform.backup.errors import DestinationError
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.runs import Run
from tesigo.platform.backup.taking import NowhereSent, Outcome, take
from tesigo.platform.models import BackupKind

logger = logging.getLogger(__name__)

_KINDS = {Kind.FULL: BackupKind.FULL, Kind.INCREMENTAL: BackupKind.INCREMENTAL, Kind.FILES: BackupKind.FILES}


def full(run: Run) -> None:
    """The whole database, and the files."""
    _make(run, Kind.FULL)


def incremental(run: Run) -> None:
    """What changed of the database, and the files; a full one where there is nothing to build on."""
    _make(run, Kind.INCREMENTAL)


def files(run: Run) -> None:
    """The files alone."""
    _make(run, Kind.FILES)


def note(run: Run, outcome: Outcome) -> None:
    """Writes down what became of it. Each part was read back where it arrived: that counts as verified."""
    manifest = outcome.manifest
    run.note(
        kind=_KINDS[manifest.kind],
        backup_id=manifest.id,
        size_bytes=manifest.sent_bytes,
        parts=len(manifest.parts),
        destinations=dict.fromkeys(outcome.reached, "sent") | dict.fromkeys(outcome.missed, "not reached"),
        verified_at=timezone.now(),
    )


def _make(run: Run, kind: Kind) -> None:
    config = configured()
    # It takes long, and the database is copied by other connections.
    if not connection.in_atomic_block:
        connection.close()
    try:
        outcome = take(config, kind=kind, say=lambda _words: None)
    except NowhereSent as error:
        raise DestinationError("of all", str(error)) from error
    note(run, outcome)
