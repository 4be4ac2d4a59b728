"""dj-stripe mirrors Stripe's objects for staff, in the background and at nobody's cost (R-116)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from threading import Event
from typing import Any

import pytest
import stripe
from django.db import connection
from django.test import Client
from django.utils import timezone
from django_celery_beat.models import PeriodicTask
from djstripe import models as mirrored

from accounts.models import User
from billing import stripe_gateway as gateway
from billing.domain import stripe_mirror
from billing.domain.stripe_mirror import MIRRORS
from billing.models import Mirror, WebhookEvent
from billing.tasks import mirror_stripe_object, work_webhook_event
from documents.models import Document
from sandbox.testing import Running
from tesigo.celery import app
from tesigo.platform import duty
from tesigo.platform.models import Alert
from tests.billing.concurrently import at_once
from tests.billing.later import mirror_stripe_objects, nudged
from tests.billing.ordering import order
from tests.faults.workers import wait_until
from tests.staff import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

SECOND = timedelta(seconds=1)
WRITING = 'UPDATE "djstripe_session"'


def told(kind: str, object_id: str, type: str) -> WebhookEvent:
    """An event as the webhook stores it."""
    return WebhookEvent.objects.create(
        event_id=f"evt_{object_id}_{type}", type=type, object_id=object_id, payload={"object": kind, "id": object_id}
    )


def work(event: WebhookEvent) -> None:
    """The event is worked, and what it is about mirrored."""
    work_webhook_event(event.pk)
    mirror_stripe_objects()


@pytest.fixture
def session(document: Document, sandbox: Running) -> Mirror:
    """A page at Stripe that an event has told of."""
    payment = order(document)
    stripe_mirror.ask(kind="checkout.session", object_id=str(payment.stripe_session_id))
    return Mirror.objects.get()


def copied() -> Any:
    """What staff see of the page."""
    return mirrored.Session.objects.get().stripe_data["payment_status"]


@contextmanager
def frozen_before(statement: str) -> Iterator[tuple[Event, Event]]:
    """This thread stops before its first such statement: one event says that it did, the other lets it go on."""
    stopped, go_on = Event(), Event()

    def freeze(execute: Any, sql: str, params: Any, *rest: Any) -> Any:
        if sql.startswith(statement) and not stopped.is_set():
            stopped.set()
            assert go_on.wait(60)
        return execute(sql, params, *rest)

    with connection.execute_wrapper(freeze):
        yield stopped, go_on


def test_what_is_paid_refunded_and_disputed_can_be_looked_at(document: Document, sandbox: Running) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id)
    work(told("checkout.session", str(payment.stripe_session_id), "checkout.session.completed"))
    payment.refresh_from_db()
    intent = str(payment.stripe_payment_intent_id)
    dispute = sandbox.control.post("stripe/dispute", payment_intent=intent)
    charge = str(dispute["charge"])
    events = [
        told("payment_intent", intent, "payment_intent.succeeded"),
        told("charge", charge, "charge.succeeded"),
        told("dispute", str(dispute["id"]), "charge.dispute.created"),
    ]
    for event in events:
        work(event)
    assert mirrored.Session.objects.get().stripe_data["payment_status"] == "paid"
    assert mirrored.PaymentIntent.objects.get().id == intent
    assert mirrored.Charge.objects.get().stripe_data["disputed"] is True
    assert mirrored.Dispute.objects.get().id == dispute["id"]
    assert not Mirror.objects.filter(mirrored_at=None).exists()
    staff = Client()
    sign_in(staff, User.objects.create_superuser("boss@example.org", "a password that is long"))
    page = staff.get(f"/admin/djstripe/charge/{mirrored.Charge.objects.get().pk}/change/").content.decode()
    assert "<th>disputed</th><td>True</td>" in page


def test_a_silent_stripe_delays_the_mirror_and_nothing_else(session: Mirror, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "429")
    assert not stripe_mirror.mirror(mirror_id=session.pk)
    session.refresh_from_db()
    assert (session.mirrored_at, session.tries) == (None, 1)
    assert session.error.startswith("Unavailable")
    assert "in _sync" in session.traceback
    sandbox.control.clear_faults()
    mirror_stripe_objects()
    session.refresh_from_db()
    assert session.mirrored_at
    assert (session.due_at, session.error) == (None, "")


def test_what_stripe_does_not_have_is_not_asked_for_again(sandbox: Running) -> None:
    work(told("charge", "ch_gone", "charge.created"))
    assert stripe_mirror.waiting() == []
    assert Mirror.objects.get().mirrored_at


def test_of_what_we_keep_no_copies_nothing_is_asked(sandbox: Running) -> None:
    work(told("customer", "cus_1", "customer.created"))
    assert not Mirror.objects.exists()


def test_nothing_of_ours_is_decided_by_the_mirror(document: Document, sandbox: Running, started: list[Any]) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id)
    stripe_mirror.ask(kind="checkout.session", object_id=str(payment.stripe_session_id))
    assert stripe_mirror.mirror(mirror_id=Mirror.objects.get().pk)
    assert copied() == "paid"
    payment.refresh_from_db()
    assert payment.state == "pending"
    assert not started


# --- as a duty -----------------------------------------------------------------------------------------------------


def test_many_events_about_one_object_ask_once_for_it(session: Mirror, sandbox: Running) -> None:
    assert session.due_at == session.nudged_at
    for number in range(3):
        work_webhook_event(told("checkout.session", session.object_id, f"checkout.session.{number}").pk)
    session.refresh_from_db()
    assert session.asked == 4
    assert sum(nudged(MIRRORS, times=5)) == 0, "it was told of when it was asked for"
    assert session.nudged_at
    assert nudged(MIRRORS, now=session.nudged_at + MIRRORS.nudge_lasts, times=3) == [1, 0, 0]
    assert sorted(at_once(4, lambda: stripe_mirror.mirror(mirror_id=session.pk))) == [False, False, False, True]


def test_an_event_that_comes_while_its_object_is_fetched_has_it_fetched_again(
    session: Mirror, sandbox: Running
) -> None:
    held = duty.claim(MIRRORS, session.pk)
    assert held
    stripe_mirror.ask(kind=session.kind, object_id=session.object_id)
    session.refresh_from_db()
    assert session.due_at == held.due_at, "it stays in hands"
    stripe_mirror._finish(held, timezone.now())
    session.refresh_from_db()
    assert session.mirrored_at
    assert session.due_at == session.nudged_at
    assert stripe_mirror.mirror(mirror_id=session.pk)
    session.refresh_from_db()
    assert session.due_at is None


def test_what_a_late_worker_writes_does_not_stay(session: Mirror, sandbox: Running) -> None:
    """It fetched the page unpaid, froze, and wakes when others have copied that it was paid."""
    assert stripe_mirror.mirror(mirror_id=session.pk)
    now = timezone.now()
    ago = now - MIRRORS.lease - SECOND
    Mirror.objects.update(due_at=ago, nudged_at=ago)
    frozen: list[tuple[Event, Event]] = []

    def late() -> bool:
        try:
            with frozen_before(WRITING) as events:
                frozen.append(events)
                return stripe_mirror.mirror(mirror_id=session.pk, now=ago)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(late)
        wait_until(lambda: frozen and frozen[0][0].is_set(), "the late worker wrote nothing")
        sandbox.control.pay(session.object_id)
        assert stripe_mirror.mirror(mirror_id=session.pk, now=now)
        assert copied() == "paid"
        frozen[0][1].set()
        assert running.result(60) is False
    assert copied() == "unpaid", "for a moment"
    session.refresh_from_db()
    assert session.due_at
    assert stripe_mirror.mirror(mirror_id=session.pk)
    assert copied() == "paid"
    session.refresh_from_db()
    assert session.due_at is None


def test_a_copy_is_given_up_after_two_days_until_the_next_event(session: Mirror, sandbox: Running) -> None:
    assert MIRRORS.most_tries
    waits = [duty.back_off(MIRRORS, tries) for tries in range(1, MIRRORS.most_tries)]
    assert timedelta(hours=47) < sum(waits, timedelta()) < timedelta(hours=49)
    Mirror.objects.update(tries=MIRRORS.most_tries - 1)
    sandbox.control.fault("stripe", "429")
    assert not stripe_mirror.mirror(mirror_id=session.pk)
    session.refresh_from_db()
    assert session.given_up_at
    assert Alert.objects.filter(key="given-up:mirror").count() == 1
    sandbox.control.clear_faults()
    work(told(session.kind, session.object_id, "checkout.session.expired"))
    session.refresh_from_db()
    assert (session.given_up_at, session.due_at, session.error, session.tries) == (None, None, "", 1)
    assert session.mirrored_at


def test_a_killed_workers_copy_is_made_by_another_after_its_lease(session: Mirror, sandbox: Running) -> None:
    now = timezone.now()
    assert duty.claim(MIRRORS, session.pk, now=now)
    mirror_stripe_object(str(session.pk))
    session.refresh_from_db()
    assert session.mirrored_at is None, "it is held"
    after = now + MIRRORS.lease + SECOND
    assert nudged(MIRRORS, now=after) == [1]
    assert stripe_mirror.mirror(mirror_id=session.pk, now=after)


def test_what_djstripe_asks_by_itself_ends_as_soon_as_our_own_calls() -> None:
    assert isinstance(stripe.default_http_client, stripe.RequestsClient)
    assert stripe.default_http_client._timeout == gateway.TIMEOUT


def test_no_sweep_of_its_own_is_left() -> None:
    assert "mirror-stripe" not in app.conf.beat_schedule
    assert not PeriodicTask.objects.filter(name="mirror-stripe").exists()
    assert "billing.tasks.mirror_stripe_objects" in app.tasks
    assert MIRRORS in duty.kinds()
