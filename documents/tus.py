"""The door for files in several goes, before Django's own: it takes bytes as they come (R-80, tus 1.0.0).

Django lays a whole body down before it asks anybody, and throws it away where it breaks off. So Django is asked first,
by the same request without its body: who calls, whether they may, whether it fits (`documents.api.arrivals`). Then the
bytes go to the disk, and are counted.
"""

import asyncio
from collections.abc import Callable, MutableMapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from typing import Any, Final

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext as _

from documents.api.arrivals import ERRAND, TUS_VERSION, Errand, said_of
from documents.domain.arrivals import CHECKSUMS, Sending, WrongChecksum
from documents.errors import Gone
from tesigo.platform.api.problems import FILES
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.view_names import VIEW

EXTENSIONS: Final = "creation,creation-with-upload,expiration,checksum,termination,concatenation"
#: Of what has come, joined before a thread writes it: a change of threads for each block costs more than to write it.
BLOCK_BYTES: Final = 1024 * 1024
#: Seconds in which nothing came, after which a caller is taken for gone.
IDLE_SECONDS: Final = 30.0
#: Seconds after which what has come is written at the latest, however little it is: a lease is renewed with it.
LAID_DOWN_SECONDS: Final = 20.0
_CHECKSUM_MISMATCH: Final = 460
_GONE: Final = 410
_TOO_MUCH: Final = 413
_IDLE: Final = 408
_LEFT: Final = 499
_AWAY: Final = 503
_RETRY_AFTER: Final = "10"
_WRITERS: Final = 8
_TAKERS: Final = 4

Scope = MutableMapping[str, Any]


@dataclass(slots=True)
class _Answer:
    """What Django answered, or what is said in its place."""

    status: int = 500
    headers: list[tuple[bytes, bytes]] = field(default_factory=list)
    body: bytes = b""

    async def hear(self, message: Any) -> None:
        """One message of Django's."""
        if message["type"] == "http.response.start":
            self.status, self.headers = message["status"], list(message.get("headers", []))
        else:
            self.body += message.get("body", b"")

    def say(self, **headers: str) -> None:
        """Sets headers."""
        names = {name.replace("_", "-").lower().encode(): value.encode() for name, value in headers.items()}
        self.headers = [pair for pair in self.headers if pair[0].lower() not in names] + list(names.items())

    def refuse(self, status: int, words: str) -> None:
        """Says instead why the bytes were not kept."""
        self.status, self.body = status, words.encode()
        self.say(content_type="text/plain; charset=utf-8", content_length=str(len(self.body)))


class Resumable:
    """An ASGI application around Django's. All but `/files/` is handed on."""

    def __init__(self, app: Callable[[Any, Any, Any], Any]) -> None:
        self.app = app
        self._writers = ThreadPoolExecutor(_WRITERS, "arriving")
        # Of a file that is whole: it is read and looked into, which takes seconds.
        self._takers = ThreadPoolExecutor(_TAKERS, "taking-in")

    async def __call__(self, scope: Scope, receive: Any, send: Any) -> None:
        """Hands on, or answers as tus says."""
        if not scope["path"].startswith(FILES):
            await self.app(scope, receive, send)
            return
        headers = dict(scope["headers"])
        method = headers.get(b"x-http-method-override", b"").decode("latin-1").upper() or scope["method"]
        answer = _Answer()
        if method == "OPTIONS" and b"access-control-request-method" not in headers:
            answer.status = 204
            answer.say(
                tus_version=TUS_VERSION,
                tus_extension=EXTENSIONS,
                tus_max_size=str(settings.UPLOAD_MAX_BYTES),
                tus_checksum_algorithm=",".join(CHECKSUMS),
            )
        else:
            errand = Errand(version=headers.get(b"tus-resumable", b"").decode("latin-1"), announced=_length(headers))
            loop = asyncio.get_running_loop()
            try:
                await self._ask(scope, method, errand, answer)
                if errand.sending is not None:
                    status = await self._take(errand.sending, receive)
                    sending, errand.sending = errand.sending, None
                    settle = partial(errand.context.run, _settle, sending, answer, status)
                    await loop.run_in_executor(self._takers, settle)
            except Gone:
                answer.refuse(_GONE, _no_more())
            except ServiceAway:
                answer.refuse(_AWAY, _("The storage does not answer. What had come was kept. Go on in a moment."))
                answer.say(retry_after=_RETRY_AFTER)
            finally:
                if errand.sending is not None:
                    await loop.run_in_executor(self._writers, _let_go, errand.sending)
        answer.say(tus_resumable=TUS_VERSION)
        await send({"type": "http.response.start", "status": answer.status, "headers": answer.headers})
        await send({"type": "http.response.body", "body": b"" if method == "HEAD" else answer.body})

    async def _ask(self, scope: Scope, method: str, errand: Errand, answer: _Answer) -> None:
        """Has Django answer the request as if it had no body."""
        left_out = {b"content-length", b"transfer-encoding", b"expect"}
        headers = [pair for pair in scope["headers"] if pair[0] not in left_out]
        asked = {**scope, "method": method, "headers": headers, ERRAND: errand}

        async def nothing() -> Any:
            return {"type": "http.request", "body": b"", "more_body": False}

        await self.app(asked, nothing, answer.hear)
        if VIEW in asked:
            scope[VIEW] = asked[VIEW]

    async def _take(self, sending: Sending, receive: Any) -> int:
        """Writes what comes, until there is no more; 0 then, else a status that says why it ended before."""
        loop = asyncio.get_running_loop()
        blocks: list[bytes] = []
        waiting = came = status = 0
        written_at = loop.time()
        more = True
        while more:
            message = await _next(receive)
            if message["type"] != "http.request":
                status = message["status"]
                break
            more = message.get("more_body", False)
            block = message.get("body", b"")
            came += len(block)
            if came > sending.room:
                return _TOO_MUCH
            blocks.append(block)
            waiting += len(block)
            if waiting >= BLOCK_BYTES or loop.time() - written_at >= LAID_DOWN_SECONDS:
                await loop.run_in_executor(self._writers, _write, sending, blocks)
                blocks, waiting, written_at = [], 0, loop.time()
        await loop.run_in_executor(self._writers, _write, sending, blocks)
        return status


async def _next(receive: Any) -> Any:
    """The next message of a request; in the place of its end, why nothing comes any more."""
    try:
        async with asyncio.timeout(IDLE_SECONDS):
            message = await receive()
    except TimeoutError:
        return {"type": "idle", "status": _IDLE}
    # Nobody reads that status.
    return message if message["type"] == "http.request" else {"type": "left", "status": _LEFT}


def _write(sending: Sending, blocks: list[bytes]) -> None:
    try:
        sending.write(b"".join(blocks))
    finally:
        connection.close()  # where bytes go to S3, the row is told


def _let_go(sending: Sending) -> None:
    try:
        sending.close()
    finally:
        connection.close()


def _no_more() -> str:
    return _("This file is not waited for any more. Begin again.")


def _settle(sending: Sending, answer: _Answer, status: int) -> None:
    """Counts what came, and says so. Runs in a thread that nobody else gives a connection back for."""
    try:
        if status == _TOO_MUCH:
            sending.forget(now=timezone.now())
            answer.refuse(status, _("More bytes came than the file was said to have."))
            return
        upload = sending.end(is_whole=not status, now=timezone.now())
        if status:
            answer.refuse(status, _("Nothing came for too long. What had come was kept."))
            answer.say(connection="close")
        answer.say(**{name.replace("-", "_"): value for name, value in said_of(upload).items()})
    except WrongChecksum:
        answer.refuse(_CHECKSUM_MISMATCH, _("The bytes are not those that were sent. Send them again."))
    except Gone:
        answer.refuse(_GONE, _no_more())
    finally:
        sending.close()
        connection.close()


def _length(headers: dict[bytes, bytes]) -> int:
    length = headers.get(b"content-length", b"0")
    return int(length) if length.isdigit() else 0
