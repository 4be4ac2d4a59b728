"""A PostgreSQL and a Redis that a test may stop, kill and empty: those of `var/test/` are shared with others."""

import os
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.db import connection, connections

from local.stack import Stack
from tesigo.platform.postgres_server import find_programs
from tests.faults.workers import wait_until

_PLACES = ("HOST", "PORT", "USER", "PASSWORD", "NAME")


class OwnServers:
    """Servers below ``home``, with a copy of this process's database in the one."""

    def __init__(self, home: Path) -> None:
        self._stack = Stack(home)
        self.urls = self._stack.start({})
        _copy_database(os.environ["DATABASE_URL"], self.urls["DATABASE_URL"])

    def stop(self) -> None:
        """Stops them in good order."""
        self._stack.stop()

    def pids(self) -> dict[str, int]:
        """The processes of `postgres` and `redis`; those that they have started are their children."""
        return {name: pid for name, pid in self._stack.pids().items() if pid is not None}

    def empty_redis(self) -> None:
        """Kills Redis and starts it at the same place with nothing in it."""
        redis = self._stack.redis()
        _kill(redis.pid())
        for file in redis.home.rglob("*.aof"):
            file.unlink()
        redis.start()

    def kill_postgres(self) -> None:
        """Ends PostgreSQL as a power cut would."""
        _forget_connections()
        _kill(self._stack.postgres().pid())

    def start_postgres(self) -> None:
        """Starts it again; it recovers what was committed."""
        self._stack.postgres().start()


def _forget_connections() -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one


def _kill(pid: int | None) -> None:
    assert pid is not None
    os.kill(pid, signal.SIGKILL)
    wait_until(lambda: not Path(f"/proc/{pid}").exists(), f"process {pid} does not end", seconds=10)


def _copy_database(source: str, target: str) -> None:
    programs = find_programs()
    dump = subprocess.run([programs / "pg_dump", "--no-owner", source], check=True, capture_output=True)
    load = [programs / "psql", "--quiet", "--no-psqlrc", "--set=ON_ERROR_STOP=1", target]
    subprocess.run(load, input=dump.stdout, check=True, stdout=subprocess.DEVNULL)


@contextmanager
def speaking_to(url: str) -> Iterator[None]:
    """For the time of the block this process's queries go to another database."""
    present = connections.settings["default"]
    before = {name: present[name] for name in _PLACES}
    parts = urlsplit(url)
    other = (parts.hostname, str(parts.port), parts.username, unquote(parts.password or ""), parts.path.lstrip("/"))
    _turn(dict(zip(_PLACES, other, strict=True)))
    try:
        yield
    finally:
        _turn(before)


def _turn(places: dict[str, object]) -> None:
    _forget_connections()
    connections.settings["default"].update(places)
    connection.settings_dict.update(places)
