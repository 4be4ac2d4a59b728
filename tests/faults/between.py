"""What a larger site puts before its servers: a real PgBouncer, and Sentinels that watch two Redis (R-131)."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import redis
from django.db import connection, connections

from local.redis_server import find_program
from tesigo.platform.processes import LOOPBACK, free_port
from tesigo.platform.urls import database_from_url
from tests.faults.workers import wait_until

GROUP = "tesigo"
PASSWORD = "a-servers-pass"  # pragma: allowlist secret
DOWN_AFTER_MS = 1_000


@contextmanager
def pgbouncer(database_url: str, *, sessions: int = 4, query_seconds: int = 15) -> Iterator[str]:
    """A PgBouncer that lends ``sessions`` of the server's for a transaction each; the URL of the database behind it."""
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "bin/bootstrap --tests installs pgbouncer"
    parts, port = urlsplit(database_url), free_port()
    password = unquote(parts.password or "")
    # Not below pytest's folder, which nobody but its owner may walk through: PgBouncer refuses to be root.
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        home = Path(folder)
        options: dict[str, object] = {
            "listen_addr": LOOPBACK,
            "listen_port": port,
            "unix_socket_dir": "",
            "auth_type": "scram-sha-256",
            "auth_file": home / "users.txt",
            "logfile": home / "pgbouncer.log",
            "pool_mode": "transaction",
            "default_pool_size": sessions,
            "max_client_conn": 300,
            "server_login_retry": 1,
            "query_timeout": query_seconds,
        }
        (home / "users.txt").write_text(f'"{parts.username}" "{password}"\n')
        (home / "pgbouncer.ini").write_text(
            f"[databases]\n* = host={parts.hostname} port={parts.port}\n[pgbouncer]\n"
            + "".join(f"{name} = {value}\n" for name, value in options.items())
        )
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in (home, *home.iterdir()):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        process = subprocess.Popen([program, "-q", home / "pgbouncer.ini"], stderr=subprocess.DEVNULL, **who)
        try:
            wait_until(lambda: _listens(port), lambda: (home / "pgbouncer.log").read_text(), seconds=10)
            yield database_url.replace(f":{parts.port}/", f":{port}/")
        finally:
            process.kill()
            process.wait()


def _listens(port: int) -> bool:
    try:
        socket.create_connection((LOOPBACK, port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def asking_through(url: str, **more: object) -> Iterator[None]:
    """For the time of the block this process's queries go through PgBouncer, set up as a deployment is.

    ``more`` replaces settings of the database.
    """
    before = dict(connections.settings["default"])
    pooled = database_from_url(url, pool_size=5, is_pooled=True) | more
    _turn(pooled)
    try:
        yield
    finally:
        _turn(before)


def _turn(settings: Mapping[str, Any]) -> None:
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    connections.settings["default"].update(settings)
    connection.settings_dict.update(settings)


class WatchedRedis:
    """Two Redis, of which the second follows the first, and three Sentinels that make it the master when needed."""

    def __init__(self, home: Path) -> None:
        self._home = home
        self._processes: dict[int, subprocess.Popen[bytes]] = {}
        self.first, self.second = free_port(), free_port()
        common = f"requirepass {PASSWORD}\nmasterauth {PASSWORD}\nrepl-diskless-sync-delay 0\n"
        self._start(self.first, common)
        self._start(self.second, f"{common}replicaof {LOOPBACK} {self.first}\n")
        self._sentinels = [free_port() for _ in range(3)]
        for port in self._sentinels:
            lines = [f"monitor {GROUP} {LOOPBACK} {self.first} 2", f"auth-pass {GROUP} {PASSWORD}"]
            lines += [f"down-after-milliseconds {GROUP} {DOWN_AFTER_MS}", f"failover-timeout {GROUP} 3000"]
            self._start(port, "".join(f"sentinel {line}\n" for line in lines), "--sentinel")
        wait_until(self._is_settled, "the Sentinels do not find each other", seconds=20)

    @property
    def url(self) -> str:
        """As a deployment has it."""
        hosts = ",".join(f"{LOOPBACK}:{port}" for port in self._sentinels)
        return f"redis+sentinel://:{PASSWORD}@{hosts}/{GROUP}/0"

    def signal(self, port: int, number: signal.Signals) -> None:
        """To the server or Sentinel at that port."""
        self._processes[port].send_signal(number)

    def master(self) -> int:
        """The port of whom a Sentinel calls the master."""
        with redis.Redis(LOOPBACK, self._sentinels[0], socket_timeout=2) as sentinel:
            return int(sentinel.sentinel_get_master_addr_by_name(GROUP)[1])

    def stop(self) -> None:
        """Ends all of them."""
        for process in self._processes.values():
            process.kill()
            process.wait()

    def _start(self, port: int, lines: str, *options: str) -> None:
        home = self._home / str(port)
        home.mkdir(parents=True)
        (home / "redis.conf").write_text(f'port {port}\nbind {LOOPBACK}\nsave ""\nlogfile redis.log\n{lines}')
        self._processes[port] = subprocess.Popen([find_program(), "redis.conf", *options], cwd=home)

    def _is_settled(self) -> bool:
        """Whether each Sentinel knows the replica and both others."""
        for port in self._sentinels:
            try:
                with redis.Redis(LOOPBACK, port, socket_timeout=2) as sentinel:
                    state = sentinel.sentinel_master(GROUP)
            except redis.RedisError:
                return False
            if (state["num-slaves"], state["num-other-sentinels"]) != (1, 2):
                return False
        with redis.Redis(LOOPBACK, self.second, password=PASSWORD, socket_timeout=2) as follower:
            return follower.info("replication")["master_link_status"] == "up"
