"""Celery workers and beat as processes, as ``make run`` starts them."""

import os
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from tesigo.platform.paths import ROOT
from tesigo.platform.processes import wait_until

#: As `manage.py up` starts the worker.
AS_IN_RUN: Final = ("--autoscale=10,2",)
_CELERY: Final = (sys.executable, "-m", "celery", "--quiet", "-A", "tesigo")
_OPTIONS: Final = ("--loglevel=INFO", "--without-gossip", "--without-mingle")
_START_SECONDS: Final = 60.0
_STOP_SECONDS: Final = 40.0


@contextmanager
def worker(folder: Path, pool: Sequence[str] = AS_IN_RUN) -> Iterator[int]:
    """A worker that takes work; yields its process id, whose children are its pool."""
    with _process("worker", [*_CELERY, "worker", *pool, *_OPTIONS], folder) as (process, log):
        if not wait_until(lambda: "ready." in log.read_text(errors="replace"), seconds=_START_SECONDS):
            raise SystemExit(f"The worker did not start; {log} says why.")
        yield process.pid


@contextmanager
def beat(folder: Path) -> Iterator[None]:
    """The one who nudges what was lost."""
    with _process("beat", [*_CELERY, "beat", "--loglevel=INFO", "--pidfile="], folder):
        yield


@contextmanager
def _process(name: str, command: list[str], folder: Path) -> Iterator[tuple["subprocess.Popen[bytes]", Path]]:
    log = folder / f"{name}.log"
    environ = os.environ | {"REMAP_SIGTERM": "SIGQUIT", "PYTHONWARNINGS": "ignore::RuntimeWarning"}
    with log.open("ab") as output:
        output.truncate(0)
        process = subprocess.Popen(
            command, cwd=ROOT, env=environ, stdout=output, stderr=subprocess.STDOUT, start_new_session=True
        )
    try:
        yield process, log
    finally:
        process.terminate()
        try:
            process.wait(_STOP_SECONDS)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, 9)
            process.wait()
