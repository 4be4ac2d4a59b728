"""The embedded servers start on a bare machine, survive being killed, and keep their data."""

import json
import os
import signal
import socket
import stat
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from local.redis_server import START_SECONDS, RedisError
from local.stack import Stack
from tesigo.platform.processes import is_alive, wait_until

NOTHING_SET: dict[str, str] = {}


@pytest.fixture
def stack(tmp_path: Path) -> Iterator[Stack]:
    # Longer than the name of a Unix socket may be, and with a space.
    stack = Stack(tmp_path / "a clone in a deep folder" / ("x" * 90))
    yield stack
    stack.stop()


def write(urls: dict[str, str]) -> None:
    with psycopg.connect(urls["DATABASE_URL"], autocommit=True) as connection:
        connection.execute("CREATE TABLE note (words text)")
        connection.execute("INSERT INTO note VALUES ('kept')")
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        client.set("note", "kept")


def read(urls: dict[str, str]) -> tuple[str, bytes]:
    with psycopg.connect(urls["DATABASE_URL"]) as connection:
        row = connection.execute("SELECT words FROM note").fetchone()
    with redis.Redis.from_url(urls["REDIS_URL"]) as client:
        value = client.get("note")
    assert row is not None
    assert isinstance(value, bytes)
    return row[0], value


def test_starting_twice_changes_nothing_and_stopping_keeps_the_data(stack: Stack) -> None:
    urls = stack.start(NOTHING_SET)
    pids = stack.pids()
    assert all(pids.values())
    assert stack.start(NOTHING_SET) == urls
    assert stack.pids() == pids
    write(urls)
    stack.stop()
    assert stack.pids() == {"postgres": None, "redis": None}
    assert read(stack.start(NOTHING_SET)) == ("kept", b"kept")


def test_killed_servers_start_again_with_their_data(stack: Stack) -> None:
    urls = stack.start(NOTHING_SET)
    write(urls)
    stack.stop()
    stack.start(NOTHING_SET)
    killed = [pid for pid in stack.pids().values() if pid]
    for pid in killed:
        os.kill(pid, signal.SIGKILL)
    assert wait_until(lambda: not any(is_alive(pid) for pid in killed), seconds=60)
    assert stack.pids() == {"postgres": None, "redis": None}
    assert read(stack.start(NOTHING_SET)) == ("kept", b"kept")


def test_a_stranger_with_the_number_of_a_crashed_server_is_not_taken_for_it(stack: Stack) -> None:
    stack.start(NOTHING_SET)
    stack.stop()
    (stack.postgres().data / "postmaster.pid").write_text(f"{os.getpid()}\n{stack.postgres().data}\n")
    (stack.redis().home / "redis.pid").write_text(str(os.getpid()))
    assert stack.pids() == {"postgres": None, "redis": None}
    stack.start(NOTHING_SET)
    assert all(stack.pids().values())


def test_what_the_environment_names_is_used_instead(stack: Stack) -> None:
    elsewhere = {"DATABASE_URL": "postgresql://elsewhere/db", "REDIS_URL": "redis://elsewhere/0"}
    assert stack.start(elsewhere) == elsewhere
    assert stack.pids() == {"postgres": None, "redis": None}


def test_a_port_that_was_taken_meanwhile_is_given_up(stack: Stack) -> None:
    before = stack.redis().port
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", before))
        stranger.listen()
        stack.settle_ports()
        assert stack.redis().port != before
    after = stack.redis().port
    stack.settle_ports()
    assert stack.redis().port == after


def test_a_redis_that_ends_as_it_starts_is_told_before_all_patience_is_over(stack: Stack) -> None:
    with socket.socket() as stranger:
        stranger.bind(("127.0.0.1", stack.redis().port))
        began = time.monotonic()
        with pytest.raises(RedisError, match="Address already in use"):
            stack.redis().start()
    assert time.monotonic() - began < START_SECONDS


def test_passwords_are_needed_and_readable_by_their_owner_only(stack: Stack) -> None:
    urls = stack.start(NOTHING_SET)
    place = stack.home / "stack.json"
    assert stat.S_IMODE(place.stat().st_mode) == 0o600
    password = json.loads(place.read_text())["postgres"]["password"]
    with pytest.raises(psycopg.OperationalError):
        psycopg.connect(urls["DATABASE_URL"].replace(password, "guess"))
    with (
        redis.Redis.from_url(urls["REDIS_URL"].replace(stack.redis().password, "guess")) as client,
        pytest.raises(redis.AuthenticationError),
    ):
        client.ping()
