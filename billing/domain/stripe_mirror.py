"""Stripe's objects mirrored by dj-stripe, for staff to look at. Nothing of ours decides by what stands there."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from djstripe import models as mirrored

from billing import stripe_gateway as gateway
from billing.domain import copies
from billing.errors import Declined
from billing.models import Mirror, Payment
from privacy.domain import erasure
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
    if _is_of_nobody(found):
        return
    KINDS[row.kind].sync_from_stripe_data(found)
    # An erasure that began meanwhile may have looked for copies before this one was written.
    _is_of_nobody(found)


def _is_of_nobody(found: Any) -> bool:
    """Whether its payer is erased or about to be: nothing of it is copied, and what was copied goes."""
    payment_id, intent_id = gateway.payment_and_intent(found)
    about = Q(stripe_session_id=found.id) | Q(stripe_payment_intent_id__in=[found.id, intent_id])
    if payment_id:
        about |= Q(pk=payment_id)
    payment = Payment.objects.filter(about).select_related("user").first()
    if payment is None or not erasure.is_erased(user_id=payment.user_id):
        return False
    copies.forget(payment.user)
    return True


def _finish(row: Mirror, now: datetime) -> None:
    try:
        with transaction.atomic():
            duty.done(MIRRORS, row, mirrored_at=now)
            if Mirror.objects.filter(pk=row.pk, asked__gt=row.asked).update(**duty.afresh(now)):
                enqueue_on_commit(MIRRORS.task, str(row.pk))
    except duty.LostDuty:
        # What was written late may be older than what another has written since: it is fetched once more.
        ask(kind=row.kind, object_id=row.object_id, now=now)
        raise
