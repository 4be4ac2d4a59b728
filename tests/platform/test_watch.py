"""The look of beat: alerts go out without workers, and of the database itself staff are told straight away (R-113)."""

import time
from datetime import timedelta
from typing import Any

import pytest
from celery.signals import beat_init
from django.core import mail
from django.utils import timezone

from tesigo import watch
from tesigo.platform import alerts, conditions
from tesigo.platform.database.base import DatabaseWrapper
from tesigo.platform.models import Alert, Condition
from tesigo.platform.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)


class Database:
    """What a pulse says, one look after the other."""

    def __init__(self, *beats: bool) -> None:
        self._beats = list(beats)

    def beats(self) -> bool:
        return self._beats.pop(0)


@pytest.fixture(autouse=True)
def staff(settings: Any) -> None:
    settings.ALERT_EMAILS = ["one@example.org"]


def subjects() -> list[str]:
    return [str(message.subject) for message in mail.outbox]


def test_beat_begins_it() -> None:
    assert any(receiver is not None for (name, _), receiver in beat_init.receivers if name == "watch")


def test_while_redis_is_away_it_is_told_all_the_same(settings: Any) -> None:
    settings.REDIS_URL = settings.CELERY_BROKER_URL = f"redis://127.0.0.1:{free_port()}/0"
    now = timezone.now()
    watch.Watch().look(now=now)
    assert Condition.objects.get(key="redis", resolved_at=None)
    assert subjects() == [], "workers have a minute to send it"
    watch.send_left_over(now=timezone.now() + watch.LEFT_TO_WORKERS)
    assert "[TesiGo] Redis does not answer" in subjects()
    assert watch.send_left_over(now=timezone.now() + watch.LEFT_TO_WORKERS) == 0


def test_an_alert_that_a_worker_holds_is_left_to_it() -> None:
    alerts.tell_staff(key="k", subject="s", text="t")
    Alert.objects.update(due_at=timezone.now() + timedelta(minutes=2), tries=1)
    assert watch.send_left_over(now=timezone.now() + watch.LEFT_TO_WORKERS) == 0


def test_of_a_database_that_is_away_staff_are_told_once_and_of_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    look = watch.DatabaseWatch()
    monkeypatch.setattr(DatabaseWrapper, "pulse", Database(True, False, False, False, True, True))
    assert [look.is_there() for _ in range(6)] == [True, False, False, False, True, True]
    assert subjects() == ["[TesiGo] The database does not answer", "[TesiGo] Over: the database does not answer"]


def test_one_look_in_vain_is_not_told(monkeypatch: pytest.MonkeyPatch) -> None:
    look = watch.DatabaseWatch()
    monkeypatch.setattr(DatabaseWrapper, "pulse", Database(False, True))
    assert [look.is_there() for _ in range(2)] == [False, True]
    assert subjects() == []


def test_it_goes_on_whatever_a_look_meets(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> None:
    looks: list[float] = []

    def look(self: watch.Watch, **_: Any) -> None:
        looks.append(time.monotonic())
        raise RuntimeError

    monkeypatch.setattr(watch.Watch, "look", look)
    running = watch.Watch(every_seconds=0.01)
    running.start()
    deadline = time.monotonic() + 60
    while len(looks) < 3:
        assert time.monotonic() < deadline
        time.sleep(0.01)
    running.stop()
    assert "a look at what may be wrong failed" in caplog.text


def test_every_check_that_is_registered_can_be_made() -> None:
    conditions.evaluate()
    failed = Condition.objects.filter(key__startswith="check-failed")
    assert [row.text for row in failed] == []
    assert len(conditions.checks()) >= 13
