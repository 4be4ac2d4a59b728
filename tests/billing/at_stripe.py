"""What happens at Stripe without our doing, and the events that tell of it."""

import time
from typing import Any

import httpx
from django.conf import settings

from billing.domain import events
from billing.models import Payment, WebhookEvent
from sandbox.stripe.webhooks import payload, signature
from sandbox.testing import Running

IBAN, DECLINED = "DE89370400440532013000", "4000000000000002"
_HTTP = httpx.Client(trust_env=False, verify=False)


def objects(sandbox: Running, kind: str) -> list[dict[str, Any]]:
    """Stripe's objects of a kind, newest first."""
    return list(sandbox.control.get("stripe/objects", kind=kind)["objects"])


def pay(sandbox: Running, payment: Payment, **how: Any) -> None:
    """The customer pays on Stripe's page: ``card=``, ``iban=``, ``approve=``."""
    sandbox.control.pay(payment.stripe_session_id, **how)


def intent_of(sandbox: Running, payment: Payment) -> str:
    """The PaymentIntent of a payment that was tried."""
    session = next(one for one in objects(sandbox, "checkout.session") if one["id"] == payment.stripe_session_id)
    return str(session["payment_intent"])


def ask(path: str, **fields: Any) -> dict[str, Any]:
    """A POST to Stripe's API by somebody else: its dashboard, or another program on the same account."""
    key = {"Authorization": f"Bearer {settings.STRIPE_SECRET_KEY}"}
    answer = _HTTP.post(f"{settings.STRIPE_API_BASE}/v1/{path}", data=fields, headers=key)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def refund(sandbox: Running, payment: Payment, cents: int) -> str:
    """Somebody gives money back at Stripe's dashboard. Returns the refund's id."""
    return str(ask("refunds", payment_intent=intent_of(sandbox, payment), amount=cents)["id"])


def conclude_refund(sandbox: Running, refund_id: str, status: str) -> None:
    """A refund arrives, or comes back from the payer's bank."""
    sandbox.control.post("stripe/refund", refund=refund_id, status=status)


def dispute(sandbox: Running, payment: Payment, **how: Any) -> str:
    """The payer's bank asks for the money back. Returns the dispute's id."""
    return str(sandbox.control.post("stripe/dispute", payment_intent=intent_of(sandbox, payment), **how)["id"])


def close_dispute(sandbox: Running, dispute_id: str, status: str) -> None:
    """The bank decides: ``won`` or ``lost``."""
    sandbox.control.post("stripe/dispute/close", dispute=dispute_id, status=status)


def told(sandbox: Running) -> list[dict[str, Any]]:
    """Every event that Stripe would send, oldest first."""
    return list(reversed(objects(sandbox, "event")))


def receive(event: dict[str, Any], *, secret: str = "", at: int | None = None) -> bool:
    """The event arrives, signed; true when it is new."""
    body = payload(event)
    sign = signature(body, secret or settings.STRIPE_WEBHOOK_SECRET, at or int(time.time()))
    return events.receive(payload=body, signature=sign)


def deliver(event: dict[str, Any]) -> None:
    """The event arrives and is worked."""
    receive(event)
    events.work(event_id=WebhookEvent.objects.values_list("pk", flat=True).get(event_id=event["id"]))
