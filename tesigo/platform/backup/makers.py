"""What takes the backups that rows ask for, imported when the first is due: it loads all that encrypts and sends."""

import logging
from datetime import datetime
from typing import Any

from django.db import DatabaseError, connection
from django.utils import timezone

from tesigo.platform import duty
from tesigo.platform.backup.config import configured
from tesigo.platform.backup.errors import DestinationError
from tesigo.platform.backup.paths import Kind
from tesigo.platform.backup.runs import Run
from tesigo.platform.backup.taking import NowhereSent, Outcome, take
from tesigo.platform.log import mask
from tesigo.platform.models import BackupKind, BackupRun, BackupState

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


def record(*, kind: Kind, began_at: datetime, outcome: Outcome | None, error: str = "") -> bool:
    """Keeps a row of a backup that was taken by hand; false where the database does not take it.

    A copy may be taken just because something is broken: it counts without its row.
    """
    now = timezone.now()
    facts = _facts(outcome) if outcome else {"kind": _KINDS[kind]}
    state = BackupState.SUCCEEDED if outcome else BackupState.FAILED
    try:
        BackupRun.objects.create(
            **facts, state=state, asked_at=began_at, started_at=began_at, ended_at=now, due_at=None,
            error=mask(error[: duty.ERROR_LENGTH])[: duty.ERROR_LENGTH],
        )  # fmt: skip
    except DatabaseError:
        logger.warning("the row of a backup could not be written", exc_info=True)
        return False
    return True


def _facts(outcome: Outcome) -> dict[str, Any]:
    """What became of it. Each part was read back where it arrived: that counts as verified."""
    manifest = outcome.manifest
    return {
        "kind": _KINDS[manifest.kind],
        "backup_id": manifest.id,
        "size_bytes": manifest.sent_bytes,
        "parts": len(manifest.parts),
        "destinations": dict.fromkeys(outcome.reached, "sent") | dict.fromkeys(outcome.missed, "not reached"),
        "verified_at": timezone.now(),
    }


def _make(run: Run, kind: Kind) -> None:
    config = configured()
    # It takes long, and the database is copied by other connections.
    if not connection.in_atomic_block:
        connection.close()
    try:
        outcome = take(config, kind=kind, say=lambda _words: None)
    except NowhereSent as error:
        raise DestinationError("of all", str(error)) from error
    run.note(**_facts(outcome))
