"""What a browser takes for the web server: it can be killed as a process is, and be back at the same address."""

import socket
from contextlib import suppress
from threading import Lock, Thread
from urllib.parse import urlsplit

from tesigo.platform.processes import free_port

_PIECE_BYTES = 64 * 1024


class Front:
    """Passes on what comes. ``loses_answer_to``: the server is killed when it answers a request that names this."""

    def __init__(self, site: str) -> None:
        found = urlsplit(site)
        self._behind = (found.hostname or "", found.port or 80)
        self._port = free_port()
        self._lock, self._open = Lock(), list[socket.socket]()
        self._listener: socket.socket | None = None
        self.loses_answer_to = b""
        self.start()

    @property
    def url(self) -> str:
        """The address, whether anybody answers or not."""
        return f"http://127.0.0.1:{self._port}"

    def start(self) -> None:
        """Answers from now on."""
        self._listener = socket.create_server(("127.0.0.1", self._port))
        Thread(target=self._accept, args=(self._listener,), daemon=True).start()

    def kill(self) -> None:
        """Ends every connection at once; new ones are refused."""
        with self._lock:
            ending, self._open = [*self._open, *([self._listener] if self._listener else [])], []
            self._listener = None
        for one in ending:
            _end(one)

    def _accept(self, listener: socket.socket) -> None:
        with suppress(OSError):
            while True:
                browser, _address = listener.accept()
                server = socket.create_connection(self._behind)
                with self._lock:
                    is_killed = self._listener is not listener
                    self._open += [] if is_killed else [browser, server]
                if is_killed:
                    _end(browser)
                    _end(server)
                    return
                asked: list[bytes] = []
                Thread(target=self._pass_on, args=(browser, server, asked, True), daemon=True).start()
                Thread(target=self._pass_on, args=(server, browser, asked, False), daemon=True).start()

    def _pass_on(self, source: socket.socket, target: socket.socket, asked: list[bytes], is_asking: bool) -> None:
        with suppress(OSError):
            while piece := source.recv(_PIECE_BYTES):
                if is_asking:
                    asked[:] = [piece] if b" HTTP/1." in piece.partition(b"\r\n")[0] else asked
                elif self.loses_answer_to and asked and self.loses_answer_to in asked[0].partition(b"\r\n")[0]:
                    self.loses_answer_to = b""
                    self.kill()
                    return
                target.sendall(piece)
        _end(source)
        _end(target)


def _end(one: socket.socket) -> None:
    with suppress(OSError):
        one.shutdown(socket.SHUT_RDWR)
    one.close()
