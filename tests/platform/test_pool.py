"""Connections that are lent: those whose server ended meanwhile are thrown away, the others are not asked (R-105)."""

from typing import Any

import psycopg
import pytest
from django.db import close_old_connections, connection
from psycopg_pool import ConnectionPool


@pytest.fixture
def lent(transactional_db: None) -> int:
    """The server process behind the only connection of the pool: of two, the other one might be lent next."""
    connection.close()
    connection.close_pool()  # type: ignore[attr-defined]  # PostgreSQL's has one
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        (pid,) = cursor.fetchone()
    close_old_connections()
    connection.close()
    return int(pid)


def test_a_connection_whose_server_ended_is_not_lent_again(lent: int) -> None:
    parameters = connection.get_connection_params()
    known = {name: value for name, value in parameters.items() if name not in {"cursor_factory", "context"}}
    with psycopg.connect(**known, autocommit=True) as other:
        assert other.execute("SELECT pg_terminate_backend(%s, 5000)", [lent]).fetchone() == (True,)
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        assert cursor.fetchone()[0] != lent


def test_one_that_lives_is_lent_without_a_question(lent: int, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Any] = []
    monkeypatch.setattr(ConnectionPool, "check_connection", asked.append)
    connection.ensure_connection()
    assert asked == []
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
        assert cursor.fetchone() == (1,)
