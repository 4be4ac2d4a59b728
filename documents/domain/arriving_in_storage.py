"""A file that arrives in S3 in several goes, and who sends to it (R-80; `tesigo.platform.multipart`).

The row says what has come: bytes beyond are sent again and written over. A part is counted as soon as S3 has it, so
that a process that dies costs its caller one part. Who sends holds the row by a lease and renews it while bytes come.
Another web server takes over when it has run out, and what the first one writes then counts no more: each tail is an
object of its own, which nobody writes twice, and the row names the one that counts.
"""

import hashlib
import secrets
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import asdict, dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, cast

from django.core.files.storage import default_storage
from django.db.models import Q, QuerySet
from django.utils import timezone

from documents.errors import Gone
from documents.models import FilePart, Upload
from documents.uploads.partial import Held
from documents.uploads.storage import Arrived
from tesigo.platform import multipart
from tesigo.platform.multipart import NotThere

if TYPE_CHECKING:
    from tesigo.platform.storage import BoundedS3Storage  # boto3 takes 20 MB, and most processes store nothing

#: Who sends renews it with each block of bytes, at the latest after `documents.tus.LAID_DOWN_SECONDS` and a call to S3.
LEASE: Final = timedelta(seconds=120)
#: Of a lease, before it is renewed: each renewal is an update.
_RENEWED_AFTER: Final = timedelta(seconds=20)
_READ_BYTES: Final = 1024 * 1024


@dataclass(slots=True)
class _Parts:
    """What of a file lies in parts of an upload: its id, their tags, their bytes together; and where the tail lies."""

    upload: str = ""
    tags: list[str] = field(default_factory=list)
    bytes: int = 0
    tail: str = ""


class InStorage:
    """The file, held against all others until it is closed. Calls come from one thread at a time.

    Raises:
        Held: when somebody else holds it.
        Gone: by every call that finds that it is held no more, or that the storage has lost a part.
    """

    def __init__(self, rows: QuerySet[Any], upload: Upload | FilePart) -> None:
        self._rows, self.upload, self.name = rows, upload, upload.stored_as
        self._storage = cast("BoundedS3Storage", default_storage).multipart
        now = timezone.now()
        self._until = now + LEASE
        free = Q(held_until=None) | Q(held_until__lte=now)
        if not rows.filter(free).update(held_until=self._until):
            raise Held(self.name)
        upload.refresh_from_db()
        self._parts = _Parts(**(upload.in_storage or {}))
        self._tail = (upload.arrived or 0) - self._parts.bytes
        #: What follows the parts; None while it is the tail, and lies in the storage only.
        self._waiting: bytearray | None = None if self._tail else bytearray()
        self._before = (deepcopy(self._parts), self._tail)
        #: Tails that were laid down, or found.
        self._tails = {self._parts.tail} - {""}
        #: Whether parts count at once; not those whose checksum comes last.
        self.counts_parts = False

    @property
    def size(self) -> int:
        """Bytes that have come, also those that are not laid down yet."""
        return self._parts.bytes + (self._tail if self._waiting is None else len(self._waiting))

    @property
    def is_mine(self) -> dict[str, Any]:
        """By what the row is found while it is still held."""
        return {"held_until": self._until}

    @property
    def counted(self) -> dict[str, Any]:
        """What the row says of it beside how much has come."""
        return {"in_storage": asdict(self._parts) if self._parts.upload or self._parts.tail else None}

    def append(self, data: bytes) -> None:
        """Adds bytes at the end, and sends a part where they are enough for one."""
        if self._waiting is None:
            self._waiting = bytearray(self._read_tail())
        self._waiting += data
        length = multipart.part_bytes(self.upload.size)
        while len(self._waiting) >= length:
            self._send(bytes(self._waiting[:length]))
            del self._waiting[:length]
            if self.counts_parts:
                self._count()
        if self._until - timezone.now() < LEASE - _RENEWED_AFTER:
            self._renew({})

    def take(self, part: FilePart) -> int:
        """Has the bytes of another file follow, which is whole; returns how many.

        S3 copies them itself where they may be parts of their own. Raises Gone for a file that it has lost.
        """
        held = _Parts(**(part.in_storage or {}))
        with _lost_is_gone():
            if not held.tags:
                self.append(self._storage.read(held.tail, part.size) if part.size else b"")
                return part.size
            self._storage.finish(part.stored_as, held.upload, held.tags, size=part.size)
            file = multipart.file_of(part.stored_as)
            is_last = self.size + part.size == self.upload.size
            if self.size == self._parts.bytes and (is_last or part.size >= multipart.LEAST_PART_BYTES):
                self._copy(file, part.size)
            else:
                with tempfile.TemporaryFile() as copy:
                    self._storage.fetch(file, copy)
                    copy.seek(0)
                    while block := copy.read(_READ_BYTES):
                        self.append(block)
        return part.size

    def _copy(self, file: str, size: int) -> None:
        step = -(-size // -(-size // multipart.COPIED_BYTES))  # all about as long: none is too short for a part
        for first in range(0, size, step):
            end = min(first + step, size)
            span = None if step == size else (first, end)
            number = self._next_number()
            tag = self._storage.copy_part(self.name, self._parts.upload, number, file=file, span=span)
            self._keep(tag, end - first)
            self._renew({})

    def cut(self, _size: int) -> None:
        """Forgets what has come since it is held. An upload that has begun is gone on with."""
        parts, self._tail = self._before
        self._parts = replace(deepcopy(parts), upload=self._parts.upload)
        self._waiting = None if self._tail else bytearray()

    def sync(self) -> None:
        """Returns once the storage has all of it."""
        if self._waiting:
            if self._parts.tags and self.size == self.upload.size:
                self._send(bytes(self._waiting))
                self._waiting = bytearray()
            else:
                self._parts.tail = f"{self.name}.{secrets.token_hex(8)}"
                self._tails.add(self._parts.tail)
                self._storage.put(self._parts.tail, bytes(self._waiting))
            self._tail = len(self._waiting)

    def tidy(self) -> None:
        """Deletes the tails that the row does not name, once it was written."""
        for tail in self._tails - {self._parts.tail}:
            self._storage.remove(tail)
        self._tails &= {self._parts.tail}

    @contextmanager
    def whole(self) -> Iterator[Arrived]:
        """What arrived, as one file of the storage and as a copy here, read once for its hash. Raises Gone."""
        stored_as = multipart.file_of(self.name)
        with tempfile.TemporaryDirectory(prefix="tesigo-arrived-") as folder, _lost_is_gone():
            path = Path(folder) / "file"
            if self._parts.tags:
                self._storage.finish(self.name, self._parts.upload, self._parts.tags, size=self.upload.size)
                with path.open("wb") as copy:
                    self._storage.fetch(stored_as, copy)
            else:
                data = bytes(self._waiting) if self._waiting is not None else self._read_tail()
                self._storage.put(stored_as, data)
                path.write_bytes(data)
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            yield Arrived(path=path, size=path.stat().st_size, sha256=digest, stored_as=stored_as)

    def settle(self) -> None:
        """Deletes what nobody needs once the file was taken in: its tail, and all of it where it was refused."""
        stored_as = multipart.file_of(self.name)
        self._parts.tail = ""
        self.tidy()
        if not Upload.objects.filter(pk=self.upload.pk, stored_as=stored_as).exists():
            self._storage.remove(stored_as)

    def close(self) -> None:
        """Lets others have it."""
        type(self.upload)._default_manager.filter(pk=self.upload.pk, **self.is_mine).update(held_until=None)

    def _read_tail(self) -> bytes:
        with _lost_is_gone():
            return self._storage.read(self._parts.tail, self._tail) if self._tail else b""

    def _send(self, data: bytes) -> None:
        number = self._next_number()
        with _lost_is_gone():
            self._keep(self._storage.put_part(self.name, self._parts.upload, number, data), len(data))

    def _next_number(self) -> int:
        if not self._parts.upload:
            self._parts.upload = self._storage.begin(self.name)
        return len(self._parts.tags) + 1

    def _keep(self, tag: str, size: int) -> None:
        self._parts.tags.append(tag)
        self._parts.bytes += size
        self._parts.tail, self._tail = "", 0

    def _count(self) -> None:
        self._renew({"arrived": self._parts.bytes, **self.counted})
        self.upload.arrived = self._parts.bytes
        self.tidy()

    def _renew(self, more: dict[str, Any]) -> None:
        until = timezone.now() + LEASE
        if not self._rows.filter(**self.is_mine).update(held_until=until, **more):
            raise Gone
        self._until = until


@contextmanager
def _lost_is_gone() -> Iterator[None]:
    try:
        yield
    except NotThere as error:
        raise Gone from error
