"""The real Celery application with fail-points: what `celery -A tests.faults.armed` starts.

Named functions of the product are wrapped; nothing in the product knows. The first worker process that reaches an armed
point kills or freezes itself there. `TESIGO_ARMED` holds the points, `TESIGO_MUTANT=fence` takes the fence away.
"""

import json
import os
import signal
import threading
from collections.abc import Callable, Sequence
from contextvars import ContextVar
from dataclasses import asdict, dataclass
from functools import wraps
from pathlib import Path
from typing import Any, Final
from uuid import UUID

import django

from generation.enums import Stage

POINTS: Final = (
    "before intent",
    "amid intent",
    "after intent",
    "after call",
    "before commit",
    "amid commit",
    "after commit",
)
ACTIONS: Final = {"kill": signal.SIGKILL, "freeze": signal.SIGSTOP}


@dataclass(frozen=True)
class Armed:
    """Where a process stops: once, when a step of this stage of this document gets to this point.

    The file ``marker`` says that it happened, and to which process.
    """

    point: str
    action: str
    stage: Stage
    document_id: UUID
    marker: Path

    def went_off(self) -> bool:
        """Whether a process got here."""
        return self.pid() is not None

    def pid(self) -> int | None:
        """The process that got here."""
        try:
            return int(self.marker.read_text())
        except (FileNotFoundError, ValueError):
            return None

    def strike(self) -> None:
        """Kills or freezes this process, unless another one came here before."""
        try:
            with self.marker.open("x") as marker:
                marker.write(str(os.getpid()))
        except FileExistsError:
            return
        # To this very thread: a signal to the process stops another one first, and this one may run on into a
        # transaction before it is told.
        signal.pthread_kill(threading.get_ident(), ACTIONS[self.action])


def environment(armed: Sequence[Armed], *, mutant: str = "") -> dict[str, str]:
    """The variables that arm a worker."""
    return {"TESIGO_ARMED": json.dumps([asdict(one) for one in armed], default=str), "TESIGO_MUTANT": mutant}


def _armed() -> list[Armed]:
    found = json.loads(os.environ.get("TESIGO_ARMED") or "[]")
    return [
        Armed(one["point"], one["action"], Stage(one["stage"]), UUID(one["document_id"]), Path(one["marker"]))
        for one in found
    ]


#: The step on whose behalf this task asks a model.
_asking: ContextVar[Any] = ContextVar("asking")


def _reached(point: str, claim: Any) -> None:
    for one in ARMED:
        if (one.point, one.stage, one.document_id) == (point, claim.stage, claim.document_id):
            one.strike()


def _around(function: Callable[..., Any], *, before: str = "", after: str = "") -> Callable[..., Any]:
    """``function`` with a point on its threshold, on its way out, or both; it is about ``claim`` or what asks."""

    @wraps(function)
    def wrapped(*args: Any, **given: Any) -> Any:
        claim = given.get("claim") or _asking.get(None)
        if before and claim:
            _reached(before, claim)
        answer = function(*args, **given)
        if after and claim:
            _reached(after, claim)
        return answer

    return wrapped


def _arm() -> None:
    from generation.ai.gateway import Gateway
    from generation.engine import pipeline, queue
    from generation.spending import attempts, budgets

    asked = Gateway.ask

    @wraps(asked)
    async def ask(self: Gateway, question: Any, *, claim: Any) -> Any:
        token = _asking.set(claim)
        try:
            return await asked(self, question, claim=claim)
        finally:
            _asking.reset(token)

    Gateway.ask = ask  # type: ignore[method-assign]  # on purpose, here and below
    attempts.intend = _around(attempts.intend, before="before intent", after="after intent")
    # Called within the transaction of an intent: rows that all calls of the house share are locked.
    budgets.reserve = _around(budgets.reserve, after="amid intent")
    # The provider has answered, and nothing of it is booked yet.
    attempts.settle = _around(attempts.settle, before="after call")
    pipeline.complete = _around(pipeline.complete, before="before commit", after="after commit")
    # Called within the transaction that ends a step.
    queue.finish = _around(queue.finish, after="amid commit")


def _take_fence_away() -> None:
    from django.db.models import Q

    from generation.engine import queue

    queue._held = lambda claim: Q(pk=claim.step_id)


ARMED: Final = _armed()

if ARMED or os.environ.get("TESIGO_MUTANT"):
    django.setup()
    _arm()
    if os.environ.get("TESIGO_MUTANT") == "fence":
        _take_fence_away()

from tesigo.celery import app  # noqa: E402  # what celery's -A looks for, once everything is wrapped

__all__ = ["POINTS", "Armed", "app", "environment"]
