"""What is wrong is told once at its begin, again after a cool-down, and once at its end (R-113)."""

import threading
from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from tesigo.platform import conditions
from tesigo.platform.conditions import Check, Trouble
from tesigo.platform.models import Alert, Condition
from tests.platform.alerting import told

pytestmark = pytest.mark.django_db(transaction=True)

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
NOW = timezone.now()


def wrong(now: datetime = NOW, **values: object) -> bool:
    facts: dict[str, object] = {"key": "disk", "subject": "The disk is full", "text": "1 MiB is free."}
    return conditions.raise_condition(**facts | values, now=now)  # type: ignore[arg-type]


@pytest.fixture
def only_check() -> Iterator[list[Trouble]]:
    """A check alone, and what it finds."""
    kept = dict(conditions._checks)
    found: list[Trouble] = []
    conditions._checks.clear()
    conditions.register(Check("tank", lambda now: list(found)))
    yield found
    conditions._checks.clear()
    conditions._checks.update(kept)


def test_it_is_told_once_however_often_it_is_seen_and_its_end_once() -> None:
    assert wrong()
    assert not any(wrong(NOW + minutes * MINUTE) for minutes in (1, 2, 3))
    assert told() == ["The disk is full"]
    assert conditions.resolve(key="disk", now=NOW + 5 * MINUTE)
    assert not conditions.resolve(key="disk", now=NOW + 6 * MINUTE)
    assert told() == ["The disk is full", "Over: The disk is full"]
    row = Condition.objects.get()
    assert (row.since, row.seen_at, row.resolved_at) == (NOW, NOW + 3 * MINUTE, NOW + 5 * MINUTE)
    end = Alert.objects.order_by("pk").last()
    assert f"{NOW:%Y-%m-%d %H:%M} UTC" in end.text
    assert f"{NOW + 5 * MINUTE:%Y-%m-%d %H:%M} UTC" in end.text


def test_what_lasts_is_told_again_after_each_cool_down() -> None:
    for hours in range(13):
        wrong(NOW + hours * HOUR)
    assert told() == ["The disk is full", "Still: The disk is full", "Still: The disk is full"]
    assert Condition.objects.get().told_count == 3


def test_what_comes_back_within_the_cool_down_is_told_when_that_is_over() -> None:
    wrong()
    conditions.resolve(key="disk", now=NOW + MINUTE)
    wrong(NOW + 2 * MINUTE)
    assert told() == ["The disk is full", "Over: The disk is full"]
    wrong(NOW + conditions.REPEAT_AFTER + 2 * MINUTE)
    assert told()[2:] == ["The disk is full"]
    conditions.resolve(key="disk", now=NOW + 7 * HOUR)
    assert told()[3:] == ["Over: The disk is full"]


def test_of_what_nobody_was_told_the_end_is_not_told_either() -> None:
    wrong()
    conditions.resolve(key="disk", now=NOW + MINUTE)
    wrong(NOW + 2 * MINUTE)
    conditions.resolve(key="disk", now=NOW + 3 * MINUTE)
    assert told() == ["The disk is full", "Over: The disk is full"]


def test_what_an_alert_has_told_already_is_told_again_only_while_it_lasts() -> None:
    wrong(is_told=True)
    assert told() == []
    wrong(NOW + 7 * HOUR, is_told=True)
    conditions.resolve(key="disk", now=NOW + 8 * HOUR)
    assert told() == ["Still: The disk is full", "Over: The disk is full"]


def test_one_that_settles_is_over_only_when_it_stays_away() -> None:
    wrong()
    assert not conditions.resolve(key="disk", settle=3 * MINUTE, now=NOW + MINUTE)
    assert not conditions.resolve(key="disk", settle=3 * MINUTE, now=NOW + 3 * MINUTE)
    wrong(NOW + 3.5 * MINUTE)
    assert not conditions.resolve(key="disk", settle=3 * MINUTE, now=NOW + 5 * MINUTE)
    assert conditions.resolve(key="disk", settle=3 * MINUTE, now=NOW + 8 * MINUTE)
    assert told() == ["The disk is full", "Over: The disk is full"]


def test_seen_by_many_at_once_it_is_one_condition_and_one_alert() -> None:
    together = threading.Barrier(6)

    def see() -> None:
        together.wait(60)
        try:
            wrong()
        finally:
            connection.close()

    threads = [threading.Thread(target=see) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert Condition.objects.count() == 1
    assert told() == ["The disk is full"]


def test_ended_by_many_at_once_its_end_is_told_once() -> None:
    wrong()
    together, ended = threading.Barrier(6), []

    def end() -> None:
        together.wait(60)
        try:
            ended.append(conditions.resolve(key="disk", now=NOW + MINUTE))
        finally:
            connection.close()

    threads = [threading.Thread(target=end) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert sorted(ended) == [False] * 5 + [True]
    assert told() == ["The disk is full", "Over: The disk is full"]


def test_a_check_begins_and_ends_what_it_finds_and_nothing_of_others(only_check: list[Trouble]) -> None:
    wrong()
    only_check += [Trouble("Left is empty", "0 l", of="left"), Trouble("Right is empty", "0 l", of="right")]
    conditions.evaluate(now=NOW)
    assert {row.key for row in conditions.open_conditions()} == {"disk", "tank:left", "tank:right"}
    del only_check[0]
    for minutes in (1, 5):
        conditions.evaluate(now=NOW + minutes * MINUTE)
    assert {row.key for row in conditions.open_conditions()} == {"disk", "tank:right"}
    assert told("Over") == ["Over: Left is empty"]


def test_a_check_that_fails_is_told_of_and_leaves_what_it_had_found(only_check: list[Trouble]) -> None:
    only_check.append(Trouble("Left is empty", "0 l", of="left"))
    conditions.evaluate(now=NOW)
    check = conditions._checks["tank"]

    def fail(now: datetime) -> list[Trouble]:
        raise OSError("no gauge")

    conditions.register(Check("tank", fail))
    conditions.evaluate(now=NOW + MINUTE)
    assert {row.key for row in conditions.open_conditions()} == {"tank:left", "check-failed:tank"}
    conditions.register(check)
    conditions.evaluate(now=NOW + 2 * MINUTE)
    assert [row.key for row in conditions.open_conditions()] == ["tank:left"]
    assert told("Nobody knows") == [
        "Nobody knows whether all is well: tank",
        "Over: Nobody knows whether all is well: tank",
    ]


def test_the_database_keeps_one_open_row_for_each_key() -> None:
    wrong()
    with pytest.raises(IntegrityError, match="condition_open_once"), transaction.atomic():
        Condition.objects.create(key="disk", subject="x", text="x", since=NOW, seen_at=NOW)
    with pytest.raises(IntegrityError, match="condition_ends_after_begin"), transaction.atomic():
        Condition.objects.update(resolved_at=NOW - MINUTE)
