"""Taking files in, judging them, and letting them go (R-80, R-81, R-84)."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, Sum
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.errors import QuotaReached
from documents.enums import UploadPurpose, UploadState
from documents.errors import NotEditable, UploadInUse, UploadRefused
from documents.models import Citation, Document, Upload
from documents.uploads import storage
from documents.uploads.inspection import inspect
from documents.uploads.names import display_name
from documents.uploads.verdict import FileKind, Verdict
from privacy.domain import audit
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

MAX_UPLOADS: Final = 60
#: A file that has not come whole by then never will: its connection is long gone.
ARRIVES_WITHIN: Final = timedelta(hours=2)
_BIBLIOGRAPHIES: Final = {FileKind.BIBTEX, FileKind.RIS}


def receive(*, document: Document, purpose: UploadPurpose, name: str, chunks: Iterable[bytes], by: "User") -> Upload:
    """Takes one file in and answers its row: being read, or rejected with the reason in ``verdict``.

    ``name`` is only shown. The chunks are streamed: memory does not depend on their number. Of a rejected file
    nothing is kept but the row with its verdict, until its owner dismisses it.

    Raises:
        NotEditable: when the document has been paid for.
        UploadRefused: when it holds as many files as it may.
    """
    upload = _begin(document=document, purpose=purpose, name=name, by=by)
    try:
        with storage.arriving(chunks, max_size=settings.UPLOAD_MAX_BYTES) as arrived:
            Upload.objects.filter(pk=upload.pk).update(size=arrived.size, sha256=arrived.sha256)
            verdict = _judge(arrived, upload)
            if verdict.accepted and verdict.kind is not None:
                _keep(upload, storage.store(arrived), verdict.kind, by=by)
            else:
                reject(upload_id=upload.pk, reason=str(verdict.reason), by=by)
    except storage.TooLarge:
        limit = filesizeformat(settings.UPLOAD_MAX_BYTES)
        reason = _("This file is larger than %(limit)s, the most that is accepted.") % {"limit": limit}
        reject(upload_id=upload.pk, reason=reason, by=by)
    except BaseException:
        # The connection broke or the disk is full: a row that waits for ever would block the outline.
        Upload.objects.filter(pk=upload.pk).delete()
        raise
    upload.refresh_from_db()
    return upload


def _begin(*, document: Document, purpose: UploadPurpose, name: str, by: "User") -> Upload:
    with transaction.atomic():
        _within_quota(by)
        held = Document.objects.select_for_update().get(pk=document.pk)
        if not held.is_editable:
            raise NotEditable(held.state)
        if held.uploads.count() >= MAX_UPLOADS:
            raise UploadRefused(
                _("This document has %(limit)d files, the most it may have. Remove one first.") % {"limit": MAX_UPLOADS}
            )
        upload = Upload.objects.create(document=held, purpose=purpose, name=display_name(name))
        audit.record(action="upload.started", subject=upload, by=by)
    return upload


def _within_quota(owner: "User") -> None:
    """Raises UploadRefused. The counter's row is locked: others of the same person are counted one after the other."""
    try:
        quotas.spend(user=owner, what="upload", limit=settings.UPLOADS_PER_DAY)
    except QuotaReached as error:
        raise UploadRefused(str(error)) from None
    held = Upload.objects.filter(document__owner=owner).exclude(state=UploadState.REJECTED)
    found = held.aggregate(files=Count("pk"), stored=Sum("size"))
    if found["files"] >= settings.FILES_PER_PERSON or (found["stored"] or 0) >= settings.STORED_BYTES_PER_PERSON:
        raise UploadRefused(
            _("Your files take all the room that one may have: %(files)d files or %(bytes)s. Remove some first.")
            % {"files": settings.FILES_PER_PERSON, "bytes": filesizeformat(settings.STORED_BYTES_PER_PERSON)}
        )


def _judge(arrived: storage.Arrived, upload: Upload) -> Verdict:
    same = Upload.objects.filter(document_id=upload.document_id, purpose=upload.purpose, sha256=arrived.sha256).exclude(
        Q(pk=upload.pk) | Q(state=UploadState.REJECTED)
    )
    if arrived.size and same.exists():
        return Verdict(accepted=False, reason=_("This file is here already, word for word. It is used once."))
    verdict = inspect(arrived.path, name=upload.name, max_size=settings.UPLOAD_MAX_BYTES)
    if upload.purpose == UploadPurpose.ASSIGNMENT and verdict.kind in _BIBLIOGRAPHIES:
        return Verdict(
            accepted=False,
            reason=_("This is a bibliography. Hand it in under sources; an assignment sheet is a PDF, DOCX or text."),
        )
    return verdict


def _keep(upload: Upload, stored_as: str, kind: FileKind, *, by: "User") -> None:
    with transaction.atomic():
        kept = Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING).update(
            state=UploadState.EXTRACTING, stored_as=stored_as, format=kind
        )
        if kept:
            audit.record(action="upload.accepted", subject=upload, by=by, details={"format": str(kind)})
            enqueue_on_commit("documents.tasks.extract_upload", str(upload.pk))
    if not kept:  # removed by its owner while it arrived
        storage.remove(stored_as)


def reject(*, upload_id: UUID, reason: str, by: "User | None" = None, token: int | None = None) -> bool:
    """Marks the file as not usable and removes all that came from it (R-84); False when nothing was to be done.

    With ``token`` only the worker that still holds the file may do so.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().filter(pk=upload_id).first()
        settled = {UploadState.REJECTED, UploadState.READY}
        if upload is None or upload.state in settled or token not in (None, upload.token):
            return False
        upload.sources.all().delete()
        stored_as = upload.stored_as
        Upload.objects.filter(pk=upload_id).update(
            state=UploadState.REJECTED, verdict=reason[:500], stored_as="", lease_until=None, pages_read=0
        )
        audit.record(action="upload.rejected", subject=upload, by=by)
        transaction.on_commit(lambda: storage.remove(stored_as))
    return True


def delete(*, upload_id: UUID, by: "User") -> None:
    """Removes a file with its sources and passages; also dismisses a rejected one.

    Raises:
        NotEditable: when the document has been paid for.
        UploadInUse: when citations of an earlier version still rest on it.
    """
    with transaction.atomic():
        upload = Upload.objects.select_for_update().select_related("document").get(pk=upload_id)
        if not upload.document.is_editable:
            raise NotEditable(upload.document.state)
        if Citation.objects.filter(source__upload=upload).exists():
            raise UploadInUse(str(upload_id))
        audit.record(action="upload.deleted", subject=upload, by=by)
        if upload.purpose == UploadPurpose.ASSIGNMENT and upload.state == UploadState.READY:
            Document.objects.filter(pk=upload.document_id).update(assignment_text="", updated_at=timezone.now())
        stored_as = upload.stored_as
        upload.delete()
        transaction.on_commit(lambda: storage.remove(stored_as))


def continue_waiting(*, now: datetime) -> int:
    """Sends a nudge for each file whose reading nobody holds, gives up those that never arrived; answers how many."""
    gone = Upload.objects.filter(state=UploadState.RECEIVING, created_at__lt=now - ARRIVES_WITHIN)
    for upload_id in gone.values_list("pk", flat=True)[:100]:
        reject(upload_id=upload_id, reason=_("This file did not arrive whole. Choose it again."))
    waiting = Upload.objects.filter(state=UploadState.EXTRACTING).filter(
        Q(lease_until__lt=now) | Q(lease_until=None, created_at__lt=now - timedelta(seconds=30))
    )
    ids = list(waiting.order_by("created_at").values_list("pk", flat=True)[:100])
    for upload_id in ids:
        enqueue_on_commit("documents.tasks.extract_upload", str(upload_id))
    return len(ids)
