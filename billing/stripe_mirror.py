"""Stripe's objects mirrored by dj-stripe, for staff to look at. Nothing of ours decides by what stands there."""

import logging
from datetime import datetime, timedelta
from typing import Final

from django.db import Error as DatabaseError
from django.utils import timezone
from djstripe import models as mirrored

from billing import stripe_gateway as gateway
from billing.errors import Declined, ProviderError
from billing.models import WebhookEvent

logger = logging.getLogger(__name__)

KINDS: Final = {
    "checkout.session": mirrored.Session,
    "payment_intent": mirrored.PaymentIntent,
    "charge": mirrored.Charge,
    "refund": mirrored.Refund,
    "dispute": mirrored.Dispute,
}
#: An event that could not be mirrored for so long is left alone: the next one about its object brings it up to date.
_GIVEN_UP_AFTER: Final = timedelta(days=2)


def mirror(*, event_id: int, now: datetime | None = None) -> bool:
    """Brings the mirror of the event's object up to date; false when there is nothing to mirror, or it has to wait."""
    event = WebhookEvent.objects.get(pk=event_id)
    kind = event.payload.get("object", "")
    if kind in KINDS and not _sync(kind, event.object_id):
        return False
    WebhookEvent.objects.filter(pk=event_id).update(mirrored_at=now or timezone.now())
    return kind in KINDS


def unmirrored(*, now: datetime, limit: int = 100) -> list[int]:
    """Ids of worked events whose object the mirror has not seen since, oldest first."""
    waiting = WebhookEvent.objects.filter(
        processed_at__isnull=False, mirrored_at=None, received_at__gt=now - _GIVEN_UP_AFTER
    )
    return list(waiting.order_by("received_at").values_list("pk", flat=True)[:limit])


def _sync(kind: str, object_id: str) -> bool:
    """Whether there is nothing more to do: it is mirrored, or Stripe has no such object."""
    try:
        KINDS[kind].sync_from_stripe_data(gateway.raw(kind=kind, object_id=object_id))
    except Declined:
        return True
    except (ProviderError, gateway.SdkError, DatabaseError) as error:
        # dj-stripe asks Stripe by itself for what an object points to, and so meets Stripe's own errors.
        logger.warning("stripe object not mirrored", extra={"kind": kind, "why": type(error).__name__})
        return False
    return True
