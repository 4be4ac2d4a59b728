"""Which Celery workers there are: each leaves a sign with what it works on, at most every twenty seconds (R-112).

The sign is a row that tasks write as they begin and end. So it shows the whole way: beat sends, Redis carries, a child
of the pool takes, and the database is reached. Long tasks leave one by ``still_working``.
"""

import logging
import threading
import time
from datetime import datetime, timedelta
from typing import Any, Final

from celery import current_task
from celery.signals import task_postrun, task_prerun
from django.db import Error, connection
from django.utils import timezone

from tesigo.platform import machine
from tesigo.platform.models import Worker
from tesigo.version import VERSION

logger = logging.getLogger(__name__)

#: Seconds between two signs of one process.
EVERY_SECONDS: Final = 20.0
#: Beat sends something every five seconds: a worker that took nothing for this time is gone, or stuck.
SILENT_AFTER: Final = timedelta(minutes=2)
#: How long a worker that ended is remembered.
FORGET_AFTER: Final = timedelta(days=1)

_lock = threading.Lock()
_next_sign = 0.0


def listen() -> None:
    """Has every task of this process leave its sign."""
    task_prerun.connect(_sign, dispatch_uid="workers.begun")
    task_postrun.connect(_sign, dispatch_uid="workers.ended")


def sign_due() -> str | None:
    """By whose name a sign is due from within a task; None where the last is fresh, and outside of workers."""
    return _node(current_task) if time.monotonic() >= _next_sign else None


def still_working(*, node: str) -> None:
    """Leaves a sign, for what works long within one task; at most every twenty seconds."""
    global _next_sign
    with _lock:
        if time.monotonic() < _next_sign:
            return
        _next_sign = time.monotonic() + EVERY_SECONDS
    # The task may have no connection of its own yet, or no more: it gets none from here.
    try:
        note(node=node)
    except Error as error:
        logger.warning("no sign of work was left", extra={"error": type(error)})
    finally:
        if not connection.in_atomic_block:
            connection.close()


def present(*, now: datetime) -> list[Worker]:
    """Those that worked within the last two minutes."""
    return list(Worker.objects.filter(worked_at__gt=now - SILENT_AFTER))


def note(*, node: str, now: datetime | None = None) -> None:
    """Writes the sign of one worker."""
    now = now or timezone.now()
    facts: dict[str, Any] = {"version": VERSION, "worked_at": now, "memory_percent": _memory_percent()}
    # Children of one worker write the same row: whoever finds it fresh leaves it alone.
    if Worker.objects.filter(node=node, worked_at__lt=now - timedelta(seconds=EVERY_SECONDS / 2)).update(**facts):
        return
    if not Worker.objects.filter(node=node).exists():
        Worker.objects.bulk_create([Worker(node=node, **facts)], ignore_conflicts=True)
        Worker.objects.filter(worked_at__lt=now - FORGET_AFTER).delete()


def _sign(*_: Any, task: Any = None, **__: Any) -> None:
    if node := _node(task):
        still_working(node=node)


def _node(task: Any) -> str | None:
    """The worker that the task runs in; None for one that is run without a worker."""
    request = getattr(task, "request", None)
    hostname = getattr(request, "hostname", None)
    return str(hostname)[:200] if hostname and not getattr(request, "is_eager", False) else None


def _memory_percent() -> int | None:
    try:
        return machine.memory().percent
    except (OSError, KeyError, ValueError):
        return None
