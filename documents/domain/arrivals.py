"""Files that come in several goes, whatever breaks in between (R-80, R-84, R-85; tus 1.0.0).

The row is an `Upload` that is being received; ``arrived`` is how many of its ``size`` bytes are there for good.
Whoever writes holds the file (`Partial`), so that what has come is the size of the file; the row follows it, by one
conditional update. No connection is held while bytes come.

Where storage is the local disk, what has come to one web server is not there for another. In S3 it is (`InStorage`).
"""

import hashlib
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, cast

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from accounts.models import User
from documents.domain import uploads
from documents.domain.arriving_in_storage import InStorage
from documents.enums import UploadPurpose, UploadState
from documents.errors import DocumentError, Gone
from documents.models import Document, FilePart, Upload
from documents.uploads import partial
from documents.uploads.partial import Partial
from tesigo.platform import removals

if TYPE_CHECKING:
    from tesigo.platform.storage import BoundedS3Storage  # boto3 takes 20 MB, and most processes store nothing

#: How long a file that stands still is waited for.
WAITED_FOR: Final = timedelta(hours=24)
#: Names of checksums as tus has them.
CHECKSUMS: Final[dict[str, Callable[[], Any]]] = {"sha1": hashlib.sha1, "sha256": hashlib.sha256}
#: Of files that no row names. A row is there before its file is.
_LEFT_OVER_SECONDS: Final = 3600.0


#: Bytes of a file that arrives, held against all others.
File = Partial | InStorage


class TooMuch(DocumentError):
    """More bytes than are accepted, or than were announced."""


class WrongOffset(DocumentError):
    """The bytes do not begin where those before them ended."""


class WrongChecksum(DocumentError):
    """The bytes are not those that were sent; they were forgotten."""


@dataclass(frozen=True, slots=True)
class Checksum:
    """What bytes must come to: the name of an algorithm among `CHECKSUMS`, and the digest."""

    algorithm: str
    digest: bytes


class Sending:
    """Bytes of one file on their way, from one caller. It holds the file until it is closed."""

    def __init__(self, upload: Upload | FilePart, file: File, *, checksum: Checksum | None, by: User) -> None:
        self.upload, self.checksum, self.by = upload, checksum, by
        self.begins = upload.arrived or 0
        #: Bytes that may still come.
        self.room = 0 if is_joined(upload) else upload.size - self.begins
        self._file = file
        self._digest = CHECKSUMS[checksum.algorithm]() if checksum else None

    def write(self, data: bytes) -> None:
        """Lays bytes down."""
        self._file.append(data)
        if self._digest is not None:
            self._digest.update(data)

    def end(self, *, is_whole: bool, now: datetime) -> Upload | FilePart:
        """Keeps what came, and takes the file in where nothing is missing; the row as it is then.

        ``is_whole`` says whether all came that the caller meant to send; of bytes with a checksum nothing is kept else.

        Raises:
            WrongChecksum: nothing of what came is kept.
            Gone: when the file was removed meanwhile.
        """
        is_right = True
        if self.checksum is not None and self._digest is not None:
            is_right = is_whole and self._digest.digest() == self.checksum.digest
            if not is_right:
                self._file.cut(self.begins)
        _follow(self.upload, self._file, now=now)
        if is_whole and not is_right:
            raise WrongChecksum
        _finish(self.upload, self._file, by=self.by)
        return self.upload

    def forget(self, *, now: datetime) -> None:
        """Keeps nothing of what came. Raises Gone."""
        self._file.cut(self.begins)
        _follow(self.upload, self._file, now=now)

    def close(self) -> None:
        """Lets others send."""
        self._file.close()


def begin(*, document: Document, purpose: UploadPurpose, name: str, size: int, metadata: str, by: User) -> Upload:
    """The row of a file of ``size`` bytes that is about to come.

    Raises:
        TooMuch: when it is larger than a file may be.
        NotEditable, UploadRefused, QuotaReached: as `uploads.receive` does.
    """
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooMuch(uploads.too_large())
    stored_as = f"{partial.FOLDER}/{uuid.uuid4().hex}"
    arrival = {
        "arrived": 0, "metadata": metadata, "stored_as": stored_as, "due_at": timezone.now() + WAITED_FOR,
    }  # fmt: skip
    upload = uploads.begin(document=document, purpose=purpose, name=name, size=size, by=by, **arrival)
    if size == 0:
        look(upload, by=by, now=timezone.now())
    return upload


def send(
    *, upload: Upload | FilePart, offset: int, announced: int, checksum: Checksum | None, by: User, now: datetime
) -> Sending:
    """Lets bytes from ``offset`` on come; the caller closes what is returned. ``announced`` is 0 where nobody says.

    Raises:
        Gone: when the file is not waited for.
        partial.Held: when others of its bytes come just now.
        WrongOffset: when they do not begin where the others ended.
        TooMuch: when more are announced than are missing.
    """
    _expect(upload, now)
    file = hold(upload)
    try:
        upload.refresh_from_db()
        _expect(upload, now)
        _follow(upload, file, now=now)
        if offset != upload.arrived:
            raise WrongOffset
        if offset + announced > upload.size:
            raise TooMuch
        if checksum is not None:
            _row(upload).update(is_checked=True)
        elif isinstance(file, InStorage):
            file.counts_parts = True
        return Sending(upload, file, checksum=checksum, by=by)
    except BaseException:
        file.close()
        raise


def look(upload: Upload | FilePart, *, by: User, now: datetime) -> Upload | FilePart:
    """The row as the file is: what a process that died has left is counted, and a file that is whole is taken in.

    Raises:
        Gone: when the file is not waited for any more, and never came whole.
    """
    if isinstance(upload, Upload) and upload.state != UploadState.RECEIVING and upload.arrived is None:
        return upload
    _expect(upload, now)
    try:
        file = hold(upload)
    except partial.Held:  # what has come for certain
        return upload
    try:
        upload.refresh_from_db()
        if _row(upload).exists():
            _follow(upload, file, now=now)
            _finish(upload, file, by=by)
    finally:
        file.close()
    return upload


def hold(upload: Upload | FilePart) -> File:
    """Its bytes, where storage is. Raises Held."""
    return InStorage(_row(upload), upload) if settings.S3_BUCKET else Partial(upload.stored_as)


def is_joined(upload: Upload | FilePart) -> bool:
    """Whether its bytes are those of parts, and none of its own may come."""
    return isinstance(upload, Upload) and bool(upload.concat)


def tidy(*, now: datetime) -> int:
    """Deletes what is left of files whose rows are gone or settled; returns how many."""
    with transaction.atomic():
        over = (
            FilePart.objects.select_for_update(of=("self",))
            .filter(due_at__lte=now)
            .exclude(joins__state=UploadState.RECEIVING)
        )
        removals.note(*over.values_list("stored_as", flat=True))
        over.delete()
    rows = Upload.objects.filter(state=UploadState.RECEIVING, arrived__isnull=False)
    names = {name for held in (rows, FilePart.objects.all()) for name in held.values_list("stored_as", flat=True)}
    if settings.S3_BUCKET:
        return cast("BoundedS3Storage", default_storage).multipart.sweep(
            names, before=now - timedelta(seconds=_LEFT_OVER_SECONDS)
        )
    return partial.remove_all_but(names, older_than_seconds=_LEFT_OVER_SECONDS)


def _row(upload: Upload | FilePart) -> QuerySet[Any]:
    """The row while bytes may come to it."""
    if isinstance(upload, FilePart):
        return FilePart.objects.filter(pk=upload.pk, joins=None)
    return Upload.objects.filter(pk=upload.pk, state=UploadState.RECEIVING)


def _expect(upload: Upload | FilePart, now: datetime) -> None:
    is_over = upload.due_at is None or upload.due_at <= now
    is_settled = upload.joins_id is not None if isinstance(upload, FilePart) else upload.state != UploadState.RECEIVING
    if is_settled or upload.arrived is None or is_over:
        raise Gone


def _follow(upload: Upload | FilePart, file: File, *, now: datetime) -> None:
    """Has the row say what lies on the disk. Whoever calls holds the file. Raises Gone."""
    before = upload.arrived or 0
    has = file.size
    if has < before and is_joined(upload):  # nobody could send it again
        raise Gone
    # Of a part that was being taken over nobody knows how far it came.
    is_doubtful = upload.is_checked or is_joined(upload)
    if has > upload.size or (has > before and is_doubtful):
        file.cut(before)
        has = before
    file.sync()
    _count(upload, file, has, now=now)


def _count(upload: Upload | FilePart, file: File, has: int, *, now: datetime) -> None:
    due_at = now + WAITED_FOR
    row = _row(upload).filter(arrived=upload.arrived or 0, **file.is_mine)
    if not row.update(arrived=has, is_checked=False, due_at=due_at, **file.counted):
        raise Gone
    upload.arrived, upload.is_checked, upload.due_at = has, False, due_at
    if isinstance(file, InStorage):
        file.tidy()


def _finish(upload: Upload | FilePart, file: File, *, by: User) -> None:
    """Has a file that is whole looked at, and kept or refused: the same way as one that came at once. Raises Gone."""
    if isinstance(upload, FilePart):
        return
    if upload.concat:
        _take_parts(upload, file)
    if upload.arrived != upload.size:
        return
    uploads.give_connection_back()
    with file.whole() as arrived:
        uploads.take_in(upload, arrived, by=by)
    file.settle()
    try:
        upload.refresh_from_db()
    except Upload.DoesNotExist:  # removed by its owner while it was looked at
        raise Gone from None


def _take_parts(upload: Upload, file: File) -> None:
    """One part after the other, each deleted once it is counted: a process that dies midway has lost nothing."""
    for part in list(upload.parts.order_by("place")):
        uploads.give_connection_back()
        if file.take(part) != part.size:
            raise Gone
        file.sync()
        with transaction.atomic():
            _count(upload, file, (upload.arrived or 0) + part.size, now=timezone.now())
            part.delete()
        default_storage.delete(part.stored_as)
