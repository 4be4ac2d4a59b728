"""What Stripe tells us: stored once, worked in the background, believed only after asking Stripe (R-65)."""

import json
import logging
from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from billing import stripe_gateway as gateway
from billing.domain import settlement, stripe_mirror
from billing.errors import BadSignature, Unavailable, Unknown
from billing.models import Payment, WebhookEvent
from privacy.domain import audit
from tesigo.platform import alerts, duty, rate_limits
from tesigo.platform.enqueue import enqueue_on_commit
from tesigo.platform.log_values import word

logger = logging.getLogger(__name__)

#: An event that fails this often is left for staff to look at; the sweeps keep settling what it was about.
MAX_TRIES: Final = 200
#: Rows that refused events leave in the audit trail in an hour, at most.
REFUSALS_AUDITED_AN_HOUR: Final = 60
#: One statement for new and known events alike: Stripe is answered before anything else is done (R-65).
_STORE: Final = """
    INSERT INTO billing_webhookevent (event_id, type, object_id, payload, received_at, due_at, nudged_at)
    VALUES (%s, %s, %s, %s, %s, %s, %s) ON CONFLICT (event_id) DO NOTHING RETURNING id
"""


def _tell_of(event: WebhookEvent) -> None:
    alerts.keep_alert(
        key=f"webhook-event:{event.pk}",
        subject="An event from Stripe cannot be worked",
        text=f"{event.type} {event.event_id} failed {event.tries} times, last with: {event.error}",
    )


EVENTS: Final = duty.Kind(
    name="event",
    about="type",
    label=_("Notices from the payment provider"),
    model=WebhookEvent,
    task="billing.tasks.work_webhook_event",
    is_open=Q(processed_at=None),
    # Longer than Stripe is waited for; should two ever settle one payment at once, its lock keeps them apart.
    lease=timedelta(minutes=2),
    # What Stripe tells freezes and releases documents: it is soon tried again, however often.
    first_wait=timedelta(seconds=15),
    longest_wait=timedelta(seconds=15),
    most_tries=MAX_TRIES,
    outages=(Unavailable, Unknown),
    nudge_lasts=timedelta(minutes=2),
    may_reopen=Q(processed_at=None),
    # Each in words of its own, for each is about another payment.
    after_giving_up=_tell_of,
    is_told=False,
)


def receive(*, payload: bytes, signature: str, now: datetime | None = None) -> bool:
    """Verifies and stores an event; true when it is new. Raises BadSignature: that leaves an audit row and no more."""
    try:
        event = gateway.construct_event(payload=payload, signature=signature)
    except BadSignature as error:
        _refused(str(error))
        raise
    told = {"type": event.type, "created": event.created.isoformat(), "livemode": event.livemode}
    kept = json.dumps(event.summary | told)
    now = now or timezone.now()
    values = (event.id, event.type[:100], event.object_id, kept, now, now, now)
    with connection.cursor() as cursor:
        cursor.execute(_STORE, values)
        new = cursor.fetchone()
    if new is None:
        return False
    enqueue_on_commit(EVENTS.task, str(new[0]))
    return True


def _refused(why: str) -> None:
    """Anybody may knock at this door: a fixed number of rows an hour tells of it as well as all of them."""
    logger.warning("webhook_refused", extra={"why": word(why[:100])})
    if rate_limits.check(
        "webhook", "refused", limit=REFUSALS_AUDITED_AN_HOUR, seconds=3600, when_redis_is_away="refuse"
    ).allowed:
        audit.record(action="webhook.refused", subject=None, by=None, details={"why": why[:100]})


def work(*, event_id: int, now: datetime | None = None) -> bool:
    """Settles what an event is about, if it is due; true when it did. Repeating is harmless.

    One that cannot be worked, because Stripe does not answer or for any other reason, waits for its next try.
    """

    def settled(event: WebhookEvent) -> Callable[[], None]:
        at = now or timezone.now()
        note = _settle(event, at)
        return partial(_finish, event, note, at)

    return duty.attempt(EVENTS, event_id, settled, now=now)


@transaction.atomic
def _finish(event: WebhookEvent, note: str, now: datetime) -> None:
    duty.done(EVENTS, event, processed_at=now, error=note)
    stripe_mirror.ask(kind=event.payload.get("object", ""), object_id=event.object_id, now=now)


def _settle(event: WebhookEvent, now: datetime) -> str:
    """Settles the payment that an event is about; returns what is to be noted about it."""
    if not event.type.startswith(("checkout.session.", "payment_intent.", "charge.", "refund.")):
        return ""
    payment = _payment_of(event)
    if payment is None:
        return "No payment of ours."
    again = event.type.startswith(("charge.", "refund."))
    settlement.settle(payment_id=payment.pk, cause=event.type, now=now, again=again)
    return ""


def unworked(*, limit: int = 200) -> list[int]:
    """Ids of events that still wait, those due longest first."""
    waiting = WebhookEvent.objects.filter(EVENTS.is_open, due_at__isnull=False)
    return list(waiting.order_by("due_at").values_list("pk", flat=True)[:limit])


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
