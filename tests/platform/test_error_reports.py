"""What Sentry would be told, as a collector on loopback really receives it: what our log says, and no more (R-75)."""

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import Client, override_settings
from django.urls import path

from tesigo.platform import correlation, error_reports
from tests.collecting import Collector, collecting

#: What a student typed, was mailed, or is called; and what only we may know.
PLANTED = {
    "query": "sign-in-token-Aa1Bb2Cc3Dd4Ee5Ff6Gg7Hh8",  # pragma: allowlist secret
    "form": "FormBodySecret",
    "local": "LocalVariableSecret",
    "error": "ErrorWordsSecret",
    "cookie": "CookieSecret",
    "header": "HeaderSecret",
    "user_agent": "UserAgentSecret",
    "address": "jane.doe@example.org",
    "ip": "203.0.113.9",
    "name": "Jane Doe",
    "line": "LineOfSourceSecret",
    "breadcrumb": "BreadcrumbSecret",
    "cause": "CauseSecret",
    "extra": "ExtraSecret",
}


def fails(request: HttpRequest) -> HttpResponse:
    local = PLANTED["local"]
    body = request.POST.get("wish")
    logging.getLogger("tesigo.x").info("seen %s", PLANTED["breadcrumb"])
    try:
        raise LookupError(PLANTED["cause"])
    except LookupError as cause:
        raise ValueError(f"{PLANTED['error']} {local} {body}") from cause  # LineOfSourceSecret


urlpatterns = [path("fails/", fails)]


@pytest.fixture
def collector(settings: Any) -> Iterator[Collector]:
    """Reports are switched on, and taken away again with all that the SDK keeps."""
    import sentry_sdk

    root = logging.getLogger()
    with collecting() as found:
        settings.SENTRY_DSN = f"http://public@127.0.0.1:{found.port}/7"
        error_reports.switch_on()
        error_reports.switch_on()  # twice is once
        try:
            yield found
        finally:
            root.handlers = [one for one in root.handlers if not isinstance(one, error_reports.Reports)]
            sentry_sdk.get_client().close(timeout=1)
            sentry_sdk.get_global_scope().set_client(None)


def events(collector: Collector) -> list[dict[str, Any]]:
    """The reports in what came; each envelope is lines of JSON."""
    import sentry_sdk

    sentry_sdk.flush(timeout=10)
    found = []
    for one in collector.received:
        assert one.path == "/api/7/envelope/"
        lines = one.body.splitlines()
        headers = [json.loads(line) for line in lines]
        found += [headers[place + 1] for place, line in enumerate(headers) if line.get("type") == "event"]
        assert {line["type"] for line in headers if "type" in line and "length" in line} == {"event"}
    return found


def everything(collector: Collector) -> str:
    return "\n".join(f"{one.path} {one.headers} {one.body.decode()}" for one in collector.received)


@override_settings(ROOT_URLCONF=__name__, MIDDLEWARE=["tesigo.platform.correlation.CorrelationMiddleware"])
def test_a_page_that_fails_is_reported_without_a_word_of_anybodys(client: Client, collector: Collector) -> None:
    client.raise_request_exception = False
    response = client.post(
        f"/fails/?token={PLANTED['query']}&email={PLANTED['address']}",
        {"wish": PLANTED["form"], "name": PLANTED["name"]},
        headers={
            correlation.HEADER: "proxy-0001",
            "Authorization": f"Bearer {PLANTED['header']}",
            "Cookie": f"sessionid={PLANTED['cookie']}",
            "User-Agent": PLANTED["user_agent"],
        },
        REMOTE_ADDR=PLANTED["ip"],
    )
    assert response.status_code == 500
    (event,) = events(collector)
    assert event["tags"] == {"program": "other", "correlation_id": "proxy-0001"} | {"program": event["tags"]["program"]}
    assert event["logger"] == "django.request"
    assert event["level"] == "error"
    cause, error = event["exception"]["values"]
    assert (cause["type"], error["type"]) == ("LookupError", "ValueError")
    assert error["value"] == "ValueError"
    last = error["stacktrace"]["frames"][-1]
    assert (last["function"], last["filename"]) == ("fails", "tests/platform/test_error_reports.py")
    assert last["lineno"] > 0
    sent = everything(collector)
    for what, secret in PLANTED.items():
        assert secret not in sent, what
        assert json.dumps(secret)[1:-1] not in sent, what
    assert not {"request", "user", "breadcrumbs", "extra", "modules", "contexts", "threads"} & event.keys()
    assert not any({"vars", "context_line", "pre_context", "post_context", "abs_path"} & set(frame)
                   for one in event["exception"]["values"] for frame in one["stacktrace"]["frames"])  # fmt: skip


def test_a_line_without_an_error_is_reported_in_the_codes_words(collector: Collector) -> None:
    log = logging.getLogger("tesigo.x")
    log.error("refused by %s", PLANTED["name"], extra={"whose": PLANTED["extra"], "row": 7})
    log.warning("not so bad")
    first, *rest = events(collector)
    assert rest == []
    assert first["logentry"]["formatted"] == "refused by [text] whose=[text] row=7"
    assert first["fingerprint"] == ["tesigo.x", "refused by %s"]
    assert PLANTED["name"] not in everything(collector)
    assert PLANTED["extra"] not in everything(collector)


@pytest.mark.parametrize("logger", ["tesigo.x", "some.library"])
@pytest.mark.parametrize("words", ["jane.doe@example.org asked", "from 203.0.113.9", "token=" + "Aa1Bb2Cc" * 3])
def test_words_that_a_library_put_together_are_masked(collector: Collector, logger: str, words: str) -> None:
    logging.getLogger(logger).error(words)  # as libraries do
    (event,) = events(collector)
    assert words.split()[-1 if "from" in words else 0] not in json.dumps(event)


def test_what_somebody_else_adds_does_not_leave(collector: Collector) -> None:
    """A library that finds the SDK may put something into its scope."""
    import sentry_sdk

    with sentry_sdk.new_scope() as scope:
        scope.set_extra("text", PLANTED["extra"])
        scope.set_user({"email": PLANTED["address"], "ip_address": PLANTED["ip"]})
        scope.set_context("letter", {"body": PLANTED["form"]})
        scope.add_breadcrumb(message=PLANTED["breadcrumb"])
        logging.getLogger("tesigo.x").error("here")
    events(collector)
    sent = everything(collector)
    assert not [what for what, secret in PLANTED.items() if secret in sent]


def test_a_collector_that_is_away_harms_nobody(collector: Collector, caplog: pytest.LogCaptureFixture) -> None:
    collector.status = 503
    logging.getLogger("tesigo.x").error("here")
    collector.wait(1)
    assert [record.message for record in caplog.records if record.name == "tesigo.x"] == ["here"]


def test_a_line_that_cannot_be_reported_is_not_shown_instead(
    collector: Collector, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from tesigo.platform import log_files

    monkeypatch.setattr(log_files, "_complained_at", {})
    handler = error_reports.Reports()
    monkeypatch.setattr(handler, "_event", lambda record: 1 / 0)
    handler.emit(logging.LogRecord("tesigo.x", logging.ERROR, "", 1, "seen %s", (PLANTED["name"],), None))
    assert capsys.readouterr().err == "error not reported: ZeroDivisionError\n"
