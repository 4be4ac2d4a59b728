"""Staff are told once, by mail and in the log, and never at the cost of the caller."""

import threading
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.core import mail
from django.core.mail.backends.base import BaseEmailBackend
from django.db import IntegrityError, ProgrammingError, connection, transaction
from django.utils import timezone

from tesigo.platform import alert_mail, alerts, duty
from tesigo.platform.models import Alert
from tesigo.platform.processes import free_port
from tesigo.tasks import mail_alert, nudge_due, send_alert
from tesigo.version import VERSION
from tests.platform.alerting import alerts_away, told

pytestmark = pytest.mark.django_db(transaction=True)

HOUR = timedelta(hours=1)


@pytest.fixture(autouse=True)
def staff(settings: Any) -> list[str]:
    settings.ALERT_EMAILS = ["one@example.org", "two@example.org"]
    return list(settings.ALERT_EMAILS)


def tell(**values: Any) -> None:
    alerts.tell_staff(**{"key": "budget", "subject": "The budget is used up", "text": "Raise it."} | values)


def work(now: datetime | None = None) -> int:
    """What workers do with the alerts that are due; how many were mailed."""
    now = now or timezone.now()
    return sum(alert_mail.send(alert_id=row.pk, now=now) for row in duty.due(alert_mail.ALERTS, now=now))


def test_the_mail_goes_to_everybody_named(staff: list[str], settings: Any) -> None:
    tell()
    assert work() == 1
    assert [message.to for message in mail.outbox] == [staff]
    assert mail.outbox[0].subject == "[TesiGo] The budget is used up"
    assert mail.outbox[0].body == f"Raise it.\n\n-- \nTesiGo {VERSION} · {settings.SITE_URL}"
    alert = Alert.objects.get()
    assert alert.sent_at
    assert (alert.due_at, alert.tries) == (None, 1)


def test_the_same_thing_is_mailed_once_and_again_after_its_cool_down() -> None:
    for _ in range(3):
        tell()
    assert work() == 1
    tell()
    assert work() == 0
    Alert.objects.update(sent_at=timezone.now() - HOUR)
    tell()
    assert work() == 1


def test_different_things_are_told_apart() -> None:
    tell()
    tell(key="queue")
    assert work() == 2


def test_nothing_is_lost_or_silenced_while_redis_is_away(settings: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    tell()
    tell(key="queue")
    nudge_due()
    assert work() == 2


class Broken(BaseEmailBackend):
    """A server that refuses the connection."""

    def send_messages(self, email_messages: Any) -> int:
        raise ConnectionRefusedError


def test_what_could_not_be_mailed_is_tried_until_it_is(settings: Any) -> None:
    working, settings.EMAIL_BACKEND = settings.EMAIL_BACKEND, f"{__name__}.Broken"
    tell()
    now = timezone.now()
    for _ in range(40):
        assert work(now) == 0
        row = Alert.objects.get()
        assert row.due_at
        assert row.due_at - now <= timedelta(minutes=15)
        now = row.due_at
        tell()
    assert (row.tries, row.error) == (40, "ConnectionRefusedError")
    settings.EMAIL_BACKEND = working
    assert work(now) == 1
    # Its cool-down counts from when it was sent, not from when it was first told.
    tell()
    assert work() == 0


def test_told_by_two_at_once_it_is_mailed_once() -> None:
    for _ in range(2):
        Alert.objects.create(key="budget", subject="The budget is used up", text="Raise it.")
    first, second = Alert.objects.order_by("pk")
    together = threading.Barrier(2)
    sent: list[bool] = []

    def send(row: Alert) -> None:
        together.wait(60)
        try:
            sent.append(alert_mail.send(alert_id=row.pk))
        finally:
            connection.close()

    threads = [threading.Thread(target=send, args=[row]) for row in (first, second)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(sent) == [False, True]
    assert work(timezone.now() + 2 * alert_mail.ALERTS.lease) == 0
    assert len(mail.outbox) == 1
    assert not Alert.objects.filter(due_at__isnull=False).exists()


def test_what_is_rolled_back_is_not_told() -> None:
    with transaction.atomic():
        tell()
        transaction.set_rollback(True)
    assert work() == 0


def test_a_transaction_survives_an_alert_that_cannot_be_kept(caplog: pytest.LogCaptureFixture) -> None:
    with alerts_away(), transaction.atomic():
        tell()
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    assert "an alert could not be kept" in caplog.text
    tell()
    assert work() == 1, "what could not be kept does not count as told"


def test_what_is_told_once_only_is_kept_with_its_mark_or_neither_is() -> None:
    mark = Alert.objects.create(key="mark", subject="", text="")
    with alerts_away(), pytest.raises(ProgrammingError), transaction.atomic():
        alerts.keep_alert(key="budget", subject="The budget is used up", text="Raise it.")
    with transaction.atomic():
        Alert.objects.filter(pk=mark.pk).update(subject="marked")
        alerts.keep_alert(key="budget", subject="The budget is used up", text="Raise it.")
    assert told() == ["marked", "The budget is used up"]


@pytest.mark.parametrize(
    "text", ["a\x00b", "half of a pair: \ud83d", "x" * 100_000], ids=["a zero", "half of a pair", "long"]
)
def test_no_text_breaks_it(text: str, caplog: pytest.LogCaptureFixture) -> None:
    tell(key=text, subject=f"one\ntwo {text}", text=text)
    assert caplog.text.encode(), "a log is written as UTF-8"
    assert work() == 1
    assert "\n" not in mail.outbox[0].subject


def test_no_address_is_kept() -> None:
    tell(subject="ada@university.example is blocked", text="From 203.0.113.9.")
    assert work() == 1
    assert "ada@" not in mail.outbox[0].subject
    assert "203.0" not in mail.outbox[0].body


def test_with_nobody_named_it_waits_until_there_is_somebody(settings: Any, staff: list[str]) -> None:
    settings.ALERT_EMAILS = []
    for _ in range(3):
        tell()
    assert work() == 0
    settings.ALERT_EMAILS = staff
    assert work(timezone.now() + HOUR) == 1


def test_tasks_send_them(caplog: pytest.LogCaptureFixture) -> None:
    mail_alert("The budget is used up", "Raise it.")
    send_alert(str(Alert.objects.get().pk))
    assert len(mail.outbox) == 1
    assert "alert: The budget is used up" in caplog.text


def test_the_database_keeps_what_was_sent_from_being_due() -> None:
    with pytest.raises(IntegrityError, match="alert_sent_is_over"), transaction.atomic():
        Alert.objects.create(key="x", subject="x", text="x", sent_at=timezone.now())
