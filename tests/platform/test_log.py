"""No personal data and no secret reaches a log line (R-75)."""

import json
import logging
import sys
import time
from typing import Any

import pytest
from celery import beat
from django.core.exceptions import DisallowedHost, RequestDataTooBig
from django.core.handlers.exception import response_for_exception
from django.db import OperationalError
from django.test import RequestFactory

from tesigo import celery
from tesigo.platform import correlation
from tesigo.platform.breaker import ServiceAway
from tesigo.platform.database.pulse import DatabaseAway
from tesigo.platform.log import (
    BrokerAway,
    CorrelationFilter,
    DependencyAway,
    MaskingFormatter,
    MaskingJsonFormatter,
    RefusedAtTheDoor,
    logging_config,
    mask,
)


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        ("mail to Jane.Doe+x@mail.example.org failed", "Jane.Doe"),
        ("request from 203.0.113.77", "203.0.113.77"),
        ("request from 2001:db8::8a2e:370:7334", "2001:db8"),
        ("GET /signin/link/some-Token-of-a-link/", "some-Token"),
        ("Not Found: /shared/link/short-Token/comment/", "short-Token"),
        ("Authorization: Bearer some.signed.token", "signed"),
        ("key sk_live_not-a-real-one", "not-a-real-one"),
        ("code=123456", "123456"),
        ("connect redis://:hunter2hunter2@127.0.0.1:1/0", "hunter2"),
        ("session kV8sQ2mZr7Xw4Yp9Tn3Lb6Hd1Fc5Gj0a opened", "kV8sQ2mZr7"),
    ],
)
def test_personal_data_and_secrets_are_masked(text: str, gone: str) -> None:
    assert gone not in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "document 5f0c9a52-53c2-4d0e-9a2f-1f8f0c3f8b11 at 12:34:56, PostgreSQL 18.4",
        "correlation f8d2e72aac504ed7b72e59a74abb4c3a",
        "listening on 127.0.0.1:8000",
        "generation.tasks.nudge_lost_work took 0.12 s for 3 steps",
    ],
)
def test_what_is_needed_to_find_a_fault_stays(text: str) -> None:
    assert mask(text) == text


def record(message: str, *args: object) -> logging.LogRecord:
    made = logging.LogRecord("app", logging.INFO, __file__, 1, message, args, None)
    CorrelationFilter().filter(made)
    return made


def test_arguments_and_tracebacks_are_masked_too() -> None:
    try:
        raise ValueError("no such user: jane@example.org")
    except ValueError:
        made = record("sign-in of %s failed", "john@example.org")
        made.exc_info = sys.exc_info()
    line = MaskingFormatter("%(message)s").format(made)
    assert "ValueError" in line
    assert "@" not in line


def test_json_lines_carry_the_correlation_id() -> None:
    token = correlation.begin("order-66-of-today")
    try:
        line = MaskingJsonFormatter("%(correlation_id)s %(message)s").format(record("from %s", "203.0.113.77"))
    finally:
        correlation.end(token)
    assert json.loads(line) == {"correlation_id": "order-66-of-today", "actor": "-", "message": "from [ip]"}


@pytest.mark.parametrize("text", ["x" * 100_000, "a-" * 50_000, "aA1-" * 25_000])
def test_a_long_line_does_not_take_minutes(text: str) -> None:
    """It took two minutes each time a word of 100,000 letters was logged, for as long as nobody did anything else."""
    began = time.process_time()
    mask(text)
    assert time.process_time() - began < 20


def test_beat_says_in_one_line_that_the_broker_does_not_answer(caplog: pytest.LogCaptureFixture) -> None:
    """By the scheduler itself: it logs the stack and the error with its traceback, each time."""

    class Away(beat.Scheduler):
        def apply_async(self, *args: Any, **kwargs: Any) -> None:
            raise TimeoutError("Timeout reading from socket")

    entry = beat.ScheduleEntry(name="nudge", task="tasks.nudge", schedule=60, app=celery.app)
    with caplog.at_level(logging.INFO, logger="celery.beat"):
        Away(app=celery.app, lazy=True).apply_entry(entry)
    (made,) = [one for one in caplog.records if one.levelno >= logging.WARNING]
    BrokerAway().filter(made)
    line = MaskingFormatter("%(levelname)s %(message)s").format(made)
    assert line == "WARNING not sent, the broker does not answer: TimeoutError"


def test_the_handler_that_everything_goes_through_shortens_it() -> None:
    (console,) = logging_config(json=True, level="INFO")["handlers"].values()
    assert {"broker_away", "refused"} <= set(console["filters"])


@pytest.mark.parametrize("away", [DatabaseAway("The database does not answer."), ServiceAway("Storage is away.")])
def test_a_request_that_found_something_away_is_one_line(away: Exception) -> None:
    wrapped = OperationalError("as Django says it")
    wrapped.__cause__ = away
    for error in (away, wrapped) if isinstance(away, ServiceAway) else (wrapped,):
        found = (type(error), error, None)
        record = logging.LogRecord("django.request", logging.ERROR, "", 0, "%s: %s", ("Error", "/x/"), found)
        assert DependencyAway().filter(record)
        assert record.exc_info is None
        said = f"Error: /x/: {type(away).__module__}.{type(away).__name__}: {away}"
        assert MaskingFormatter("%(message)s").format(record) == said


def test_a_mistake_of_ours_in_a_request_keeps_its_traceback() -> None:
    error = OperationalError("deadlock detected")
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, "Error", (), (type(error), error, None))
    assert DependencyAway().filter(record)
    assert record.exc_info is not None


@pytest.mark.parametrize("error", [RequestDataTooBig("More than 9 bytes arrived."), DisallowedHost("Invalid host.")])
def test_what_a_stranger_sends_wrong_is_a_line_and_a_warning(error: Exception, rf: RequestFactory) -> None:
    """Whoever sends such requests at will would fill the log with errors that are none of ours."""
    records: list[logging.LogRecord] = []

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            records.append(record)

    handler = Kept()
    handler.addFilter(RefusedAtTheDoor())
    logger = logging.getLogger(f"django.security.{type(error).__name__}")
    logger.addHandler(handler)
    try:
        response_for_exception(rf.get("/"), error)
    finally:
        logger.removeHandler(handler)
    [record] = records
    assert (record.levelname, record.exc_info) == ("WARNING", None)


def test_another_error_of_beat_keeps_its_traceback() -> None:
    try:
        raise ValueError("a mistake")
    except ValueError:
        made = logging.LogRecord("celery.beat", logging.ERROR, __file__, 1, "Other: %s", ("x",), sys.exc_info())
    assert BrokerAway().filter(made)
    assert made.exc_info
    assert made.levelno == logging.ERROR
