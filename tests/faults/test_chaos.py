"""The short form of `make chaos`: workers are killed at random moments while documents are written (R-12)."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from documents.enums import DocumentState
from generation.engine import queue
from generation.enums import OPEN_JOB_STATES
from generation.models import Job
from local.supervisor import Child, Supervisor
from sandbox.client import Control
from tests.faults.killing import Killer, Target, chosen_seed
from tests.faults.promises import assert_promises_kept, ordered
from tests.faults.watching import Watch
from tests.faults.workers import IMPATIENT, children_of, command

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

DOCUMENTS, KILLS, PROCESSES = 3, 8, 2
#: Seconds that the next victim has still to live.
PAUSE = (0.2, 2.0)
#: The longest it may all take.
SECONDS = 240.0


class Site:
    """A supervised worker, and everything of it that was ever started."""

    def __init__(self, home: Path) -> None:
        self._supervisor = Supervisor(home=home, say=lambda line: None)
        self._worker = Child("worker", command(processes=PROCESSES), environ=dict(IMPATIENT))
        self._groups: set[int] = set()
        self._supervisor.start(self._worker)

    def look_after(self) -> None:
        """Starts again what died, and nudges as beat does."""
        self._supervisor.look_after()
        self._groups |= set(self.worker())
        queue.wake_for_lost_work()

    def worker(self) -> list[int]:
        """The worker's process, when it runs."""
        process = self._worker.process
        return [process.pid] if process is not None and process.poll() is None else []

    def pool(self) -> list[int]:
        """The processes of its pool."""
        return [child for pid in self.worker() for child in children_of(pid)]

    def end(self) -> None:
        """Leaves nothing: also the pools of workers that were killed."""
        for group in self._groups:
            with suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
        if self._worker.process is not None:
            self._worker.process.wait()


@contextmanager
def site(home: Path) -> Iterator[Site]:
    """A supervised worker for the time of the block."""
    running = Site(home)
    try:
        yield running
    finally:
        running.end()


def are_over() -> bool:
    """Whether every job has ended, one way or the other."""
    return not Job.objects.filter(state__in=OPEN_JOB_STATES).exists()


def test_documents_survive_workers_that_are_killed_at_random(control: Control, watch: Watch, tmp_path: Path) -> None:
    seed = chosen_seed()
    print(f"SEED={seed}")  # shown when the test fails
    # Slow enough to be met in the middle of something.
    control.settings(latency={"openai": "0.1-0.4", "anthropic": "0.1-0.4"})
    documents = [ordered(pages=2, sections=3) for _ in range(DOCUMENTS)]
    with site(tmp_path) as running:
        victims = [Target("pool", 7, running.pool), Target("worker", 1, running.worker, most=2)]
        killer = Killer(seed, victims, PAUSE)
        deadline = time.monotonic() + SECONDS
        while killer.kills.total() < KILLS or not are_over():
            assert time.monotonic() < deadline, f"not over after {dict(killer.kills)}"
            running.look_after()
            if are_over():
                documents.append(ordered(pages=2, sections=3))
            if killer.kills.total() < KILLS:
                killer.strike()
            time.sleep(0.1)
    assert len(documents) >= DOCUMENTS
    for document in documents:
        document.refresh_from_db()
        assert_promises_kept(document, watch)
    assert {document.state for document in documents} == {DocumentState.READY}
