"""What takes over a second leaves a line with its source, and no word of anybody's (R-114)."""

import json
import logging
import time
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.test import AsyncClient, Client, RequestFactory

from documents.models import Document
from tesigo.platform import correlation, measuring
from tesigo.platform.log import CorrelationFilter, MaskingJsonFormatter, logging_config
from tesigo.platform.log_values import OURS
from tesigo.platform.measuring import OPERATION, measured
from tesigo.platform.slow_queries import shape
from tesigo.platform.slow_requests import MeasuringMiddleware
from tests.documents.test_views import student_with_consent


@pytest.fixture
def lines(caplog: pytest.LogCaptureFixture) -> Any:
    """The lines about what was slow, as Loki gets them."""
    formatter = MaskingJsonFormatter(**_json())
    filtering = CorrelationFilter()
    caplog.handler.addFilter(filtering)  # at once: later nobody knows any more what it belonged to
    caplog.set_level(logging.INFO)

    def found() -> list[dict[str, Any]]:
        return [
            json.loads(formatter.format(record))
            for record in caplog.records
            if record.name == "tesigo.platform.measuring"
        ]

    yield found
    caplog.handler.removeFilter(filtering)


def _json() -> dict[str, Any]:
    made = logging_config(json=True, level="INFO")["formatters"]["json"]
    return {"fmt": made["format"], "rename_fields": made["rename_fields"]}


@pytest.mark.parametrize(
    ("sql", "expected"),
    [
        ('SELECT "a"."id" FROM "a" WHERE "a"."id" = %s AND x IN (%s, %s, %s) LIMIT 21',
         'SELECT "a"."id" FROM "a" WHERE "a"."id" = %s AND x IN (…) LIMIT ?'),
        ("SELECT 'a\\' , 'jane', 5 FROM t -- jane\n WHERE x = E'it\\'s jane' AND y = $q$ jane 'x' $q$ AND z = 1.5e3",
         "SELECT ? , ?, ? FROM t WHERE x = ? AND y = ? AND z = ?"),
        ("INSERT INTO t (a, b) VALUES (%s, %s), (%s, %s), (%s, %s)", "INSERT INTO t (a, b) VALUES (…), …"),
        ("SELECT " + ", ".join(f'"t"."c{n}"' for n in range(40)) + ' FROM "t" WHERE "t"."c3" = 7',
         'SELECT … FROM "t" WHERE "t"."c3" = ?'),
        ("SELECT /* 'jane */ '--jane' FROM x", "SELECT ? FROM x"),
        ("SELECT 'unterminated jane", "SELECT ?"),
        ("UPDATE x SET y = '2026-01-01'::date WHERE a = 'O''Brien'", "UPDATE x SET y = ?::date WHERE a = ?"),
    ],
)  # fmt: skip
def test_a_querys_shape_holds_no_value(sql: str, expected: str) -> None:
    assert shape(sql) == expected


def test_the_shape_of_a_monstrous_query_is_short_and_soon_made() -> None:
    began = time.process_time()
    assert len(shape("SELECT " * 30_000 + "'" * 5)) < 700
    assert len(shape("INSERT INTO t VALUES " + ", ".join(["('jane', 4711)"] * 5_000))) < 700
    assert time.process_time() - began < 5


@pytest.mark.django_db
def test_a_slow_query_is_told_with_the_line_that_asked(lines: Any, settings: Any) -> None:
    settings.SLOW_SECONDS = 0.05
    with connection.execute_wrapper(_sleeping), pytest.raises(Document.DoesNotExist):
        Document.objects.get(topic="Jane Doe's secret", pk=uuid4())
    (line,) = lines()
    assert line["message"] == "slow query"
    assert line["level"] == "WARNING"
    assert line["what"].startswith('SELECT … FROM "documents_document" WHERE ')
    assert "Jane" not in json.dumps(line)
    assert 0.05 <= line["seconds"] < 5


def _sleeping(execute: Any, sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
    time.sleep(0.06)
    return execute(sql, params, many, context)


@pytest.mark.django_db
def test_the_source_is_a_line_of_ours_not_of_a_library(lines: Any, settings: Any, client: Client) -> None:
    client.force_login(student_with_consent())
    settings.SLOW_SECONDS = 0.05
    with connection.execute_wrapper(_sleeping):
        client.get("/documents/")
    sources = {line["source"] for line in lines() if line["message"] == "slow query"}
    assert sources
    assert all(source.partition("/")[0] in OURS for source in sources), sources
    assert not any("platform/database" in source for source in sources)


@pytest.mark.django_db
def test_fast_ones_leave_no_line(lines: Any, client: Client) -> None:
    assert client.get("/health").status_code == 200
    assert lines() == []


@pytest.mark.django_db
def test_a_slow_request_is_told_by_its_route(lines: Any, settings: Any, client: Client) -> None:
    settings.SLOW_SECONDS = 0.0
    document_id = uuid4()
    client.get(f"/documents/{document_id}/brief/?name=Jane", headers={correlation.HEADER: "proxy-0001"})
    line = next(line for line in lines() if line["message"] == "slow request")
    assert line["what"] == "documents/<uuid:document_id>/brief/"
    assert line["view"] == "documents.views.brief.brief"
    assert (line["method"], line["status"]) == ("GET", 302)
    assert line["correlation_id"] == "proxy-0001"
    assert "Jane" not in json.dumps(line)


def test_no_route_and_no_known_method_make_no_text_of_the_callers(lines: Any, settings: Any) -> None:
    settings.SLOW_SECONDS = 0.0
    request = RequestFactory().generic("JANEDOE", "/jane/")
    MeasuringMiddleware(lambda request: HttpResponse(status=404))(request)
    (line,) = lines()
    assert (line["what"], line["method"], line["status"]) == ("-", "other", 404)


def test_a_request_that_fails_is_told_too(lines: Any, settings: Any) -> None:
    settings.SLOW_SECONDS = 0.0

    def fail(request: HttpRequest) -> HttpResponse:
        raise ValueError("Jane")

    with pytest.raises(ValueError, match="Jane"):
        MeasuringMiddleware(fail)(RequestFactory().get("/"))
    assert [line["what"] for line in lines()] == ["-"]


async def test_asynchronous_requests_are_told_too(lines: Any, settings: Any, async_client: AsyncClient) -> None:
    settings.SLOW_SECONDS = 0.0
    await async_client.get("/health")
    assert "health" in {line["what"] for line in lines() if line["message"] == "slow request"}


def test_a_slow_task_is_told_by_name_with_the_id_of_its_cause(lines: Any, settings: Any) -> None:
    from celery.signals import task_postrun, task_prerun

    from tesigo.tasks import nudge_due as task

    settings.SLOW_SECONDS = 0.0
    task.push_request(  # type: ignore[call-arg]  # its stubs know none
        headers={"correlation_of_cause": "proxy-0003"}
    )
    try:
        task_prerun.send(task, task_id="1", task=task)
        assert correlation.correlation_id() == "proxy-0003"
        task_postrun.send(task, task_id="1", task=task, retval=None, state="SUCCESS")
        task_postrun.send(task, task_id="of nobody", task=task)
    finally:
        task.pop_request()
    (line,) = lines()
    assert (line["message"], line["what"]) == ("slow task", "tesigo.tasks.nudge_due")
    assert line["correlation_id"] == "proxy-0003"
    assert correlation.correlation_id() == ""


def test_a_slow_operation_is_told_by_its_name(lines: Any, settings: Any) -> None:
    settings.SLOW_SECONDS = 0.0
    with measured(OPERATION, "storage", size=7, whose="Jane Doe"):
        pass
    (line,) = lines()
    assert (line["message"], line["what"], line["size"], line["whose"]) == ("slow operation", "storage", 7, "[text]")


def test_measuring_costs_next_to_nothing() -> None:
    """A page makes some thirty queries; all that is measured for it must vanish beside them."""
    rounds = 5_000
    began = time.perf_counter()
    for _ in range(rounds):
        with measured(OPERATION, "storage"):
            pass
    each = (time.perf_counter() - began) / rounds
    assert each < 100e-6  # some 2 µs on a quiet machine
    assert measuring.trace_id() == ""
