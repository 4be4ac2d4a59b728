"""Bytes of an incremental backup after 1 % of the pages changed ÷ bytes of the full one, and their times.

MEGABYTES= of the table that is copied (100). A cluster of its own below ``var/bench/``; no site, no queue.
"""

import os
import shutil
import time
from typing import Final

import psycopg
from psycopg.conninfo import conninfo_to_dict

from benchmarks import tables
from tesigo.platform import local_env
from tesigo.platform.postgres_server import PostgresServer
from tesigo.platform.processes import file_lock, free_port
from tesigo.platform.stack import VAR
from tesigo.platform.strength import strong_secret

_HOME: Final = VAR / "bench" / "backup"
ROW_BYTES: Final = 1_000
#: Half of it letters that repeat, as text does, half of it noise.
FILL: Final = (
    "INSERT INTO pages SELECT n, repeat('the light of the house ', 20) || (SELECT string_agg(md5((n * 100 + k)::text),"
    " '') FROM generate_series(1, 16) k) FROM generate_series(1, {}) n"
)


def main() -> None:
    """Fills a table, copies all of it, changes a hundredth, copies what changed, and prints the table."""
    with file_lock(VAR / "bench" / "run.lock", wait=False) as is_free:
        if not is_free:
            raise SystemExit("Another benchmark is running.")
        shutil.rmtree(_HOME, ignore_errors=True)
        _HOME.mkdir(parents=True)
        server = PostgresServer(_HOME / "postgres", free_port(), strong_secret())
        server.start()
        try:
            _measure(server)
        finally:
            server.stop()
            shutil.rmtree(_HOME, ignore_errors=True)


def _measure(server: PostgresServer) -> None:
    password = strong_secret()
    rows = int(os.environ.get("MEGABYTES", "100")) * 1_000_000 // ROW_BYTES
    with psycopg.connect(server.url(), autocommit=True) as connection:
        for statement in (
            "ALTER SYSTEM SET summarize_wal = on",
            "SELECT pg_reload_conf()",
            f"CREATE ROLE copier LOGIN REPLICATION PASSWORD '{password}'",
            "CREATE TABLE pages (id bigint PRIMARY KEY, text text) WITH (autovacuum_enabled = off)",
            FILL.format(rows),
            "VACUUM FREEZE pages",
        ):
            connection.execute(statement)
        take = _taker(server, password)
        full_bytes, full_seconds, _ = take("full")
        # Rows that lie together, so that a hundredth of the rows is a hundredth of the pages.
        connection.execute("UPDATE pages SET text = reverse(text) WHERE id <= %s", [rows // 100])
        small_bytes, small_seconds, kind = take("incr")
    assert kind == "incr"
    tables.show(
        "Backups",
        ("", "seen", "to reach"),
        [
            ("full", f"{full_bytes / 1e6:.1f} MB in {full_seconds:.1f} s", ""),
            ("incremental, 1 % of the pages changed", f"{small_bytes / 1e6:.1f} MB in {small_seconds:.1f} s", ""),
            ("incremental ÷ full, in bytes", f"{small_bytes / full_bytes:.3f}", "≤ 0.1"),
        ],
    )


def _taker(server: PostgresServer, password: str):  # Django is set up in here
    local_env.load()
    os.environ["DJANGO_SETTINGS_MODULE"] = "tesigo.settings"
    import django

    django.setup()
    from django.core.files.storage import FileSystemStorage

    from tesigo.platform.backup import keys, signing
    from tesigo.platform.backup.config import Config
    from tesigo.platform.backup.paths import Kind
    from tesigo.platform.backup.places import Place
    from tesigo.platform.backup.stored import Stored
    from tesigo.platform.backup.taking import take

    kept, key = _HOME / "kept", signing.new_key()
    for folder in (kept, _HOME / "media"):
        folder.mkdir()
    config = Config(
        places=(Place("disk", f"file://{kept}"),),
        recipients_file=keys.make_local_pair(_HOME / "keys"),
        signing_key=key,
        public_keys=(signing.public_key(key),),
        backup_url=f"postgresql://copier:{password}@127.0.0.1:{server.port}/tesigo",
        site_database=dict(conninfo_to_dict(server.url())),
        spool=_HOME / "spool",
    )
    stored = Stored(FileSystemStorage(location=_HOME / "media"))

    def taken(kind: str) -> tuple[int, float, str]:
        begun = time.monotonic()
        manifest = take(config, kind=Kind(kind), say=print, stored=stored).manifest
        assert manifest.database is not None
        return sum(part.bytes for part in manifest.database.parts), time.monotonic() - begun, manifest.kind

    return taken


if __name__ == "__main__":
    main()
