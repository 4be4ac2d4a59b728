"""Graceful stop of a worker (R-44): its drains finish or return their steps, and it waits for them.

SIGUSR2 tells a pool process to start nothing more. A pool process catches SIGUSR2 only while it runs a task; this is
how the worker sees from outside whether it is busy.
"""

import asyncio
import os
import signal
import threading
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import Any, Final

from billiard.process import active_children
from celery import current_app
from celery.signals import task_postrun, task_prerun, worker_init, worker_process_init, worker_shutting_down

from generation.engine.drain import Drain

#: How often the worker looks whether its processes are done.
_LOOK_AGAIN_SECONDS: Final = 0.05

_is_pool_process = False


class Stopping:
    """While a drain runs: SIGUSR2 lets it end what it holds, SIGTERM and SIGQUIT hand it back at once."""

    def __init__(self, running: Drain) -> None:
        self._running = running
        self._before: dict[int, Any] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        loop = asyncio.get_running_loop()
        for number in (signal.SIGUSR2, signal.SIGTERM, signal.SIGQUIT):
            self._before[number] = signal.getsignal(number)
            loop.add_signal_handler(number, partial(self._running.stop, at_once=number != signal.SIGUSR2))

    def __exit__(self, *_: object) -> None:
        for number, handler in self._before.items():
            asyncio.get_running_loop().remove_signal_handler(number)
            signal.signal(number, handler)


def is_busy(pid: int) -> bool:
    """Whether a process of the pool runs a task; where the system does not tell, it may."""
    try:
        lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    except FileNotFoundError:
        return not Path("/proc/self/status").exists()
    caught = next((line.split()[1] for line in lines if line.startswith("SigCgt:")), "0")
    return bool(int(caught, 16) >> (signal.SIGUSR2 - 1) & 1)


def let_tasks_end() -> None:
    """Tells every process of the pool to begin nothing more, and waits until all are done, at most Celery's own time.

    Celery's own soft shutdown sleeps out its time before anybody is told of it, however soon the tasks end.
    """
    pids = [child.pid for child in active_children() if child.pid is not None]
    _tell(pids)
    ends_at = time.monotonic() + current_app.conf.worker_soft_shutdown_timeout
    while any(is_busy(pid) for pid in pids) and time.monotonic() < ends_at:
        time.sleep(_LOOK_AGAIN_SECONDS)


def _tell(pids: list[int]) -> None:
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGUSR2)


@worker_init.connect
def _stop_gently(sender: Any, **_: Any) -> None:
    sender.wait_for_soft_shutdown = let_tasks_end


@worker_shutting_down.connect
def _begin_nothing_more(**_: Any) -> None:
    """A warm shutdown has no soft one before it; after one, the signal does no harm."""
    _tell([child.pid for child in active_children() if child.pid is not None])


@worker_process_init.connect
def _is_idle(**_: Any) -> None:
    global _is_pool_process
    _is_pool_process = True
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


@task_prerun.connect
def _begins(**_: Any) -> None:
    if _is_pool_process:
        signal.signal(signal.SIGUSR2, _go_on)


@task_postrun.connect
def _ends(**_: Any) -> None:
    if _is_pool_process:
        signal.signal(signal.SIGUSR2, signal.SIG_IGN)


def _go_on(*_: object) -> None:
    """A task that is no drain is short: it goes on to its end."""
