"""What may be wrong with backups, looked at every ten minutes where the spool is (R-113, R-120).

A lost slot is not only told: a fresh one takes its place and a full backup is asked for, since point-in-time recovery
from the present ones ends where WAL is missing.
"""

import json
import logging
import shutil
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any, Final

from django.conf import settings
from django.db.models import Min, Q
from django.utils import timezone

from tesigo.platform.backup import paths, runs, server, shipping
from tesigo.platform.backup.destinations.configured import connect
from tesigo.platform.backup.errors import DestinationError
from tesigo.platform.conditions import Trouble, raise_condition, resolve
from tesigo.platform.log_values import word
from tesigo.platform.models import BackupKind, BackupRun, BackupState, Condition

logger = logging.getLogger(__name__)

MISSED_AFTER: Final = timedelta(hours=25)
DRILL_MISSED_AFTER: Final = timedelta(days=35)
WAL_LATE_AFTER: Final = timedelta(minutes=15)
#: How far a size may be from the median of those before it, in percent and in bytes, before staff are told.
SIZE_OFF_PERCENT: Final = 20
SIZE_OFF_LEAST_BYTES: Final = 16 * 1024**2
#: Backups of a kind that are compared, and how many there must be.
_MOST_COMPARED: Final = 10
_FEWEST_COMPARED: Final = 3
#: A receiver that is connected and lets so much gather between two looks is stuck.
_STUCK_BYTES: Final = 64 * 1024**2
_SPOOL_FULL_PERCENT: Final = 80
_DISK_FREE_LEAST_BYTES: Final = 2 * 1024**3
_SECOND_TRY_SECONDS: Final = 5.0
_PREFIX: Final = "backup-"
_OF_DATABASE: Final = (BackupKind.FULL, BackupKind.INCREMENTAL)


@dataclass(frozen=True)
class _Look:
    """One look: what it is called, and what it finds."""

    name: str
    find: Callable[[datetime], Iterator[Trouble]]


def watch(*, now: datetime | None = None) -> dict[str, Trouble]:
    """Looks at everything, tells what begins and what is over, and returns what is wrong, by key.

    A look that fails leaves what it told before as it is.
    """
    now = now or timezone.now()
    found: dict[str, Trouble] = {}
    for look in _LOOKS:
        key = _PREFIX + look.name
        try:
            seen = {f"{key}:{one.of}" if one.of else key: one for one in look.find(now)}
        except Exception as error:
            logger.exception("backups could not be looked at", extra={"look": word(look.name)})
            text = f"Looking at {look.name} of the backups fails ({type(error).__name__}); the log says where."
            seen = {_PREFIX + "watch:" + look.name: Trouble(f"Backups cannot be watched: {look.name}", text)}
        else:
            _end(key, but=seen, now=now)
            resolve(key=_PREFIX + "watch:" + look.name, now=now)
        for name, one in seen.items():
            raise_condition(key=name, subject=one.subject, text=one.text, now=now)
        found |= seen
    return found


def _end(key: str, *, but: dict[str, Trouble], now: datetime) -> None:
    mine = Q(key=key) | Q(key__startswith=f"{key}:")
    for name in Condition.objects.filter(mine, resolved_at=None).values_list("key", flat=True):
        if name not in but:
            resolve(key=name, now=now)


# --- backups -----------------------------------------------------------------------------------------------------


def _missed(now: datetime) -> Iterator[Trouble]:
    of_database = BackupRun.objects.filter(kind__in=_OF_DATABASE)
    good = of_database.filter(state=BackupState.SUCCEEDED).order_by("-ended_at").first()
    since = good.ended_at if good else of_database.aggregate(first=Min("asked_at"))["first"]
    if since is not None and since <= now - MISSED_AFTER:
        last = of_database.order_by("-asked_at").first()
        error = f" The last one says: {last.error}" if last and last.error else ""
        yield Trouble(
            f"No backup for {int((now - since).total_seconds() // 3600)} hours",
            f"The newest backup of the database is of {since:%Y-%m-%d %H:%M} UTC.{error}"
            if good
            else f"No backup has come to its end since the first was asked for, {since:%Y-%m-%d %H:%M} UTC.{error}",
        )


def _size(now: datetime) -> Iterator[Trouble]:
    for kind in _OF_DATABASE:
        rows = BackupRun.objects.filter(kind=kind, state=BackupState.SUCCEEDED, size_bytes__isnull=False)
        sizes = [row.size_bytes or 0 for row in rows.order_by("-ended_at")[: _MOST_COMPARED + 1]]
        if len(sizes) <= _FEWEST_COMPARED:
            continue
        newest, usual = sizes[0], median(sizes[1:])
        off = abs(newest - usual)
        if off * 100 > usual * SIZE_OFF_PERCENT and off > SIZE_OFF_LEAST_BYTES:
            yield Trouble(
                f"The {kind} backup is {'larger' if newest > usual else 'smaller'} than usual",
                f"{newest:,} bytes, where the {len(sizes) - 1} before it have {usual:,.0f} (median).",
                of=kind,
            )


def _drill(now: datetime) -> Iterator[Trouble]:
    drills = BackupRun.objects.filter(kind=BackupKind.DRILL)
    last = drills.filter(state__in=(BackupState.SUCCEEDED, BackupState.FAILED)).order_by("-ended_at").first()
    if last is not None and last.state == BackupState.FAILED:
        yield Trouble("The last restore drill failed", f"Drill {last.pk}: {last.error or 'see its report'}")
    good = drills.filter(state=BackupState.SUCCEEDED).order_by("-ended_at").first()
    first = BackupRun.objects.filter(kind__in=_OF_DATABASE, state=BackupState.SUCCEEDED).order_by("ended_at").first()
    since = good.ended_at if good else first.ended_at if first else None
    if since is not None and since <= now - DRILL_MISSED_AFTER:
        yield Trouble(
            "No restore drill for 35 days",
            f"Nobody has tried to restore a backup since {since:%Y-%m-%d}: `manage.py restore_drill`.",
            of="missed",
        )


# --- destinations, the spool --------------------------------------------------------------------------------------


def _destinations(now: datetime) -> Iterator[Trouble]:
    for place in settings.BACKUP_PLACES:
        for is_last in (False, True):
            try:
                with connect(place) as destination:
                    destination.stat(paths.SITE)
                break
            except DestinationError as error:
                if is_last:
                    yield Trouble(f"Backups do not reach {place.name}", str(error), of=place.name)
                else:
                    time.sleep(_SECOND_TRY_SECONDS)


def _spool(now: datetime) -> Iterator[Trouble]:
    spool = Path(settings.BACKUP_SPOOL)
    if not spool.exists():
        return
    used, disk = shipping.waiting(spool).bytes, shutil.disk_usage(spool)
    if used * 100 > settings.BACKUP_SPOOL_MAX_BYTES * _SPOOL_FULL_PERCENT:
        yield Trouble(
            "WAL gathers in the spool",
            f"{used:,} bytes wait to be sent; BACKUP_SPOOL_MAX_BYTES says {settings.BACKUP_SPOOL_MAX_BYTES:,}.",
            of="used",
        )
    if disk.free < _DISK_FREE_LEAST_BYTES:
        yield Trouble("The disk of the spool is nearly full", f"{disk.free:,} bytes are free.", of="disk")


# --- WAL ----------------------------------------------------------------------------------------------------------


def _wal(now: datetime) -> Iterator[Trouble]:
    oldest = shipping.waiting(Path(settings.BACKUP_SPOOL)).oldest_at
    if oldest is not None and oldest <= now - WAL_LATE_AFTER:
        yield Trouble(
            "WAL leaves late",
            f"The oldest segment that not every destination has was complete at {oldest:%Y-%m-%d %H:%M} UTC.",
            of="sending",
        )


def _receiver(now: datetime) -> Iterator[Trouble]:
    """Whether WAL arrives at the spool. A slot that is lost is replaced here."""
    with server.connect(settings.BACKUP_DATABASE_URL) as cluster:
        found = server.slot(cluster)
        if found is None or found.is_lost:
            _replace_slot(cluster, now)
            found = server.slot(cluster)
        missing = server.missing_settings(cluster)
    if missing:
        yield Trouble(
            "PostgreSQL is not set up for backups",
            f"These settings do not do: {', '.join(missing)}. `manage.py prepare_backups` says what to do.",
            of="settings",
        )
    if found is None:
        return
    if found.wal_status == "unreserved":
        yield Trouble(
            "The slot of the backups is about to be lost",
            f"{found.held_bytes or 0:,} bytes of WAL wait for pg_receivewal, more than max_slot_wal_keep_size.",
            of="slot",
        )
    away = timedelta(seconds=found.inactive_seconds)
    if not found.is_active and away >= WAL_LATE_AFTER:
        minutes = int(away.total_seconds() // 60)
        yield Trouble("WAL is not received", f"pg_receivewal has not been connected for {minutes} minutes.", of="away")
    if _is_stuck(found):
        yield Trouble(
            "WAL is not received",
            f"pg_receivewal is connected and {found.held_bytes or 0:,} bytes wait for it.",
            of="stuck",
        )


def _is_stuck(found: server.Slot) -> bool:
    """Whether it has stood still since the last look while much was written."""
    before = _state().get("restart_lsn")
    _remember(restart_lsn=found.restart_lsn)
    is_still = before == found.restart_lsn and found.is_active
    return is_still and (found.held_bytes or 0) > _STUCK_BYTES


def _hole(now: datetime) -> Iterator[Trouble]:
    """Whether WAL is missing and no full backup has begun since."""
    spool = Path(settings.BACKUP_SPOOL)
    since = shipping.hole(spool)
    if since is None:
        return
    fulls = BackupRun.objects.filter(kind=BackupKind.FULL)
    if fulls.filter(state=BackupState.SUCCEEDED, started_at__gt=since).exists():
        shipping.forget_hole(spool)
        return
    runs.ask(kind=BackupKind.FULL, now=now)
    yield Trouble(
        "WAL is missing: a new full backup is needed",
        f"Noticed at {since:%Y-%m-%d %H:%M} UTC. Until the full backup that is asked for has ended, nothing after that"
        " can be restored but single backups.",
    )


def _replace_slot(cluster: Any, now: datetime) -> None:
    """A fresh slot. Of one that was never there nothing is missing."""
    spool = Path(settings.BACKUP_SPOOL)
    if shipping.has_received(spool):
        shipping.note_hole(spool, now=now)
        shipping.begin_anew(spool)
    server.make_slot_anew(cluster)


def _state() -> dict[str, Any]:
    try:
        known = json.loads(_state_file().read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _remember(**facts: object) -> None:
    path = _state_file()
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(path.name + ".draft")
    draft.write_text(json.dumps(_state() | facts), encoding="utf-8")
    draft.replace(path)


def _state_file() -> Path:
    return Path(settings.BACKUP_SPOOL) / "watch.json"


_LOOKS: Final = (
    _Look("missed", _missed),
    _Look("size", _size),
    _Look("drill", _drill),
    _Look("destination", _destinations),
    _Look("spool", _spool),
    _Look("wal", _wal),
    _Look("receiver", _receiver),
    # Last: what the others found is told, and mended, at once.
    _Look("hole", _hole),
)
