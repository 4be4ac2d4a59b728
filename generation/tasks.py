"""Celery carries nudges (R-40): each drains the queue, or looks for what was lost."""

import asyncio
import os
import signal
import threading
from contextlib import suppress
from functools import partial
from typing import Any

from billiard.process import active_children
from celery import shared_task
from celery.signals import worker_process_init, worker_shutting_down
from django.utils import timezone

from generation.domain import admission, nudging, tidying
from generation.domain.drain import Drain


@shared_task(name="generation.tasks.drain", ignore_result=True)
def drain() -> None:
    """Works until nothing is claimable, or until the worker is told to stop."""
    asyncio.run(_drain())


@shared_task(name="generation.tasks.nudge_lost_work", ignore_result=True)
def nudge_lost_work() -> None:
    """Starts what was paid for and not begun, and has everything drained that nobody holds (beat)."""
    admission.sweep()
    nudging.nudge_lost_work()


@shared_task(name="generation.tasks.tidy", ignore_result=True)
def tidy() -> None:
    """Puts right what calls and payments that came to nothing have left in the books (beat)."""
    tidying.tidy(now=timezone.now())


async def _drain() -> None:
    running = Drain()
    with _Stopping(running):
        await running.run()


class _Stopping:
    """While a drain runs: SIGUSR2 lets it end what it holds, SIGTERM and SIGQUIT hand it back at once (R-44)."""

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


@worker_process_init.connect
def _ignore_until_a_drain_runs(**_: Any) -> None:
    signal.signal(signal.SIGUSR2, signal.SIG_IGN)


@worker_shutting_down.connect
def _let_drains_end(**_: Any) -> None:
    """The worker's soft shutdown waits for its tasks; drains are told not to begin anything more."""
    for child in active_children():
        if child.pid is not None:
            with suppress(ProcessLookupError):
                os.kill(child.pid, signal.SIGUSR2)
