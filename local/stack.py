"""The embedded servers: a real PostgreSQL and a real Redis under `var/`, for machines that have neither.

`DATABASE_URL` and `REDIS_URL` in the environment win: what they name is used and nothing is started for it.
Ports and passwords are made up once and remembered in `stack.json`. Knows no Django.

    python -m local.stack start|stop|status|env

What asks the servers imports their libraries only then: `up` imports this and lives as long as the site.
"""

import argparse
import json
import os
import secrets
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from local.redis_server import RedisError, RedisServer
from tesigo.platform.paths import VAR
from tesigo.platform.postgres_server import PostgresError, PostgresServer
from tesigo.platform.processes import LOOPBACK, file_lock, free_port, port_is_free


@dataclass(frozen=True)
class Stack:
    """The servers below one directory; `durable=False` trades safety for speed (tests only)."""

    home: Path
    durable: bool = True

    def start(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """Starts what is not running and not elsewhere by `environ`; returns `DATABASE_URL` and `REDIS_URL`.

        Repeating it changes nothing. Raises `PostgresError` or `RedisError` with what to do.
        """
        with file_lock(self.home / "stack.lock"):
            urls = self.urls(environ)
            if urls["DATABASE_URL"] == self.postgres().url():
                self.postgres().start()
            if urls["REDIS_URL"] == self.redis().url():
                self.redis().start()
            return urls

    def stop(self) -> None:
        """Stops our servers, Redis first; those that the environment names are not ours to stop."""
        with file_lock(self.home / "stack.lock"):
            self.redis().stop()
            self.postgres().stop()

    def pids(self) -> dict[str, int | None]:
        """The process ids of our servers, None for one that is not running."""
        return {"postgres": self.postgres().pid(), "redis": self.redis().pid()}

    def urls(self, environ: Mapping[str, str] = os.environ) -> dict[str, str]:
        """`DATABASE_URL` and `REDIS_URL`: those of `environ`, else where our servers listen or will listen."""
        return {
            "DATABASE_URL": environ.get("DATABASE_URL") or self.postgres().url(),
            "REDIS_URL": environ.get("REDIS_URL") or self.redis().url(),
        }

    def backup_url(self) -> str:
        """Where our PostgreSQL is reached by the role that may copy and nothing else (R-120)."""
        place = self._remembered("backups", with_port=False)
        return f"postgresql://tesigo_backup:{place['password']}@{LOOPBACK}:{self.postgres().port}/postgres"

    def settle_ports(self) -> None:
        """Chooses new ports for servers of ours that are down and whose port somebody else took meanwhile."""
        with file_lock(self.home / "stack.lock"):
            for name, pid in self.pids().items():
                place = self._remembered(name)
                if pid is None and not port_is_free(int(place["port"])):
                    self._remember(name, place | {"port": free_port()})

    def postgres(self) -> PostgresServer:
        """Our PostgreSQL as remembered."""
        place = self._remembered("postgres")
        return PostgresServer(self.home / "postgres", int(place["port"]), str(place["password"]), self.durable)

    def redis(self) -> RedisServer:
        """Our Redis as remembered."""
        place = self._remembered("redis")
        return RedisServer(self.home / "redis", int(place["port"]), str(place["password"]), self.durable)

    def _remembered(self, name: str, *, with_port: bool = True) -> dict[str, str | int]:
        place = self._read().get(name)
        if place is None:
            place = {"password": secrets.token_urlsafe(24)}
            if with_port:
                place["port"] = free_port()
            self._remember(name, place)
        return place

    def _read(self) -> dict[str, dict[str, str | int]]:
        try:
            content: dict[str, dict[str, str | int]] = json.loads((self.home / "stack.json").read_text())
        except FileNotFoundError:
            return {}
        return content

    def _remember(self, name: str, place: dict[str, str | int]) -> None:
        self.home.mkdir(parents=True, exist_ok=True)
        draft = self.home / f"stack.json.{os.getpid()}"
        draft.touch(mode=0o600)
        draft.write_text(json.dumps(self._read() | {name: place}, indent=2) + "\n")
        draft.replace(self.home / "stack.json")


def main(arguments: list[str] | None = None) -> int:
    """The command line; returns the exit code."""
    parser = argparse.ArgumentParser(prog="python -m local.stack", description=__doc__.splitlines()[0])
    parser.add_argument("command", choices=["start", "stop", "status", "env"])
    parser.add_argument("--home", type=Path, default=VAR, help="where the servers keep their data")
    parser.add_argument("--same-ports", action="store_true", help="fail where a port is taken, choose no other")
    given = parser.parse_args(arguments)
    stack = Stack(given.home.resolve())
    try:
        if given.command == "start":
            if not given.same_ports:
                stack.settle_ports()
            stack.start()
        elif given.command == "stop":
            stack.stop()
        elif given.command == "env":
            print("\n".join(f"export {name}='{url}'" for name, url in stack.urls().items()))
            return 0
    except (PostgresError, RedisError) as error:
        print(error, file=sys.stderr)
        return 1
    for name, pid in stack.pids().items():
        print(f"{name:9} {'not running' if pid is None else f'running, process {pid}'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
