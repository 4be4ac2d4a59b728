"""Rows of backups: asked for, worked on by a worker or by hand, and what became of each (R-116, R-120).

Whoever takes a backup gets a `Run` and says through it how far it is. One that is killed is due again when its lease
runs out, so that a worker takes it up where it can be taken up.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from tesigo.platform import duty
from tesigo.platform.backup.errors import AlreadyRunning, DestinationError
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.models import OPEN_BACKUP_STATES, BackupKind, BackupRun, BackupState

TASK: Final = "tesigo.tasks.take_backup"
#: How long one waits for another that is under way: there is never more than one at a time.
BUSY_WAIT: Final = timedelta(minutes=5)

#: Tried for about half a day, and for as long as only a destination is away; then the next night asks for another.
BACKUPS: Final = duty.Kind(
    name="backup",
    about="kind",
    label=_("Backups"),
    model=BackupRun,
    task=TASK,
    lease=timedelta(minutes=3),
    is_open=Q(state__in=OPEN_BACKUP_STATES),
    is_renewed=True,
    first_wait=timedelta(minutes=5),
    longest_wait=timedelta(hours=2),
    most_tries=8,
    outages=(DestinationError,),
    late_after=timedelta(minutes=30),
    given_up={"state": BackupState.FAILED},
    # What has failed for good stays so: another is asked for instead, and one of a kind is open at a time.
    may_reopen=Q(state__in=OPEN_BACKUP_STATES),
    after_giving_up=lambda row: _note_end(row),
)


class NotGood(Exception):
    """Raised by what was asked for when it came to its end and found something wrong: it is not tried again."""


class Run:
    """The row of a backup that is being taken: what is said here is seen by staff and counted by metrics."""

    def __init__(self, row: BackupRun) -> None:
        self._row = row
        #: What it became: an incremental one with nothing to build on is a full one.
        self.kind = BackupKind(row.kind)

    @property
    def pk(self) -> int:
        """The row's key."""
        return self._row.pk

    @property
    def backup_id(self) -> str:
        """The id that an earlier try has given to it; empty at the first."""
        return self._row.backup_id

    def note(
        self,
        *,
        kind: BackupKind | None = None,
        backup_id: str | None = None,
        size_bytes: int | None = None,
        parts: int | None = None,
        destinations: Mapping[str, str] | None = None,
        verified_at: datetime | None = None,
    ) -> None:
        """Writes down how far it is; of what is left out, what was said before stays.

        ``destinations`` says of each by its name: "sent", or in a word or two why not yet.
        """
        self.kind = kind or self.kind
        given = {
            "backup_id": backup_id,
            "size_bytes": size_bytes,
            "parts": parts,
            "destinations": None if destinations is None else dict(destinations),
            "verified_at": verified_at,
        }
        facts: dict[str, Any] = {name: value for name, value in given.items() if value is not None}
        for name, value in facts.items():
            setattr(self._row, name, value)
        if facts:
            BackupRun.objects.filter(pk=self._row.pk).update(**facts)


#: Takes a backup and says through the run how far it is. Raises whatever went wrong, `AlreadyRunning` where another
#: is under way.
Maker = Callable[[Run], None]
_makers: dict[BackupKind, str] = {}


def ask(*, kind: BackupKind, now: datetime | None = None) -> tuple[BackupRun, bool]:
    """The open run of the kind, made where there is none, and whether it was made here. A worker is told on commit."""
    now = now or timezone.now()
    with transaction.atomic():
        row, is_new = _open(kind, asked_at=now, **duty.due_now(now))
        if is_new:
            enqueue_on_commit(TASK, str(row.pk))
    return row, is_new


def register(kind: BackupKind, maker: str) -> None:
    """Says by its dotted path what takes a backup of the kind; it is imported when it is first needed."""
    _makers[kind] = maker


def is_known(kind: BackupKind) -> bool:
    """Whether anybody takes backups of the kind."""
    return kind in _makers


def take(*, run_id: int, now: datetime | None = None) -> bool:
    """Takes the backup if it is due, for the background task; true when it succeeded."""
    row = duty.claim(BACKUPS, run_id, now=now)
    return row is not None and _carry_out(row)


def take_by_hand(*, kind: BackupKind) -> BackupRun:
    """Takes a backup in this process, as a command does; one that was put off goes on here.

    Returns the row, whose ``state`` and ``error`` say how it ended. Raises `AlreadyRunning` where a worker is at it.
    """
    now = timezone.now()
    # Claimed as it is made: no worker is told of it, unless this process dies and beat finds it.
    row, is_new = _open(kind, asked_at=now, due_at=now + BACKUPS.lease, tries=1)
    if not is_new:
        duty.try_again(BACKUPS, row.pk, now=now)
        claimed = duty.claim(BACKUPS, row.pk, now=timezone.now())
        if claimed is None:
            raise AlreadyRunning(f"A worker is taking the {kind} backup {row.pk} already.")
        row = claimed
    _carry_out(row)
    row.refresh_from_db()
    return row


def is_open() -> bool:
    """Whether a backup is asked for or under way."""
    return BackupRun.objects.filter(state__in=OPEN_BACKUP_STATES).exclude(kind=BackupKind.DRILL).exists()


def _open(kind: BackupKind, **fields: Any) -> tuple[BackupRun, bool]:
    for _try in range(3):
        try:
            with transaction.atomic():
                return BackupRun.objects.create(kind=kind, **fields), True
        except IntegrityError:
            if found := BackupRun.objects.filter(kind=kind, state__in=OPEN_BACKUP_STATES).first():
                return found, False
    raise AlreadyRunning(f"Backups of the kind {kind} begin and end all the time.")


def _carry_out(row: BackupRun) -> bool:
    row.state, row.started_at = BackupState.RUNNING, row.started_at or timezone.now()
    BackupRun.objects.filter(pk=row.pk).update(state=row.state, started_at=row.started_at)

    def work(claimed: BackupRun) -> Callable[[], None]:
        run = Run(claimed)
        try:
            _maker(claimed)(run)
        except AlreadyRunning as error:
            raise duty.PutOff(str(error), wait=BUSY_WAIT) from error
        except NotGood as error:
            why = str(error)
            return lambda: duty.give_up(BACKUPS, claimed, why)

        def finish() -> None:
            with transaction.atomic():
                duty.done(BACKUPS, claimed, state=BackupState.SUCCEEDED, ended_at=timezone.now())
                BackupRun.objects.filter(pk=claimed.pk).update(kind=run.kind)

        return finish

    is_done = duty.carry_out(BACKUPS, row, work)
    if not is_done:
        # Put off; in other hands, or given up, it is no longer as this try left it.
        mine = BackupRun.objects.filter(pk=row.pk, state=BackupState.RUNNING, due_at=row.due_at)
        mine.update(state=BackupState.WAITING)
    return is_done and row.given_up_at is None


def _maker(row: BackupRun) -> Maker:
    maker: Maker = import_string(_makers[BackupKind(row.kind)])
    return maker


def _note_end(row: BackupRun) -> None:
    BackupRun.objects.filter(pk=row.pk).update(ended_at=row.given_up_at)
