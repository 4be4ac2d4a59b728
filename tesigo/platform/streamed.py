"""Stored files on their way out, piece by piece."""

import weakref
from collections.abc import Callable
from typing import Final

from asgiref.sync import sync_to_async
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import connection
from django.http import StreamingHttpResponse
from django.utils.http import content_disposition_header

CHUNK_BYTES: Final = 256 * 1024


def open_whole(stored_as: str, *, size: int, is_large: bool = False) -> "File[bytes]":
    """The stored file. Raises FileNotFoundError for one that is gone or not ``size`` bytes long, and ServiceAway.

    To be called before the first byte goes out: a storage that is away is a page that says so, not half a file. One
    that is large is passed on as it comes, where the storage can: nobody waits until all of it has arrived here.
    """
    passing: Callable[[str], File[bytes]] | None = getattr(default_storage, "open_passing", None)
    file: File[bytes] = passing(stored_as) if is_large and passing else default_storage.open(stored_as)
    if file.size != size:
        file.close()
        raise FileNotFoundError(stored_as)
    return file


def attachment(file: "File[bytes]", *, size: int, name: str, content_type: str) -> StreamingHttpResponse:
    """The answer that sends the file, and closes it at the end; the database connection is given back before."""
    response = StreamingHttpResponse(_Chunks(file), content_type=content_type)
    response["Content-Length"] = str(size)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    if not connection.in_atomic_block:
        # Back to the pool: five people with slow lines would hold all of it until they have everything.
        connection.close()
    return response


class _Chunks:
    """A stored file piece by piece. Under ASGI a plain FileResponse would be read into memory whole.

    The file is closed at its end, where it breaks off, with the response (Django calls ``close``), and with a response
    that is dropped unread, whose reader is gone: a generator that never began closes nothing.
    """

    def __init__(self, file: "File[bytes]") -> None:
        self._file = file
        self.close = weakref.finalize(self, file.close)

    def __aiter__(self) -> "_Chunks":
        return self

    async def __anext__(self) -> bytes:
        try:
            chunk: bytes = await sync_to_async(self._file.read, thread_sensitive=False)(CHUNK_BYTES)
        except BaseException:
            await sync_to_async(self.close, thread_sensitive=False)()
            raise
        if not chunk:
            await sync_to_async(self.close, thread_sensitive=False)()
            raise StopAsyncIteration
        return chunk
