"""Starting a copy of the database privately: to look whether a backup is whole, or to replay WAL to a point in time.

A copy has no port, only a socket in a directory of its own; it archives nothing, follows nobody and obeys none of the
access rules that came with it. What it inherits from the server it was taken of stands in its `postgresql.auto.conf`,
so every setting that matters is given on the command line, which wins.
"""

import os
import re
import shlex
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Final
from urllib.parse import quote

import psycopg
from psycopg import sql

from tesigo.platform.backup import programs
from tesigo.platform.backup.errors import NotConfigured
from tesigo.platform.postgres_server import DATABASE, USER, PostgresError, PostgresServer

#: How long a recovery may take before it counts as stuck: WAL of a day is read in minutes.
RECOVERY_SECONDS: Final = 4 * 3600.0
#: Seconds for the server to write its process id.
_APPEARS_SECONDS: Final = 20.0
_PAUSE_SECONDS: Final = 0.1
#: The port only names the socket's file.
_PORT: Final = 5432
#: What a recovery needs at least as much of as the server had that wrote the WAL, as pg_controldata calls it.
NEEDED: Final = {
    "max_connections": "max_connections setting",
    "max_worker_processes": "max_worker_processes setting",
    "max_wal_senders": "max_wal_senders setting",
    "max_prepared_transactions": "max_prepared_xacts setting",
    "max_locks_per_transaction": "max_locks_per_xact setting",
}
_QUIET: Final = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "archive_mode": "off",
    "archive_command": "",
    "archive_library": "",
    "archive_cleanup_command": "",
    "recovery_end_command": "",
    "primary_conninfo": "",
    "primary_slot_name": "",
    "synchronous_standby_names": "",
    "shared_preload_libraries": "",
    "session_preload_libraries": "",
    "logging_collector": "off",
    "log_destination": "stderr",
    "log_timezone": "UTC",
    "log_min_messages": "warning",
    "log_statement": "none",
    "log_min_duration_statement": "-1",
    "log_min_error_statement": "panic",
    "ssl": "off",
    "summarize_wal": "off",
    "wal_level": "replica",
    "autovacuum": "off",
    "jit": "off",
    "shared_buffers": "128MB",
    # With a standby that could be read, fewer connections than the primary had would end the recovery.
    "hot_standby": "off",
}
_TARGETS: Final = tuple(f"recovery_target{kind}" for kind in ("", "_time", "_lsn", "_name", "_xid"))
_LAST_COMMIT: Final = re.compile(r"last completed transaction was at log time (\S+ \S+)")
_STARTING: Final = re.compile(r"the database system is (starting up|shutting down|not yet accepting)")


class CopyError(PostgresError):
    """A copy could not be started or did not come to where it should; the message says why."""


@dataclass(frozen=True)
class Recovery:
    """How far WAL is replayed: up to the last commit at or before `time`, or to `lsn`, or until it is consistent.

    `wal` is a directory of plain segments, checked before: a damaged one ends a recovery as if it were the last.
    """

    wal: Path
    timeline: int
    time: datetime | None = None
    lsn: str = ""

    def settings(self) -> dict[str, str]:
        """What PostgreSQL is told; a target is always named, else a missing segment would end it "successfully"."""
        if "%" in str(self.wal) or '"' in str(self.wal):
            raise CopyError(f"The directory of the WAL may hold neither % nor quotes: {self.wal}")
        if self.time:
            target = {"recovery_target_time": self.time.strftime("%Y-%m-%d %H:%M:%S.%f%z")}
        elif self.lsn:
            target = {"recovery_target_lsn": self.lsn}
        else:
            target = {"recovery_target": "immediate"}
        return {
            "restore_command": f'cp "{self.wal}/%f" "%p"',
            "recovery_target_inclusive": "on",
            "recovery_target_timeline": str(self.timeline),
            "recovery_target_action": "promote",
            # Those that may have come with the copy, emptied before the one that counts: an empty one resets it.
            **{name: "" for name in _TARGETS if name not in target},
            **target,
        }


@dataclass(frozen=True)
class Copy(PostgresServer):
    """A cluster in `home`/data that nobody but its owner reaches; `durable` where it is kept afterwards.

    `settings` are those that the server had, from the manifest of its backup: fewer connections or worker processes
    than it had would end a recovery.
    """

    port: int = _PORT
    password: str = ""
    durable: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    user: str = USER

    @property
    def socket(self) -> Path:
        """Where it listens. Not below `home`: the name of a socket may be 107 bytes long."""
        return Path((self.home / "socket").read_text().strip())

    def url(self, database: str = DATABASE, *, user: str = "") -> str:
        """The connection URL of one database, by the role of the site or another."""
        name = quote(user or self.user, safe="")
        return f"postgresql://{name}@:{_PORT}/{quote(database, safe='')}?host={quote(str(self.socket), safe='')}"

    def take_over(self, *places: Path) -> None:
        """Gives these directories, else the data, to whom the server runs as; they may have been filled by root."""
        self.home.chmod(0o700)
        self._give_to_owner(self.home)
        for top in places or (self.data,):
            top.chmod(0o700)
            if owner := self._owner():
                for place, folders, files in os.walk(top):
                    for name in (".", *folders, *files):
                        os.chown(Path(place, name), owner.pw_uid, owner.pw_gid, follow_symlinks=False)

    def run(self, program: str, *arguments: object, purpose: str) -> str:
        """Runs one of PostgreSQL's programs as the owner and returns what it printed. Raises CopyError."""
        try:
            return self._run([programs.program(program), *arguments], purpose)
        except (PostgresError, NotConfigured) as error:
            raise CopyError(str(error)) from error

    def control(self) -> dict[str, str]:
        """What pg_controldata says of the data directory, by its own names. Raises CopyError."""
        printed = self.run("pg_controldata", "-D", self.data, purpose="read its control file")
        return {
            name.strip(): value.strip() for name, _, value in (line.partition(":") for line in printed.splitlines())
        }

    def start(self, recovery: Recovery | None = None, *, seconds: float = RECOVERY_SECONDS) -> None:
        """Starts it and waits until it takes connections, with a `recovery` until that is at its end.

        Raises CopyError: it did not start, or its WAL ends before the target.
        """
        if self.pid() is not None:
            raise CopyError(f"A server runs in {self.data} already.")
        self._prepare(recovery)
        self.log.unlink(missing_ok=True)
        settings = (
            _QUIET
            | self._needed()
            | {
                "config_file": str(self.home / "empty.conf"),
                "hba_file": str(self.home / "hba.conf"),
                "ident_file": str(self.home / "empty.conf"),
                "data_directory": str(self.data),
                "unix_socket_directories": str(self.socket),
                "port": str(_PORT),
                "fsync": "on" if self.durable else "off",
                "full_page_writes": "on" if self.durable else "off",
            }
            | (recovery.settings() if recovery else {})
        )
        flags = " ".join(f"-c {shlex.quote(f'{name}={value}')}" for name, value in settings.items())
        start = ("start", "-D", self.data, "-l", self.log, "-W", "-o", flags)
        self.run("pg_ctl", *start, purpose="start a copy")
        self._await(seconds)

    def stop(self) -> None:
        """Stops it, writing everything down, and removes its socket."""
        super().stop()
        if (noted := self.home / "socket").exists():
            # Never a whole tree: what was noted may be cut short by a full disk, and empty it means where we stand.
            with suppress(OSError):
                for file in self.socket.glob(".s.PGSQL.*"):
                    file.unlink()
                self.socket.rmdir()
            noted.unlink()

    def last_commit(self) -> str:
        """The time of the last commit that a recovery has replayed, as its log says; empty where it replayed none."""
        found = _LAST_COMMIT.findall(self._said())
        return found[-1] if found else ""

    def set_password(self, password: str) -> None:
        """Gives the role of the site its password of here: the copy remembers the one it had there."""
        with psycopg.connect(self.url("postgres", user=self.superuser()), autocommit=True) as connection:
            alter = sql.SQL("ALTER ROLE {} PASSWORD {}")
            connection.execute(alter.format(sql.Identifier(self.user), sql.Literal(password)))

    def superuser(self) -> str:
        """The name of a role that may do everything. Raises CopyError where the site's own role is unknown here."""
        try:
            with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=10) as connection:
                row = connection.execute(
                    "SELECT rolname FROM pg_roles WHERE rolsuper AND rolcanlogin ORDER BY rolname <> current_user, oid"
                ).fetchone()
        except psycopg.OperationalError as error:
            raise CopyError(f"The copy does not let role {self.user} in: {_first_line(error)}") from error
        if row is None:
            raise CopyError("The copy has no role that may do everything.")
        return str(row[0])

    def _needed(self) -> dict[str, str]:
        """The larger of what the manifest and the control file say; a server may have been given more in between."""
        said = self.control()
        found = {}
        for name, label in NEEDED.items():
            numbers = [int(value) for value in (self.settings.get(name), said.get(label)) if value]
            if numbers:
                found[name] = str(max(numbers))
        return found

    def _prepare(self, recovery: Recovery | None) -> None:
        folder = Path(tempfile.mkdtemp(prefix="tesigo-"))
        draft = self.home / "socket.new"
        try:
            draft.write_text(str(folder))
        except OSError:
            folder.rmdir()
            raise
        draft.rename(self.home / "socket")
        (self.home / "hba.conf").write_text("local all all trust\n")
        (self.home / "empty.conf").write_text("")
        signal = self.data / "recovery.signal"
        (self.data / "standby.signal").unlink(missing_ok=True)
        signal.unlink(missing_ok=True)
        if recovery:
            signal.touch()
            self._give_to_owner(signal)
        for path in (folder, self.home, self.home / "hba.conf", self.home / "empty.conf"):
            self._give_to_owner(path)

    def _await(self, seconds: float) -> None:
        begun = time.monotonic()
        while (status := self._status()) != "ready":
            waited = time.monotonic() - begun
            if self.pid() is None and (status or waited > _APPEARS_SECONDS or self._complaints()):
                # What it was about to say is there once it is gone.
                raise CopyError("\n".join(self._complaints()) or f"The copy ended: {self._tail()}")
            if waited > seconds:
                self._run([programs.program("pg_ctl"), "stop", "-D", self.data, "-m", "immediate"], "stop")
                raise CopyError(f"The recovery is not at its end after {seconds:.0f} seconds.")
            time.sleep(_PAUSE_SECONDS)

    def _status(self) -> str:
        """How far the server is, as the last line of its file says: starting, ready, stopping; empty before."""
        try:
            lines = (self.data / "postmaster.pid").read_text().splitlines()
        except OSError:
            return ""
        return lines[7].strip() if len(lines) > 7 else ""

    def _complaints(self) -> list[str]:
        lines = [line for line in self._said().splitlines() if re.search(r"\b(FATAL|PANIC|ERROR):", line)]
        return [line for line in lines if not _STARTING.search(line)][-5:]

    def _said(self) -> str:
        try:
            return self.log.read_text(errors="replace")
        except OSError:
            return ""


def _first_line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
