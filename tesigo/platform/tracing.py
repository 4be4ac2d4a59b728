"""OpenTelemetry by its standard variables; where none is set, nothing of it is even imported (R-110, R-114).

Spans are told to it by `tesigo.platform.measuring`, at the few places that are worth one: stock instrumentation costs
half of an empty page again, and sends addresses with keys in them. What goes into a span is judged as a line of the log
is, by the same code; words of errors, addresses and bodies never do.
"""

import atexit
import os
import threading
from typing import TYPE_CHECKING, Any, Final

from django.conf import settings

from tesigo.platform import correlation, measuring
from tesigo.platform.log import mask
from tesigo.platform.log_values import described, shown

if TYPE_CHECKING:
    from opentelemetry.context import Context
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span

#: Seconds that a process which ends waits for its last spans to leave.
FAREWELL_SECONDS: Final = 2.0
#: A route, a task, a query's shape.
_NAME_LENGTH: Final = 200
#: Never the beginning of a trace.
_INNER: Final = frozenset({measuring.QUERY, measuring.OPERATION})
_HEX: Final = frozenset("0123456789abcdef")


def switch_on() -> None:
    """From now on what is measured in this process, and in those that it forks, is told to the collector."""
    measuring.trace_with(OpenTelemetry())


class OpenTelemetry:
    """A tracer whose provider is made when the first span begins: not in programs that measure nothing."""

    def __init__(self) -> None:
        self._forget()
        # Its exporter has a thread and a connection, which a child does not inherit in working order.
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        self._lock = threading.Lock()
        self._provider: TracerProvider | None = None
        self._tracer: Any = None

    def begin(self, kind: str, name: str, *, parent: str, is_root: bool, is_current: bool) -> "_Span | None":
        """A span, sampled or not: which one it is decides the standard variable."""
        if self._tracer is None:
            if kind in _INNER:
                return None
            self.start()
        from opentelemetry import trace
        from opentelemetry.context import attach

        if kind in _INNER and not trace.get_current_span().is_recording():
            return None  # of nothing that is watched, or of what was not sampled
        context = _context(parent, is_root=is_root)
        span = self._tracer.start_span(name, context, _kinds()[kind], record_exception=False)
        token = attach(trace.set_span_in_context(span, context)) if is_current else None
        return _Span(kind, span, token)

    def traceparent(self) -> str:
        """The header for what goes out now."""
        found = self._present()
        return "" if found is None else f"00-{found.trace_id:032x}-{found.span_id:016x}-{found.trace_flags:02x}"

    def trace_id(self) -> str:
        """The present trace's id, as collectors show it."""
        found = self._present()
        return "" if found is None else f"{found.trace_id:032x}"

    def flush(self, *, seconds: float = FAREWELL_SECONDS) -> bool:
        """Sends what has ended; false where the collector did not take it in time."""
        if self._provider is None:
            return True
        # The library's own way waits for a collector that is away until it has tried all its times.
        sending = threading.Thread(target=self._provider.force_flush, name="last spans", daemon=True)
        sending.start()
        sending.join(seconds)
        return not sending.is_alive()

    def _present(self) -> Any:
        if self._tracer is None:
            return None
        from opentelemetry import trace

        found = trace.get_current_span().get_span_context()
        return found if found.is_valid else None

    def start(self) -> None:
        """Makes the provider, once in a process."""
        with self._lock:
            if self._tracer is not None:
                return
            self._provider = _provider()
            atexit.register(self.flush)
            self._tracer = self._provider.get_tracer("tesigo")


class _Span:
    """A span of OpenTelemetry's, and the context to go back to at its end."""

    __slots__ = ("_kind", "_span", "_token")

    def __init__(self, kind: str, span: "Span", token: Any) -> None:
        self._kind = kind
        self._span = span
        self._token = token

    def end(self, *, name: str, facts: dict[str, Any], error: BaseException | None) -> None:
        """Ends it, with its facts where it is sampled."""
        from opentelemetry.context import detach
        from opentelemetry.trace import StatusCode

        if self._token is not None:
            detach(self._token)
        span = self._span
        if span.is_recording():
            span.update_name(_title(self._kind, name, facts))
            span.set_attributes(_attributes(self._kind, name, facts))
            if error is not None:
                said = mask(described(error))
                span.set_attribute("error.type", said.partition(" ")[0])
                span.set_status(StatusCode.ERROR, said)
            elif facts.get("status", 0) >= 500:
                span.set_status(StatusCode.ERROR)
        span.end()


def _title(kind: str, name: str, facts: dict[str, Any]) -> str:
    if kind == measuring.REQUEST:
        return f"{facts.get('method', '')} {name}".strip()[:_NAME_LENGTH]
    if kind == measuring.QUERY:
        return " ".join(name.split(" ", 1)[:1])
    return f"{kind} {name}"[:_NAME_LENGTH]


#: What OpenTelemetry calls our facts; others stand under a name of ours.
_STANDARD: Final = {
    ("request", "method"): "http.request.method",
    ("request", "status"): "http.response.status_code",
    ("request", "view"): "code.function.name",
    ("query", "source"): "code.function.name",
    ("operation", "model"): "gen_ai.request.model",
    ("operation", "provider"): "gen_ai.provider.name",
}
_NAMED: Final = {"request": "http.route", "query": "db.query.text"}


def _attributes(kind: str, name: str, facts: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {_NAMED.get(kind, f"tesigo.{kind}"): mask(str(name))}
    found["tesigo.correlation_id"] = correlation.correlation_id()
    if actor := correlation.actor_of(correlation.current_request()):
        found["tesigo.actor"] = actor
    for key, value in facts.items():
        judged = shown(value, is_ours=True)
        is_plain = isinstance(judged, bool | int | float)
        found[_STANDARD.get((kind, key), f"tesigo.{key}")] = judged if is_plain else mask(str(judged))
    return found


def _context(parent: str, *, is_root: bool) -> "Context | None":
    """Where a span belongs: to the present one (None), to the one that a header names, or to none."""
    from opentelemetry.context import Context
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    if parent:
        return TraceContextTextMapPropagator().extract({"traceparent": parent}, Context())
    return Context() if is_root else None


def _kinds() -> dict[str, Any]:
    from opentelemetry.trace import SpanKind

    return {
        measuring.REQUEST: SpanKind.SERVER,
        measuring.TASK: SpanKind.CONSUMER,
        measuring.STEP: SpanKind.INTERNAL,
        measuring.QUERY: SpanKind.CLIENT,
        measuring.OPERATION: SpanKind.CLIENT,
    }


def _provider() -> "TracerProvider":
    """All by the standard variables: endpoint, headers, sampler, resource; and a new trace by the correlation id."""
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import RandomIdGenerator, TracerProvider
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    class Ids(RandomIdGenerator):
        def generate_trace_id(self) -> int:
            """The correlation id, so that the one is found by the other, whichever process begins the trace."""
            known = correlation.correlation_id()
            if len(known) == 32 and _HEX.issuperset(known):
                return int(known, 16) or super().generate_trace_id()
            return super().generate_trace_id()

    known = {"service.name": os.environ.get("OTEL_SERVICE_NAME", "tesigo"), "tesigo.program": settings.PROGRAM}
    provider = TracerProvider(resource=Resource.create(known), id_generator=Ids(), shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(OTLPSpanExporter()))
    return provider
