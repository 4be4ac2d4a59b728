"""Servers of the standard library that run beside a test."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from socketserver import BaseServer
from typing import TypeVar

_Server = TypeVar("_Server", bound=BaseServer)

#: How long a server may take to see that it shall end. The library's own half a second is waited for at each end.
_POLL_SECONDS = 0.01


@contextmanager
def serving(server: _Server) -> Iterator[_Server]:
    """The server answers in a thread as long as the block runs, and is closed then."""
    with server:
        thread = threading.Thread(target=server.serve_forever, args=(_POLL_SECONDS,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
