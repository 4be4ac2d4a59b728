"""PgBouncer as it is deployed, before a real PostgreSQL: who gets in, and what it refuses."""

import os
import pwd
import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
import pytest

from tesigo.platform.database.connection import LONGEST_QUERY_SECONDS
from tesigo.platform.paths import ROOT
from tesigo.platform.processes import LOOPBACK, free_port, port_is_free, wait_until
from tesigo.platform.urls import IDLE_IN_TRANSACTION_SECONDS
from tests.environment import servers

FOLDER = ROOT / "deploy" / "pgbouncer"


@pytest.fixture(scope="module")
def pooled() -> Iterator[dict[str, Any]]:
    """How to connect through it. Only places and passwords are changed: what is tried is what is deployed."""
    parts, port = urlsplit(servers()["DATABASE_URL"]), free_port()
    program = shutil.which("pgbouncer", path=os.environ["PATH"] + ":/usr/sbin")
    assert program, "bin/bootstrap --tests installs pgbouncer"
    # Not below pytest's folder, which nobody but its owner may walk through: PgBouncer refuses to be root.
    with tempfile.TemporaryDirectory(prefix="pgbouncer-") as folder:
        home = Path(folder)
        text = (FOLDER / "pgbouncer.ini").read_text()
        for was, here in (
            ("host=127.0.0.1 port=5432 dbname=tesigo", f"host={parts.hostname} port={parts.port} dbname=postgres"),
            ("listen_port = 6432", f"listen_port = {port}"),
            ("/run/postgresql", folder),
            ("/etc/pgbouncer/userlist.txt", f"{folder}/userlist.txt"),
        ):
            assert was in text
            text = text.replace(was, here)
        (home / "pgbouncer.ini").write_text(text)
        password = unquote(parts.password or "")
        (home / "userlist.txt").write_text(f'"{parts.username}" "{password}"\n')
        who: dict[str, Any] = {}
        if os.geteuid() == 0:
            nobody = pwd.getpwnam("nobody")
            who = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
            for path in (home, *home.iterdir()):
                os.chown(path, nobody.pw_uid, nobody.pw_gid)
        with (home / "said.log").open("w") as said:
            process = subprocess.Popen([program, home / "pgbouncer.ini"], stderr=said, **who)
        try:
            if not wait_until(lambda: not port_is_free(port), seconds=30):
                raise RuntimeError((home / "said.log").read_text())
            yield {
                "host": LOOPBACK, "port": port, "dbname": "tesigo", "user": parts.username, "password": password,
                "connect_timeout": 30, "prepare_threshold": None, "autocommit": True,
            }  # fmt: skip
            told = (home / "said.log").read_text()
            assert not re.search(r"(?i)unrecognized|unknown parameter|syntax error", told), told
        finally:
            process.kill()
            process.wait()


def test_the_application_gets_in(pooled: dict[str, Any]) -> None:
    with psycopg.connect(**pooled) as connection:
        assert connection.execute("SELECT 1").fetchone() == (1,)


def test_a_wrong_password_and_another_database_do_not(pooled: dict[str, Any]) -> None:
    for wrong in ({"password": "another"}, {"dbname": "template1"}, {"dbname": "pgbouncer"}):
        with pytest.raises(psycopg.OperationalError):
            psycopg.connect(**pooled | wrong)


def test_options_of_a_session_are_refused_and_not_lost(pooled: dict[str, Any]) -> None:
    with pytest.raises(psycopg.OperationalError, match="unsupported startup parameter"):
        psycopg.connect(**pooled, options="-c idle_in_transaction_session_timeout=5s")


def test_the_role_has_what_sessions_cannot_ask_for() -> None:
    said = re.findall(r"idle_in_transaction_session_timeout = '(\d+)s'", (FOLDER / "roles.sql").read_text())
    there = re.findall(
        r"idle_in_transaction_session_timeout = '(\d+)s'",
        (ROOT / "deploy" / "compose" / "config" / "roles.sh").read_text(),
    )
    assert [int(one) for one in said + there] == [IDLE_IN_TRANSACTION_SECONDS] * 2


def numbers() -> dict[str, str]:
    return dict(re.findall(r"^(\w+) = (\d+)$", (FOLDER / "pgbouncer.ini").read_text(), re.MULTILINE))


def test_the_docs_say_the_numbers_of_the_file() -> None:
    said = re.findall(r"`(\w+) = (\d+)`", (ROOT / "docs" / "operating.md").read_text())
    known = {name: number for name, number in said if name in numbers()}
    assert {"query_timeout", "server_login_retry"} <= known.keys()
    assert known.items() <= numbers().items()


def test_what_is_frozen_is_not_waited_for_without_end() -> None:
    found = numbers()
    # The longest time of a page's query that is only slow: it is let go on.
    assert LONGEST_QUERY_SECONDS < int(found["query_timeout"]) <= 60
    assert int(found["server_login_retry"]) <= 2
    # Fewer than PostgreSQL has (100), so that backups and people get in.
    assert int(found["max_db_connections"]) < 90
