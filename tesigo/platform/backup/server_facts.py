"""What a backup has to know of the server it copies: version, settings, counts of rows, migrations."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from tesigo.platform.backup.errors import SourceFailed
from tesigo.platform.backup.reading import Reader

#: Archive recovery refuses to have less of these than the server had.
SETTINGS: Final = (
    "max_connections",
    "max_worker_processes",
    "max_wal_senders",
    "max_prepared_transactions",
    "max_locks_per_transaction",
)
_CONNECT_SECONDS: Final = 10
#: Counting all rows of a large database takes a while; a hung one is left.
_COUNT_MS: Final = 30 * 60 * 1000


@dataclass(frozen=True)
class Server:
    """As it is before the copy begins."""

    version: int
    system_id: str
    segment_bytes: int
    summarizes_wal: bool
    settings: dict[str, int]


@dataclass(frozen=True)
class Copied:
    """What PostgreSQL's own manifest says of a copy."""

    system_id: str
    timeline: int
    start_lsn: str
    stop_lsn: str


def of_server(backup_url: str) -> Server:
    """Raises `SourceFailed` when it is not reached, or is one that cannot be copied."""
    try:
        with psycopg.connect(
            make_conninfo(backup_url, connect_timeout=_CONNECT_SECONDS, application_name="tesigo backup"),
            autocommit=True,
        ) as server:
            server.execute("SET statement_timeout = '30s'")
            names = [*SETTINGS, "server_version_num", "wal_segment_size", "summarize_wal", "wal_level"]
            known: dict[str, str] = dict(
                server.execute("SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [names]).fetchall()
            )
            (system_id,) = server.execute("SELECT system_identifier FROM pg_control_system()").fetchone() or (None,)
            spaces = server.execute(
                "SELECT count(*) FROM pg_tablespace WHERE spcname NOT IN ('pg_default', 'pg_global')"
            ).fetchone()
    except psycopg.Error as error:
        raise SourceFailed(
            f"PostgreSQL was not reached as the role for backups ({type(error).__name__}): is BACKUP_DATABASE_URL"
            " right, and does pg_hba.conf let the role in?"
        ) from error
    if known["wal_level"] == "minimal":
        raise SourceFailed("PostgreSQL runs with wal_level = minimal: such a server cannot be copied.")
    if spaces and spaces[0]:
        raise SourceFailed("The database has tablespaces of its own: only one can be copied as a stream.")
    return Server(
        version=int(known["server_version_num"]),
        system_id=str(system_id),
        segment_bytes=int(known["wal_segment_size"]),
        summarizes_wal=known.get("summarize_wal") == "on",
        settings={name: int(known[name]) for name in SETTINGS},
    )


def count_rows(site: Mapping[str, Any]) -> dict[str, int]:
    """Rows of each table, counted in the heap in one snapshot, by `schema.table`. Raises `SourceFailed`."""
    counts: dict[str, int] = {}
    try:
        with psycopg.connect(**site, connect_timeout=_CONNECT_SECONDS) as server:
            server.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
            server.execute(f"SET LOCAL statement_timeout = {_COUNT_MS}")
            # An index may be wrong where the heap is right: it is what copies are compared with.
            for way in ("indexscan", "indexonlyscan", "bitmapscan"):
                server.execute(sql.SQL("SET LOCAL {} = off").format(sql.Identifier(f"enable_{way}")))
            server.execute("SET LOCAL max_parallel_workers_per_gather = 0")  # pages have the other processors
            tables = server.execute(
                "SELECT schemaname, tablename FROM pg_tables"
                " WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1, 2"
            ).fetchall()
            for schema, table in tables:
                name = sql.Identifier(schema, table)
                row = server.execute(sql.SQL("SELECT count(*) FROM {}").format(name)).fetchone()
                counts[f"{schema}.{table}"] = int(row[0]) if row else 0
    except psycopg.Error as error:
        raise SourceFailed(f"The rows could not be counted ({type(error).__name__}).") from error
    return counts


def migrations(site: Mapping[str, Any]) -> tuple[str, ...]:
    """Those that were applied, as `app.name`; none where there is no table of them."""
    try:
        with psycopg.connect(**site, connect_timeout=_CONNECT_SECONDS) as server:
            found = server.execute("SELECT to_regclass('public.django_migrations')").fetchone()
            if not found or found[0] is None:
                return ()
            rows = server.execute("SELECT app, name FROM django_migrations ORDER BY id").fetchall()
    except psycopg.Error as error:
        raise SourceFailed(f"The migrations could not be read ({type(error).__name__}).") from error
    return tuple(f"{app}.{name}" for app, name in rows)


def of_manifest(raw: bytes) -> Copied:
    """Reads PostgreSQL's backup_manifest. Raises `FormatWrong`."""
    found = Reader.of(raw, "backup_manifest")
    ranges = found.objects("WAL-Ranges")
    if not ranges:
        raise SourceFailed("PostgreSQL's manifest names no WAL.")
    return Copied(
        system_id=json.dumps(found.content.get("System-Identifier")),
        timeline=ranges[-1].number("Timeline"),
        start_lsn=ranges[0].text("Start-LSN"),
        stop_lsn=ranges[-1].text("End-LSN"),
    )


def segment_name(lsn: str, *, timeline: int, segment_bytes: int, is_end: bool = False) -> str:
    """The WAL segment that holds the byte at ``lsn``; with ``is_end`` the byte before it."""
    high, low = lsn.split("/")
    position = (int(high, 16) << 32) + int(low, 16) - (1 if is_end else 0)
    number = position // segment_bytes
    of_each = 0x1_0000_0000 // segment_bytes
    return f"{timeline:08X}{number // of_each:08X}{number % of_each:08X}"
