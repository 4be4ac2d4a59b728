"""A PostgreSQL of its own that can be copied, with a role that may only copy, and what a backup needs around it."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg.conninfo import conninfo_to_dict

from tesigo.platform.backup import signing
from tesigo.platform.backup.config import Config
from tesigo.platform.backup.places import Place
from tesigo.platform.paths import ROOT
from tesigo.platform.postgres_server import PostgresServer
from tesigo.platform.processes import free_port

KEY = signing.new_key()
PASSWORD = "q7Tz2mLw9Xc4Vb8Nk3Rf"


@dataclass(frozen=True)
class Cluster:
    """A running server."""

    server: PostgresServer

    @property
    def backup_url(self) -> str:
        return f"postgresql://copier:{PASSWORD}@127.0.0.1:{self.server.port}/tesigo"

    def sql(self, *statements: str) -> None:
        with psycopg.connect(self.server.url(), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement)


@contextmanager
def cluster(home: Path) -> Iterator[Cluster]:
    """Started for the block."""
    server = PostgresServer(home / "postgres", free_port(), "n4Vx8Qz2Ls6Wd9Ht5Kb3")
    home.chmod(0o755)
    server.start()
    try:
        made = Cluster(server)
        made.sql(
            "ALTER SYSTEM SET summarize_wal = on",
            "ALTER SYSTEM SET fsync = off",
            "SELECT pg_reload_conf()",
            f"CREATE ROLE copier LOGIN REPLICATION PASSWORD '{PASSWORD}'",
            "CREATE TABLE words (id bigint PRIMARY KEY, text text)",
            "INSERT INTO words SELECT n, md5(n::text) || md5((-n)::text) FROM generate_series(1, 40000) n",
        )
        yield made
    finally:
        server.stop()


def config_of(cluster: Cluster, folder: Path, recipients: Path, *, names: tuple[str, ...] = ("disk",)) -> Config:
    """A site with folders as destinations below ``folder``."""
    for name in names:
        (folder / name).mkdir(exist_ok=True)
    return Config(
        places=tuple(Place(name, f"file://{folder / name}") for name in names),
        recipients_file=recipients,
        signing_key=KEY,
        public_keys=(signing.public_key(KEY),),
        backup_url=cluster.backup_url,
        site_database=dict(conninfo_to_dict(cluster.server.url())),
        spool=folder / "spool",
    )


def environment_of(config: Config, cluster: Cluster, media: Path) -> dict[str, str]:
    """For `manage.py backup` as a process of its own."""
    places = {f"BACKUP_{place.name.upper()}_URL": place.url for place in config.places}
    return os.environ | places | {
        "BACKUP_DESTINATIONS": ",".join(place.name for place in config.places),
        "BACKUP_RECIPIENTS_FILE": str(config.recipients_file),
        "BACKUP_SIGNING_KEY": config.signing_key,
        "BACKUP_DATABASE_URL": config.backup_url,
        "BACKUP_SPOOL": str(config.spool),
        "DATABASE_URL": cluster.server.url(),
        "MEDIA_ROOT": str(media),
        "PYTHONUNBUFFERED": "1",
    }  # fmt: skip


def command(*words: str) -> list[str]:
    return [sys.executable, str(ROOT / "manage.py"), "backup", *words]


def run(environ: dict[str, str], *words: str) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(command(*words), env=environ, capture_output=True, text=True, timeout=300, check=False)
