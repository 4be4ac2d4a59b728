"""Counts Celery's tasks in the processes that carry them out."""

import time
from typing import Any

from celery.signals import task_postrun, task_prerun

from tesigo.platform.metrics import measures
from tesigo.platform.metrics.ticker import ticker

_began: dict[str, float] = {}


@task_prerun.connect
def _begin(task_id: str = "", **_: Any) -> None:
    _began[task_id] = time.monotonic()
    ticker.wake()


@task_postrun.connect
def _end(task_id: str = "", task: Any = None, state: str | None = None, **_: Any) -> None:
    began = _began.pop(task_id, None)
    if began is None or task is None:
        return
    # Names are those of the code: a worker throws unknown ones away before it gets here.
    measures.tasks.labels(task.name, (state or "unknown").lower()).inc()
    measures.task_seconds.labels(task.name).observe(time.monotonic() - began)
