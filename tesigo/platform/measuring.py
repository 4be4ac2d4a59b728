"""What takes long is logged with its source, and told to the tracer where one is switched on (R-110, R-114).

Everything that is measured goes through `measured`: requests, tasks, steps, queries, and operations such as calls to
providers, children that lay out pages, and storage. Its names are words of the code; no text of anybody's goes in.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from types import TracebackType
from typing import Any, Final, Protocol

from django.conf import settings

from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

#: Kinds of what is measured, as lines of the log and spans name them.
REQUEST: Final = "request"
TASK: Final = "task"
STEP: Final = "step"
QUERY: Final = "query"
OPERATION: Final = "operation"


class Span(Protocol):
    """What a tracer knows of something that is under way."""

    def end(self, *, name: str, facts: dict[str, Any], error: BaseException | None) -> None:
        """It is over."""
        ...


class Tracer(Protocol):
    """Who is told of everything that is measured, where tracing is switched on."""

    def begin(self, kind: str, name: str, *, parent: str, is_root: bool, is_current: bool) -> Span | None:
        """Something begins; None where nobody wants to know of it."""
        ...

    def traceparent(self) -> str:
        """What stands for the present span in a header (W3C Trace Context); empty outside of one."""
        ...

    def trace_id(self) -> str:
        """The id of the present trace; empty outside of one."""
        ...


_tracer: Tracer | None = None


def trace_with(tracer: Tracer | None) -> None:
    """From now on this process tells ``tracer``."""
    global _tracer
    _tracer = tracer


def traceparent() -> str:
    """The header by which a task or a service goes on with the present trace; empty where nothing is traced."""
    return _sent_for.get() or (_tracer.traceparent() if _tracer is not None else "")


@contextmanager
def sending_for(parent: str) -> Iterator[None]:
    """For the time of the block the trace is the one that this header names: what was asked for then is sent now."""
    token = _sent_for.set(parent)
    try:
        yield
    finally:
        _sent_for.reset(token)


_sent_for: ContextVar[str] = ContextVar("trace that a message is sent for", default="")


def trace_id() -> str:
    """The id of the present trace; empty where nothing is traced."""
    return _tracer.trace_id() if _tracer is not None else ""


class measured:  # reads as what it does: with measured(…)
    """Measures the block. ``name`` and ``facts`` may be changed inside it, where it is known only then.

    Args:
        kind: one of the kinds above.
        name: a word of the code: a route, a task, a service.
        level: of the line in the log, when it took longer than ``SLOW_SECONDS``.
        parent: the header of whoever caused it, when that is elsewhere.
        is_root: whether it belongs to no span of this process, even inside of one.
        is_current: whether what is measured inside belongs to it; not for generators, which others interrupt.
    """

    __slots__ = ("_began", "_is_current", "_is_root", "_level", "_parent", "_span", "facts", "kind", "name", "seconds")

    def __init__(
        self,
        kind: str,
        name: str,
        *,
        level: int = logging.INFO,
        parent: str = "",
        is_root: bool = False,
        is_current: bool = True,
        **facts: Any,
    ) -> None:
        self.kind = kind
        self.name = name
        self.facts = facts
        self.seconds = 0.0
        self._level = level
        self._parent = parent
        self._is_root = is_root
        self._is_current = is_current

    def __enter__(self) -> "measured":
        self._span = None
        if _tracer is not None:
            self._span = _tracer.begin(
                self.kind, self.name, parent=self._parent, is_root=self._is_root, is_current=self._is_current
            )
        self._began = time.perf_counter()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.seconds = time.perf_counter() - self._began
        # First: the line names the trace that it belongs to.
        if self.seconds >= settings.SLOW_SECONDS:
            tell_slow(self.kind, self.name, self.seconds, level=self._level, facts=self.facts)
        if self._span is not None:
            self._span.end(name=self.name, facts=self.facts, error=error)


def tell_slow(kind: str, name: str, seconds: float, *, level: int, facts: dict[str, Any]) -> None:
    """Logs what took long; ``facts`` are judged as all that is logged."""
    said = {"what": word(name), "seconds": round(seconds, 3), **facts}
    logger.log(level, "slow %s", word(kind), extra=said)
