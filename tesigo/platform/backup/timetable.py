"""When which backup is due: a full one on Sundays, an incremental one on the other days, both at 02:00 UTC (R-120).

Asked each hour: a night on which nothing ran is caught up.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from tesigo.platform.backup import config, runs
from tesigo.platform.models import BackupKind, BackupRun, BackupState

HOUR: Final = 2
SUNDAY: Final = 6
#: At least one a month, and time to look at one that failed before 35 days are over.
DRILL_EVERY: Final = timedelta(days=28)
_OF_DATABASE: Final = (BackupKind.FULL, BackupKind.INCREMENTAL)


def ask_due(*, now: datetime) -> BackupRun | None:
    """Asks for the backup of the database that is due; None where there is none, or none are set up."""
    if not config.is_configured():
        return None
    kind = _due(now)
    if kind is None or not runs.is_known(kind):
        return None
    row, is_new = runs.ask(kind=kind, now=now)
    return row if is_new else None


def ask_files(*, now: datetime) -> BackupRun | None:
    """Asks for the backup of the files that is due each hour."""
    if not config.is_configured() or not runs.is_known(BackupKind.FILES):
        return None
    row, is_new = runs.ask(kind=BackupKind.FILES, now=now)
    return row if is_new else None


def ask_drill(*, now: datetime) -> BackupRun | None:
    """Asks for the month's drill once there is a backup to look at. For a machine that has the key that decrypts."""
    if not config.is_configured() or not runs.is_known(BackupKind.DRILL):
        return None
    ended = BackupRun.objects.filter(state=BackupState.SUCCEEDED, kind__in=_OF_DATABASE)
    drills = BackupRun.objects.filter(kind=BackupKind.DRILL)
    # One that was found not good is asked for again the next day: by then somebody may have mended it.
    good = drills.exclude(state=BackupState.FAILED).filter(asked_at__gt=now - DRILL_EVERY)
    recent = drills.filter(asked_at__gt=now - timedelta(days=1))
    if not ended.exists() or good.exists() or recent.exists():
        return None
    row, is_new = runs.ask(kind=BackupKind.DRILL, now=now)
    return row if is_new else None


def _due(now: datetime) -> BackupKind | None:
    night = _last_night(now)
    sunday = night - timedelta(days=(night.weekday() - SUNDAY) % 7)
    asked = BackupRun.objects.exclude(state=BackupState.FAILED)
    if not asked.filter(kind=BackupKind.FULL, asked_at__gte=sunday).exists():
        return BackupKind.FULL
    if not asked.filter(kind__in=_OF_DATABASE, asked_at__gte=night).exists():
        return BackupKind.INCREMENTAL
    return None


def _last_night(now: datetime) -> datetime:
    at = now.astimezone(UTC).replace(hour=HOUR, minute=0, second=0, microsecond=0)
    return at if at <= now else at - timedelta(days=1)
