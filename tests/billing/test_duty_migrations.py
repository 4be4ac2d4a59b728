"""What older releases left to be done about money is taken over as duties, and their sweeps are gone (R-116)."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.utils import timezone
from django_celery_beat.models import IntervalSchedule, PeriodicTask

from billing.domain import events, refunds, stripe_mirror
from billing.models import Mirror, Payment, Refund, WebhookEvent
from tesigo.platform import duty
from tests.migrating import back_to, forward

pytestmark = pytest.mark.django_db(transaction=True)

SWEEPS = ("work-webhook-events", "continue-refunds", "mirror-stripe")
EVENT = """
    INSERT INTO billing_webhookevent (event_id, type, object_id, payload, received_at, processed_at, mirrored_at, tries,
                                      error)
    VALUES (%(name)s, 'x.y', %(about)s, jsonb_build_object('object', %(kind)s::text), now() - %(age)s::interval,
            CASE WHEN %(worked)s THEN now() END, CASE WHEN %(mirrored)s THEN now() END, %(tries)s, '')
"""
REFUND = """
    INSERT INTO billing_refund (id, payment_id, amount, cause, reason, state, idempotency_key, failure, created_at)
    VALUES (gen_random_uuid(), %s, 1, %s, '', %s, gen_random_uuid(), '', now())
"""


@pytest.fixture
def as_before(payment: Payment) -> Iterator[Payment]:
    """The tables as they were when events, refunds and mirrors had ways of their own."""
    back_to([("billing", "0006_receipt_files")])
    yield payment
    forward()


def event(name: str, *, about: str = "ch_1", kind: str = "charge", age: str = "1 hour", tries: int = 1,
          worked: bool = True, mirrored: bool = False) -> None:  # fmt: skip
    values = {"name": name, "about": about, "kind": kind, "age": age, "tries": tries, "worked": worked,
              "mirrored": mirrored}  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(EVENT, values)


def test_what_waited_waits_and_what_was_done_is_done(as_before: Payment) -> None:
    for name in SWEEPS:
        every, _ = IntervalSchedule.objects.get_or_create(every=60, period=IntervalSchedule.SECONDS)
        PeriodicTask.objects.create(name=name, task="x", interval=every)
    event("waits", worked=False)
    event("given up", worked=False, tries=200)
    event("mirrored", about="ch_2", mirrored=True)
    event("worked")
    event("worked, too")
    event("worked long ago", about="ch_3", age="3 days")
    event("of no copy", about="cus_1", kind="customer")
    with connection.cursor() as cursor:
        for state in ("created", "pending", "succeeded", "failed"):
            cursor.execute(REFUND, [as_before.pk, state, state])
    forward()
    now = timezone.now()
    assert not PeriodicTask.objects.filter(name__in=SWEEPS).exists()
    assert list(duty.due(events.EVENTS, now=now).values_list("event_id", flat=True)) == ["waits"]
    assert list(WebhookEvent.objects.filter(due_at__isnull=False).values_list("event_id", flat=True)) == ["waits"]
    assert list(WebhookEvent.objects.filter(given_up_at__isnull=False).values_list("event_id", flat=True)) == [
        "given up"
    ]
    assert sorted(duty.due(refunds.REFUNDS, now=now).values_list("cause", flat=True)) == ["created", "pending"]
    assert not Refund.objects.exclude(state__in=refunds.OPEN).filter(due_at__isnull=False).exists()
    assert list(duty.due(stripe_mirror.MIRRORS, now=now).values_list("object_id", "asked")) == [("ch_1", 2)]
    assert Mirror.objects.count() == 1
