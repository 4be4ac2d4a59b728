"""Real workers as processes of their own, to be killed and frozen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tesigo.platform.stack import ROOT

#: Long enough for a slow machine to beat in time, short enough to wait for.
LEASE_SECONDS = 3
DEADLINE = 90.0
OPTIONS = ("--concurrency=1", "--loglevel=INFO", "--without-gossip", "--without-mingle", "--without-heartbeat")


class Worker:
    """A Celery worker with one pool process, in a process group of its own."""

    def __init__(self, log: Path) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "celery", "--quiet", "-A", "tesigo", "worker", *OPTIONS],
                cwd=ROOT,
                env=os.environ | {"STEP_LEASE_SECONDS": str(LEASE_SECONDS), "REMAP_SIGTERM": "SIGQUIT"},
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        wait_until(lambda: "ready." in log.read_text(), f"{log} does not say that the worker is ready")

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the worker and its pool process at once."""
        os.killpg(self._process.pid, number)

    def kill(self) -> None:
        """Ends it as a power cut would."""
        if self._process.poll() is None:
            self.signal(signal.SIGKILL)
        self._process.wait()

    def stop(self) -> None:
        """Ends it as a deploy does; nothing is left when this returns."""
        self._process.send_signal(signal.SIGTERM)
        self._process.wait(DEADLINE)


@contextmanager
def worker(log: Path) -> Iterator[Worker]:
    """A worker for the time of the block; killed afterwards if it still runs."""
    running = Worker(log)
    try:
        yield running
    finally:
        running.kill()


def wait_until(done: Callable[[], object], what: str, *, seconds: float = DEADLINE) -> None:
    """Polls until ``done`` holds. Raises AssertionError with ``what`` after the deadline."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, what
        time.sleep(0.05)
