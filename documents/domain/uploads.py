"""Taking files in, judging them, and letting them go (R-80, R-81, R-84)."""

from collections.abc import Callable, Iterable
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q, QuerySet, Sum
from django.shortcuts import get_object_or_404
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.domain import quotas
from accounts.models import User
from documents.domain import choosing
from documents.domain.owners_language import owners_language
from documents.domain.sheet import lines
from documents.enums import UploadPurpose, UploadState
from documents.errors import NotEditable, Unusable, UploadInUse, UploadRefused
from documents.models import Citation, Document, FilePart, Upload
from documents.uploads import storage
from documents.uploads.inspection import inspect
from documents.uploads.names import display_name
from documents.uploads.verdict import FileKind, FileVerdict
from privacy.domain import audit
from tesigo.platform import duty, removals
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.enqueue import enqueue_on_commit

MAX_UPLOADS: Final = 60
#: A file that has not come whole by then never will: its connection is long gone.
ARRIVES_WITHIN: Final = timedelta(hours=2)


def receive(*, document: Document, purpose: UploadPurpose, name: str, chunks: Iterable[bytes], by: User) -> Upload:
    """Takes one file in and returns its row: being read, or rejected with the reason in ``verdict``.

    ``name`` is only shown. The chunks are streamed: memory does not depend on their number. Of a rejected file
    nothing is kept but the row with its verdict, until its owner dismisses it.

    Raises:
        NotEditable: when the document has been paid for.
        UploadRefused: when the document or its owner has the most files allowed, or it was removed meanwhile.
        QuotaReached: when the day is used up (R-85).
        Http404: when the document was thrown away.
    """
    upload = begin(document=document, purpose=purpose, name=name, by=by)
    give_connection_back()
    try:
        with storage.arriving(chunks, max_size=settings.UPLOAD_MAX_BYTES) as arrived:
            take_in(upload, arrived, by=by)
    except storage.TooLarge:
        _refuse(upload, too_large(), by=by)
    except BaseException:
        # The connection broke or the disk is full: a row that waits for ever would block the outline.
        Upload.objects.filter(pk=upload.pk).delete()
        raise
    found = Upload.objects.filter(pk=upload.pk).first()
    if found is None:
        raise UploadRefused(_("This file was removed while it arrived."))
    return found


def receive_source(*, document: Document, name: str, chunks: Iterable[bytes], by: User) -> Upload:
    """Takes in a source that nobody chose as a file: one that cannot be used leaves no row, for it was not on any list.

    Raises:
        Unusable: says why in plain words.
        NotEditable, UploadRefused, QuotaReached: as `receive` does.
    """
    kept = receive(document=document, purpose=UploadPurpose.SOURCE, name=name, chunks=chunks, by=by)
    if kept.state == UploadState.REJECTED:
        delete(upload_id=kept.pk, by=by)
        raise Unusable(kept.verdict)
    return kept


def too_large() -> str:
    """Why a file of more than ``UPLOAD_MAX_BYTES`` is not taken."""
    limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
    return _("This file is larger than %(limit)s, the most that is accepted.") % {"limit": limit}


def take_in(upload: Upload, arrived: storage.Arrived, *, by: User) -> None:
    """Judges a file that has come whole, and keeps it to be read or refuses it."""
    Upload.objects.filter(pk=upload.pk).update(sha256=arrived.sha256)
    verdict = _judge(arrived, upload)
    if not verdict.accepted or verdict.kind is None:
        _refuse(upload, str(verdict.reason), by=by, size=arrived.size)
    elif not _has_room(upload, arrived.size, by):
        _refuse(upload, _no_room(), by=by, size=arrived.size)
    else:
        _store(upload, arrived, verdict.kind, by=by)


def are_being_read(document: Document) -> bool:
    """Whether files of the document are still arriving or being read."""
    return document.uploads.filter(state__in=[UploadState.RECEIVING, UploadState.EXTRACTING]).exists()


def give_connection_back() -> None:
    """To the pool, which has few, while a file takes its time to come, to be looked at and to be stored (R-105)."""
    if not connection.in_atomic_block:
        connection.close()


def begin(*, document: Document, purpose: UploadPurpose, name: str, by: User, size: int = 0, **arrival: Any) -> Upload:
    """The row of a file that is about to arrive; ``size`` is how many bytes of room it takes from now on.

    Raises what `receive` does.
    """
    with transaction.atomic():
        _within_quota(by, size)
        held = get_object_or_404(Document.objects.select_for_update(), pk=document.pk, thrown_away_at=None)
        if not held.is_editable:
            raise NotEditable(held.state)
        if held.uploads.count() >= MAX_UPLOADS:
            raise UploadRefused(
                _("This document has %(limit)d files, the most it may have. Remove one first.") % {"limit": MAX_UPLOADS}
            )
        due = {"due_at": timezone.now() + ARRIVES_WITHIN, **arrival}
        upload = Upload.objects.create(document=held, purpose=purpose, name=display_name(name), size=size, **due)
        audit.record(action="upload.started", subject=upload, by=by)
    return upload


def _within_quota(owner: User, size: int) -> None:
    """Raises QuotaReached or UploadRefused. Others of the same person are counted one after the other."""
    quotas.spend(user=owner, what="upload", limit=settings.UPLOADS_PER_DAY)
    if _held_by(owner).count() >= settings.FILES_PER_PERSON:
        words = _("You have %(limit)d files, the most that one may have. Remove some first.")
        raise UploadRefused(words % {"limit": settings.FILES_PER_PERSON})
    expect_room(owner, size)


def expect_room(owner: User, size: int) -> None:
    """Raises UploadRefused where the person's files leave no room for ``size`` bytes more."""
    if _bytes(owner) + max(size, 1) > settings.STORED_BYTES_PER_PERSON:
        raise UploadRefused(_no_room())


def _has_room(upload: Upload, size: int, owner: User) -> bool:
    """Takes room for a file that has arrived; false where it is more than is left. One of a person's at a time."""
    with transaction.atomic():
        quotas.one_after_another(owner)
        if _bytes(owner, but=upload) + size > settings.STORED_BYTES_PER_PERSON:
            return False
        Upload.objects.filter(pk=upload.pk).update(size=size)
    return True


def _no_room() -> str:
    words = _("There is no room for it: your files may take %(limit)s together. Remove some, then choose it again.")
    return words % {"limit": filesizeformat(settings.STORED_BYTES_PER_PERSON)}


def _held_by(owner: User) -> QuerySet[Upload]:
    return Upload.objects.filter(document__owner=owner).exclude(state=UploadState.REJECTED)


def _bytes(owner: User, but: Upload | None = None) -> int:
    """What a person's files take. Parts take room of their own until they are joined."""
    held = _held_by(owner).exclude(pk=but.pk) if but else _held_by(owner)
    parts = FilePart.objects.filter(owner=owner, joins=None)
    return sum(rows.aggregate(stored=Sum("size"))["stored"] or 0 for rows in (held, parts))


def _judge(arrived: storage.Arrived, upload: Upload) -> FileVerdict:
    same = Upload.objects.filter(document_id=upload.document_id, purpose=upload.purpose, sha256=arrived.sha256).exclude(
        Q(pk=upload.pk) | Q(state=UploadState.REJECTED)
    )
    if arrived.size and (here := same.first()):
        choosing.want_file_again(here)
        return FileVerdict(accepted=False, reason=_("This file is here already, word for word. It is used once."))
    give_connection_back()
    verdict = inspect(arrived.path, name=upload.name, max_size=settings.UPLOAD_MAX_BYTES)
    if upload.purpose == UploadPurpose.ASSIGNMENT and verdict.kind and verdict.kind.is_reference_list:
        reason = _("This is a bibliography. Hand it in under sources; an assignment sheet is a PDF, DOCX or text.")
        return FileVerdict(accepted=False, reason=reason)
    return verdict


def _store(upload: Upload, arrived: storage.Arrived, kind: FileKind, *, by: User) -> None:
    give_connection_back()
    stored_as = storage.store(arrived)
    try:
        _keep(upload, stored_as, kind, by=by)
    except BaseException:
        removals.discard(stored_as)  # nobody would ever find it
        raise


def _keep(upload: Upload, stored_as: str, kind: FileKind, *, by: User) -> None:
    now = timezone.now()
    with transaction.atomic():
        kept = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING).update(
            state=UploadState.EXTRACTING, stored_as=stored_as, format=kind, arrived=None, **duty.afresh(now)
        )
        if kept:
            audit.record(action="upload.accepted", subject=upload, by=by, details={"format": str(kind)})
            enqueue_on_commit(READINGS.task, str(upload.pk))
    if not kept:  # removed by its owner while it arrived
        removals.discard(stored_as)


def _refuse(upload: Upload, reason: str, *, by: User | None, size: int = 0) -> None:
    """Says why a file that arrives cannot be used, unless it is settled; it has not come to storage yet."""
    arriving = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING)
    with transaction.atomic():
        if arriving.update(
            state=UploadState.REJECTED, verdict=reason[:500], size=size, stored_as="", due_at=None, arrived=None
        ):
            audit.record(action="upload.rejected", subject=upload, by=by)


def accept(upload: Upload, verdict: str, **values: Any) -> None:
    """A file that is held was read to its end. Raises duty.LostDuty."""
    duty.done(READINGS, upload, state=UploadState.READY, verdict=verdict[:500], **values)


def reject(*, upload: Upload, reason: str) -> None:
    """Marks a file that is held as not usable and removes all that came from it (R-84). Raises duty.LostDuty."""
    stored_as = upload.stored_as
    with transaction.atomic():
        duty.done(
            READINGS, upload, state=UploadState.REJECTED, verdict=reason[:500], stored_as="", pages_read=0
        )  # fmt: skip
        _forget(upload, stored_as)


def _given_up(upload: Upload) -> None:
    """What is left to do of a file that every try to read it has failed on: nothing of it is kept."""
    with owners_language(upload.document_id):
        reason = _("This file could not be read in several tries. Open it, save it again, and choose the new file.")
    stored_as = upload.stored_as
    Upload.objects.filter(pk=upload.pk).update(verdict=reason, stored_as="", pages_read=0)
    _forget(upload, stored_as)


def _forget(upload: Upload, stored_as: str) -> None:
    upload.sources.all().delete()
    audit.record(action="upload.rejected", subject=upload, by=None)
    removals.note(stored_as)


def delete(*, upload_id: UUID, by: User, expects: Callable[[Upload], None] | None = None) -> None:
    """Removes a file with its sources and passages; also dismisses a rejected one.

    ``expects`` looks at the locked file first and raises where it is not as the caller knew it.

    Raises:
        NotEditable: when the document has been paid for.
        UploadInUse: when citations of an earlier version still rest on it.
    """
    with transaction.atomic():
        # All hold the document before its files, and those before their sources.
        Document.objects.select_for_update(of=("self",), no_key=True).filter(uploads=upload_id).first()
        upload = Upload.objects.select_for_update(of=("self",)).select_related("document").get(pk=upload_id)
        if expects:
            expects(upload)
        if not upload.document.is_editable:
            raise NotEditable(upload.document.state)
        if Citation.objects.filter(source__upload=upload).exists():
            raise UploadInUse(str(upload_id))
        audit.record(action="upload.deleted", subject=upload, by=by)
        if upload.purpose == UploadPurpose.ASSIGNMENT and upload.state == UploadState.READY:
            Document.objects.filter(pk=upload.document_id).update(assignment_text="", updated_at=timezone.now())
            lines.renew(document_id=upload.document_id)
        removals.note(upload.stored_as, *upload.parts.values_list("stored_as", flat=True))
        upload.delete()


def take_over(*, now: datetime, upload_id: UUID | None = None) -> None:
    """Gives files that a site of before has taken in their time: it leaves ``due_at`` empty."""
    rows = Upload.objects.filter(due_at=None) if upload_id is None else Upload.objects.filter(due_at=None, pk=upload_id)
    rows.filter(state=UploadState.EXTRACTING).update(due_at=now, tries=F("token"))
    rows.filter(state=UploadState.RECEIVING).update(due_at=F("created_at") + ARRIVES_WITHIN)


#: Files that arrive are due when they are given up, others to be read.
READINGS: Final = duty.Kind(
    name="upload",
    label=gettext_lazy("Files handed in"),
    model=Upload,
    task="documents.tasks.extract_upload",
    is_open=Q(state__in=[UploadState.RECEIVING, UploadState.EXTRACTING]),
    lease=timedelta(seconds=60),
    is_renewed=True,
    longest_wait=timedelta(minutes=10),
    most_tries=3,
    outages=(ServiceAway,),
    nudge_lasts=timedelta(minutes=2),
    given_up={"state": UploadState.REJECTED},
    may_reopen=~Q(stored_as=""),
    after_giving_up=_given_up,
)
