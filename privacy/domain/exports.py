"""Exports of a person's data: asked for, made in the background, taken away, let go of (R-71)."""

import errno
import logging
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from datetime import time as time_of_day
from typing import IO, Any, Final

from django.conf import settings
from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext_lazy

from privacy.domain import archive, audit, erasure
from privacy.enums import ExportState
from privacy.errors import ArchiveNotWhole, BeingErased, Gone, TooManyExports
from privacy.models import DataExport
from privacy.signals import export_ended
from tesigo.platform import duty, removals
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.ranges import Asked
from tesigo.platform.streamed import Outgoing, open_whole

logger = logging.getLogger(__name__)

FOLDER: Final = "data-exports"
_NO_ROOM: Final = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
#: Seconds between two notes of how far it is.
_NOTE_SECONDS: Final = 1.0

_OPEN: Final = DataExport.objects.filter(user=OuterRef("user"), state=ExportState.PENDING)
EXPORTS: Final = duty.Kind(
    name="data_export",
    label=gettext_lazy("Exports of a person's data"),
    model=DataExport,
    task="privacy.tasks.make_data_export",
    is_open=Q(state=ExportState.PENDING),
    lease=timedelta(seconds=60),
    is_renewed=True,
    first_wait=timedelta(minutes=1),
    longest_wait=timedelta(minutes=30),
    most_tries=5,
    outages=(ServiceAway,),
    given_up={"state": ExportState.FAILED},
    reopened={"state": ExportState.PENDING},
    # A person has one that is open: with a newer one under way the old one is no loss.
    may_reopen=~Q(Exists(_OPEN)) | Q(state=ExportState.PENDING),
    after_giving_up=lambda row: _end_failed(row),
)


def ask(*, user: AbstractBaseUser, by: AbstractBaseUser | None, now: datetime) -> DataExport:
    """Has everything that is kept about the person put together; one that is being made already is returned.

    How often a person may ask in a UTC day is limited; what staff ask for is not counted. Raises TooManyExports, and
    BeingErased or Gone once their erasure has begun: until then they may take their data along.
    """
    with transaction.atomic():
        # Two tabs at once ask one after the other.
        get_user_model()._default_manager.select_for_update().get(pk=user.pk)
        _refuse_erased(user)
        under_way = of(user=user).filter(state=ExportState.PENDING).first()
        if under_way is not None:
            return under_way
        if by is not None and by.pk == user.pk:
            _count(user, now)
        row = DataExport.objects.create(
            user_id=user.pk, actor_id=by.pk if by else None, asked_at=now, **duty.due_now(now)
        )
        audit.record(action="user.export_asked", subject=user, by=by, details={"export": str(row.pk)})
        enqueue_on_commit(EXPORTS.task, str(row.pk))
    return row


def of(*, user: AbstractBaseUser) -> QuerySet[DataExport]:
    """A person's exports, the newest first."""
    return DataExport.objects.filter(user_id=user.pk)


def newest(*, user: AbstractBaseUser) -> DataExport | None:
    """The last one that was asked for, whoever asked; None where there is none (any more)."""
    return of(user=user).first()


def at_hand(*, user: AbstractBaseUser, now: datetime) -> DataExport | None:
    """The one whose file may be downloaded now, while a newer one is being made or has failed as well."""
    return of(user=user).filter(state=ExportState.READY, expires_at__gt=now).first()


def can_be_had(export: DataExport, *, now: datetime) -> bool:
    """Whether its file may be taken away: it is made, and its days are not over."""
    return export.state == ExportState.READY and export.expires_at is not None and now < export.expires_at


def open_file(*, export: DataExport, asked: Asked, by: AbstractBaseUser, now: datetime) -> Outgoing:
    """The file, to be sent to who asks for it; noted in the trail (R-76).

    Raises FileNotFoundError where it cannot be had; one that the storage has lost is made anew. Raises ServiceAway.
    """
    if not can_be_had(export, now=now):
        raise FileNotFoundError(str(export.pk))
    try:
        file = open_whole(export.stored_as, asked=asked, is_large=True)
    except FileNotFoundError:
        _make_again(export, now)
        raise
    try:
        if asked.has_body:
            details = {"export": str(export.pk)}
            audit.record_taken(
                action="user.export_downloaded", subject=export.user, by=by, details=details, is_part=asked.is_part
            )
    except BaseException:
        file.close()
        raise
    return file


def make(*, export_id: uuid.UUID) -> bool:
    """Puts an export together if it is due, for the background task; true when it is ready."""
    return duty.attempt(EXPORTS, export_id, _make)


def write_now(*, user: AbstractBaseUser, out: IO[bytes], now: datetime) -> None:
    """Puts an export together at once into an open file, for whoever has the machine; noted in the trail.

    Raises BeingErased, Gone, ArchiveNotWhole, ServiceAway, and OSError where there is no room.
    """
    _refuse_erased(user)
    audit.record(action="user.export_asked", subject=user, by=None, details={"by": "command"})
    archive.write(user, out, now=now)
    audit.record(action="user.exported", subject=user, by=None, details={"by": "command"})


def file_name(export: DataExport) -> str:
    """How the file is called where it is taken to."""
    return f"{slugify(settings.SITE_NAME) or 'export'}-data-{export.asked_at:%Y-%m-%d}.zip"


def forget(exports: QuerySet[Any]) -> int:
    """Deletes rows and has their files deleted; one that is being made finds its row gone and leaves nothing."""
    with transaction.atomic():
        rows = list(DataExport.objects.select_for_update().filter(pk__in=exports.values("pk")).order_by("pk"))
        removals.note(*(row.stored_as for row in rows))
        DataExport.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return len(rows)


def _refuse_erased(user: AbstractBaseUser) -> None:
    if not erasure.is_erased(user_id=user.pk):
        return
    raise BeingErased if erasure.open_one(user=user) else Gone


def _count(user: AbstractBaseUser, now: datetime) -> None:
    day = datetime.combine(now.astimezone(UTC).date(), time_of_day(), UTC)
    if of(user=user).filter(actor_id=user.pk, asked_at__gte=day).count() >= settings.DATA_EXPORTS_PER_DAY:
        raise TooManyExports(settings.DATA_EXPORTS_PER_DAY, day + timedelta(days=1) - now)


def _make(row: DataExport) -> Callable[[], None]:
    user = get_user_model()._default_manager.get(pk=row.user_id)
    name = _begin(row)
    # No name in any folder: should this process be killed, nothing of it is left.
    with _said_plainly(), tempfile.TemporaryFile(dir=_work_folder()) as built:
        archive.write(user, built, now=timezone.now(), told=_notes(name))
        size = built.seek(0, 2)
        built.seek(0)
        saved = default_storage.save(name, File(built))

    def finish() -> None:
        try:
            _end(row, saved, size, timezone.now())
        except BaseException:
            removals.discard(saved)
            raise

    return finish


def _begin(row: DataExport) -> str:
    """Notes the name that the file of this try will have; what an earlier try left goes."""
    before, name = row.stored_as, f"{FOLDER}/{uuid.uuid4().hex}.zip"
    held = DataExport.objects.filter(pk=row.pk, due_at=row.due_at)
    if not held.update(stored_as=name, progress=0):
        raise duty.LostDuty(f"{EXPORTS.name} {row.pk}")
    row.stored_as = name
    if before:
        removals.discard(before)
    return name


def _notes(name: str) -> archive.Told:
    """Writes down how far the try with this name is, now and then; nothing, once another try has begun."""
    written_at = 0.0

    def note(percent: int) -> None:
        nonlocal written_at
        if time.monotonic() - written_at < _NOTE_SECONDS:
            return
        written_at = time.monotonic()
        DataExport.objects.filter(stored_as=name, state=ExportState.PENDING).update(progress=min(percent, 99))

    return note


def _end(row: DataExport, saved: str, size: int, now: datetime) -> None:
    with transaction.atomic():
        ready: dict[str, Any] = {
            "state": ExportState.READY,
            "progress": 100,
            "stored_as": saved,
            "size": size,
            "finished_at": now,
            "expires_at": now + timedelta(days=settings.DATA_EXPORT_DAYS),
        }
        duty.done(EXPORTS, row, **ready)
        # One file for each person: a newer one holds all that an older one did and is still kept.
        older = DataExport.objects.select_for_update().filter(user_id=row.user_id, state=ExportState.READY)
        for other in older.exclude(pk=row.pk).order_by("pk"):
            removals.note(other.stored_as)
            DataExport.objects.filter(pk=other.pk).update(state=ExportState.REPLACED, stored_as="", size=0)
        audit.record(action="user.exported", subject=row.user, by=None, details={"export": str(row.pk), "bytes": size})
        export_ended.send(DataExport, export_id=row.pk)


def _end_failed(row: DataExport) -> None:
    removals.note(row.stored_as)
    DataExport.objects.filter(pk=row.pk).update(stored_as="", progress=0, finished_at=timezone.now())
    audit.record(action="user.export_failed", subject=row.user, by=None, details={"export": str(row.pk)})
    export_ended.send(DataExport, export_id=row.pk)


def _make_again(export: DataExport, now: datetime) -> None:
    rows = DataExport.objects.filter(pk=export.pk, state=ExportState.READY, stored_as=export.stored_as)
    fresh: dict[str, Any] = {"state": ExportState.PENDING, "progress": 0, "size": 0, "finished_at": None}
    with transaction.atomic():
        get_user_model()._default_manager.select_for_update().get(pk=export.user_id)
        is_open = of(user=export.user).filter(state=ExportState.PENDING).exists()
        if not is_open and rows.update(**fresh, expires_at=None, **duty.afresh(now)):
            logger.error("a data export's file was lost", extra={"export": str(export.pk)})
            enqueue_on_commit(EXPORTS.task, str(export.pk))


def _work_folder() -> str | None:
    """Beside the stored files, where there is room for such; with a bucket, where temporary files lie."""
    if settings.S3_BUCKET:
        return None
    folder = settings.MEDIA_ROOT / FOLDER
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return str(folder)


@contextmanager
def _said_plainly() -> Iterator[None]:
    """Failures that have words of their own, for staff."""
    try:
        yield
    except ArchiveNotWhole as error:
        raise duty.Failed(str(error)) from error
    except OSError as error:
        if error.errno not in _NO_ROOM:
            raise
        raise duty.Failed("There is no room on the disk for this export.") from error
