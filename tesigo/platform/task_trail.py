"""What a task belongs to, and how long it takes: the id and the trace of its cause come with it (R-110, R-114)."""

from contextvars import Token
from typing import Any

from celery.signals import before_task_publish, task_postrun, task_prerun

from tesigo.platform import correlation
from tesigo.platform.measuring import TASK, measured, traceparent

_CAUSE = "correlation_of_cause"
#: Not the standard's own name: Celery passes headers that it does not know on as they are, and this one is ours.
_TRACE = "trace_of_cause"

#: What is under way in this process, by the task's id.
_running: dict[str, tuple[Token[str], measured]] = {}


@before_task_publish.connect
def _send_along(headers: dict[str, Any] | None = None, **_: Any) -> None:
    if headers is None:
        return
    if cause := correlation.correlation_id():
        headers[_CAUSE] = cause
    if parent := traceparent():
        headers[_TRACE] = parent


@task_prerun.connect
def _begin(task_id: str = "", task: Any = None, **_: Any) -> None:
    token = correlation.begin(_header(task, _CAUSE))
    seen = measured(TASK, task.name, parent=_header(task, _TRACE), is_root=True)
    seen.__enter__()
    _running[task_id] = token, seen


@task_postrun.connect
def _end(task_id: str = "", state: str | None = None, retval: Any = None, **_: Any) -> None:
    if task_id not in _running:
        return
    token, seen = _running.pop(task_id)
    error = retval if isinstance(retval, BaseException) else None
    seen.__exit__(type(error) if error else None, error, None)
    correlation.end(token)


def _header(task: Any, name: str) -> str:
    return str((getattr(task.request, "headers", None) or {}).get(name) or getattr(task.request, name, None) or "")
