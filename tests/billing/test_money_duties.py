"""Events that must be worked at least once: handed out once, by one worker at a time, and never forgotten (R-116)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from django.db import DataError, connection
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from billing.domain import events
from billing.enums import PaymentState
from billing.models import Booking, Payment, WebhookEvent
from billing.tasks import work_webhook_event
from sandbox.testing import Running
from tesigo.celery import app
from tesigo.platform import duty
from tesigo.platform.models import Alert
from tests.billing import at_stripe
from tests.billing.concurrently import at_once
from tests.billing.later import nudged

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


@pytest.fixture
def event(payment: Payment, sandbox: Running) -> WebhookEvent:
    """That the payment succeeded, stored and not worked."""
    at_stripe.pay(sandbox, payment)
    at_stripe.receive(at_stripe.told(sandbox)[-1])
    return WebhookEvent.objects.get()


@contextmanager
def unwritable(payment: Payment) -> Iterator[None]:
    """The database refuses to write about the payment."""

    def refuse(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(("INSERT", "UPDATE")) and str(payment.pk) in {str(one) for one in params or ()}:
            raise DataError("spoilt")
        return execute(sql, params, *rest)

    with connection.execute_wrapper(refuse):
        yield


def test_an_event_is_handed_out_once_however_often_beat_looks(event: WebhookEvent) -> None:
    assert event.due_at == event.nudged_at == event.received_at
    assert sum(nudged(events.EVENTS, times=5)) == 0, "it was told of when it came"
    lost = event.nudged_at + events.EVENTS.nudge_lasts
    assert nudged(events.EVENTS, now=lost, times=5) == [1, 0, 0, 0, 0]


def test_an_event_that_an_older_site_stored_is_found(event: WebhookEvent) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO billing_webhookevent (event_id, type, object_id, payload, received_at, tries, error)"
            " SELECT 'evt_older', type, object_id, payload, received_at, 0, '' FROM billing_webhookevent RETURNING id"
        )
        (older,) = cursor.fetchone()
    assert nudged(events.EVENTS, times=5) == [1, 0, 0, 0, 0]
    work_webhook_event(older)
    assert WebhookEvent.objects.get(pk=older).processed_at


def test_an_event_that_an_older_site_worked_is_no_duty_any_more(event: WebhookEvent) -> None:
    WebhookEvent.objects.update(processed_at=timezone.now())
    assert nudged(events.EVENTS, now=timezone.now() + events.EVENTS.nudge_lasts) == [0]
    assert WebhookEvent.objects.get().due_at is None
    assert not events.work(event_id=event.pk)


def test_two_workers_never_work_one_event_at_once(event: WebhookEvent, started: list[Any]) -> None:
    worked = at_once(4, lambda: events.work(event_id=event.pk))
    assert sorted(worked) == [False, False, False, True]
    event.refresh_from_db()
    assert (event.tries, event.due_at, event.error) == (1, None, "")
    assert Booking.objects.count() == len(started) == 1


def test_a_killed_workers_event_is_taken_over_after_its_lease(event: WebhookEvent, started: list[Any]) -> None:
    now = timezone.now()
    killed = duty.claim(events.EVENTS, event.pk, now=now)
    assert killed
    assert not events.work(event_id=event.pk), "it is held"
    after = now + events.EVENTS.lease + SECOND
    assert nudged(events.EVENTS, now=now + events.EVENTS.lease / 2) == [0]
    assert nudged(events.EVENTS, now=after) == [1]
    assert events.work(event_id=event.pk, now=after)
    with pytest.raises(duty.LostDuty):
        duty.later(events.EVENTS, killed, "too late")
    event.refresh_from_db()
    assert (event.processed_at, event.tries, event.due_at) == (after, 2, None)
    assert len(started) == 1


def test_staff_are_told_once_of_an_event_that_is_given_up_and_may_try_it_again(
    event: WebhookEvent, payment: Payment, started: list[Any]
) -> None:
    WebhookEvent.objects.update(tries=events.MAX_TRIES - 1)
    with unwritable(payment):
        assert not events.work(event_id=event.pk)
    event.refresh_from_db()
    assert (event.due_at, event.tries, event.error) == (None, events.MAX_TRIES, "DataError")
    assert event.given_up_at
    assert "in settle" in event.traceback
    day = timezone.now() + timedelta(days=1)
    assert not events.work(event_id=event.pk, now=day)
    assert nudged(events.EVENTS, now=day) == [0]
    alert = Alert.objects.get(key__contains=f"webhook-event:{event.pk}")
    assert f"failed {events.MAX_TRIES} times, last with: DataError" in alert.text
    assert duty.try_again(events.EVENTS, event.pk)
    assert events.work(event_id=event.pk)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert len(started) == 1


def test_an_outage_of_stripe_puts_an_event_off_and_is_no_reason_to_give_it_up(
    event: WebhookEvent, payment: Payment, sandbox: Running
) -> None:
    sandbox.control.fault("stripe", "429")
    WebhookEvent.objects.update(tries=events.MAX_TRIES - 1)
    now = timezone.now()
    for _ in range(3):
        assert not events.work(event_id=event.pk, now=now)
        event.refresh_from_db()
        assert event.due_at == now + timedelta(seconds=15)
        assert event.given_up_at is None
        now = event.due_at
    assert event.tries <= events.MAX_TRIES // 2 + 1
    sandbox.control.clear_faults()
    assert events.work(event_id=event.pk, now=now)
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED


def test_no_sweep_of_its_own_is_left() -> None:
    entries = {"work-webhook-events"}
    assert not entries & set(app.conf.beat_schedule)
    assert not PeriodicTask.objects.filter(name__in=entries).exists()
    assert "billing.tasks.work_webhook_events" in app.tasks
    assert events.EVENTS in duty.kinds()
