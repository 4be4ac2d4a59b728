"""As much of S3's protocol on loopback as backups need, with the refusals that matter: wrong key, wrong hash, full."""

import hashlib
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit
from xml.sax.saxutils import escape

from tests.serving import serving

ACCESS_KEY = "backup-access"
_MODIFIED = "2026-11-29T02:00:00.000Z"


class S3Server(ThreadingHTTPServer):
    """Holds its objects in memory. ``page``: keys a listing gives at once."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answers)
        self.objects: dict[str, bytes] = {}
        self.checksums: dict[str, str] = {}
        self.page = 2
        self.is_full = False
        self.keeps_checksums = True
        self.puts = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: S3Server

    def do_PUT(self) -> None:
        content = self.rfile.read(int(self.headers["Content-Length"]))
        if not self._is_let_in():
            return
        told = self.headers.get("x-amz-checksum-sha256")
        reckoned = b64encode(hashlib.sha256(content).digest()).decode()
        if self.server.is_full:
            self._refuse(507, "XMinioStorageFull")
        elif told != reckoned:
            self._refuse(400, "XAmzContentSHA256Mismatch")
        else:
            self.server.puts += 1
            self.server.objects[self._key] = content
            self.server.checksums[self._key] = reckoned
            self._say(200, b"")

    def do_HEAD(self) -> None:
        self._object()

    def do_GET(self) -> None:
        query = parse_qs(urlsplit(self.path).query)
        if "list-type" in query or urlsplit(self.path).path.rstrip("/") == "/vault":
            if self._is_let_in():
                self._list(query)
        else:
            self._object()

    def do_DELETE(self) -> None:
        if self._is_let_in():
            self.server.objects.pop(self._key, None)
            self._say(204, b"")

    @property
    def _key(self) -> str:
        return unquote(urlsplit(self.path).path).removeprefix("/vault/")

    def _is_let_in(self) -> bool:
        if f"Credential={ACCESS_KEY}/" in self.headers.get("Authorization", ""):
            return True
        self._refuse(403, "InvalidAccessKeyId")
        return False

    def _object(self) -> None:
        if not self._is_let_in():
            return
        content = self.server.objects.get(self._key)
        if content is None:
            self._refuse(404, "NoSuchKey")
            return
        headers = {"ETag": '"0123"', "Last-Modified": "Sun, 29 Nov 2026 02:00:00 GMT"}
        if self.server.keeps_checksums and self.headers.get("x-amz-checksum-mode") == "ENABLED":
            headers["x-amz-checksum-sha256"] = self.server.checksums[self._key]
        self._say(200, content, headers)

    def _list(self, query: dict[str, list[str]]) -> None:
        prefix = query.get("prefix", [""])[0]
        # The second version of listing goes on by a token, the first by the last key.
        after = query.get("continuation-token", query.get("marker", [""]))[0]
        keys = sorted(key for key in self.server.objects if key.startswith(prefix) and key > after)
        shown = keys[: self.server.page]
        items = "".join(
            f"<Contents><Key>{escape(key)}</Key><Size>{len(self.server.objects[key])}</Size>"
            f"<LastModified>{_MODIFIED}</LastModified><ETag>&quot;{hashlib.md5(self.server.objects[key]).hexdigest()}&quot;</ETag></Contents>"
            for key in shown
        )
        is_cut = len(keys) > len(shown)
        more = f"<NextContinuationToken>{escape(shown[-1])}</NextContinuationToken>" if is_cut else ""
        self._say(
            200,
            f"<ListBucketResult><IsTruncated>{str(is_cut).lower()}</IsTruncated>{more}{items}</ListBucketResult>".encode(),
        )

    def _refuse(self, status: int, code: str) -> None:
        self._say(status, f"<Error><Code>{code}</Code><Message>no</Message></Error>".encode())

    def _say(self, status: int, content: bytes, headers: dict[str, str] | None = None) -> None:
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        """Says nothing."""


@contextmanager
def s3_server() -> Iterator[S3Server]:
    """A service with one bucket, `vault`."""
    with serving(S3Server()) as server:
        yield server
