"""Real workers as processes of their own, to be killed and frozen."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tesigo.platform.paths import ROOT

#: Long enough for a slow machine to beat in time, short enough to wait for.
LEASE_SECONDS = 3
DEADLINE = 180.0
_DATABASE_URL = os.environ["DATABASE_URL"]
_NO_IDLING = f"options=-c%20idle_in_transaction_session_timeout%3D{LEASE_SECONDS}s"
#: How workers are started here: what is lost is taken over after seconds rather than half a minute.
IMPATIENT = {
    "STEP_LEASE_SECONDS": str(LEASE_SECONDS),
    "DATABASE_URL": _DATABASE_URL + ("&" if "?" in _DATABASE_URL else "?") + _NO_IDLING,
    "REMAP_SIGTERM": "SIGQUIT",
}
#: The last one: a worker told to stop waits that long for drains, which hand back after ten seconds (R-44).
OPTIONS = (
    "--loglevel=INFO",
    "--without-gossip",
    "--without-mingle",
    "--without-heartbeat",
    ".soft_shutdown_timeout=12",
)


def command(*, app: str = "tesigo", processes: int = 1) -> list[str]:
    """What starts a worker with ``processes`` in its pool."""
    return [sys.executable, "-m", "celery", "--quiet", "-A", app, "worker", f"--concurrency={processes}", *OPTIONS]


class Worker:
    """A Celery worker with ``processes`` in its pool, in a process group of its own. ``app`` is what it serves."""

    def __init__(
        self, log: Path, *, app: str = "tesigo", processes: int = 1, environ: Mapping[str, str] | None = None
    ) -> None:
        self.log = log
        with log.open("w") as output:
            self._process = subprocess.Popen(
                [
                    sys.executable,
                    "-m",
                    "celery",
                    "--quiet",
                    "-A",
                    app,
                    "worker",
                    f"--concurrency={processes}",
                    *OPTIONS,
                ],
                cwd=ROOT,
                env=os.environ | IMPATIENT | dict(environ or {}),
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def wait(self) -> None:
        """Returns when the worker takes work."""
        wait_until(lambda: "ready." in self.log.read_text(), f"{self.log} does not say that the worker is ready")

    @property
    def pid(self) -> int:
        """The worker itself; its pool are its children."""
        return self._process.pid

    def signal(self, number: signal.Signals) -> None:
        """Sends a signal to the worker and its pool at once."""
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
def worker(
    log: Path, *, app: str = "tesigo", processes: int = 1, environ: Mapping[str, str] | None = None
) -> Iterator[Worker]:
    """A worker for the time of the block; killed afterwards if it still runs."""
    running = Worker(log, app=app, processes=processes, environ=environ)
    try:
        running.wait()
        yield running
    finally:
        running.kill()


@contextmanager
def beat(log: Path, *, environ: Mapping[str, str]) -> Iterator[None]:
    """The one who nudges what was lost, for the time of the block."""
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "tesigo", "beat", "--loglevel=INFO", "--pidfile="]
    with log.open("w") as output:
        process = subprocess.Popen(
            command, cwd=ROOT, env=os.environ | dict(environ), stdout=output, stderr=subprocess.STDOUT
        )
    try:
        yield
    finally:
        process.kill()
        process.wait()


def children_of(pid: int) -> list[int]:
    """The processes that this one has started and that still run."""
    try:
        tasks = list(Path(f"/proc/{pid}/task").iterdir())
        return [int(child) for task in tasks for child in (task / "children").read_text().split()]
    except OSError:
        return []


def wait_until(done: Callable[[], object], what: str | Callable[[], str], *, seconds: float = DEADLINE) -> None:
    """Polls until ``done`` holds. Raises AssertionError with ``what`` after the deadline."""
    deadline = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < deadline, what if isinstance(what, str) else what()
        time.sleep(0.05)
