"""The real ASGI application behind a real socket, and a caller that speaks tus over it."""

import base64
import os
import re
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx
import uvicorn
from django.conf import settings
from django.test import Client

from documents.models import Document, Upload
from documents.uploads import partial
from tests.api.calling import Program

BYTES: Final = {"Content-Type": "application/offset+octet-stream"}
PORT: Final = int(os.environ["SITE_PORT"])
_SECONDS: Final = 20.0
_callers: list["Caller"] = []


@contextmanager
def serving() -> Iterator[None]:
    """Answers at SITE_URL as long as the block runs."""
    from tesigo.asgi import application

    config = uvicorn.Config(application, host="127.0.0.1", port=PORT, log_level="critical", lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    wait_until(lambda: server.started)
    try:
        yield
    finally:
        while _callers:
            _callers.pop().http.close()
        server.should_exit = True
        thread.join(_SECONDS)


def wait_until(is_so: Any) -> None:
    """Returns once it is so."""
    deadline = time.monotonic() + _SECONDS
    while not is_so():
        assert time.monotonic() < deadline, "in vain"
        time.sleep(0.01)


def metadata(document: Document, name: str = "notes.txt", **more: str) -> str:
    """What is said of a file that begins to come."""
    pairs = {"filename": name, "document": str(document.pk), **more}
    return ",".join(f"{key} {base64.b64encode(value.encode()).decode()}" for key, value in pairs.items())


class Caller:
    """A browser's script, by session, or a program, by token."""

    def __init__(self, document: Document, program: Program | None = None) -> None:
        self.document = document
        headers = {"Tus-Resumable": "1.0.0"}
        self.http = httpx.Client(base_url=settings.SITE_URL, timeout=_SECONDS)
        _callers.append(self)
        if program is None:
            browser = Client()
            browser.force_login(document.owner, backend="django.contrib.auth.backends.ModelBackend")
            for name, cookie in browser.cookies.items():
                self.http.cookies.set(name, cookie.value)
            page = self.http.get(f"/documents/{document.pk}/brief/").text
            found = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', page)
            assert found, page[:500]
            headers |= {"X-CSRFToken": found[1], "Origin": settings.SITE_URL}
        else:
            headers["Authorization"] = f"Bearer {program.token}"
        self.http.headers.update(headers)

    def begin(self, size: int, name: str = "notes.txt", content: Any = None, **headers: str) -> httpx.Response:
        said = {"Upload-Length": str(size), "Upload-Metadata": metadata(self.document, name), **headers}
        return self.http.post("/files/", headers=said, content=content)

    def at(self, size: int, name: str = "notes.txt") -> str:
        """The address of a file that has begun."""
        answer = self.begin(size, name)
        assert answer.status_code == 201, answer.text
        return str(answer.headers["Location"])

    def patch(self, path: str, offset: int, content: Any, **headers: str) -> httpx.Response:
        return self.http.patch(path, headers={**BYTES, "Upload-Offset": str(offset), **headers}, content=content)

    def offset(self, path: str) -> int:
        answer = self.http.head(path)
        assert answer.status_code == 200, answer.status_code
        return int(answer.headers["Upload-Offset"])

    def open(self, path: str, offset: int, length: int) -> socket.socket:
        """A connection on which ``length`` bytes are announced, and none sent."""
        request = self.http.build_request("PATCH", path, headers={**BYTES, "Upload-Offset": str(offset)})
        request.headers["Content-Length"] = str(length)
        lines = [f"PATCH {path} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers.items())]
        line = socket.create_connection(("127.0.0.1", PORT), timeout=_SECONDS)
        line.sendall("\r\n".join([*lines, "", ""]).encode("latin-1"))
        return line


def upload_at(path: str) -> Upload:
    return Upload.objects.get(pk=path.rpartition("/")[2])


def arriving() -> list[Path]:
    """Files that lie where files arrive."""
    folder = partial.path_of(partial.FOLDER)
    return sorted(folder.iterdir()) if folder.is_dir() else []


def is_held(stored_as: str) -> bool:
    """Whether somebody writes to a file that arrives. The system is asked: who tries the lock holds it meanwhile."""
    path = partial.path_of(stored_as)
    if not path.exists():
        return False
    locks = (line.split() for line in Path("/proc/locks").read_text().splitlines())
    return any(fields[1] == "FLOCK" and fields[5].endswith(f":{path.stat().st_ino}") for fields in locks)
