"""Each thing that is looked for is found when it is so, and over when it is not any more (R-113)."""

import re
import socket
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from tesigo.platform import alert_mail, conditions, own_conditions, workers
from tesigo.platform.metrics import window
from tesigo.platform.models import Alert, Condition
from tesigo.platform.processes import free_port

pytestmark = pytest.mark.django_db(transaction=True)

NOW = timezone.now()
MINUTE = timedelta(minutes=1)


def requests(count: int, *, errors: int = 0, seconds: float = 0.1) -> None:
    """``count`` requests of this minute, told to Redis."""
    for place in range(count):
        window.note(seconds=seconds, is_error=place < errors)
    window._tally.flush()


def subjects(look: Callable[..., Any]) -> list[str]:
    return [trouble.subject for trouble in look(timezone.now())]


@pytest.mark.parametrize(("count", "errors", "found"), [(100, 5, []), (100, 6, ["6 % of requests fail"]), (49, 49, [])])
def test_errors_count_from_five_percent_of_enough_requests(count: int, errors: int, found: list[str]) -> None:
    requests(count, errors=errors)
    assert subjects(own_conditions.errors) == found


def test_slow_pages_count_from_two_seconds_at_the_95th_percentile() -> None:
    requests(96)
    requests(4, seconds=4.0)
    assert subjects(own_conditions.slowness) == []
    requests(10, seconds=4.0)
    assert subjects(own_conditions.slowness) == ["Pages are slow"]


def test_while_redis_is_away_nothing_is_known_of_requests(settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert subjects(own_conditions.errors) == subjects(own_conditions.slowness) == []


def test_memory_is_that_of_beat_and_of_each_worker(settings: Any) -> None:
    workers.note(node="celery@one")
    settings.MEMORY_MOST_PERCENT = 100
    assert subjects(own_conditions.memory) == []
    settings.MEMORY_MOST_PERCENT = 0
    ours, of_worker = subjects(own_conditions.memory)
    assert re.match(r"Memory is \d+ %", ours)
    assert re.match(r"Memory of a worker is \d+ %", of_worker)


def test_a_disk_without_room_is_named_by_what_lies_on_it(settings: Any) -> None:
    assert subjects(own_conditions.disk) == []
    settings.DISK_FREE_LEAST_PERCENT, settings.DISK_FREE_LEAST_BYTES = 100, 1 << 62
    assert "files" in subjects(own_conditions.disk)[0]


def test_a_redis_that_refuses_or_hangs_is_away_and_workers_are_not_blamed(settings: Any) -> None:
    assert subjects(own_conditions.redis_away) == []
    assert subjects(own_conditions.silent_workers) == ["No worker works"]
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert subjects(own_conditions.redis_away) == ["Redis does not answer"]
    assert subjects(own_conditions.silent_workers) == []
    with socket.create_server(("127.0.0.1", 0)) as frozen:
        settings.REDIS_URL = f"redis://127.0.0.1:{frozen.getsockname()[1]}/0"
        assert subjects(own_conditions.redis_away) == ["Redis does not answer"]


def test_a_worker_that_worked_lately_is_none_too_few() -> None:
    workers.note(node="celery@one")
    assert subjects(own_conditions.silent_workers) == []


def test_work_that_nobody_takes_is_told_by_its_kind() -> None:
    Alert.objects.create(key="k", subject="s", text="t", due_at=NOW - 14 * MINUTE)
    assert list(own_conditions.late_work(NOW)) == []
    Alert.objects.create(key="l", subject="s", text="t", due_at=NOW - 16 * MINUTE)
    [trouble] = own_conditions.late_work(NOW)
    assert "alert: 1, the oldest for 16 minutes" in trouble.text


def test_mails_that_fail_are_told_where_there_is_another_way(settings: Any) -> None:
    Alert.objects.create(key="k", subject="s", text="t", created_at=NOW - 20 * MINUTE, error="OSError", tries=3)
    assert subjects(own_conditions.unsent_mails) == []
    settings.TELEGRAM_BOT_TOKEN, settings.TELEGRAM_CHAT_IDS = "123456:x", ["1"]
    assert subjects(own_conditions.unsent_mails) == ["Alerts do not go out by mail"]


def test_a_look_at_all_of_them_begins_and_ends_with_what_is_so(settings: Any) -> None:
    workers.note(node="celery@one")
    settings.DISK_FREE_LEAST_PERCENT, settings.DISK_FREE_LEAST_BYTES = 100, 1 << 62
    conditions.evaluate(now=NOW)
    assert [row.key.partition(":")[0] for row in conditions.open_conditions()] == ["disk"]
    settings.DISK_FREE_LEAST_BYTES = 0
    for minutes in (1, 5):
        conditions.evaluate(now=NOW + timedelta(seconds=minutes))
        conditions.evaluate(now=NOW + minutes * MINUTE)
    assert not Condition.objects.filter(key__startswith="disk", resolved_at=None).exists()
    assert alert_mail.ALERTS.model.objects.filter(subject__startswith="Over: A disk").count() == 1
