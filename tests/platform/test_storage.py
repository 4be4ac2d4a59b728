"""Files from S3 or MinIO: fetched under time limits, and not kept in memory (R-80, R-106)."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tesigo.platform import patience
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.storage import IN_MEMORY_BYTES, BoundedS3Storage, breaker
from tesigo.platform.storage_limits import IN_REQUEST
from tests.serving import serving

pytestmark = pytest.mark.django_db


class Bucket(ThreadingHTTPServer):
    """Speaks as much of S3's protocol as a download needs. It sends ``sent`` of ``size`` bytes, then falls silent."""

    daemon_threads = True

    def __init__(self, *, size: int, sent: int) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.size, self.sent, self.asked = size, sent, 0
        self.is_gone = False
        self.is_over = threading.Event()


class _Answers(BaseHTTPRequestHandler):
    server: Bucket

    def do_HEAD(self) -> None:
        self._head(self.server.size)

    def do_GET(self) -> None:
        self.server.asked += 1
        if self.server.is_gone:
            self._head(0, status=404)
            return
        first, _, last = self.headers.get("Range", "bytes=0-").removeprefix("bytes=").partition("-")
        size = min(int(last or self.server.size), self.server.size - 1) - int(first) + 1
        self._head(size, status=206)
        self.wfile.write(b"x" * min(size, self.server.sent))
        self.wfile.flush()
        if self.server.sent < size:
            self.server.is_over.wait(60)

    def _head(self, size: int, *, status: int = 200) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(size))
        self.send_header("ETag", '"0123"')
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def bucket(*, size: int, sent: int) -> Iterator[tuple[Bucket, BoundedS3Storage]]:
    with serving(Bucket(size=size, sent=sent)) as server:
        options = {
            "bucket_name": "files", "endpoint_url": f"http://127.0.0.1:{server.server_port}", "access_key": "a",
            "secret_key": "b", "region_name": "eu-central-1", "client_config": IN_REQUEST,
        }  # fmt: skip
        try:
            yield server, BoundedS3Storage(**options)
        finally:
            server.is_over.set()
            breaker.succeeded()


def test_a_file_is_read_and_a_large_one_waits_on_disk() -> None:
    for size, is_on_disk in ((1_000, False), (IN_MEMORY_BYTES + 1, True)):
        with bucket(size=size, sent=size) as (_server, storage), storage.open("a/file") as file:
            assert (len(file.read()), file.file._rolled) == (size, is_on_disk)


@pytest.mark.slow
def test_a_large_file_is_passed_on_as_it_comes() -> None:
    size = IN_MEMORY_BYTES * 2
    with bucket(size=size, sent=1_000) as (_server, storage), patience.limited():
        file = storage.open_passing("a/file")
        assert file.size == size
        assert len(file.read(1_000)) == 1_000, "before the rest has come"
        with pytest.raises(Exception, match="Read timeout"):
            file.read(1_000)
        file.close()
    with bucket(size=size, sent=size) as (_server, storage), storage.open_passing("a/file") as file:
        assert sum(len(chunk) for chunk in iter(lambda: file.read(100_000), b"")) == size


def test_a_large_file_that_is_gone_is_told_from_a_storage_that_is_away() -> None:
    with bucket(size=0, sent=0) as (server, storage):
        server.is_gone = True
        with pytest.raises(FileNotFoundError):
            storage.open_passing("a/file")
    with bucket(size=1_000, sent=0) as (server, storage):
        server.server_close()
        with pytest.raises(ServiceAway):
            storage.open_passing("a/file")


@pytest.mark.slow
@pytest.mark.parametrize("sent", [0, 500])
def test_a_storage_that_falls_silent_in_a_file_is_away_and_left_alone_for_a_while(sent: int) -> None:
    with bucket(size=1_000, sent=sent) as (server, storage), patience.limited():
        for _ in range(2):
            with pytest.raises(ServiceAway):
                storage.open("a/file")
        assert server.asked == 1, "it is asked once, and no more while it is away"
