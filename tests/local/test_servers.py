"""PostgreSQL and Redis are started, and started again, while nobody waits for them."""

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import pytest

from local import servers as module
from local.servers import Servers
from local.stack import Stack
from local.supervisor import Supervisor
from tesigo.platform.processes import wait_until
from tests.local.test_supervisor import Heard

POPEN: Final = subprocess.Popen


@pytest.fixture
def heard() -> Heard:
    return Heard()


@pytest.fixture
def servers(tmp_path: Path, heard: Heard) -> Servers:
    return Servers(Stack(tmp_path / "var"), say=heard)


def starts(program: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """From now on a start is this program of a shell."""

    def start(words: list[str], **more: Any) -> "subprocess.Popen[str]":
        return POPEN(["sh", "-c", program], **more)

    monkeypatch.setattr(subprocess, "Popen", start)


def looks(servers: Servers, condition: Callable[[], bool]) -> bool:
    def looked() -> bool:
        servers.look_after()
        return condition()

    return wait_until(looked, seconds=60)


def test_they_are_started_from_any_folder(servers: Servers, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    # Nothing is left to start, which is all that this takes.
    monkeypatch.setenv("DATABASE_URL", "postgresql://elsewhere/db")
    monkeypatch.setenv("REDIS_URL", "redis://elsewhere/0")
    servers.start()
    assert wait_until(lambda: not servers.are_starting, seconds=60)
    assert servers.failure == ""


def test_one_that_hangs_as_it_starts_holds_nobody_up(
    servers: Servers, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", servers._stack.urls({})["DATABASE_URL"])
    starts("sleep 600", monkeypatch)
    began = time.monotonic()
    for _ in range(3):
        servers.look_after()
    assert time.monotonic() - began < 5
    assert servers.are_starting
    assert list(heard) == ["postgres and redis ended; starting again."]
    supervisor = Supervisor(home=servers._stack.home, say=heard)
    supervisor._signals = 2
    servers.leave(supervisor)
    assert not servers.are_starting


def test_a_start_that_fails_is_told_and_tried_again_later_each_time(
    servers: Servers, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", servers._stack.urls({})["DATABASE_URL"])
    monkeypatch.setattr(module, "FIRST_PAUSE", 0.1)
    servers._pause = 0.1
    starts("echo the port is taken >&2; exit 1", monkeypatch)
    assert looks(servers, lambda: len([line for line in heard if "the port is taken" in line]) == 2)
    assert heard[1] == "the port is taken\nStarting again in 0 s."
    assert servers._pause == pytest.approx(0.4)
    starts("exit 0", monkeypatch)
    assert looks(servers, lambda: servers._pause == 0.1)


def test_a_machine_without_room_is_told_and_asked_again(
    servers: Servers, heard: Heard, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", servers._stack.urls({})["DATABASE_URL"])

    def refuse(*asked: object, **more: object) -> None:
        raise BlockingIOError(11, os.strerror(11))

    monkeypatch.setattr(subprocess, "Popen", refuse)
    servers.look_after()
    servers.look_after()
    assert heard[1].startswith("PostgreSQL and Redis were not started: Resource temporarily unavailable.\nStarting ")
