"""Stripe's objects mirrored by dj-stripe, for staff to look at. Nothing of ours decides by what stands there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from django.db import transaction
from django.db.models import F
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from djstripe import models as mirrored

from billing import stripe_gateway as gateway
from billing.errors import Declined
from billing.models import Mirror
from tesigo.platform import duty
from tesigo.platform.enqueue import enqueue_on_commit

KINDS: Final = {
    "checkout.session": mirrored.Session,
    "payment_intent": mirrored.PaymentIntent,
    "charge": mirrored.Charge,
    "refund": mirrored.Refund,
    "dispute": mirrored.Dispute,
}
MIRRORS: Final = duty.Kind(
    name="mirror",
    about="kind",
    label=_("Copies of the payment provider's objects"),
    model=Mirror,
    task="billing.tasks.mirror_stripe_object",
    # dj-stripe asks for whatever an object points to, one after the other.
    lease=timedelta(minutes=5),
    # Two days: the next event about the object brings it up to date, and an outage of Stripe's is no exception.
    most_tries=55,
)


def ask(*, kind: str, object_id: str, now: datetime | None = None) -> None:
    """Has an object's copy brought up to date in the background, where we keep one of its kind."""
    if kind not in KINDS:
        return
    now = now or timezone.now()
    new = {"asked_at": now, **duty.due_now(now)}
    with transaction.atomic():
        row, is_due = Mirror.objects.get_or_create(kind=kind, object_id=object_id, defaults=new)
        if not is_due:
            this = Mirror.objects.filter(pk=row.pk)
            # The worker that is at it sees by the count that there is more to fetch.
            this.update(asked=F("asked") + 1, asked_at=now)
            is_due = bool(this.filter(due_at=None).update(**duty.afresh(now)))
        if is_due:
            enqueue_on_commit(MIRRORS.task, str(row.pk))


def mirror(*, mirror_id: int, now: datetime | None = None) -> bool:
    """Brings a copy up to date, if it is due; true when it did. Why it could not stays on the row."""

    def synced(row: Mirror) -> Callable[[], None]:
        _sync(row)
        return partial(_finish, row, now or timezone.now())

    return duty.attempt(MIRRORS, mirror_id, synced, now=now)


def waiting(*, limit: int = 100) -> list[int]:
    """Ids of copies that are not up to date, those due longest first."""
    return list(Mirror.objects.filter(due_at__isnull=False).order_by("due_at").values_list("pk", flat=True)[:limit])


def _sync(row: Mirror) -> None:
    """Writes the object as Stripe has it now. Raises what Stripe, its SDK, which dj-stripe uses, or the database do."""
    try:
        found = gateway.raw(kind=row.kind, object_id=row.object_id)
    except Declined:
        return  # Stripe has no such object
    KINDS[row.kind].sync_from_stripe_data(found)


def _finish(row: Mirror, now: datetime) -> None:
    try:
        with transaction.atomic():
            duty.done(MIRRORS, row, mirrored_at=now)
            if Mirror.objects.filter(pk=row.pk, asked__gt=row.asked).update(**duty.afresh(now)):
                enqueue_on_commit(MIRRORS.task, str(row.pk))
    except duty.Lost:
        # What was written late may be older than what another has written since: it is fetched once more.
        ask(kind=row.kind, object_id=row.object_id, now=now)
        raise
