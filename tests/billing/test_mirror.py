"""dj-stripe mirrors Stripe's objects for staff, in the background and at nobody's cost."""

from typing import Any

import pytest
from django.test import Client
from django.utils import timezone
from djstripe import models as mirrored

from accounts.models import User
from billing import stripe_mirror
from billing.models import WebhookEvent
from billing.tasks import mirror_stripe_objects, work_webhook_event
from documents.models import Document
from sandbox.testing import Running
from tests.billing.ordering import order

pytestmark = pytest.mark.django_db(transaction=True)


def told(kind: str, object_id: str, type: str) -> WebhookEvent:
    """An event as the webhook stores it."""
    return WebhookEvent.objects.create(
        event_id=f"evt_{object_id}_{type}", type=type, object_id=object_id, payload={"object": kind, "id": object_id}
    )


def test_what_is_paid_refunded_and_disputed_can_be_looked_at(document: Document, sandbox: Running) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id)
    work_webhook_event(told("checkout.session", str(payment.stripe_session_id), "checkout.session.completed").pk)
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
        work_webhook_event(event.pk)
    assert mirrored.Session.objects.get().stripe_data["payment_status"] == "paid"
    assert mirrored.PaymentIntent.objects.get().id == intent
    assert mirrored.Charge.objects.get().stripe_data["disputed"] is True
    assert mirrored.Dispute.objects.get().id == dispute["id"]
    assert not WebhookEvent.objects.filter(mirrored_at=None).exists()
    staff = Client()
    staff.force_login(User.objects.create_superuser("boss@example.org", "a password that is long"))
    page = staff.get(f"/admin/djstripe/charge/{mirrored.Charge.objects.get().pk}/change/").content.decode()
    assert "<th>disputed</th><td>True</td>" in page


def test_a_silent_stripe_delays_the_mirror_and_nothing_else(document: Document, sandbox: Running) -> None:
    payment = order(document)
    event = told("checkout.session", str(payment.stripe_session_id), "checkout.session.expired")
    WebhookEvent.objects.update(processed_at=timezone.now())
    sandbox.control.fault("stripe", "429")
    assert not stripe_mirror.mirror(event_id=event.pk)
    event.refresh_from_db()
    assert event.mirrored_at is None
    sandbox.control.clear_faults()
    mirror_stripe_objects()
    event.refresh_from_db()
    assert event.mirrored_at is not None


@pytest.mark.parametrize(("kind", "object_id"), [("customer", "cus_1"), ("charge", "ch_gone")])
def test_what_cannot_be_mirrored_is_not_asked_for_again(kind: str, object_id: str, sandbox: Running) -> None:
    event = told(kind, object_id, f"{kind}.created")
    WebhookEvent.objects.update(processed_at=timezone.now())
    stripe_mirror.mirror(event_id=event.pk)
    assert stripe_mirror.unmirrored(now=timezone.now()) == []


def test_nothing_of_ours_is_decided_by_the_mirror(document: Document, sandbox: Running, started: list[Any]) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id)
    event = told("checkout.session", str(payment.stripe_session_id), "checkout.session.completed")
    WebhookEvent.objects.update(processed_at=timezone.now())
    assert stripe_mirror.mirror(event_id=event.pk)
    payment.refresh_from_db()
    assert payment.state == "pending"
    assert not started
