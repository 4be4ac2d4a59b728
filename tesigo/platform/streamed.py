"""Stored files on their way out, piece by piece."""

import weakref
from collections.abc import Callable
from typing import Final, TypeAlias

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.http import HttpResponse, HttpResponseRedirect, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header

from tesigo.platform.ranges import Asked

CHUNK_BYTES: Final = 256 * 1024


class Linked:
    """A stored file that its reader fetches from the storage itself, by a signed address."""

    def __init__(self, stored_as: str) -> None:
        self.stored_as = stored_as

    def close(self) -> None:
        """Nothing is open."""


Outgoing: TypeAlias = "File[bytes] | Linked"


def open_whole(stored_as: str, *, asked: Asked, is_large: bool = False) -> Outgoing:
    """The stored file, from where it is asked for. Raises FileNotFoundError for one that is gone or of another size.

    To be called before the first byte goes out: a storage that is away (ServiceAway) is a page that says so, not half
    a file. One that is large is passed on as it comes, where the storage can: nobody waits until all of it is here.
    """
    if settings.DOWNLOADS_BY_LINK and asked.has_body:
        if default_storage.size(stored_as) != asked.size:
            raise FileNotFoundError(stored_as)
        return Linked(stored_as)
    passing: Callable[..., File[bytes]] | None = getattr(default_storage, "open_passing", None)
    if passing and (is_large or asked.is_part):
        return passing(stored_as, size=asked.size, first=asked.first, end=asked.end or asked.size)
    file: File[bytes] = default_storage.open(stored_as)
    if file.size != asked.size:
        file.close()
        raise FileNotFoundError(stored_as)
    file.seek(asked.first)
    return file


def attachment(file: Outgoing, *, asked: Asked, name: str, content_type: str) -> HttpResponseBase:
    """The response that sends what is asked for of the file, and closes it at the end; or the way to the storage."""
    if not connection.in_atomic_block:
        # Back to the pool: five people with slow lines would hold all of it until they have everything.
        connection.close()
    disposition = content_disposition_header(as_attachment=True, filename=name)
    if isinstance(file, Linked):
        linking: Callable[..., str] = default_storage.link  # type: ignore[attr-defined]  # it is BoundedS3Storage
        return HttpResponseRedirect(linking(file.stored_as, disposition=disposition, content_type=content_type))
    response: HttpResponseBase
    if asked.has_body:
        response = StreamingHttpResponse(_Chunks(file, asked.length), status=asked.status, content_type=content_type)
    else:
        file.close()
        response = HttpResponse(status=asked.status, content_type=content_type)
    for header, value in {**asked.headers(), "Content-Disposition": disposition}.items():
        response[header] = value
    return response


class _Chunks:
    """A stored file piece by piece. Under ASGI a plain FileResponse would be read into memory whole.

    The file is closed at its end, where it breaks off, with the response (Django calls ``close``), and with a response
    that is dropped unread, whose reader is gone: a generator that never began closes nothing.
    """

    def __init__(self, file: "File[bytes]", length: int) -> None:
        self._file = file
        self._left = length
        self.close = weakref.finalize(self, file.close)

    def __aiter__(self) -> "_Chunks":
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk: bytes = await sync_to_async(self._file.read, thread_sensitive=False)(min(CHUNK_BYTES, self._left))
        except BaseException:
            await sync_to_async(self.close, thread_sensitive=False)()
            raise
        if not chunk:
            await sync_to_async(self.close, thread_sensitive=False)()
            raise StopAsyncIteration
        self._left -= len(chunk)
        return chunk
