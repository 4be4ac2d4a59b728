"""A stored file on its way out is closed however its way ends: whole, broken off, failed, or never begun."""

import gc
import io
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core.files.base import ContentFile, File
from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from django.test import RequestFactory

from tesigo.platform import ranges, streamed

CONTENT = b"x" * (streamed.CHUNK_BYTES + 10)


def asked(**headers: str) -> ranges.Asked:
    return ranges.asked(RequestFactory().get("/", headers=headers), stored_as="streamed/a", size=len(CONTENT))


@pytest.fixture
def file() -> Any:
    stored_as = default_storage.save("streamed/a", ContentFile(CONTENT))
    opened = streamed.open_whole(stored_as, asked=asked())
    yield opened
    opened.close()
    default_storage.delete(stored_as)


def response_with(file: "File[bytes]") -> StreamingHttpResponse:
    response = streamed.attachment(file, asked=asked(), name="a", content_type="text/plain")
    assert isinstance(response, StreamingHttpResponse)
    return response


async def read(response: StreamingHttpResponse, *, pieces: int) -> list[bytes]:
    """The first pieces, as a reader gets them who leaves after that."""
    found: list[bytes] = []
    async for piece in response:
        found.append(piece)
        if len(found) == pieces:
            break
    return found


def test_a_whole_one_is_closed_at_its_end(file: "File[bytes]") -> None:
    response = response_with(file)
    assert b"".join(async_to_sync(read)(response, pieces=9)) == CONTENT
    assert file.closed


def test_one_that_is_broken_off_is_closed_with_its_response(file: "File[bytes]") -> None:
    response = response_with(file)
    assert async_to_sync(read)(response, pieces=1) == [CONTENT[: streamed.CHUNK_BYTES]]
    assert not file.closed
    response.close()
    assert file.closed


@pytest.mark.parametrize("pieces", [0, 1])
def test_one_whose_reader_is_gone_is_closed_with_what_is_dropped(file: "File[bytes]", pieces: int) -> None:
    response = response_with(file)
    if pieces:
        async_to_sync(read)(response, pieces=pieces)
    del response
    gc.collect()
    assert file.closed


class Silent(io.BytesIO):
    """A storage that falls silent midway."""

    def read(self, size: int | None = -1, /) -> bytes:
        raise OSError("the storage has fallen silent")


def test_one_that_the_storage_stops_reading_is_closed() -> None:
    file: File[bytes] = File(Silent(CONTENT), "a")
    with pytest.raises(OSError, match="fallen silent"):
        async_to_sync(read)(response_with(file), pieces=1)
    assert file.closed


def test_one_of_another_length_is_closed_and_not_there(monkeypatch: pytest.MonkeyPatch) -> None:
    file: File[bytes] = File(io.BytesIO(b"12"), "a")
    monkeypatch.setattr(default_storage, "open", lambda _stored_as: file)
    with pytest.raises(FileNotFoundError):
        streamed.open_whole("a", asked=asked())
    assert file.closed


def test_a_part_is_sent_and_no_more(file: "File[bytes]") -> None:
    part = asked(Range=f"bytes=5-{streamed.CHUNK_BYTES + 6}")
    file.seek(part.first)
    response = streamed.attachment(file, asked=part, name="a", content_type="text/plain")
    assert isinstance(response, StreamingHttpResponse)
    assert [len(piece) for piece in async_to_sync(read)(response, pieces=9)] == [streamed.CHUNK_BYTES, 2]
    assert file.closed
