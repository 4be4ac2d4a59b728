"""Staff are told once, by mail and in the log, and never at the cost of the caller."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis
from django.core import mail
from pytest_django import DjangoCaptureOnCommitCallbacks

from tesigo.platform import alerts
from tesigo.platform.enqueue import outbox
from tesigo.platform.processes import free_port
from tesigo.tasks import mail_alert

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def nothing_told() -> Iterator[None]:
    alerts.forget()
    yield
    alerts.forget()


@pytest.fixture
def tell(
    _redis_client: redis.Redis, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks
) -> Callable[..., int]:
    """Tells staff something, and answers how many mails the broker holds then."""

    def tell(**values: Any) -> int:
        with django_capture_on_commit_callbacks(execute=True):
            alerts.tell_staff(**{"key": "budget", "subject": "The budget is used up", "text": "Raise it."} | values)
        outbox.flush(seconds=10)
        return int(_redis_client.llen("tesigo:celery"))  # type: ignore[arg-type]  # a client that does not await

    return tell


def test_the_same_thing_is_mailed_once(tell: Callable[..., int]) -> None:
    assert [tell() for _ in range(3)] == [1, 1, 1]


def test_another_process_knows_that_it_was_told(tell: Callable[..., int]) -> None:
    assert tell() == 1
    alerts.forget()  # what a process that has just begun knows
    assert tell() == 1


def test_different_things_are_told_apart(tell: Callable[..., int]) -> None:
    assert [tell(), tell(key="queue")] == [1, 2]


def test_without_redis_each_process_still_tells_it_once(
    settings: Any, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    asked: list[str] = []
    monkeypatch.setattr("tesigo.platform.alerts.enqueue_on_commit", lambda *told: asked.append(told[1]))
    for _ in range(2):
        alerts.tell_staff(key="budget", subject="The budget is used up", text="Raise it.")
    assert asked == ["The budget is used up"]
    assert "Redis is away" in caplog.text


def test_the_mail_goes_to_everybody_named(settings: Any) -> None:
    settings.ALERT_EMAILS = ["one@example.org", "two@example.org"]
    mail_alert("The budget is used up", "Raise it.")
    assert [message.to for message in mail.outbox] == [["one@example.org", "two@example.org"]]
    assert mail.outbox[0].subject == "[TesiGo] The budget is used up"


def test_with_nobody_named_the_log_has_to_do(settings: Any) -> None:
    settings.ALERT_EMAILS = []
    mail_alert("The budget is used up", "Raise it.")
    assert not mail.outbox
