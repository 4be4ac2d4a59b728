"""Signed events over real sockets: stored once, worked to one end, forged ones refused (R-65)."""

import itertools
import time
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from django.conf import settings
from pytest_django.live_server_helper import LiveServer

from billing.domain import events
from billing.enums import PaymentState, RefundState
from billing.models import Payment, Refund, WebhookEvent
from billing.tasks import work_webhook_event
from sandbox.stripe.webhooks import payload as body_of
from sandbox.stripe.webhooks import signature
from sandbox.testing import Running
from tests.billing.concurrently import at_once
from tests.billing.later import work_webhook_events

pytestmark = pytest.mark.django_db(transaction=True)

HTTP = httpx.Client(trust_env=False, verify=False)


@pytest.fixture
def url(sandbox: Running, live_server: LiveServer) -> str:
    """The site's webhook, which the sandbox now delivers to."""
    address = f"{live_server.url}/stripe/webhook/"
    sandbox.control.post("stripe/webhooks", url=address, first_pause=0.05)
    return address


def until(condition: Callable[[], Any], *, seconds: float = 15) -> None:
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "not in time"
        time.sleep(0.05)


def delivered(sandbox: Running) -> bool:
    state = sandbox.control.get("stripe/webhooks")
    return not state["under_way"] and not state["undelivered"]


def newest_event(sandbox: Running, kind: str) -> dict[str, Any]:
    events_there = sandbox.control.get("stripe/objects", kind="event")["objects"]
    return next(event for event in events_there if event["type"] == kind)


def post(url: str, event: dict[str, Any], *, secret: str = "", at: int | None = None, body: bytes = b"") -> int:
    sent = body_of(event)
    sign = signature(sent, secret or settings.STRIPE_WEBHOOK_SECRET, at or int(time.time()))
    return HTTP.post(url, content=body or sent, headers={"Stripe-Signature": sign}).status_code


def test_paying_tells_the_site_by_itself(payment: Payment, sandbox: Running, url: str, started: list[Any]) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    until(lambda: delivered(sandbox))
    work_webhook_events()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert len(started) == 1
    assert not WebhookEvent.objects.filter(processed_at=None).exists()


def test_each_event_delivered_three_times_is_stored_once(
    payment: Payment, sandbox: Running, url: str, started: list[Any]
) -> None:
    sandbox.control.post("stripe/webhooks", mode="duplicate", copies=3)
    sandbox.control.pay(payment.stripe_session_id)
    until(lambda: delivered(sandbox))
    ids = [event["id"] for event in sandbox.control.get("stripe/objects", kind="event")["objects"]]
    stored = list(WebhookEvent.objects.values_list("event_id", flat=True))
    assert len(stored) == len(set(stored))
    assert set(stored) <= set(ids)
    work_webhook_events()
    work_webhook_events()
    assert len(started) == 1


def test_the_same_event_eight_times_at_once(payment: Payment, sandbox: Running, url: str, started: list[Any]) -> None:
    sandbox.control.post("stripe/webhooks", mode="drop")
    sandbox.control.pay(payment.stripe_session_id)
    event = newest_event(sandbox, "checkout.session.completed")
    assert at_once(8, lambda: post(url, event)) == [200] * 8
    stored = WebhookEvent.objects.get()
    at_once(8, lambda: work_webhook_event(stored.pk))
    assert len(started) == 1
    payment.refresh_from_db()
    assert list(payment.events.values_list("to_state", flat=True)) == ["pending", "succeeded"]


KINDS = ("payment_intent.payment_failed", "payment_intent.succeeded", "checkout.session.completed")


@pytest.mark.parametrize("order", list(itertools.permutations(KINDS)))
def test_every_order_of_events_ends_in_the_same_state(
    payment: Payment, sandbox: Running, url: str, started: list[Any], order: tuple[str, ...]
) -> None:
    sandbox.control.post("stripe/webhooks", mode="drop")
    sandbox.control.pay(payment.stripe_session_id, card="4000000000000002")
    sandbox.control.pay(payment.stripe_session_id)
    for kind in order:
        assert post(url, newest_event(sandbox, kind)) == 200
        work_webhook_events()
    payment.refresh_from_db()
    assert (payment.state, payment.failure) == (PaymentState.SUCCEEDED, "")
    assert list(payment.events.values_list("to_state", flat=True)) == ["pending", "succeeded"]
    assert len(started) == 1


def test_events_about_other_things_are_put_aside(sandbox: Running, url: str) -> None:
    for kind, number in (("customer.created", "cus_1"), ("refund.created", "re_1"), ("charge.succeeded", "ch_1")):
        event = {
            "id": f"evt_{number}", "object": "event", "type": kind, "created": 1, "livemode": False,
            "data": {"object": {"id": number}},
        }  # fmt: skip
        assert post(url, event) == 200
    work_webhook_events()
    for event_id in WebhookEvent.objects.values_list("pk", flat=True):
        work_webhook_event(event_id)
    assert dict(WebhookEvent.objects.values_list("type", "error")) == {
        "customer.created": "",
        "refund.created": "No payment of ours.",
        "charge.succeeded": "No payment of ours.",
    }
    assert events.unworked() == []


def test_a_forged_or_old_or_changed_event_is_refused_and_leaves_nothing(
    payment: Payment, sandbox: Running, url: str
) -> None:
    sandbox.control.post("stripe/webhooks", mode="drop")
    sandbox.control.pay(payment.stripe_session_id)
    event = newest_event(sandbox, "checkout.session.completed")
    assert post(url, event, secret="whsec_" + "0" * 32) == 400
    assert post(url, event, at=int(time.time()) - 3600) == 400
    assert post(url, event, body=body_of(event).replace(b'"unpaid"', b'"paid"') + b" ") == 400
    assert post(url, {"id": "evt_1", "object": "event"}) == 400
    assert HTTP.post(url, content=body_of(event)).status_code == 400
    assert HTTP.post(url, content=b"\xff", headers={"Stripe-Signature": "t=x,v1=y"}).status_code == 400
    assert HTTP.get(url).status_code == 405
    assert not WebhookEvent.objects.exists()


def test_a_signed_event_that_lies_is_not_believed(
    payment: Payment, sandbox: Running, url: str, started: list[Any]
) -> None:
    """What counts is what Stripe says when asked, not what the event says."""
    sandbox.control.post("stripe/webhooks", mode="drop")
    lie = {
        "id": "evt_lie", "object": "event", "type": "checkout.session.completed", "created": 1, "livemode": False,
        "data": {"object": {"id": payment.stripe_session_id, "status": "complete", "payment_status": "paid"}},
    }  # fmt: skip
    assert post(url, lie) == 200
    work_webhook_events()
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING
    assert not started


def test_an_event_of_another_account_changes_nothing(payment: Payment, sandbox: Running, url: str) -> None:
    foreign = {
        "id": "evt_other", "object": "event", "type": "checkout.session.completed", "created": 1, "livemode": False,
        "data": {"object": {"id": "cs_test_other", "metadata": {"payment_id": "not one of ours"}}},
    }  # fmt: skip
    assert post(url, foreign) == 200
    work_webhook_events()
    assert WebhookEvent.objects.get().error == "No payment of ours."


def test_events_keep_nothing_about_the_payer(payment: Payment, sandbox: Running, url: str) -> None:
    sandbox.control.pay(payment.stripe_session_id, email="payer@example.org")
    until(lambda: delivered(sandbox))
    assert "payer@" not in str(list(WebhookEvent.objects.values_list("payload", flat=True)))


def test_while_stripe_is_away_an_event_waits(payment: Payment, sandbox: Running, url: str) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    until(lambda: delivered(sandbox))
    sandbox.control.fault("stripe", "429")
    work_webhook_events()
    waiting = WebhookEvent.objects.filter(type="checkout.session.completed").get()
    assert (waiting.processed_at, waiting.tries) == (None, 1)
    assert waiting.error
    sandbox.control.clear_faults()
    work_webhook_events()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert events.unworked() == []


def test_a_refund_finishes_by_its_event(payment: Payment, sandbox: Running, url: str) -> None:
    from billing.domain.refunds import advance, refund_in_full

    sandbox.control.pay(payment.stripe_session_id)
    until(lambda: delivered(sandbox))
    work_webhook_events()
    sandbox.control.settings(refund_outcome="pending")
    refund = refund_in_full(document_id=payment.document_id, cause="job_failed", reason="")
    assert refund
    assert advance(refund_id=refund.pk).state == RefundState.PENDING
    at_stripe = Refund.objects.get().stripe_refund_id
    sandbox.control.post("stripe/refund", refund=at_stripe, status="succeeded")
    until(lambda: delivered(sandbox))
    work_webhook_events()
    assert Refund.objects.get().state == RefundState.SUCCEEDED
