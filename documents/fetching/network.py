"""Connections to public addresses only, and no byte later than the clock allows (R-83).

Checked is the address that is connected to, at the moment of connecting and for each connection: a name that is
resolved twice may lead elsewhere the second time. The time limit is one clock for everything, for a host that sends a
byte each half second outlives every limit on a single read.
"""

import queue
import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable
from typing import Any, Final

import httpcore

from documents.fetching.addresses import is_public
from documents.fetching.errors import NotFetched, Why

Resolve = Callable[[str, int], list[str]]
#: Answers of the resolver that are tried; each is checked.
_MOST_ADDRESSES: Final = 4
_CONNECT_SECONDS: Final = 5.0


def resolve(host: str, port: int) -> list[str]:
    """The addresses of a host, in the order in which they are to be tried. Raises OSError."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(place[0]) for *_kind, place in found))


class Clock:
    """The time that is left for one fetch."""

    def __init__(self, seconds: float) -> None:
        self._ends = time.monotonic() + seconds

    def left(self, most: float | None = None) -> float:
        """Seconds until the end, at most ``most``. Raises `NotFetched`."""
        left = self._ends - time.monotonic()
        if left <= 0:
            raise NotFetched(Why.TOO_SLOW)
        return left if most is None else min(left, most)


class CheckedNetwork(httpcore.NetworkBackend):
    """What httpcore connects with. ``is_allowed`` is asked of every address that a name leads to."""

    def __init__(
        self,
        clock: Clock,
        *,
        resolve: Resolve = resolve,
        is_allowed: Callable[[str], bool] = is_public,
        inner: httpcore.NetworkBackend | None = None,
    ) -> None:
        self._clock = clock
        self._resolve = resolve
        self._is_allowed = is_allowed
        self._inner = inner or httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to one of the host's addresses, by its number. All of them have to be public."""
        addresses = self._addresses(host, port)
        if not addresses:
            raise NotFetched(Why.UNKNOWN_HOST)
        if not all(self._is_allowed(address) for address in addresses):
            raise NotFetched(Why.NOT_PUBLIC)
        failure: Exception = httpcore.ConnectError()
        for address in addresses[:_MOST_ADDRESSES]:
            try:
                stream = self._inner.connect_tcp(
                    address, port, timeout=self._clock.left(_CONNECT_SECONDS), socket_options=socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return ClockedStream(stream, self._clock)
        raise failure

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        """Never: that is no public address."""
        raise NotFetched(Why.NOT_PUBLIC)

    def sleep(self, seconds: float) -> None:
        """Waits no longer than the clock allows."""
        time.sleep(self._clock.left(seconds))

    def _addresses(self, host: str, port: int) -> list[str]:
        """By a thread of its own: the resolver knows no time limit."""
        answers: queue.SimpleQueue[list[str]] = queue.SimpleQueue()

        def ask() -> None:
            try:
                answers.put(self._resolve(host, port))
            except (OSError, UnicodeError):
                answers.put([])

        threading.Thread(target=ask, name="resolver", daemon=True).start()
        try:
            return answers.get(timeout=self._clock.left())
        except queue.Empty:
            raise NotFetched(Why.TOO_SLOW) from None


class ClockedStream(httpcore.NetworkStream):
    """A connection whose every read and write ends with the clock."""

    def __init__(self, inner: httpcore.NetworkStream, clock: Clock) -> None:
        self._inner = inner
        self._clock = clock

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        """Up to ``max_bytes``."""
        return self._inner.read(max_bytes, timeout=self._clock.left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        """All of it."""
        self._inner.write(buffer, timeout=self._clock.left(timeout))

    def close(self) -> None:
        """Ends the connection."""
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        """The same, encrypted; the certificate has to be the host's, not the address's."""
        return ClockedStream(
            self._inner.start_tls(ssl_context, server_hostname, timeout=self._clock.left(timeout)), self._clock
        )

    def get_extra_info(self, info: str) -> Any:
        """What the connection below says."""
        return self._inner.get_extra_info(info)
