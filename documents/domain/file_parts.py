"""Files whose parts come side by side, and are joined at the end (R-80, R-85; concatenation in tus 1.0.0).

A part belongs to a person, not to a document: which one the file is for is said when its parts are joined. The file
that they become begins with the first part, and the others are written behind it (`arrivals`). In S3 it is a new one.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Final

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.domain import quotas
from accounts.models import User
from documents.domain import arrivals, uploads
from documents.domain.arrivals import WAITED_FOR, File, Sending, TooMuch
from documents.enums import UploadPurpose
from documents.errors import DocumentError, Gone, UploadRefused
from documents.models import Document, FilePart
from documents.uploads import partial
from documents.uploads.partial import Partial
from tesigo.platform import removals

#: Parts that one person may have at once, and thereby those of one file.
MAX_PARTS: Final = 64


class NoSuchPart(DocumentError):
    """One of the parts is not there, or somebody else's."""


class NotWhole(DocumentError):
    """Not all of a part has come yet."""


def begin(*, size: int, metadata: str, by: User, now: datetime) -> FilePart:
    """The row of a part of ``size`` bytes that is about to come.

    Raises:
        TooMuch: when it is larger than a file may be.
        UploadRefused: when there is no room for it, or its owner has the most parts allowed.
        QuotaReached: when the day is used up (R-85).
    """
    if size > settings.UPLOAD_MAX_BYTES:
        raise TooMuch(uploads.too_large())
    with transaction.atomic():
        # Others of the same person wait here.
        quotas.spend(user=by, what="file_part", limit=settings.UPLOADS_PER_DAY * MAX_PARTS)
        if FilePart.objects.filter(owner=by, joins=None).count() >= MAX_PARTS:
            words = _("%(limit)d parts of files have arrived and are not joined, the most that one may have.")
            raise UploadRefused(words % {"limit": MAX_PARTS})
        uploads.expect_room(by, size)
        name = f"{partial.FOLDER}/{uuid.uuid4().hex}"
        return FilePart.objects.create(
            owner=by, size=size, metadata=metadata, stored_as=name, due_at=now + WAITED_FOR
        )  # fmt: skip


def join(
    *,
    parts: Sequence[uuid.UUID],
    concat: str,
    document: Document,
    purpose: UploadPurpose,
    name: str,
    metadata: str,
    by: User,
    now: datetime,
) -> Sending:
    """Makes one file of parts, in their order; they are joined, and the file is taken in, when what it returns ends.

    Raises:
        NoSuchPart: when one is not there, or is named twice.
        NotWhole: when one has not come whole.
        Gone: when the disk has lost one.
        partial.Held: when somebody sends to the first one just now.
        TooMuch: when they are more together than a file may be.
        NotEditable, UploadRefused, QuotaReached: as `uploads.receive` does.
    """
    first = FilePart.objects.filter(pk=parts[0], owner=by, joins=None).first()
    if first is None:
        raise NoSuchPart
    # On a disk the first becomes the file. In S3 a file cannot be gone on with once it is one.
    file: File | None = None if settings.S3_BUCKET else Partial(first.stored_as)
    try:
        with transaction.atomic():
            mine = FilePart.objects.select_for_update().filter(pk__in=parts, owner=by, joins=None).order_by("pk")
            found = {part.pk: part for part in mine}
            if len(found) != len(parts):
                raise NoSuchPart
            if any(part.arrived != part.size for part in found.values()):
                raise NotWhole
            size = sum(part.size for part in found.values())
            if size > settings.UPLOAD_MAX_BYTES:
                raise TooMuch(uploads.too_large())
            final_id = uuid.uuid4()
            begun = {"stored_as": f"{partial.FOLDER}/{uuid.uuid4().hex}", "arrived": 0}
            if file is not None:
                if any(partial.size_of(part.stored_as) != part.size for part in found.values()):
                    raise Gone
                begun = {"stored_as": first.stored_as, "arrived": first.size}
                # Before the file is made: the room that they take is the room that it takes.
                first.delete()
            for place, part_id in enumerate(parts):
                FilePart.objects.filter(pk=part_id).update(joins_id=final_id, place=place)
            upload = uploads.begin(
                document=document,
                purpose=purpose,
                name=name,
                size=size,
                by=by,
                id=final_id,
                metadata=metadata,
                concat=concat,
                due_at=now + WAITED_FOR,
                **begun,
            )
        file = file or arrivals.hold(upload)
        return Sending(upload, file, checksum=None, by=by)
    except BaseException:
        if file is not None:
            file.close()
        raise


def delete(*, part: FilePart) -> None:
    """Takes a part back. Raises Gone for one that was joined meanwhile."""
    with transaction.atomic():
        if not FilePart.objects.filter(pk=part.pk, joins=None).delete()[0]:
            raise Gone
        removals.note(part.stored_as)
