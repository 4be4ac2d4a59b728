"""What benchmarks of backups share: a cluster below ``var/bench/``, rows that fill it, and where copies go."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from local import local_env
from tesigo.platform.paths import VAR
from tesigo.platform.postgres_server import PostgresServer
from tesigo.platform.processes import file_lock, free_port
from tesigo.platform.strength import strong_secret

if TYPE_CHECKING:
    from tesigo.platform.backup.config import Config

ROW_BYTES: Final = 1_000
#: Half of it letters that repeat, as text does, half of it noise.
_FILL: Final = (
    "INSERT INTO pages SELECT n, repeat('the light of the house ', 20) || (SELECT string_agg(md5((n * 100 + k)::text),"
    " '') FROM generate_series(1, 16) k) FROM generate_series(1, {}) n"
)


@dataclass(frozen=True)
class Ground:
    """A running cluster, how it is backed up, and folders beside it; ``keys`` holds those that backups open with."""

    home: Path
    server: PostgresServer
    config: "Config"

    @property
    def kept(self) -> Path:
        """The destination of backups."""
        return self.home / "kept"

    @property
    def keys(self) -> Path:
        """GPG's keys, the private one among them."""
        return self.home / "keys"

    @property
    def media(self) -> Path:
        """The files that are backed up."""
        return self.home / "media"


def rows_of(megabytes: int) -> int:
    """Number of rows of MEGABYTES= of a table, else of ``megabytes``."""
    return int(os.environ.get("MEGABYTES", megabytes)) * 1_000_000 // ROW_BYTES


def fill(connection: psycopg.Connection[Any], rows: int, *, is_vacuumed: bool = False) -> None:
    """Makes the table ``pages``. Unless it ``is_vacuumed``, nobody but us changes a page of it."""
    option = f"WITH (autovacuum_enabled = {is_vacuumed})"
    connection.execute(f"CREATE TABLE pages (id bigint PRIMARY KEY, text text) {option}")
    connection.execute(_FILL.format(rows))


def copier_url(site_url: str) -> str:
    """The same database as a role that may only replicate; `backup.server.prepare` makes it."""
    at = conninfo_to_dict(site_url)
    return f"postgresql://copier:{strong_secret()}@{at['host']}:{at['port']}/{at['dbname']}"


@contextmanager
def ground(name: str) -> Iterator[Ground]:
    """Started for the block, and removed with all that was kept; Django is set up. Refuses beside another benchmark."""
    with file_lock(VAR / "bench" / "run.lock", wait=False) as is_free:
        if not is_free:
            raise SystemExit("Another benchmark is running.")
        home = VAR / "bench" / name
        shutil.rmtree(home, ignore_errors=True)
        for folder in (home, home / "kept", home / "media"):
            folder.mkdir(parents=True)
        _set_up_django()
        server = PostgresServer(home / "postgres", free_port(), strong_secret())
        server.start()
        try:
            yield Ground(home, server, _config(home, server.url()))
        finally:
            server.stop()
            shutil.rmtree(home, ignore_errors=True)


def _set_up_django() -> None:
    local_env.load()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tesigo.settings"
    import django

    django.setup()


def _config(home: Path, url: str) -> "Config":
    """Where backups go, with a role, a slot and keys that are made for it."""
    from tesigo.platform.backup import keys, server, signing
    from tesigo.platform.backup.config import Config
    from tesigo.platform.backup.places import Place

    key = signing.new_key()
    config = Config(
        places=(Place("disk", f"file://{home / 'kept'}"),),
        recipients_file=keys.make_local_pair(home / "keys"),
        signing_key=key,
        public_keys=(signing.public_key(key),),
        backup_url=copier_url(url),
        site_database=dict(conninfo_to_dict(url)),
        spool=home / "spool",
    )
    server.prepare(site_url=url, backup_url=config.backup_url)
    return config
