"""Workers that run into their fail-points, and waking those that froze there."""

import os
import signal
from collections.abc import Sequence
from pathlib import Path

from generation.engine import queue
from tests.faults import armed
from tests.faults.armed import Armed
from tests.faults.workers import Worker, wait_until

#: One step for each process, so that each point costs exactly the step that it is in.
_ONE_STEP_EACH = {"DRAIN_WIDTH": "1"}


def run_into(points: Sequence[Armed], log: Path, *, mutant: str = "") -> Worker:
    """A worker whose processes, one for each point, have met all of them. The caller ends it."""
    environ = armed.environment(points, mutant=mutant) | _ONE_STEP_EACH
    running = Worker(log, app="tests.faults.armed", processes=len(points), environ=environ)

    def all_met() -> bool:
        queue.wake_for_lost_work()
        return all(one.went_off() for one in points)

    try:
        running.wait()
        wait_until(all_met, lambda: f"not met: {[one.point for one in points if not one.went_off()]}")
    except BaseException:
        running.kill()
        raise
    return running


def wake(points: Sequence[Armed]) -> None:
    """Lets every process go on that froze at one of the points."""
    for one in points:
        os.kill(one.pid(), signal.SIGCONT)
