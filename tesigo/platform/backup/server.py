"""What backups need of a PostgreSQL: a role that may copy and nothing else, a slot that holds WAL back, settings.

Knows no Django: the embedded server is prepared by it before there is any.
"""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

SLOT: Final = "tesigo_backup"
CONNECT_SECONDS: Final = 10
#: A statement that waits longer hangs.
_STATEMENT_SECONDS: Final = 30
#: How long a lost slot may be held by who receives from it.
_HELD_SECONDS: Final = 10.0
#: WAL that is not closed leaves this machine no sooner (R-122: 15 minutes at most, the sending included).
ARCHIVE_TIMEOUT_SECONDS: Final = 300
LONGEST_ARCHIVE_TIMEOUT_SECONDS: Final = 600


@dataclass(frozen=True)
class Left:
    """Something that we may not do here; ``sql`` does it for somebody who may, empty where no SQL can."""

    what: str
    sql: str = ""


@dataclass(frozen=True)
class Slot:
    """The slot as PostgreSQL sees it. ``held_bytes`` of WAL wait for its receiver; None: it has reserved none."""

    wal_status: str
    is_active: bool
    inactive_seconds: float
    restart_lsn: str
    held_bytes: int | None

    @property
    def is_lost(self) -> bool:
        """Whether WAL that it should have held is gone."""
        return self.wal_status == "lost"


@dataclass(frozen=True)
class _Setting:
    name: str
    value: str
    #: SQL over pg_settings: whether what is set will do.
    is_enough: str
    needs_restart: bool = False


_SETTINGS: Final = (
    _Setting("wal_level", "replica", "setting <> 'minimal'", needs_restart=True),
    _Setting("max_wal_senders", "10", "setting::int >= 3", needs_restart=True),
    _Setting("max_replication_slots", "10", "setting::int >= 1", needs_restart=True),
    _Setting("summarize_wal", "on", "setting = 'on'"),
    _Setting(
        "archive_timeout",
        f"{ARCHIVE_TIMEOUT_SECONDS}s",
        f"setting::int BETWEEN 1 AND {LONGEST_ARCHIVE_TIMEOUT_SECONDS}",
    ),
    _Setting("max_slot_wal_keep_size", "16GB", "setting::bigint > 0"),
)


def connect(url: str, **more: Any) -> psycopg.Connection[Any]:
    """A connection whose every statement has a limit. Raises `psycopg.Error`."""
    limits = {"connect_timeout": CONNECT_SECONDS, "tcp_user_timeout": 30_000}
    words = make_conninfo(url, application_name="tesigo backup", **limits, **more)
    return psycopg.connect(words, autocommit=True)


def prepare(*, site_url: str, backup_url: str) -> list[Left]:
    """Makes role, slot and settings by the site's own role where that may; returns what is left for somebody else.

    Repeating it changes nothing. Raises `psycopg.OperationalError` when PostgreSQL is not reached.
    """
    wanted = conninfo_to_dict(backup_url)
    left: list[Left] = []
    with connect(site_url) as server:
        _limit(server)
        of_role = list(_prepare_role(server, str(wanted.get("user") or ""), str(wanted.get("password") or "")))
        left += [*of_role, *_prepare_settings(server)]
    return left if of_role else [*left, *_prepare_slot(backup_url)]


def missing_settings(server: psycopg.Connection[Any]) -> list[str]:
    """The names of settings with which backups would not work, or not be in time."""
    return [setting.name for setting in _unfit(server)]


def system_id(backup_url: str) -> str:
    """The identifier of the cluster. It needs, and so proves, that pg_hba.conf lets the role copy."""
    with connect(backup_url, replication="true") as server:
        row = server.execute("IDENTIFY_SYSTEM").fetchone()
        assert row is not None
        # Commands of replication have no types; psycopg leaves what they return as it came.
        return row[0].decode() if isinstance(row[0], bytes) else str(row[0])


def slot(server: psycopg.Connection[Any]) -> Slot | None:
    """The slot, seen by any role; None when there is none."""
    row = server.execute(
        "SELECT coalesce(wal_status, ''), active, coalesce(extract(epoch FROM now() - inactive_since), 0)::float,"
        " coalesce(restart_lsn::text, ''), pg_wal_lsn_diff(pg_current_wal_lsn(), restart_lsn)::bigint"
        " FROM pg_replication_slots WHERE slot_name = %s",
        [SLOT],
    ).fetchone()
    return Slot(row[0], row[1], max(0.0, row[2]), row[3], row[4]) if row else None


def make_slot(server: psycopg.Connection[Any]) -> None:
    """Makes the slot, which holds WAL from now on; quiet when it is there."""
    if slot(server) is None:
        # Reserved at once: else what is written before the first receiver comes may be gone by then.
        server.execute("SELECT pg_create_physical_replication_slot(%s, true)", [SLOT])


def make_slot_anew(server: psycopg.Connection[Any]) -> None:
    """Puts a fresh slot in the place of one that is lost."""
    found = slot(server)
    if found is not None and found.is_lost:
        _drop_slot(server)
    make_slot(server)


def _drop_slot(server: psycopg.Connection[Any]) -> None:
    """Whoever receives from a lost slot tries again and again, and holds it for a moment each time."""
    ends_at = time.monotonic() + _HELD_SECONDS
    while True:
        try:
            server.execute("SELECT pg_drop_replication_slot(%s)", [SLOT])
        except psycopg.errors.ObjectInUse:
            if time.monotonic() > ends_at:
                raise
            time.sleep(0.1)
        else:
            return


def _limit(server: psycopg.Connection[Any]) -> None:
    server.execute(f"SET statement_timeout = '{_STATEMENT_SECONDS}s'")


def _prepare_role(server: psycopg.Connection[Any], name: str, password: str) -> Iterator[Left]:
    row = server.execute(
        "SELECT rolcanlogin AND rolreplication, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls"
        " FROM pg_roles WHERE rolname = %s",
        [name],
    ).fetchone()
    if row is not None and row[1]:
        yield Left(f"The role {name} may do more than copy. Take a role for backups alone.")
        return
    if row is not None and row[0]:
        return
    # The server and its log see a verifier, never the password; nor does whoever reads what is left to do.
    verifier = server.pgconn.encrypt_password(password.encode(), name.encode(), b"scram-sha-256").decode()
    verb = "CREATE ROLE" if row is None else "ALTER ROLE"
    words = sql.SQL(verb + " {} LOGIN REPLICATION PASSWORD {}").format(sql.Identifier(name), sql.Literal(verifier))
    yield from _try(server, words, f"A role that may copy: {name}.")


def _prepare_settings(server: psycopg.Connection[Any]) -> Iterator[Left]:
    is_changed = False
    for setting in _unfit(server):
        words = sql.SQL("ALTER SYSTEM SET {} = {}").format(sql.Identifier(setting.name), sql.Literal(setting.value))
        source = server.execute("SELECT source FROM pg_settings WHERE name = %s", [setting.name]).fetchone()
        what = f"{setting.name} = {setting.value}"
        if source is not None and source[0] == "command line":
            yield Left(f"{what}: the command that starts PostgreSQL says otherwise, and only there it can be changed.")
            continue
        refused = list(_try(server, words, f"{what}."))
        yield from refused
        if setting.needs_restart and not refused:
            yield Left(f"{what} is written down; PostgreSQL must be restarted for it.")
        is_changed = is_changed or not refused
    if is_changed:
        yield from _try(server, sql.SQL("SELECT pg_reload_conf()"), "The settings read anew.")


def _prepare_slot(backup_url: str) -> Iterator[Left]:
    try:
        with connect(backup_url) as server:
            _limit(server)
            make_slot(server)
        system_id(backup_url)
    except psycopg.errors.InsufficientPrivilege:
        yield Left("A slot.", f"SELECT pg_create_physical_replication_slot('{SLOT}', true);")
    except psycopg.errors.ObjectNotInPrerequisiteState as error:
        yield Left(f"A slot, once the settings are in force ({error.sqlstate}).")
    except psycopg.OperationalError:
        name = conninfo_to_dict(backup_url).get("user")
        yield Left(
            f"The role {name} is not let in, or with another password. pg_hba.conf needs, before others:\n"
            f"    host  all,replication  {name}  <address of the site>  scram-sha-256"
        )


def _unfit(server: psycopg.Connection[Any]) -> list[_Setting]:
    found = []
    for setting in _SETTINGS:
        row = server.execute(
            f"SELECT {setting.is_enough} FROM pg_settings WHERE name = %s",  # noqa: S608  # words of ours
            [setting.name],
        ).fetchone()
        if row is None or not row[0]:
            found.append(setting)
    return found


def _try(server: psycopg.Connection[Any], words: sql.SQL | sql.Composed, what: str) -> Iterator[Left]:
    try:
        server.execute(words)
    except psycopg.errors.InsufficientPrivilege:
        yield Left(what, words.as_string(server) + ";")
