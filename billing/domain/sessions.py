"""Our payment's counterpart at Stripe: opened once under a stored key, closed when nobody should pay it."""

from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import ngettext

from billing import stripe_gateway as gateway
from billing.domain import payments
from billing.domain.pricing import to_cents
from billing.enums import PaymentPurpose, PaymentState
from billing.errors import Declined, Unknown
from billing.models import Payment
from tesigo.platform.locales import in_euros

#: Stripe remembers a key for 24 hours; after that the same words would open a second session.
KEY_LIFE: Final = timedelta(hours=23)
#: How long an unanswered opening is tried again before a new payment may take its place. Nobody has seen the page
#: that may lie behind it, so nobody can pay it; should an event name it all the same, our id is in it.
PATIENCE: Final = timedelta(minutes=10)


def ensure(*, payment: Payment, now: datetime | None = None) -> Payment:
    """The payment with its session: opened now, or found again by the key of a call that was cut short (R-64).

    Raises Unavailable or Unknown (ask again), Declined when Stripe will never open it: it is failed then.
    """
    now = now or timezone.now()
    if payment.stripe_session_id or payment.state != PaymentState.CREATED:
        return payment
    if now - payment.created_at > KEY_LIFE:
        payments.move(payment_id=payment.pk, to=PaymentState.EXPIRED, cause="session never opened", now=now)
        return _fresh(payment)
    try:
        session = _create(payment)
    except Declined as error:
        payments.move(
            payment_id=payment.pk, to=PaymentState.FAILED, cause="session refused", now=now, failure=str(error)
        )
        raise
    except Unknown:
        if now - payment.created_at < PATIENCE:
            raise
        payments.move(payment_id=payment.pk, to=PaymentState.EXPIRED, cause="session never opened", now=now)
        return _fresh(payment)
    with transaction.atomic():
        # Together: a payment that has a page but is not open could be paid and never be booked.
        payments.locked(payment.pk)
        Payment.objects.filter(pk=payment.pk, stripe_session_id=None).update(
            stripe_session_id=session.id,
            stripe_payment_intent_id=session.intent_id,
            checkout_url=session.url,
            expires_at=session.expires_at,
        )
        if _fresh(payment).state == PaymentState.CREATED:
            payments.move(payment_id=payment.pk, to=PaymentState.PENDING, cause="session opened", now=now)
    return _fresh(payment)


def _create(payment: Payment) -> gateway.Session:
    """Every word comes from rows that do not change: the same key with other words is an error at Stripe."""
    here = settings.SITE_URL
    is_order = payment.purpose == PaymentPurpose.ORDER
    back, left = ("billing:paid", "billing:price") if is_order else ("billing:more-pages-paid", "billing:more-pages")
    with translation.override(payment.language):
        name = _what(payment)
        description = " · ".join(f"{line['label']}: {in_euros(line['amount'])}" for line in payment.lines)
    return gateway.create_session(
        key=str(payment.idempotency_key),
        amount=to_cents(payment.amount),
        currency=payment.currency,
        name=name,
        description=description,
        email=payment.user.email_as_typed,
        metadata={"payment_id": str(payment.pk), "document_id": str(payment.document_id)},
        success_url=here + reverse(back, args=[payment.document_id]) + "?session={CHECKOUT_SESSION_ID}",
        cancel_url=here + reverse(left, args=[payment.document_id]) + "?left=1",
        # As ordered, whatever the answer to an earlier call has written into the row since.
        expires_at=payment.created_at + expires_after(),
    )


def _what(payment: Payment) -> str:
    """What is sold, in the words of Stripe's page."""
    if payment.purpose == PaymentPurpose.MORE_PAGES:
        words = ngettext("%(pages)d more page of rewriting", "%(pages)d more pages of rewriting", payment.pages)
    else:
        words = ngettext("Document of %(pages)d page", "Document of %(pages)d pages", payment.pages)
    return words % {"pages": payment.pages}


def expires_after() -> timedelta:
    """R-67, less a minute: Stripe takes at most 24 hours by its own clock."""
    return settings.PAYMENT_EXPIRES_AFTER - timedelta(minutes=1)


def _fresh(payment: Payment) -> Payment:
    return Payment.objects.select_related("user").get(pk=payment.pk)
