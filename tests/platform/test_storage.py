"""Files from S3 or MinIO: fetched under time limits, and not kept in memory (R-80, R-106)."""

import base64
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit

import pytest
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from django.core.exceptions import ImproperlyConfigured

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
        if size <= 0:
            self._head(0, status=416)
            return
        self._head(size, status=206, part=f"bytes {first}-{int(first) + size - 1}/{self.server.size}")
        self.wfile.write(b"x" * min(size, self.server.sent))
        self.wfile.flush()
        if self.server.sent < size:
            self.server.is_over.wait(60)

    def _head(self, size: int, *, status: int = 200, part: str = "") -> None:
        self.send_response(status)
        if part:
            self.send_header("Content-Range", part)
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


def test_a_part_of_a_file_is_fetched_and_no_more() -> None:
    with bucket(size=1_000, sent=1_000) as (_server, storage):
        with storage.open_passing("a/file", size=1_000, first=100, end=300) as file:
            assert (file.size, len(file.read())) == (200, 200)
        with storage.open_passing("a/file", size=1_000, first=0, end=1_000) as file:
            assert len(file.read()) == 1_000
        for first, end in ((0, 900), (100, 300), (1_500, 1_600)):  # of a file that was longer or shorter once
            with pytest.raises(FileNotFoundError):
                storage.open_passing("a/file", size=900 if end < 1_000 else 2_000, first=first, end=end)
        assert storage.size("a/file") == 1_000


def test_a_file_is_fetched_from_the_service_by_an_address_that_ends_soon() -> None:
    options = {"bucket_name": "files", "access_key": "a", "secret_key": "b", "region_name": "eu-central-1"}
    public = BoundedS3Storage(
        **options, endpoint_url="http://inside.example", public_url="https://files.example", querystring_expire=300,
        client_config=IN_REQUEST,
    )  # fmt: skip
    said = {"disposition": 'attachment; filename="ä.pdf"', "content_type": "application/pdf"}
    address = urlsplit(public.link("exports/a", **said))
    query = dict(parse_qsl(address.query))
    assert (address.netloc, address.path) == ("files.example", "/files/exports/a")
    assert (query["response-content-disposition"], query["X-Amz-Expires"]) == (said["disposition"], "300")
    assert query["X-Amz-Algorithm"] == "AWS4-HMAC-SHA256"


def test_a_cdn_is_led_to_by_an_address_that_it_can_check() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.TraditionalOpenSSL, NoEncryption()).decode()
    options = {"bucket_name": "files", "cdn_url": "https://cdn.example/", "querystring_expire": 300}
    storage = BoundedS3Storage(**options, cloudfront_key_id="K1", cloudfront_key=pem)
    link = storage.link("exports/a", disposition='attachment; filename="a.pdf"', content_type="application/pdf")
    address = urlsplit(link)
    query = dict(parse_qsl(address.query))
    assert (address.netloc, address.path, query["Key-Pair-Id"]) == ("cdn.example", "/exports/a", "K1")
    assert query["response-content-disposition"] == 'attachment; filename="a.pdf"'
    assert 0 < int(query["Expires"]) - time.time() <= 300
    resource = link.partition("&Expires=")[0]
    until = f'{{"DateLessThan":{{"AWS:EpochTime":{query["Expires"]}}}}}'
    policy = f'{{"Statement":[{{"Resource":"{resource}","Condition":{until}}}]}}'
    signature = base64.b64decode(query["Signature"].translate(str.maketrans("-_~", "+=/")))
    key.public_key().verify(signature, policy.encode(), PKCS1v15(), SHA1())  # what CloudFront asks for
    with pytest.raises(ImproperlyConfigured, match="CDN_KEY_ID"):
        BoundedS3Storage(**options)


@pytest.mark.slow
@pytest.mark.parametrize("sent", [0, 500])
def test_a_storage_that_falls_silent_in_a_file_is_away_and_left_alone_for_a_while(sent: int) -> None:
    with bucket(size=1_000, sent=sent) as (server, storage), patience.limited():
        for _ in range(2):
            with pytest.raises(ServiceAway):
                storage.open("a/file")
        assert server.asked == 1, "it is asked once, and no more while it is away"
