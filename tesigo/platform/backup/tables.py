"""What of a database can be checked without knowing what is in it: rows, pages, indexes, constraints.

A table is read by its pages and by each of its indexes' kinds of scan: a stale visibility map, or an index that a
flipped bit has bent, makes the two differ without any error.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, Final, TypeAlias

import psycopg
from psycopg import sql

from tesigo.platform.counted import counted

Connection: TypeAlias = psycopg.Connection[tuple[Any, ...]]
Seen = tuple[str, Sequence[str]]
#: Fewest and most rows.
Range = tuple[int, int]

#: Rows may come and go between two countings; further off than this a copy is not what was backed up.
TOLERATED_SHARE: Final = 0.01
TOLERATED_ROWS: Final = 200
_CONNECT_SECONDS: Final = 10
_CONSTRAINTS: Final = """
SELECT c.conname, c.contype, c.convalidated, c.conrelid::regclass::text, c.confrelid::regclass::text,
    pg_get_expr(c.conbin, c.conrelid),
    ARRAY(SELECT attname::text FROM unnest(c.conkey) WITH ORDINALITY k(n, i)
        JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = k.n ORDER BY i),
    ARRAY(SELECT attname::text FROM unnest(c.confkey) WITH ORDINALITY k(n, i)
        JOIN pg_attribute a ON a.attrelid = c.confrelid AND a.attnum = k.n ORDER BY i)
FROM pg_constraint c JOIN pg_class r ON r.oid = c.conrelid JOIN pg_namespace n ON n.oid = r.relnamespace
WHERE c.contype IN ('f', 'c') AND r.relkind IN ('r', 'p')
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
ORDER BY 1
"""
_TABLES: Final = """
SELECT n.nspname::text, c.relname::text FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
WHERE c.relkind = 'r' AND c.relpersistence = 'p'
    AND n.nspname NOT IN ('pg_catalog', 'information_schema') AND n.nspname NOT LIKE 'pg\\_t%'
ORDER BY 1, 2
"""
_BY_PAGES: Final = {"enable_indexscan": "off", "enable_indexonlyscan": "off", "enable_bitmapscan": "off"}
_BY_INDEX: Final = {"enable_seqscan": "off", "enable_bitmapscan": "off"}


@contextmanager
def reading(url: str) -> Iterator[Connection]:
    """A connection to look with; each statement stands for itself, so that a failed one spoils no other."""
    with psycopg.connect(url, autocommit=True, connect_timeout=_CONNECT_SECONDS) as connection:
        connection.execute("SET max_parallel_workers_per_gather = 0")
        yield connection


def counts(connection: Connection) -> dict[str, int]:
    """The rows of every table of ours, by schema and name."""
    return {f"{schema}.{name}": _counted(connection, schema, name) for schema, name in _tables(connection)}


def count(connection: Connection, *, expected: Mapping[str, Range]) -> Seen:
    """Counts every table by its pages and by an index, and compares with what was counted for the manifest."""
    faults: list[str] = []
    found: dict[str, int] = {}
    for schema, name in _tables(connection):
        place = f"{schema}.{name}"
        try:
            _settings(connection, _BY_PAGES)
            found[place] = _counted(connection, schema, name)
            _settings(connection, _BY_INDEX)
            by_index = _counted(connection, schema, name)
        except psycopg.Error as error:
            faults.append(f"{place}: {_line(error)}")
            continue
        finally:
            connection.execute("RESET ALL")
        if by_index != found[place]:
            faults.append(f"{place}: {counted(found[place], 'row')} by its pages, {by_index:,} by its index")
    faults += [f"{place}: is missing" for place in expected if place not in found and not _named(faults, place)]
    for place, (fewest, most) in expected.items():
        off = max(TOLERATED_ROWS, most * TOLERATED_SHARE)
        if place in found and not fewest - off <= found[place] <= most + off:
            backed_up = f"{fewest:,}" if fewest == most else f"{fewest:,} to {most:,}"
            faults.append(f"{place}: {counted(found[place], 'row')}, {backed_up} when it was backed up")
    return f"{counted(sum(found.values()), 'row')} in {counted(len(found), 'table')}, by pages and by index", faults


def check_structure(connection: Connection) -> Seen:
    """Has PostgreSQL's own checker (amcheck) read every page of every table and compare each B-tree with its table."""
    try:
        connection.execute("CREATE EXTENSION IF NOT EXISTS amcheck")
    except psycopg.Error as error:
        return f"not looked at: this PostgreSQL has no amcheck ({_line(error)})", []
    faults: list[str] = []
    tables, indexes = _everything(connection, "r", "m", "t"), _indexes(connection)
    for oid, place in tables:
        try:
            rows = connection.execute("SELECT blkno, msg FROM verify_heapam(%s::oid::regclass)", [oid]).fetchall()
        except psycopg.Error as error:
            faults.append(f"{place}: {_line(error)}")
        else:
            faults += [f"{place}, page {page}: {says}" for page, says in rows[:5]]
    for oid, place in indexes:
        try:
            connection.execute("SELECT bt_index_check(%s::oid::regclass, true, true)", [oid])
        except psycopg.Error as error:
            faults.append(f"index {place}: {_line(error)}")
    return f"{counted(len(tables), 'table')} and {counted(len(indexes), 'index', 'indexes')} read page by page", faults


def check_constraints(connection: Connection) -> Seen:
    """Looks for rows that a constraint forbids: what points at nothing, and what breaks a condition."""
    rows = connection.execute(_CONSTRAINTS).fetchall()
    faults = []
    for name, kind, is_validated, table, target, condition, columns, keys in rows:
        place = f"{table}, {name}"
        if not is_validated:
            faults.append(f"{place}: is not validated")
        try:
            if kind == "c":
                query = f"SELECT count(*) FROM {table} WHERE NOT ({condition})"  # noqa: S608  # the catalogue's own words
            else:
                query = _orphans(table, target, columns, keys)
            broken = int(connection.execute(sql.SQL(query)).fetchall()[0][0])
        except psycopg.Error as error:
            faults.append(f"{place}: {_line(error)}")
            continue
        if broken:
            faults.append(f"{place}: broken by {counted(broken, 'row')}")
    return f"{counted(len(rows), 'constraint')} looked at", faults


def _orphans(table: str, target: str, columns: Sequence[str], keys: Sequence[str]) -> str:
    """Counts rows that point at nothing; a key of which a part is empty points nowhere by right."""
    pairs = [(_quoted(column), _quoted(key)) for column, key in zip(columns, keys, strict=True)]
    same = " AND ".join(f"o.{column} = t.{key}" for column, key in pairs)
    given = " AND ".join(f"o.{column} IS NOT NULL" for column, _key in pairs)
    return (
        f"SELECT count(*) FROM ONLY {table} o LEFT JOIN {target} t ON {same}"  # noqa: S608  # the catalogue's own words
        f" WHERE {given} AND t.{pairs[0][1]} IS NULL"
    )


def _tables(connection: Connection) -> list[tuple[str, str]]:
    return [(schema, name) for schema, name in connection.execute(_TABLES)]


def _everything(connection: Connection, *kinds: str) -> list[tuple[int, str]]:
    """Tables with those of the catalogue: a bent catalogue is no less of a loss."""
    rows = connection.execute(
        "SELECT c.oid, c.oid::regclass::text FROM pg_class c"
        " WHERE c.relkind = ANY(%s) AND c.relpersistence = 'p' ORDER BY 1",
        [[*kinds]],
    )
    return [(oid, place) for oid, place in rows]


def _indexes(connection: Connection) -> list[tuple[int, str]]:
    rows = connection.execute(
        "SELECT c.oid, c.oid::regclass::text FROM pg_class c JOIN pg_index i ON i.indexrelid = c.oid"
        " JOIN pg_am m ON m.oid = c.relam"
        " WHERE m.amname = 'btree' AND c.relkind = 'i' AND c.relpersistence = 'p' AND i.indisvalid ORDER BY 1"
    )
    return [(oid, place) for oid, place in rows]


def _counted(connection: Connection, schema: str, name: str) -> int:
    query = sql.SQL("SELECT count(*) FROM {}").format(sql.Identifier(schema, name))
    return int(connection.execute(query).fetchall()[0][0])


def _settings(connection: Connection, settings: Mapping[str, str]) -> None:
    connection.execute("SET max_parallel_workers_per_gather = 0")
    for name, value in settings.items():
        connection.execute("SELECT set_config(%s, %s, false)", [name, value])


def _named(faults: Sequence[str], place: str) -> bool:
    return any(fault.startswith(f"{place}:") for fault in faults)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _line(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
