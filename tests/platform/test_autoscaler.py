"""A worker adds processes for work that waits, and gives them back while beat's tasks go on arriving."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from celery.worker import state
from django.utils.module_loading import import_string

from tesigo.celery import app
from tesigo.platform import autoscaler
from tesigo.platform.autoscaler import LOOK_SECONDS, WaitingAutoscaler


class Request:
    """A task that was received: counted, not read."""


class Pool:
    """Stands where Celery's pool of processes does; counts them."""

    def __init__(self, processes: int) -> None:
        self.num_processes = processes

    def grow(self, count: int) -> None:
        self.num_processes += count

    def shrink(self, count: int) -> None:
        self.num_processes -= count

    def maintain_pool(self) -> None:
        """Nothing ended by itself."""


@pytest.fixture
def pool() -> Pool:
    return Pool(2)


@pytest.fixture
def scaler(pool: Pool) -> WaitingAutoscaler:
    return WaitingAutoscaler(pool, 10, 2, worker=None)


@contextmanager
def waiting(count: int) -> Iterator[None]:
    """The worker holds ``count`` tasks."""
    requests = [Request() for _ in range(count)]
    for request in requests:
        state.reserved_requests.add(request)
    try:
        yield
    finally:
        for request in requests:
            state.reserved_requests.discard(request)


def rush(scaler: WaitingAutoscaler, count: int) -> None:
    """Tasks that wait longer than a look."""
    with waiting(count):
        scaler.maybe_scale(Request())
        time.sleep(LOOK_SECONDS)
        scaler.maybe_scale()


def test_workers_use_it() -> None:
    assert import_string(str(app.conf.worker_autoscaler).replace(":", ".")) is WaitingAutoscaler


def test_work_that_still_waits_at_the_next_look_gets_processes(scaler: WaitingAutoscaler, pool: Pool) -> None:
    rush(scaler, 6)
    assert pool.num_processes == 6


def test_there_are_never_more_than_the_most(scaler: WaitingAutoscaler, pool: Pool) -> None:
    rush(scaler, 40)
    assert pool.num_processes == 10


def test_a_handful_that_is_soon_done_gets_none(scaler: WaitingAutoscaler, pool: Pool) -> None:
    for _ in range(3):
        with waiting(6):
            scaler.maybe_scale(Request())
        scaler.maybe_scale()
        time.sleep(LOOK_SECONDS)
    assert pool.num_processes == 2


def test_idle_processes_go_while_tasks_still_arrive(
    scaler: WaitingAutoscaler, pool: Pool, monkeypatch: pytest.MonkeyPatch
) -> None:
    rush(scaler, 6)
    scaler.maybe_scale(Request())
    assert pool.num_processes == 6, "not at once"
    monkeypatch.setattr(autoscaler, "IDLE_SECONDS", 0.05)
    time.sleep(0.1)
    with waiting(1):
        scaler.maybe_scale(Request())
    assert pool.num_processes == 2


def test_busy_ones_are_left_alone(scaler: WaitingAutoscaler, pool: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    rush(scaler, 6)

    def refuse(count: int) -> None:
        raise ValueError("Can't shrink pool. All processes busy!")

    pool.shrink = refuse
    monkeypatch.setattr(autoscaler, "IDLE_SECONDS", 0.0)
    scaler.maybe_scale()
    assert pool.num_processes == 6
