"""What Stripe tells us: stored once, worked in the background, believed only after asking Stripe (R-65)."""

import json
import logging
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import connection
from django.db.models import Q
from django.utils import timezone

from billing import stripe_gateway as gateway
from billing.domain import settlement
from billing.errors import BadSignature, ProviderError, Unavailable, Unknown
from billing.models import Payment, WebhookEvent
from privacy.domain import audit
from tesigo.platform import alerts, limits
from tesigo.platform.enqueue import enqueue_on_commit

logger = logging.getLogger(__name__)

#: An event that fails this often is left for staff to look at; the sweeps keep settling what it was about.
MAX_TRIES: Final = 200
#: Tries count no further while Stripe is away: that is no fault of the event's, and may last.
_TRIES_WHILE_AWAY: Final = MAX_TRIES // 2
#: Rows that refused events leave in the audit trail in an hour, at most.
REFUSALS_AUDITED: Final = 60
#: One statement for new and known events alike: Stripe is answered before anything else is done (R-65).
_STORE: Final = """
    INSERT INTO billing_webhookevent (event_id, type, object_id, payload, received_at, tries, error)
    VALUES (%s, %s, %s, %s, %s, 0, '') ON CONFLICT (event_id) DO NOTHING RETURNING id
"""


def receive(*, payload: bytes, signature: str, now: datetime | None = None) -> bool:
    """Verifies and stores an event; true when it is new. Raises BadSignature: that leaves an audit row and no more."""
    try:
        event = gateway.construct_event(payload=payload, signature=signature)
    except BadSignature as error:
        _refused(str(error))
        raise
    told = {"type": event.type, "created": event.created.isoformat(), "livemode": event.livemode}
    kept = json.dumps(event.summary | told)
    values = (event.id, event.type[:100], event.object_id, kept, now or timezone.now())
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        new = cursor.fetchone()
    if new is None:
        return False
    enqueue_on_commit("billing.tasks.work_webhook_event", new[0])
    return True


def _refused(why: str) -> None:
    """Anybody may knock at this door: so many rows an hour tell of it as well as all of them would."""
    logger.warning("webhook_refused", extra={"why": why[:100]})
    if limits.check("webhook", "refused", limit=REFUSALS_AUDITED, seconds=3600, when_redis_is_away="refuse").allowed:
        audit.record(action="webhook.refused", subject=None, by=None, details={"why": why[:100]})


def work(*, event_id: int, now: datetime | None = None) -> bool:
    """Settles what an event is about; true once it is worked. Repeating is harmless.

    One that cannot be worked, because Stripe does not answer or for any other reason, waits for the next round.
    """
    now = now or timezone.now()
    event = WebhookEvent.objects.get(pk=event_id)
    if event.processed_at:
        return True
    try:
        note = _settle(event, now)
    except (Unavailable, Unknown) as error:
        return _wait(event, str(error), most=max(event.tries, _TRIES_WHILE_AWAY))
    except ProviderError as error:
        return _wait(event, str(error))
    except Exception as error:  # whatever it is, the events after this one must not wait for it
        logger.exception("webhook_event_failed", extra={"event_id": event.event_id})
        return _wait(event, type(error).__name__)
    WebhookEvent.objects.filter(pk=event_id, processed_at=None).update(processed_at=now, error=note)
    return True


def _settle(event: WebhookEvent, now: datetime) -> str:
    """Settles the payment that an event is about; answers what is to be noted about it."""
    if not event.type.startswith(("checkout.session.", "payment_intent.", "charge.", "refund.")):
        return ""
    payment = _payment_of(event)
    if payment is None:
        return "No payment of ours."
    again = event.type.startswith(("charge.", "refund."))
    settlement.settle(payment_id=payment.pk, cause=event.type, now=now, again=again)
    return ""


def _wait(event: WebhookEvent, why: str, *, most: int = MAX_TRIES) -> bool:
    tries = min(event.tries + 1, most)
    WebhookEvent.objects.filter(pk=event.pk).update(tries=tries, error=why[:300])
    logger.warning("webhook_event_waits", extra={"event_id": event.event_id, "why": why})
    if tries == MAX_TRIES:
        alerts.tell_staff(
            key=f"webhook-event:{event.pk}",
            subject="An event from Stripe cannot be worked",
            text=f"{event.type} {event.event_id} failed {MAX_TRIES} times, last with: {why[:300]}",
        )
    return False


def unworked(*, limit: int = 200) -> list[int]:
    """Ids of events that still wait, those tried least first."""
    waiting = WebhookEvent.objects.filter(processed_at=None, tries__lt=MAX_TRIES)
    return list(waiting.order_by("tries", "received_at").values_list("pk", flat=True)[:limit])


def _payment_of(event: WebhookEvent) -> Payment | None:
    """The payment that an event is about. Raises ProviderError where Stripe has to be asked whose it is, in vain.

    What became of money may be told before the payment of it was: our rows do not know its PaymentIntent then.
    """
    if found := _known_payment(event):
        return found
    intent = event.payload.get("payment_intent")
    payment_id = _uuid(gateway.payment_named_by(intent)) if intent else None
    return Payment.objects.filter(pk=payment_id).first() if payment_id else None


def _known_payment(event: WebhookEvent) -> Payment | None:
    ours = event.payload.get("metadata", {})
    found = Q(stripe_session_id=event.object_id) | Q(stripe_payment_intent_id=event.object_id)
    found |= Q(refunds__stripe_refund_id=event.object_id)
    if intent := event.payload.get("payment_intent"):
        found |= Q(stripe_payment_intent_id=intent)
    if payment_id := _uuid(ours.get("payment_id")):
        found |= Q(pk=payment_id)
    if refund_id := _uuid(ours.get("refund_id")):
        found |= Q(refunds=refund_id)
    return Payment.objects.filter(found).first()


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text or "")
    except ValueError:
        return None
