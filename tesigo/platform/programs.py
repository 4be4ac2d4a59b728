"""Which of our programs a process is, by how it was started."""

from collections.abc import Sequence
from pathlib import PurePath
from typing import Final

PROGRAMS: Final = ("web", "worker", "backup", "beat", "manage", "other")


def program_of(arguments: Sequence[str]) -> str:
    """One of `PROGRAMS`: the site, a worker, the one of the queue `backup`, beat, or a command."""
    path, rest = PurePath(arguments[0] if arguments else ""), list(arguments[1:])
    name = path.parent.name if path.name == "__main__.py" else path.name
    if name in {"uvicorn", "gunicorn", "daphne"}:
        return "web"
    if name == "celery":
        if "beat" in rest:
            return "beat"
        return "backup" if _queue(rest) == "backup" else "worker"
    return "manage" if name in {"manage.py", "django", "django-admin"} else "other"


def _queue(arguments: Sequence[str]) -> str:
    """The queues of a worker as they were given."""
    for place, argument in enumerate(arguments):
        if argument in {"-Q", "--queues"} and place + 1 < len(arguments):
            return arguments[place + 1]
        if argument.startswith(("-Q", "--queues=")):
            return argument.removeprefix("--queues=").removeprefix("-Q")
    return ""
