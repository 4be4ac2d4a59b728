"""The site's programs as functions of their command lines, for who forks them (`local.fork_server`)."""

import signal
import socket
import sys
import warnings
from collections.abc import Sequence

from tesigo.platform.processes import LOOPBACK

_WAITING_CONNECTIONS = 2_048
_STOP_SECONDS = 5


def web(words: Sequence[str]) -> None:
    """Serves pages at a port of this machine; several processes may share it, among whom the kernel deals connections.

    Args:
        words: the port.
    """
    import uvicorn

    # Static files are plain iterators, which WhiteNoise hands on as they are; they are small.
    warnings.filterwarnings("ignore", message="StreamingHttpResponse must consume synchronous iterators")
    (port,) = words
    config = uvicorn.Config(
        "tesigo.asgi:application",
        lifespan="off",
        access_log=False,
        server_header=False,
        # Forwarded addresses are judged by the application, which knows how many proxies are ours.
        proxy_headers=False,
        timeout_graceful_shutdown=_STOP_SECONDS,
    )
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
        listening.bind((LOOPBACK, int(port)))
        listening.listen(_WAITING_CONNECTIONS)
        # uvicorn raises the signal again once it has ended in good order. By an exit what is registered for the end is
        # run, and what waits to be sent is sent; the signal itself would leave it.
        signal.signal(signal.SIGTERM, lambda *_: sys.exit())
        uvicorn.Server(config).run(sockets=[listening])


def celery(words: Sequence[str]) -> None:
    """Celery's command line: a worker, beat."""
    from tesigo.celery import app

    expect_root()
    app.start(["--quiet", *words])


def expect_root() -> None:
    """Has Celery say nothing of root: in a container everybody is."""
    warnings.filterwarnings("ignore", message="You're running the worker with superuser")


def manage(words: Sequence[str]) -> None:
    """A command of Django. Settings that are wrong are told in their own words, without where they were read."""
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    try:
        execute_from_command_line(["manage.py", *words])
    except ImproperlyConfigured as error:
        sys.exit(str(error))
