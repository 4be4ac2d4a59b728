"""Bringing a payment to what Stripe says now. Webhook, return page, sweeper and staff all call ``settle``."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from billing import signals
from billing import stripe_gateway as gateway
from billing.domain import disputes, ledger, more_pages, payments, refunds, sessions
from billing.domain.pricing import from_cents, to_cents
from billing.enums import Movement, PaymentPurpose
from billing.enums import PaymentState as S
from billing.models import PAID_STATES, Payment
from documents.domain import outline
from documents.enums import DocumentState
from documents.models import Document
from privacy.domain import audit
from tesigo.platform import alerts
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

#: States that Stripe's session has nothing more to say about; what is left is what becomes of the money.
SETTLED: Final = frozenset({S.SUCCEEDED, S.PARTIALLY_REFUNDED, S.REFUNDED, S.DISPUTED, S.HELD})


def settle(
    *, payment_id: UUID, cause: str, by: "User | None" = None, now: datetime | None = None, again: bool = False
) -> Payment:
    """Reads Stripe's present state outside any transaction, locks our rows, moves the payment at most once (R-65).

    ``again`` asks also about a payment that is settled: its refunds and disputes may have moved. Returns the payment
    as it is afterwards. Raises ProviderError when Stripe could not be asked.
    """
    now = now or timezone.now()
    payment = Payment.objects.select_related("user").get(pk=payment_id)
    if payment.state in SETTLED and not again:
        return payment
    if not payment.stripe_session_id:
        payment = sessions.ensure(payment=payment, now=now)
    if not payment.stripe_session_id:
        return payment
    seen = gateway.retrieve_session(payment.stripe_session_id)
    after = _aftermath(seen) if again or seen.refunded or seen.is_disputed else None
    with transaction.atomic():
        # The document cannot be edited away while its money is being looked at.
        payment = payments.locked(payment_id)
        if payment.state not in SETTLED:
            _apply(
                payment, payment.document, seen, cause=f"{cause}: {seen.status}, {seen.payment_status}", by=by, now=now
            )
            payment.refresh_from_db()
        elif payment.state == S.HELD:
            _follow_held(payment, seen, cause=cause, by=by, now=now)
        if after is not None and payment.state in SETTLED:
            refunds.follow(payment=payment, seen=after.refunds, now=now)
            disputes.follow(payment=payment, seen=after.disputes, now=now, by=by)
    payment.refresh_from_db()
    return payment


@dataclass(frozen=True)
class _Aftermath:
    """What became of money after it came in."""

    refunds: list[gateway.ProviderRefund]
    disputes: list[gateway.ProviderDispute]


def _aftermath(seen: gateway.Session) -> _Aftermath | None:
    if seen.payment_status != "paid" or not seen.intent_id:
        return None
    return _Aftermath(gateway.refunds_of(seen.intent_id), gateway.disputes_of(seen.intent_id))


def target_of(seen: gateway.Session) -> S:
    """The state that a session and its PaymentIntent mean.

    An open session stays payable after a declined card; a complete one that is unpaid is a delayed method (SEPA)
    on its way, or one that came back.
    """
    if seen.payment_status == "paid":
        return S.SUCCEEDED
    if seen.status == "expired":
        return S.EXPIRED
    if seen.status == "complete":
        return S.FAILED if seen.intent_status in {"requires_payment_method", "canceled"} else S.PROCESSING
    return S.REQUIRES_ACTION if seen.intent_status == "requires_action" else S.PENDING


def mismatch(payment: Payment, seen: gateway.Session) -> str:
    """What differs between the order and what Stripe holds; empty when nothing does."""
    ordered = to_cents(payment.amount)
    if seen.amount != ordered or (seen.payment_status == "paid" and seen.received not in {None, ordered}):
        return f"The amount differs: {ordered} cents ordered, {seen.amount} asked, {seen.received} received."
    if seen.currency != payment.currency:
        return f"The currency differs: {seen.currency}."
    if seen.livemode != settings.STRIPE_LIVE_MODE:
        return f"The mode differs: live is {seen.livemode}."
    if (seen.payment_id, seen.document_id) != (str(payment.pk), str(payment.document_id)):
        return "The session was opened for another order."
    return ""


def _apply(
    payment: Payment, document: Document, seen: gateway.Session, *, cause: str, by: "User | None", now: datetime
) -> None:
    """Moves the locked payment to what was seen; a state that no longer follows was read too early and is left out."""
    target = target_of(seen)
    known: dict[str, Any] = {"checked_at": now}
    if seen.intent_id:
        known["stripe_payment_intent_id"] = seen.intent_id
    known["failure"] = seen.decline[:300] if target in {S.PENDING, S.FAILED} else ""
    Payment.objects.filter(pk=payment.pk).update(**known)
    go: Callable[..., bool] = partial(payments.move, payment_id=payment.pk, by=by, now=now)
    if target in {S.SUCCEEDED, S.PROCESSING} and (difference := mismatch(payment, seen)):
        go(to=S.HELD, cause=cause, failure=difference)
        if seen.payment_status == "paid" and seen.received:
            ledger.book(movement=Movement.PAID, payment=payment, amount=from_cents(seen.received), now=now)
        audit.record(action="payment.held", subject=payment, by=by, details={"cause": cause[:100]})
        alerts.keep_alert(
            key=f"held:{payment.pk}", subject="A payment is held", text=f"Payment {payment.pk}: {difference}"
        )
    elif target == S.SUCCEEDED and is_wanted(payment, document):
        go(to=S.SUCCEEDED, cause=cause, succeeded_at=now)
        audit.record(action="payment.succeeded", subject=payment, by=by, details={"amount": str(payment.amount)})
        # More pages start nothing: they are there once their owner asks for a rewriting.
        if payment.purpose == PaymentPurpose.ORDER:
            transaction.on_commit(partial(_tell, document.pk, payment.pk))
        enqueue_on_commit("billing.tasks.close_needless_sessions")
    elif target == S.SUCCEEDED:
        go(to=S.HELD, cause=f"{cause}; not needed", succeeded_at=now)
        ledger.book(movement=Movement.PAID, payment=payment, amount=payment.amount, now=now)
        audit.record(action="payment.not_needed", subject=payment, by=by)
        with translation.override(payment.user.language):
            reason = _why_not_needed(payment)
        refunds.open_refund(payment_id=payment.pk, cause=refunds.NOT_NEEDED, reason=reason, now=now)
    elif target in payments.MOVES[payment.state]:
        go(to=target, cause=cause)


def _why_not_needed(payment: Payment) -> str:
    if payment.purpose == PaymentPurpose.MORE_PAGES:
        return gettext("Nothing more could be bought for the document when the money came in.")
    return gettext("The document was already paid for, or its order had changed.")


def _follow_held(payment: Payment, seen: gateway.Session, *, cause: str, by: "User | None", now: datetime) -> None:
    """Money that was on its way when its payment was held: booked once it has come, let go once it never will."""
    if seen.payment_status == "paid":
        received = from_cents(seen.received or seen.amount)
        ledger.book(movement=Movement.PAID, payment=payment, amount=received, now=now)
    elif target_of(seen) == S.FAILED:
        payments.move(payment_id=payment.pk, to=S.FAILED, cause=cause, by=by, now=now, failure=seen.decline[:300])


def is_wanted(payment: Payment, document: Document) -> bool:
    """Whether the document still waits for this money: as ordered, its outline complete, and not paid by another.

    More pages are wanted as long as they can be bought, however many there are already.
    """
    if payment.purpose == PaymentPurpose.MORE_PAGES:
        return more_pages.are_wanted(payment, document)
    return (
        document.state == DocumentState.OUTLINED
        and document.pages == payment.pages
        and outline.is_complete(document)
        and not Payment.objects.orders()
        .filter(document=document, state__in=PAID_STATES)
        .exclude(pk=payment.pk)
        .exists()
    )


def _tell(document_id: UUID, payment_id: UUID) -> None:
    signals.payment_succeeded.send_robust(sender=Payment, document_id=document_id, payment_id=payment_id)
