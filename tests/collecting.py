"""A collector on loopback: whatever is sent to it over HTTP is kept as it came."""

import gzip
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import brotli  # type: ignore[import-untyped]

from tests.serving import serving


@dataclass(frozen=True)
class Received:
    """One request. ``body`` as it was before it was packed."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Collector:
    """What came in, oldest first. ``status`` is what it says to each."""

    port: int
    status: int = 200
    received: list[Received] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Where it listens."""
        return f"http://127.0.0.1:{self.port}"

    def wait(self, count: int = 1, *, seconds: float = 20.0) -> list[Received]:
        """All that came, once there are ``count``."""
        ends_at = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < ends_at:
            time.sleep(0.02)
        assert len(self.received) >= count, f"{len(self.received)} of {count} came"
        return list(self.received)


#: How bodies come packed; another way would be an error here, not a secret that is not found.
_UNPACKED: dict[str, Callable[[bytes], bytes]] = {
    "identity": bytes,
    "gzip": gzip.decompress,
    "br": brotli.decompress,
}


@contextmanager
def collecting() -> Iterator[Collector]:
    """A collector for the time of the block."""
    kept: dict[str, Collector] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            body = _UNPACKED[self.headers.get("Content-Encoding", "identity")](body)
            headers = {name.lower(): value for name, value in self.headers.items()}
            kept["collector"].received.append(Received(self.path, headers, body))
            self.send_response(kept["collector"].status)
            self.send_header("Content-Length", "2")
            self.send_header("Content-Type", "application/json")
            self.end_headers()
            self.wfile.write(b"{}")

        def log_message(self, format: str, *args: Any) -> None:
            """Nothing on the terminal."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    kept["collector"] = Collector(server.server_address[1])
    with serving(server):
        yield kept["collector"]
