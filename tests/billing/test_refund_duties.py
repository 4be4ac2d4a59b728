"""Refunds that must go back: handed out once, by one worker at a time, and never given up (R-14, R-116)."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import timezone
from django_celery_beat.models import PeriodicTask

from billing.domain import payments, refunds
from billing.domain.refunds import REFUNDS
from billing.enums import PaymentState, RefundState
from billing.models import Booking, Payment, Refund
from billing.tasks import continue_refund
from sandbox.testing import Running
from tesigo.celery import app
from tesigo.platform import duty
from tesigo.platform.models import Alert
from tests.billing import at_stripe
from tests.billing.concurrently import at_once
from tests.billing.later import nudged
from tests.faults.workers import wait_until

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)


@pytest.fixture
def refund(paid: Payment) -> Refund:
    """€2.00 of €6.00, decided and not sent."""
    opened = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="kind", amount=Decimal("2.00"))
    assert opened
    return Refund.objects.get(pk=opened.pk)


def at_stripe_once(refund: Refund, sandbox: Running) -> None:
    """One refund at Stripe, booked once, with nothing left to do."""
    refund.refresh_from_db()
    assert (refund.state, refund.due_at, refund.error) == (RefundState.SUCCEEDED, None, "")
    assert [one["id"] for one in at_stripe.objects(sandbox, "refund")] == [refund.stripe_refund_id]
    assert Booking.objects.filter(refund=refund).count() == 2


def in_a_thread(work: Callable[[], Any]) -> Any:
    try:
        return work()
    finally:
        connection.close()


def test_a_refund_is_handed_out_once_however_often_beat_looks(refund: Refund) -> None:
    assert refund.due_at == refund.nudged_at
    assert sum(nudged(REFUNDS, times=5)) == 0, "it was told of when it was decided"
    assert refund.nudged_at
    lost = refund.nudged_at + REFUNDS.nudge_lasts
    assert nudged(REFUNDS, now=lost, times=5) == [1, 0, 0, 0, 0]


def test_a_refund_that_an_older_site_decided_is_carried_on(refund: Refund, sandbox: Running) -> None:
    columns = "payment_id, amount, reason, state, stripe_refund_id, failure, actor_id, created_at, finished_at"
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO billing_refund (id, cause, idempotency_key, {columns})"
            f" SELECT gen_random_uuid(), 'older', gen_random_uuid(), {columns} FROM billing_refund RETURNING id"
        )
        (older,) = cursor.fetchone()
    assert nudged(REFUNDS, times=3) == [1, 0, 0]
    continue_refund(str(older))
    assert Refund.objects.get(pk=older).state == RefundState.SUCCEEDED


def test_a_refund_that_somebody_else_finished_is_no_duty_any_more(refund: Refund, sandbox: Running) -> None:
    refunds.advance(refund_id=refund.pk)
    assert not refunds.advance_quietly(refund_id=refund.pk)
    assert nudged(REFUNDS, now=timezone.now() + REFUNDS.nudge_lasts) == [0]
    at_stripe_once(refund, sandbox)


def test_two_workers_never_send_one_refund_at_once(refund: Refund, sandbox: Running) -> None:
    worked = at_once(4, lambda: refunds.advance_quietly(refund_id=refund.pk))
    assert sorted(worked) == [False, False, False, True]
    at_stripe_once(refund, sandbox)
    assert refund.tries == 1


def test_what_a_late_worker_brings_is_not_booked(refund: Refund, paid: Payment, sandbox: Running) -> None:
    """It asked Stripe, froze, and wakes when its refund is in other hands."""
    now = timezone.now()
    ago = now - REFUNDS.lease - SECOND
    Refund.objects.update(due_at=ago, nudged_at=ago)
    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        payments.locked(paid.pk)
        late = pool.submit(in_a_thread, lambda: refunds.advance_quietly(refund_id=refund.pk, now=ago))
        wait_until(lambda: at_stripe.objects(sandbox, "refund"), "the late worker did not ask Stripe")
        held = duty.claim(REFUNDS, refund.pk, now=now)
        assert held
    assert late.result() is False
    refund.refresh_from_db()
    assert (refund.state, refund.tries, refund.due_at) == (RefundState.CREATED, 2, held.due_at)
    assert Booking.objects.filter(refund=refund).count() == 1
    assert not refunds.advance_quietly(refund_id=refund.pk, now=now), "it is held"
    after = now + REFUNDS.lease + SECOND
    assert nudged(REFUNDS, now=after) == [1]
    assert refunds.advance_quietly(refund_id=refund.pk, now=after)
    at_stripe_once(refund, sandbox)


def test_a_refund_on_its_way_is_asked_about_each_minute(refund: Refund, paid: Payment, sandbox: Running) -> None:
    sandbox.control.settings(refund_outcome="pending")
    now = timezone.now()
    for _ in range(3):
        refunds.advance_quietly(refund_id=refund.pk, now=now)
        refund.refresh_from_db()
        assert (refund.state, refund.tries) == (RefundState.PENDING, 0), "waiting is no try"
        assert refund.due_at == now + timedelta(minutes=1)
        now = refund.due_at
    at_stripe.conclude_refund(sandbox, refund.stripe_refund_id or "", "succeeded")
    assert refunds.advance_quietly(refund_id=refund.pk, now=now)
    at_stripe_once(refund, sandbox)


def test_a_refund_is_never_given_up_and_staff_hear_of_it_once(refund: Refund, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "429")
    now = timezone.now()
    waits = []
    for tries in range(1, 16):
        assert not refunds.advance_quietly(refund_id=refund.pk, now=now)
        refund.refresh_from_db()
        assert (refund.tries, refund.error.partition(":")[0], refund.given_up_at) == (tries, "Unavailable", None)
        assert refund.due_at
        waits.append((refund.due_at - now).total_seconds() / 60)
        assert Alert.objects.filter(key="late:refund").count() == (1 if tries >= 10 else 0)
        now = refund.due_at
    assert waits == [1, 2, 4, 8, *[10] * 11]
    assert "in _ask" in refund.traceback
    sandbox.control.clear_faults()
    assert duty.try_again(REFUNDS, refund.pk)
    assert refunds.advance_quietly(refund_id=refund.pk)
    at_stripe_once(refund, sandbox)


def test_stripes_no_ends_a_refund_and_the_money_is_held(refund: Refund, paid: Payment, sandbox: Running) -> None:
    Payment.objects.filter(pk=paid.pk).update(stripe_payment_intent_id=None)
    assert refunds.advance_quietly(refund_id=refund.pk)
    refund.refresh_from_db()
    paid.refresh_from_db()
    assert (refund.state, refund.due_at, paid.state) == (RefundState.FAILED, None, PaymentState.HELD)


def test_no_sweep_of_its_own_is_left() -> None:
    assert "continue-refunds" not in app.conf.beat_schedule
    assert not PeriodicTask.objects.filter(name="continue-refunds").exists()
    assert "billing.tasks.continue_refunds" in app.tasks
    assert REFUNDS in duty.kinds()
