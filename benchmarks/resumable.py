"""A large file in several goes: through the app ÷ a bare ASGI loop that writes the same bytes, and memory.

The file comes whole and in turn to both, then once to the app with as many cuts. MB= (500), CUTS= (20), ROUNDS= (5).
What is whole is hashed and looked at as well, which the bare loop does not: the last line of the table has it apart.
Then once whole and once with the cuts to a web server whose storage is S3: the sandbox's, which holds all in memory.
"""

import base64
import hashlib
import os
import random
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

import httpx

from benchmarks import serving, tables
from benchmarks.site import Site, site
from benchmarks.watching import children_of, peak_of
from tesigo.platform.processes import free_port, wait_until

_MB: Final = 1_000_000
_BLOCK: Final = 1024 * 1024
_TO_REACH: Final = 0.7


async def bare(scope: Any, receive: Any, send: Any) -> None:
    """An ASGI application that writes a body to ``BARE_FILE`` as it comes, and no more."""
    with Path(os.environ["BARE_FILE"]).open("wb") as file:  # noqa: ASYNC230  # it is what is measured
        more = scope["type"] == "http"
        while more:
            message = await receive()
            file.write(message.get("body", b""))
            more = message.get("more_body", False)
        file.flush()
        os.fsync(file.fileno())
    await send({"type": "http.response.start", "status": 204, "headers": []})
    await send({"type": "http.response.body", "body": b""})


def main() -> None:
    """The table."""
    size, cuts = int(os.environ.get("MB", "500")) * _MB, int(os.environ.get("CUTS", "20"))
    rounds = int(os.environ.get("ROUNDS", "5"))
    block = random.Random(1).randbytes(_BLOCK)
    with site() as place:
        from tests.documents.factories import outlined_document

        document = outlined_document()
        headers = _headers(document)
        with serving.web(place) as app, _bare(place) as beside:
            web, began = _warmed_up(app, headers, document, block)
            ours: list[float] = []
            theirs: list[float] = []
            taken_in: list[float] = []
            for _ in range(rounds):
                path = _begin(app, headers, document, size)
                ours.append(_seconds(app, "PATCH", path, 0, size - 1, block, headers))
                taken_in.append(_seconds(app, "PATCH", path, size - 1, size, block, headers))
                theirs.append(_seconds(beside, "POST", "/", 0, size - 1, block, {}))
            path = _begin(app, headers, document, size)
            hashed = _in_goes(app, path, size, cuts, block, headers)
            grown = peak_of(web) - began
            is_same = _is_kept(path, hashed)
        with _in_s3(), serving.web(place) as app:
            web, began = _warmed_up(app, headers, document, block)
            path = _begin(app, headers, document, size)
            to_s3 = _seconds(app, "PATCH", path, 0, size - 1, block, headers)
            from_s3 = _seconds(app, "PATCH", path, size - 1, size, block, headers)
            path = _begin(app, headers, document, size)
            hashed = _in_goes(app, path, size, cuts, block, headers)
            grown_s3 = peak_of(web) - began
            is_same_s3 = _is_kept(path, hashed)
    ratio = statistics.median(theirs) / statistics.median(ours)
    rows = [
        ("through the app", f"{size / _MB / statistics.median(ours):,.0f} MB/s", ""),
        ("bare loop", f"{size / _MB / statistics.median(theirs):,.0f} MB/s", ""),
        ("app ÷ bare loop", f"{ratio:.2f}", f"≥ {_TO_REACH}"),
        ("hashed, looked at", f"{statistics.median(taken_in):.2f} s", ""),
        (f"cut at {cuts} offsets", "same hash" if is_same else "ANOTHER HASH", "same hash"),
        ("web process, peak grown by", f"{grown:.0f} MB", "flat"),
        ("to S3", f"{size / _MB / to_s3:,.0f} MB/s", ""),
        ("joined, fetched, hashed, looked at", f"{from_s3:.2f} s", ""),
        (f"to S3, cut at {cuts} offsets", "same hash" if is_same_s3 else "ANOTHER HASH", "same hash"),
        ("web process with S3, peak grown by", f"{grown_s3:.0f} MB", "flat"),
    ]
    tables.show("A large file in several goes", ("what", f"{size // _MB} MB", "to reach"), rows)


def _warmed_up(app: str, headers: dict[str, str], document: Any, block: bytes) -> tuple[int, float]:
    """The web process and its peak in MB, once it has loaded what it takes."""
    web = _process_of(urlsplit(app).port)
    _seconds(app, "PATCH", _begin(app, headers, document, _MB), 0, _MB, block, headers)
    return web, peak_of(web)


def _is_kept(path: str, hashed: str) -> bool:
    from documents.models import Upload

    return Upload.objects.get(pk=path.rpartition("/")[2]).sha256 == hashed


@contextmanager
def _in_s3() -> Iterator[None]:
    """Web servers that start in the block keep files in a bucket of the sandbox."""
    from sandbox.s3.signing import ACCESS_KEY, SECRET_KEY
    from tests.documents.elsewhere import in_s3

    address = f"http://127.0.0.1:{os.environ['SANDBOX_PORT']}"
    in_s3(address)
    environ = {
        "S3_BUCKET": "files", "S3_REGION": "eu-central-1", "S3_ENDPOINT_URL": f"{address}/s3",
        "S3_ACCESS_KEY": ACCESS_KEY, "S3_SECRET_KEY": SECRET_KEY,
    }  # fmt: skip
    os.environ.update(environ)
    try:
        yield
    finally:
        for name in environ:
            del os.environ[name]


def _headers(document: Any) -> dict[str, str]:
    from django.utils import timezone

    from accounts.enums import ApiScope
    from privacy.domain import consent
    from privacy.enums import ConsentKind
    from tests.api.calling import with_token

    owner = document.owner
    consent.give(user=owner, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    program = with_token(owner, ApiScope.DOCUMENTS_WRITE, ApiScope.DOCUMENTS_READ)
    kind = "application/offset+octet-stream"
    return {"Tus-Resumable": "1.0.0", "Authorization": f"Bearer {program.token}", "Content-Type": kind}


def _begin(app: str, headers: dict[str, str], document: Any, size: int) -> str:
    pairs = {"document": str(document.pk), "filename": "large.pdf"}
    said = ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())
    asked = {**headers, "Content-Type": "", "Upload-Length": str(size), "Upload-Metadata": said}
    answer = httpx.post(f"{app}/files/", headers=asked, timeout=30)
    if answer.status_code != 201:
        raise SystemExit(answer.text)
    return str(answer.headers["Location"])


def _seconds(to: str, method: str, path: str, begins: int, ends: int, block: bytes, headers: dict[str, str]) -> float:
    """How long it takes to send these bytes, until the answer is there."""
    began = time.perf_counter()
    with _line(to, method, path, begins, ends - begins, headers) as line:
        for piece in _bytes(begins, ends, block):
            line.sendall(piece)
        answer = line.recv(4096)
    if not answer.startswith(b"HTTP/1.1 204"):
        raise SystemExit(answer.decode())
    return time.perf_counter() - began


def _in_goes(app: str, path: str, size: int, cuts: int, block: bytes, headers: dict[str, str]) -> str:
    """Sends a file over connections that break; its hash."""
    at = 0
    for cut in range(1, cuts + 1):
        with _line(app, "PATCH", path, at, size - at, headers) as line:
            for piece in _bytes(at, size * cut // (cuts + 1), block):
                line.sendall(piece)
        at = size * cut // (cuts + 1)
        if not wait_until(lambda to=at: _offset(app, path, headers) == to, seconds=30):  # type: ignore[misc]
            raise SystemExit("What had come was not kept.")
    _seconds(app, "PATCH", path, at, size, block, headers)
    digest = hashlib.sha256()
    for piece in _bytes(0, size, block):
        digest.update(piece)
    return digest.hexdigest()


def _offset(app: str, path: str, headers: dict[str, str]) -> int:
    time.sleep(0.2)
    return int(httpx.head(app + path, headers=headers, timeout=30).headers.get("Upload-Offset", -1))


def _bytes(begins: int, ends: int, block: bytes) -> Iterator[bytes]:
    """A part of the file: the same block again and again."""
    while begins < ends:
        within = begins % len(block)
        piece = block[within : min(len(block), within + ends - begins)]
        yield piece
        begins += len(piece)


@contextmanager
def _line(
    to: str, method: str, path: str, offset: int, length: int, headers: dict[str, str]
) -> Iterator[socket.socket]:
    where = urlsplit(to)
    said = {"Host": where.netloc, **headers, "Upload-Offset": str(offset), "Content-Length": str(length)}
    lines = [f"{method} {path} HTTP/1.1", *(f"{name}: {value}" for name, value in said.items()), "", ""]
    with socket.create_connection((where.hostname or "", where.port or 80), timeout=120) as line:
        line.sendall("\r\n".join(lines).encode())
        yield line


@contextmanager
def _bare(place: Site) -> Iterator[str]:
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", "benchmarks.resumable:bare", f"--port={port}", "--lifespan=off"]
    # Where the app's own bytes go.
    environ = {**os.environ, "BARE_FILE": str(place.folder / "bare")}
    with subprocess.Popen([*words, "--log-level=critical", "--no-access-log"], env=environ) as server:
        try:
            address = f"http://127.0.0.1:{port}"
            if not wait_until(lambda: _is_there(address), seconds=60):
                raise SystemExit("The bare loop did not start.")
            yield address
        finally:
            server.terminate()


def _is_there(address: str) -> bool:
    try:
        return httpx.get(address, timeout=2).status_code == 204
    except httpx.HTTPError:
        return False


def _process_of(port: int | None) -> int:
    """The web server that was started for this port."""
    for process in children_of(os.getpid()):
        if f"--port={port}".encode() in Path(f"/proc/{process}/cmdline").read_bytes():
            return process
    raise SystemExit("The web server is gone.")


if __name__ == "__main__":
    main()
