"""Running the sandbox: sockets first (so that a taken port is known at once), then uvicorn on them."""

import contextlib
import dataclasses
import socket

import uvicorn

from sandbox.app import build
from sandbox.config import Config
from sandbox.world import World


class PortTaken(Exception):
    """A port is in use; the message says which."""


def bind(host: str, port: int, what: str) -> socket.socket:
    """A listening socket; port 0 takes a free one. Raises PortTaken."""
    sock = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        sock.bind((host, port))
    except OSError as error:
        sock.close()
        raise PortTaken(f"{what} port {port} on {host} is taken or not allowed ({error.strerror}).") from error
    sock.set_inheritable(True)
    return sock


class Server:
    """A sandbox with its sockets bound; ``run`` serves until ``stop`` (or a signal, in the main thread)."""

    def __init__(self, config: Config) -> None:
        with contextlib.ExitStack() as undo:
            self._http = bind(config.host, config.port, "HTTP")
            undo.callback(self._http.close)
            self._smtp = bind(config.host, config.smtp_port, "SMTP")
            undo.pop_all()
        self.config = dataclasses.replace(
            config, port=self._http.getsockname()[1], smtp_port=self._smtp.getsockname()[1]
        )
        self.world = World(self.config)
        self._uvicorn = uvicorn.Server(
            uvicorn.Config(
                build(self.world, self._smtp),
                lifespan="on",
                log_level="warning",
                access_log=False,
                proxy_headers=False,  # nothing may stand between the gate and the connection it has to cut
                server_header=False,
                timeout_graceful_shutdown=2,
                timeout_keep_alive=30,
            )
        )

    @property
    def started(self) -> bool:
        """Whether requests are answered."""
        return self._uvicorn.started

    def run(self) -> None:
        """Serve; returns after stopping."""
        self._uvicorn.run(sockets=[self._http])

    def stop(self) -> None:
        """Ask it to stop; from any thread."""
        self._uvicorn.should_exit = True
