"""A web server of this machine that says just what it is told, byte by byte, and a network that leads all to it."""

import contextlib
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

from documents.fetching.fetcher import Fetcher
from documents.fetching.network import CheckedNetwork, Clock

#: A public address, of nobody here: connections to it end at the local server.
PUBLIC = "93.184.215.14"
Answer = Iterable[bytes]


class Host:
    """``answers`` by path, each the raw pieces of an answer; what was asked stands in ``asked``."""

    def __init__(self, answers: dict[str, Callable[[], Answer]]) -> None:
        self._answers = answers
        self.asked: list[str] = []
        self.connected_to: list[str] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self) -> None:
        """Takes no more connections."""
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def fetcher(self, *, resolve: Callable[[str, int], list[str]] | None = None, **limits: Any) -> Fetcher:
        """One whose every connection ends here, if the address is allowed."""

        def network(clock: Clock) -> CheckedNetwork:
            return CheckedNetwork(clock, resolve=resolve or (lambda _host, _port: [PUBLIC]), inner=_Here(self))

        return Fetcher(network=network, **limits)

    def _serve(self) -> None:
        while True:
            try:
                connection, _whose = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._answer, args=[connection], daemon=True).start()

    def _answer(self, connection: socket.socket) -> None:
        with connection:
            said = connection.recv(65_536).decode("latin-1")
            self.asked.append(said)
            path = said.split(" ", 2)[1] if " " in said else ""
            with contextlib.suppress(OSError):
                for piece in self._answers.get(path, lambda: [answer("404 Not Found")])():
                    connection.sendall(piece)


class _Here(httpcore.SyncBackend):
    def __init__(self, host: Host) -> None:
        self._host = host

    def connect_tcp(  # type: ignore[override]  # by name, as it is called
        self, host: str, port: int, **options: Any
    ) -> httpcore.NetworkStream:
        self._host.connected_to.append(host)
        return super().connect_tcp("127.0.0.1", self._host.port, timeout=options["timeout"])


def answer(status: str = "200 OK", body: bytes = b"", **headers: str) -> bytes:
    """An answer as it stands on the wire."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", "Connection: close"]
    lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


@contextmanager
def serving(**answers: Callable[[], Answer] | bytes) -> Iterator[Host]:
    """A host with an answer a page; ``page`` answers "/page"."""
    said = {f"/{name}": (lambda one=one: [one]) if isinstance(one, bytes) else one for name, one in answers.items()}
    host = Host(said)
    try:
        yield host
    finally:
        host.close()
