"""What workers do for backups beside taking them: WAL leaves, what is old goes (R-121, R-122)."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import ProgrammingError, connection
from django.utils import timezone

from tesigo.platform.alerts import tell_staff
from tesigo.platform.backup import config, erasures, pruning, shipping
from tesigo.platform.backup.config import Config
from tesigo.platform.backup.destinations.configured import connect
from tesigo.platform.backup.errors import AlreadyRunning, BackupError, DestinationError, NotConfigured
from tesigo.platform.backup.pruning import Plan
from tesigo.platform.backup.shipping import Line, Shipped
from tesigo.platform.log_values import word
from tesigo.platform.processes import file_lock, wait_until

logger = logging.getLogger(__name__)

#: How long the receiver may take for a segment of 16 MB.
CLOSE_SECONDS: Final = 60.0
_A_DAY = timedelta(days=1)


def line_of(known: Config) -> Line:
    """What shipping needs of the settings."""
    return Line(
        spool=known.spool,
        recipients_file=known.recipients_file,
        signing_key=known.signing_key,
        public_keys=known.public_keys,
        places=known.places,
    )


def ship_wal(*, now: datetime | None = None) -> Shipped:
    """Ships what has arrived and tells staff of what is missing or damaged.

    Raises `AlreadyRunning`, `NotConfigured` and other `BackupError`.
    """
    now = now or timezone.now()
    done = shipping.ship(line_of(config.configured()))
    for first, last in done.gaps:
        tell_staff(
            key=f"backup-wal-gap:{first}",
            subject="WAL is missing",
            text=f"Segments {first} to {last} never came to the spool. A full backup is asked for.",
            cool_down=_A_DAY,
        )
    for name, why in done.damaged.items():
        tell_staff(key=f"backup-wal-damaged:{name}", subject="A WAL segment is damaged", text=why, cool_down=_A_DAY)
    if done.gaps:
        shipping.note_hole(config.configured().spool, now=now)
    _ship_erasures(config.configured(), done)
    logger.info(
        "WAL shipped",
        extra={"sealed": len(done.sealed), "removed": len(done.removed), "failed": len(done.failed)},
    )
    return done


def close_segment(*, wait_seconds: float = CLOSE_SECONDS) -> str:
    """Has PostgreSQL end the segment that it writes, so that all until now can leave; returns its name once it came.

    Raises `NotConfigured` where the site's role may not, and `BackupError` where the receiver brings nothing.
    """
    try:
        with connection.cursor() as cursor:
            # Something of a moment of its own, so that there is a segment to end, and a moment that is reached.
            cursor.execute("SELECT pg_logical_emit_message(true, 'tesigo', 'all until now leaves')")
            cursor.execute("SELECT pg_walfile_name(pg_switch_wal())")
            name = str(cursor.fetchone()[0])
    except ProgrammingError as error:
        raise NotConfigured(
            "The role of the site may not end a segment: wait five minutes, until PostgreSQL has done it by itself."
        ) from error
    spool = config.configured().spool
    if not wait_until(lambda: shipping.has_arrived(spool, name), seconds=wait_seconds):
        raise BackupError(f"{name} has not come within {wait_seconds:.0f} seconds: does receive_wal run?")
    return name


def _ship_erasures(known: Config, done: Shipped) -> None:
    """With the WAL goes who was erased: a restore to that moment must know of them (R-121)."""
    for place in known.places:
        try:
            with connect(place) as destination:
                erasures.ship(destination, key=known.signing_key)
        except DestinationError as error:
            done.failed.setdefault(place.name, str(error))


def prune(*, dry_run: bool = False, now: datetime | None = None) -> tuple[list[Plan], dict[str, str]]:
    """Removes from each destination what need not stay. Returns what went, or would, and destinations that failed.

    Raises `AlreadyRunning` while a backup is under way.
    """
    now = now or timezone.now()
    known = config.configured()
    plans: list[Plan] = []
    failed: dict[str, str] = {}
    # The lock of those who take backups: one that runs may rest on files that only an old one names.
    with file_lock(known.spool / "backup.lock", wait=False) as is_ours:
        if not is_ours:
            raise AlreadyRunning("A backup is under way; old ones are removed another time.")
        for place in known.places:
            try:
                with connect(place) as destination:
                    planned = pruning.plan(destination, keys=known.public_keys, now=now)
                    if not dry_run:
                        pruning.carry_out(destination, planned)
                plans.append(planned)
            except DestinationError as error:
                failed[place.name] = str(error)
    for planned in plans:
        for doubt in planned.doubts:
            tell_staff(
                key=f"backup-doubt:{planned.destination}:{doubt[:40]}",
                subject=f"A backup at {planned.destination} cannot be believed",
                text=f"{doubt} It is kept, and so is every file. `manage.py verify_backup` says more.",
                cool_down=_A_DAY,
            )
        if not dry_run:
            logger.info("old backups removed", extra={"place": word(planned.destination), "files": len(planned.gone)})
    return plans, failed
