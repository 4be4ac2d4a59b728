"""One trace from the browser to the call of a model, received by a real collector over OTLP (R-110, R-114)."""

import asyncio
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import AsyncClient, Client

from documents.enums import DocumentState
from documents.models import Document
from generation.ai import providers
from generation.tasks import drain
from sandbox.client import Control
from tesigo.celery import app
from tesigo.platform import correlation, measuring, tracing
from tesigo.platform.enqueue import outbox
from tesigo.platform.log import CorrelationFilter, MaskingJsonFormatter
from tesigo.platform.measuring import OPERATION, STEP, TASK, measured
from tesigo.platform.paths import ROOT
from tests.collecting import Collector, collecting
from tests.documents.factories import DocumentFactory
from tests.documents.test_views import student_with_consent
from tests.generation.making import source_with_passages

TRACE = "4bf92f3577b34da6a3ce929d0e0e4736"  # pragma: allowlist secret
BROWSER = f"00-{TRACE}-00f067aa0ba902b7-01"
UNSAMPLED = f"00-{TRACE}-00f067aa0ba902b7-00"
SECRET = "Jane-Doe-of-Secret-Street"


class Traced:
    """A tracer that is switched on, and what its collector received."""

    def __init__(self, collector: Collector, tracer: Any) -> None:
        self.collector = collector
        self.tracer = tracer

    def spans(self) -> list[Any]:
        """All spans that were sent, as OpenTelemetry's own protobuf reads them."""
        from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest

        assert self.tracer.flush()
        found = []
        for one in self.collector.received:
            assert one.path == "/v1/traces"
            assert one.headers["content-type"] == "application/x-protobuf"
            for resource in ExportTraceServiceRequest.FromString(one.body).resource_spans:
                for scope in resource.scope_spans:
                    found += scope.spans
        return found

    @property
    def bytes(self) -> bytes:
        return b"".join(one.body for one in self.collector.received)


@pytest.fixture
def traced(monkeypatch: pytest.MonkeyPatch) -> Iterator[Traced]:
    with collecting() as collector:
        monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", collector.url)
        monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "deployment.environment.name=tests")
        tracer = tracing.OpenTelemetry()
        measuring.trace_with(tracer)
        try:
            yield Traced(collector, tracer)
        finally:
            measuring.trace_with(None)
            tracer.flush()
            if tracer._provider is not None:
                tracer._provider.shutdown()


def facts(span: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in span.attributes}


def parents(span: Any, spans: list[Any]) -> list[str]:
    """The names of what a span belongs to, innermost first."""
    known = {one.span_id: one for one in spans}
    found = []
    while span.parent_span_id in known:
        span = known[span.parent_span_id]
        found.append(span.name)
    return found


@pytest.mark.usefixtures("committed")
def test_a_click_and_the_call_of_a_model_are_one_trace(control: Control, client: Client, traced: Traced) -> None:
    """Page → commit → message in Redis → task → step → provider; the message is the real one."""
    student = student_with_consent()
    document: Document = DocumentFactory.create(owner=student, topic=SECRET)
    source_with_passages(document)
    client.force_login(student)
    path = f"/documents/{document.pk}/outline/request/?token={SECRET}"
    response = client.post(path, {"wish": SECRET}, headers={"traceparent": BROWSER, correlation.HEADER: "proxy-0001"})
    assert response.status_code == 302
    assert outbox.flush(seconds=60)
    with app.connection_for_read() as broker, broker.SimpleQueue("celery") as queue:
        while True:
            message = queue.get(timeout=60)
            message.ack()
            if message.headers["task"] == drain.name:
                break
    drain.apply(headers=message.headers)
    document.refresh_from_db()
    assert document.state == DocumentState.OUTLINED
    assert outbox.flush(seconds=60)

    spans = traced.spans()
    ours = [span for span in spans if span.trace_id.hex() == TRACE]
    call = next(span for span in ours if span.name == "operation model")
    assert parents(call, ours) == [
        "step outline",
        "task generation.tasks.drain",
        "POST documents/<uuid:document_id>/outline/request/",
    ]
    page = next(span for span in ours if span.name.startswith("POST"))
    assert page.parent_span_id.hex() == "00f067aa0ba902b7"
    assert page.kind == page.SPAN_KIND_SERVER
    assert facts(page)["http.route"] == "documents/<uuid:document_id>/outline/request/"
    assert facts(page)["http.response.status_code"] == 302
    assert facts(page)["tesigo.actor"] == str(student.pk)
    assert {facts(span)["tesigo.correlation_id"] for span in ours} == {"proxy-0001"}
    assert facts(call)["gen_ai.provider.name"] in {"openai", "anthropic"}
    assert SECRET.encode() not in traced.bytes
    assert student.email.encode() not in traced.bytes


def test_without_one_from_outside_the_trace_is_the_correlation_id(client: Client, traced: Traced) -> None:
    response = client.get("/health")
    (span,) = traced.spans()
    assert span.trace_id.hex() == response.headers[correlation.HEADER]
    assert span.name == "GET health"


def test_a_step_of_another_cause_stands_in_the_trace_of_its_own(traced: Traced) -> None:
    """A drain works on steps of many documents; each belongs to who asked for it, whichever process has it."""
    cause = "0af7651916cd43dd8448eb211c80319c"  # pragma: allowlist secret
    with measured(TASK, "generation.tasks.drain"):
        token = correlation.begin(cause)
        with measured(STEP, "write", is_root=True), measured(OPERATION, "model"):
            pass
        correlation.end(token)
    spans = traced.spans()
    assert {span.name: span.trace_id.hex() == cause for span in spans} == {
        "task generation.tasks.drain": False,
        "step write": True,
        "operation model": True,
    }


async def test_asynchronous_requests_and_threads_keep_the_trace(async_client: AsyncClient, traced: Traced) -> None:
    await async_client.get("/health", headers={"traceparent": BROWSER})

    def in_thread() -> str:
        with measured(OPERATION, "storage"):
            return measuring.trace_id()

    with measured(TASK, "x", parent=BROWSER):
        assert await asyncio.to_thread(in_thread) == TRACE
    assert measuring.trace_id() == ""
    spans = traced.spans()
    assert {span.trace_id.hex() for span in spans} == {TRACE}
    assert {span.name for span in spans} == {"GET health", "task x", "operation storage"}


def test_what_was_asked_for_in_a_trace_is_sent_in_it(traced: Traced) -> None:
    """The outbox sends later, from a thread of its own."""
    with measured(TASK, "x", parent=BROWSER):
        inner = measuring.traceparent()
        sent: list[str] = []
        outbox.put("x", lambda: sent.append(measuring.traceparent()))
    assert outbox.flush(seconds=60)
    assert sent == [inner]
    assert TRACE in inner
    assert measuring.traceparent() == ""


def test_a_provider_is_told_the_trace(traced: Traced) -> None:
    async def ask() -> None:
        async with providers.client() as http:
            with measured(TASK, "x", parent=BROWSER):
                await http.post(f"{traced.collector.url}/openai?key={SECRET}", content=b"{}")
            await http.post(f"{traced.collector.url}/openai", content=b"{}")

    asyncio.run(ask())
    told = [one.headers.get("traceparent", "") for one in traced.collector.received]
    traced.collector.received.clear()
    assert told[0].startswith(f"00-{TRACE}-")
    assert told[1] == ""
    traced.spans()
    assert SECRET.encode() not in traced.bytes


def test_lines_of_the_log_name_the_trace(traced: Traced) -> None:
    record = logging.LogRecord("tesigo.x", logging.INFO, "", 1, "here", (), None)
    with measured(TASK, "x", parent=BROWSER):
        CorrelationFilter().filter(record)
    assert json.loads(MaskingJsonFormatter("%(message)s").format(record))["trace_id"] == TRACE
    after = logging.LogRecord("tesigo.x", logging.INFO, "", 1, "here", (), None)
    CorrelationFilter().filter(after)
    assert "trace_id" not in vars(after)


def test_errors_are_told_by_their_class(traced: Traced) -> None:
    with pytest.raises(ValueError, match=SECRET), measured(TASK, "x"):
        raise ValueError(SECRET)
    (span,) = traced.spans()
    assert span.status.code == span.status.STATUS_CODE_ERROR
    assert facts(span)["error.type"] == "ValueError"
    assert not span.events
    assert SECRET.encode() not in traced.bytes


@pytest.mark.parametrize("value", [SECRET, "jane.doe@example.org", "203.0.113.9", {"a": SECRET}, [SECRET]])
def test_facts_are_judged_as_in_the_log(traced: Traced, value: object) -> None:
    with measured(TASK, "x", what=value, row=7):
        pass
    (span,) = traced.spans()
    assert facts(span)["tesigo.row"] == 7
    assert SECRET.encode() not in traced.bytes
    assert b"jane.doe" not in traced.bytes
    assert b"203.0.113.9" not in traced.bytes


def test_what_is_not_sampled_is_not_sent_but_handed_on(traced: Traced) -> None:
    with measured(TASK, "x", parent=UNSAMPLED), measured(OPERATION, "storage"):
        assert measuring.trace_id() == TRACE
        assert measuring.traceparent().endswith("-00")
    assert traced.spans() == []


@pytest.mark.parametrize(("ratio", "count"), [("0.0", 0), ("1.0", 40)])
def test_the_standard_variable_samples(traced: Traced, monkeypatch: pytest.MonkeyPatch, ratio: str, count: int) -> None:
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", ratio)
    _tasks(40)
    assert len(traced.spans()) == count


def test_traces_begun_by_our_ids_are_sampled_in_proportion(traced: Traced, monkeypatch: pytest.MonkeyPatch) -> None:
    """By UUIDs none below a half would be, and all above three quarters: two of their bits are fixed."""
    monkeypatch.setenv("OTEL_TRACES_SAMPLER", "parentbased_traceidratio")
    monkeypatch.setenv("OTEL_TRACES_SAMPLER_ARG", "0.4")
    _tasks(300)
    assert 60 < len(traced.spans()) < 180


def _tasks(count: int) -> None:
    for _ in range(count):
        token = correlation.begin("")
        with measured(TASK, "x", is_root=True):
            pass
        correlation.end(token)


@pytest.mark.parametrize("forged", ["", "00-zz-yy-01", "00-" + "0" * 32 + "-00f067aa0ba902b7-01", "x" * 100_000])
def test_a_forged_header_begins_a_trace_of_our_own(client: Client, traced: Traced, forged: str) -> None:
    response = client.get("/health", headers={"traceparent": forged})
    (span,) = traced.spans()
    assert span.trace_id.hex() == response.headers[correlation.HEADER]


def test_a_header_from_outside_counts_only_where_it_is_taken(client: Client, traced: Traced, settings: Any) -> None:
    settings.TRACES_FROM_OUTSIDE = False
    client.get("/health", headers={"traceparent": BROWSER})
    (span,) = traced.spans()
    assert span.trace_id.hex() != TRACE


@pytest.mark.django_db
def test_queries_are_spans_where_that_is_wanted_and_bear_no_value(traced: Traced, settings: Any) -> None:
    settings.TRACE_QUERIES = True
    with measured(TASK, "x"), connection.cursor() as cursor:
        cursor.execute(f"SELECT '{SECRET}', %s", [SECRET])
    query = next(span for span in traced.spans() if span.name == "SELECT")
    assert facts(query)["db.query.text"] == "SELECT ?, %s"
    assert SECRET.encode() not in traced.bytes


def test_a_collector_that_is_away_costs_a_process_that_ends_no_more_than_its_farewell(
    traced: Traced,
) -> None:
    traced.collector.status = 503
    with measured(TASK, "x"):
        pass
    began = time.monotonic()
    assert not traced.tracer.flush(seconds=0.5)
    assert time.monotonic() - began < 20
    traced.collector.status = 200


def test_a_forked_process_sends_its_own(traced: Traced) -> None:
    with measured(TASK, "parent"):
        pass
    traced.spans()
    child = os.fork()
    if child == 0:  # pragma: no cover  # in the child
        code = 1
        try:
            with measured(TASK, "child"):
                pass
            code = 0 if traced.tracer.flush(seconds=10) else 1
        finally:
            os._exit(code)
    _pid, status = os.waitpid(child, 0)
    assert status == 0
    assert {span.name for span in traced.spans()} == {"task parent", "task child"}


_LOADED = (
    "import django, sys; django.setup();"
    "of_tracing = {'opentelemetry.sdk.trace', 'opentelemetry.exporter', 'google.protobuf', 'sentry_sdk'};"
    "print(sorted(of_tracing & set(sys.modules)))"
)


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, "[]"),
        ({"SENTRY_DSN": "http://public@127.0.0.1:1/1", "OTEL_SDK_DISABLED": "true"}, "['sentry_sdk']"),
    ],
    ids=["off", "Sentry"],
)
def test_what_is_off_is_not_even_imported(environ: dict[str, str], expected: str) -> None:
    """The bare interface of OpenTelemetry is, and the metrics of its SDK: redis-py imports both."""
    known = {name: value for name, value in os.environ.items() if not name.startswith(("OTEL", "SENTRY"))}
    ran = subprocess.run(
        [sys.executable, "-c", _LOADED], cwd=ROOT, env=known | environ, capture_output=True, timeout=120, check=True
    )
    assert ran.stdout.decode().strip().splitlines()[-1] == expected


def test_other_libraries_find_nobody_to_tell_their_spans() -> None:
    """The SDK of a provider would put questions and answers into them."""
    from opentelemetry import trace

    assert not trace.get_tracer("anthropic").start_span("x").is_recording()


def test_threads_that_measure_at_once_begin_one_provider(traced: Traced) -> None:
    made = []

    def begin() -> None:
        with measured(TASK, "x"):
            made.append(traced.tracer._provider)

    threads = [threading.Thread(target=begin) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(one) for one in made}) == 1
    assert len(traced.spans()) == 8
