"""Disputes: the payer's bank asks for the money back. The document is frozen, staff are told (R-63).

Where the money paid for more pages of rewriting, these count no more, and the document stays free (R-93).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Final

from django.db import connection
from django.db.models import QuerySet
from django.utils import translation
from django.utils.translation import gettext

from billing import stripe_gateway as gateway
from billing.domain import credit_notes, ledger, payments, refunds
from billing.domain.pricing import from_cents
from billing.enums import DisputeState, Movement, PaymentPurpose, PaymentState
from billing.models import OPEN_STATES, PAID_STATES, Dispute, Payment, Receipt
from documents.domain import freezing
from privacy.domain import audit
from tesigo.platform import alerts

if TYPE_CHECKING:
    from accounts.models import User

#: How a dispute stands by Stripe's word for it. A warning that is closed was no dispute in the end.
_STATES: Final = {"won": DisputeState.WON, "warning_closed": DisputeState.WON, "lost": DisputeState.LOST}


def follow(
    *, payment: Payment, seen: Sequence[gateway.ProviderDispute], now: datetime, by: "User | None" = None
) -> None:
    """Brings the disputes of a locked payment, its state and the document's freezing to what Stripe says now.

    Repeating it changes nothing, and a dispute first heard of when it is over is booked as one that was followed
    throughout. One over money that had gone back is booked and told, and leaves payment and document alone. Runs inside
    the transaction that holds the payment.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("disputes are followed with their payment locked")
    for one in seen:
        _follow_one(payment, one, now, by)
    states = set(Dispute.objects.filter(payment=payment).values_list("state", flat=True))
    present = Payment.objects.values_list("state", flat=True).get(pk=payment.pk)
    if not states or (present != PaymentState.DISPUTED and _has_no_document(payment, present)):
        return
    is_disputed = bool(states & {DisputeState.OPEN, DisputeState.LOST})
    if payment.purpose == PaymentPurpose.ORDER:
        freezing.set_frozen(document_id=payment.document_id, is_frozen=is_disputed, now=now)
    if is_disputed:
        payments.move(payment_id=payment.pk, to=PaymentState.DISPUTED, cause="disputed", by=by, now=now)
    elif present == PaymentState.DISPUTED:
        payments.move(payment_id=payment.pk, to=_before(payment), cause="dispute won", by=by, now=now)
        # The order may have been given back meanwhile, when these pages did not count.
        if payment.purpose == PaymentPurpose.MORE_PAGES:
            refunds.give_back_with_order(document_id=payment.document_id, by=by, now=now)


def _has_no_document(payment: Payment, state: str) -> bool:
    """Whether neither the document nor pages of it are this payment's.

    Its money went back or never was what was ordered, or another order has taken its place.
    """
    if state == PaymentState.REFUNDED or not Receipt.objects.filter(payment=payment).exists():
        return True
    if payment.purpose == PaymentPurpose.MORE_PAGES:
        return False
    others = Payment.objects.orders().filter(document_id=payment.document_id, state__in=[*OPEN_STATES, *PAID_STATES])
    return others.exclude(pk=payment.pk).exists()


def state_of(one: gateway.ProviderDispute) -> DisputeState:
    """How a dispute stands, by Stripe's word for it."""
    return _STATES.get(one.status, DisputeState.OPEN)


def _follow_one(payment: Payment, one: gateway.ProviderDispute, now: datetime, by: "User | None") -> None:
    state = state_of(one)
    dispute, is_new = Dispute.objects.get_or_create(
        stripe_dispute_id=one.id,
        defaults={
            "payment": payment,
            "amount": from_cents(one.amount),
            "reason": one.reason[:60],
            "opened_at": one.created,
        },
    )
    if is_new:
        audit.record(action="dispute.opened", subject=dispute, by=by, details={"amount": str(dispute.amount)})
        _tell_staff(payment, dispute, "A payment is disputed")
    if dispute.state != state:
        closed_at = None if state == DisputeState.OPEN else now
        Dispute.objects.filter(pk=dispute.pk).update(state=state, closed_at=closed_at)
        audit.record(action=f"dispute.{state}", subject=dispute, by=by)
        _tell_staff(payment, dispute, f"A dispute was {DisputeState(state).label}")
        _note(payment, dispute, state, now)
    if one.taken:
        taken = from_cents(one.taken)
        ledger.book(movement=Movement.DISPUTE_WITHDRAWN, payment=payment, dispute=dispute, amount=taken, now=now)
        Dispute.objects.filter(pk=dispute.pk, is_withdrawn=False).update(is_withdrawn=True)
    if one.returned:
        back = from_cents(one.returned)
        ledger.book(movement=Movement.DISPUTE_REINSTATED, payment=payment, dispute=dispute, amount=back, now=now)


def _note(payment: Payment, dispute: Dispute, state: DisputeState, now: datetime) -> None:
    """Money that a bank has taken for good is on paper as what we give back ourselves is."""
    if state != DisputeState.LOST:
        credit_notes.take_back(payment=payment, now=now, dispute=dispute)
        return
    with translation.override(payment.user.language):
        reason = gettext("Your bank has taken the money back.")
    note = credit_notes.issue(payment=payment, amount=dispute.amount, reason=reason, now=now, dispute=dispute)
    if note is not None:
        credit_notes.send(note=note, payment=payment)


def _before(payment: Payment) -> PaymentState:
    """Where a payment stands apart from its disputes: by what has gone back of it."""
    amount, refunded = Payment.objects.values_list("amount", "refunded_amount").get(pk=payment.pk)
    if refunded >= amount:
        return PaymentState.REFUNDED
    return PaymentState.PARTIALLY_REFUNDED if refunded else PaymentState.SUCCEEDED


def _tell_staff(payment: Payment, dispute: Dispute, subject: str) -> None:
    what = (
        "Its document cannot be taken away"
        if payment.purpose == PaymentPurpose.ORDER
        else "The pages of rewriting that it paid for do not count"
    )
    alerts.keep_alert(
        key=f"dispute:{dispute.pk}:{subject}",
        subject=subject,
        text=f"Dispute {dispute.stripe_dispute_id} over €{dispute.amount} on payment {payment.pk}. "
        f"{what} while the dispute is open, nor after it is lost.",
    )


def payments_disputed() -> QuerySet[Payment]:
    """Payments with an open dispute: what becomes of it is asked for, should Stripe's word of it be lost (R-14)."""
    return Payment.objects.filter(disputes__state=DisputeState.OPEN).distinct()
