"""/metrics is there for whoever shows the token, and for nobody where there is none (R-111)."""

import logging
import threading
import time
from collections.abc import Iterable
from typing import Any

import pytest
from django.test import Client
from prometheus_client.core import Metric

from tesigo.platform.metrics import collectors, measures
from tesigo.platform.metrics.collectors import Readings
from tesigo.platform.metrics.definitions import Definition
from tests.platform.metrics.scraping import scrape, value

SOME = Definition("tesigo_of_test", "gauge", "Of a test.", ())


def test_without_a_token_in_the_settings_there_is_no_such_page(client: Client, db: None) -> None:
    assert client.get("/metrics").status_code == 404
    assert client.get("/metrics", headers={"Authorization": "Bearer "}).status_code == 404


@pytest.mark.parametrize(
    "shown", ["", "Bearer ", "Bearer wrong", "Basic {token}", "{token}", "Bearer {token}x", "Bearer ü"]
)
def test_without_the_token_it_is_refused(client: Client, told: str, shown: str) -> None:
    response = client.get("/metrics", headers={"Authorization": shown.format(token=told)})
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"
    assert b"tesigo_" not in response.content


@pytest.mark.django_db(transaction=True)
def test_it_tells_what_was_counted_and_what_the_database_knows(told: str) -> None:
    measures.tasks.labels("some.task", "success").inc(3)
    text = scrape(told)
    assert value(text, "tesigo_tasks_total", task="some.task", state="success") == 3
    assert value(text, "tesigo_database_limit_connections") >= 10
    assert value(text, "tesigo_redis_up") == 1
    assert value(text, "tesigo_jobs_open", kind="document", state="queued") == 0
    assert value(text, "tesigo_duty_rows", kind="mail", state="given_up") == 0
    failed = [
        line for line in text.splitlines() if line.startswith("tesigo_collector_success") and line.endswith(" 0.0")
    ]
    assert failed == []


@pytest.mark.django_db(transaction=True)
def test_the_answer_is_kept_from_caches_and_comes_as_openmetrics_where_that_is_asked(client: Client, told: str) -> None:
    response = client.get(
        "/metrics", headers={"Authorization": f"bearer {told}", "Accept": "application/openmetrics-text; version=1.0.0"}
    )
    assert "no-store" in response.headers["Cache-Control"]
    assert response.headers["Content-Type"].startswith("application/openmetrics-text")
    assert response.content.endswith(b"# EOF\n")


@pytest.mark.django_db(transaction=True)
def test_a_collector_that_fails_takes_nothing_else_with_it(
    told: str, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def breaks() -> Iterable[Metric]:
        yield SOME.value(1)
        raise ValueError("secret words")

    monkeypatch.setattr(collectors, "_collectors", dict(collectors._collectors))
    collectors.register("breaks", breaks)
    with caplog.at_level(logging.WARNING):
        text = scrape(told)
    assert value(text, "tesigo_collector_success", collector="breaks") == 0
    assert value(text, "tesigo_collector_success", collector="database") == 1
    assert "tesigo_of_test" not in text
    assert "secret words" not in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_question_that_takes_long_is_ended(told: str, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.db import connection

    def sleeps() -> Iterable[Metric]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(30)")
        return []

    monkeypatch.setattr(collectors, "_collectors", {"sleeps": collectors.Collector("sleeps", sleeps)})
    monkeypatch.setattr(collectors, "_QUERY_MS", 100)
    began = time.monotonic()
    text = scrape(told)
    assert time.monotonic() - began < 10
    assert value(text, "tesigo_collector_success", collector="sleeps") == 0


def test_a_collector_that_hangs_is_not_waited_for_and_read_by_one_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    may_go, begun = threading.Event(), []

    def hangs() -> Iterable[Metric]:
        begun.append(True)
        assert may_go.wait(30)
        return [SOME.value(1)]

    monkeypatch.setattr(collectors, "_collectors", {"hangs": collectors.Collector("hangs", hangs, asks_database=False)})
    monkeypatch.setattr(collectors, "FRESH_SECONDS", 0.0)
    some = Readings()
    for _ in range(3):
        found = {metric.name: metric for metric in some.metrics(wait_seconds=0.05)}
        assert found["tesigo_collector_success"].samples[0].value == 0
    assert begun == [True]
    may_go.set()
    deadline = time.monotonic() + 60
    while "tesigo_of_test" not in (found := {metric.name: metric for metric in some.metrics(wait_seconds=1)}):
        assert time.monotonic() < deadline
    assert found["tesigo_collector_success"].samples[0].value == 1


def test_what_was_read_is_told_again_for_some_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = []

    def counts() -> Iterable[Metric]:
        asked.append(True)
        return [SOME.value(len(asked))]

    monkeypatch.setattr(
        collectors, "_collectors", {"counts": collectors.Collector("counts", counts, asks_database=False)}
    )
    some = Readings()
    for _ in range(5):
        some.metrics()
    assert asked == [True]
    some.forget()
    some.metrics()
    assert asked == [True, True]


@pytest.mark.django_db(transaction=True)
def test_redis_away_is_a_figure_and_no_failure(told: str, settings: Any) -> None:
    settings.REDIS_URL = "redis://127.0.0.1:9/0"
    text = scrape(told)
    assert value(text, "tesigo_redis_up") == 0
    assert value(text, "tesigo_collector_success", collector="redis") == 1
    assert value(scrape(told), "tesigo_breaker_open", service="Redis") == 1, "found by the scrape before"
