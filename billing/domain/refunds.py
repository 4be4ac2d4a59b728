"""Money going back: decided once under a lock, then carried out under a stored key until Stripe has it."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import ROUND_CEILING, Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.db import transaction
from django.db.models import Case, F, Q, When
from django.utils import timezone, translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.domain.mail import send_mail
from billing import stripe_gateway as gateway
from billing.domain import credit_notes, ledger, payments
from billing.domain.pricing import CENT, from_cents, to_cents
from billing.domain.sessions import KEY_LIFE
from billing.enums import Movement, PaymentPurpose, PaymentState, RefundState
from billing.errors import Declined, Unavailable, Unknown
from billing.models import PAID_STATES, Payment, Receipt, Refund
from documents.enums import DocumentState
from privacy.domain import audit
from tesigo.platform import alerts, duty
from tesigo.platform.enqueue import enqueue_on_commit

if TYPE_CHECKING:
    from accounts.models import User

#: The cause of a refund for a document that could not be written (R-67).
GENERATION_FAILED: Final = "generation_failed"
OPEN: Final = (RefundState.CREATED, RefundState.PENDING)
#: Stripe's words for a refund whose money is with us again.
_SENT_BACK: Final = frozenset({"failed", "canceled"})
#: The cause under which pages that were paid and not delivered are given back, once (R-11).
MISSING_PAGES: Final = "missing_pages"
#: The cause of a refund of money that came in for nothing: paid twice, or for an order that had changed (R-63).
NOT_NEEDED: Final = "not_needed"
#: The cause of a refund of an order that was changed while it was being paid.
ORDER_CHANGED: Final = "order_changed"
#: The cause of a refund of an order that its owner stopped before its writing began.
STOPPED_BY_OWNER: Final = "stopped_by_owner"
#: The cause of a refund of more pages of rewriting whose document's order was given back in full.
WITH_ORDER: Final = "with_order"
#: After these a payment pays for no writing any more, even where its money came back to us.
ENDING: Final = (GENERATION_FAILED, NOT_NEEDED, ORDER_CHANGED, STOPPED_BY_OWNER)
#: How soon Stripe is asked again about a refund that it has not finished.
_ASK_AGAIN: Final = timedelta(minutes=1)

REFUNDS: Final = duty.Kind(
    name="refund",
    about="cause",
    label=_("Refunds on their way"),
    model=Refund,
    task="billing.tasks.continue_refund",
    is_open=Q(state__in=OPEN),
    # Longer than Stripe is waited for; should two ever send one refund at once, its key keeps it one.
    lease=timedelta(minutes=2),
    first_wait=_ASK_AGAIN,
    longest_wait=timedelta(minutes=10),
    # Money that is owed is never given up; staff hear of one that has not moved for an hour.
    told_after=10,
    outages=(Unavailable, Unknown),
    nudge_lasts=timedelta(minutes=2),
    may_reopen=Q(state__in=OPEN),
)


def refund_in_full(*, document_id: UUID, cause: str, reason: str, by: "User | None" = None) -> Refund | None:
    """Gives all the money of a document's order back, once per (payment, cause) (R-67).

    What was paid for more pages of rewriting goes back with it. Called again for the same cause it returns the same
    refund; with nothing paid it returns None.
    """
    paid = _payment_that_pays(document_id)
    if paid is None:
        return _of_order(document_id, cause)
    return open_refund(payment_id=paid.pk, cause=cause, reason=reason, by=by)


def refund_missing_pages(*, document_id: UUID, ordered: int, delivered: Decimal, reason: str) -> Refund | None:
    """Gives back the share of the price that pages ordered and not delivered have in it, once (R-11).

    Rounded up to the cent, never more than what is left. Returns None when no page is missing or nothing was paid.
    """
    missing = ordered - delivered
    if missing <= 0:
        return None
    with transaction.atomic():
        paid = _payment_that_pays(document_id)
        if paid is None:
            return _of_order(document_id, MISSING_PAGES)
        paid = payments.locked(paid.pk)
        share = cost_of_pages(total=paid.amount, ordered=ordered, pages=missing)
        amount = min(share, paid.amount - paid.refunded_amount)
        return open_refund(payment_id=paid.pk, cause=MISSING_PAGES, reason=reason, amount=amount)


def _of_order(document_id: UUID, cause: str) -> Refund | None:
    orders = Payment.objects.orders().filter(document_id=document_id)
    return Refund.objects.filter(payment__in=orders, cause=cause).order_by("-created_at").first()


def cost_of_pages(*, total: Decimal, ordered: int, pages: Decimal | int) -> Decimal:
    """The share of ``pages`` in the total charged for all pages ordered, with every line of the order in it (R-69).

    Rounded up to the cent. Raises ValueError for more pages than were ordered.
    """
    if not 0 < pages <= ordered:
        raise ValueError(f"{pages} of {ordered} pages")
    return (total * pages / ordered).quantize(CENT, rounding=ROUND_CEILING)


def _payment_that_pays(document_id: UUID) -> Payment | None:
    """The order whose money a document has: also one that is held since an earlier refund of it came back."""
    of_document = Payment.objects.orders().filter(document_id=document_id)
    paid = of_document.filter(state__in=PAID_STATES).first()
    return paid or of_document.filter(state=PaymentState.HELD, receipt__isnull=False).order_by("-created_at").first()


def share_kept(document_id: UUID) -> Decimal:
    """How much of the price of a document's order was not given back, from 0 to 1; 1 where nothing was paid."""
    refunded = Payment.objects.orders().filter(document_id=document_id, state=PaymentState.REFUNDED)
    paid = _payment_that_pays(document_id) or refunded.first()
    return Decimal(1) if paid is None else 1 - paid.refunded_amount / paid.amount


def open_refund(
    *,
    payment_id: UUID,
    cause: str,
    reason: str,
    amount: Decimal | None = None,
    by: "User | None" = None,
    now: datetime | None = None,
) -> Refund | None:
    """Decides a refund of ``amount`` (all that is left when None) and books it; a task carries it out after commit.

    From this moment the money counts as given back. Returns the refund that the cause already has, or None when
    nothing is left. Raises ValueError when more is asked than is left.
    """
    now = now or timezone.now()
    with transaction.atomic():
        payment = payments.locked(payment_id)
        if earlier := Refund.objects.filter(payment=payment, cause=cause).first():
            return earlier
        left = payment.amount - payment.refunded_amount
        if payment.state not in {*PAID_STATES, PaymentState.HELD} or not left:
            return None
        if amount is not None and not 0 < amount <= left:
            raise ValueError(f"{amount} of {left}")
        refund = Refund.objects.create(
            payment=payment,
            amount=amount or left,
            cause=cause,
            reason=reason[:300],
            actor_id=by.pk if by else None,
            created_at=now,
            **duty.due_now(timezone.now()),
        )
        _open(payment, refund, by, now)
        enqueue_on_commit(REFUNDS.task, str(refund.pk))
    return refund


def _open(payment: Payment, refund: Refund, by: "User | None", now: datetime) -> None:
    """From now on the money counts as given back.

    A disputed payment stays disputed until its bank has decided; money that pays for nothing stays held while some of
    it is left.
    """
    left = payment.amount - payment.refunded_amount
    Payment.objects.filter(pk=payment.pk).update(refunded_amount=F("refunded_amount") + refund.amount)
    to = PaymentState.REFUNDED if refund.amount == left else PaymentState.PARTIALLY_REFUNDED
    is_spare = payment.state == PaymentState.HELD and not _pays(payment)
    if payment.state != PaymentState.DISPUTED and not (is_spare and to == PaymentState.PARTIALLY_REFUNDED):
        payments.move(payment_id=payment.pk, to=to, cause=f"refund: {refund.cause}", by=by, now=now)
    ledger.book(movement=Movement.REFUND_OPENED, payment=payment, refund=refund, amount=refund.amount, now=now)
    audit.record(action="refund.opened", subject=refund, by=by, details={"amount": str(refund.amount)})
    if payment.purpose == PaymentPurpose.ORDER:
        give_back_with_order(document_id=payment.document_id, by=by, now=now)


def give_back_with_order(*, document_id: UUID, now: datetime, by: "User | None" = None) -> None:
    """Gives back what was paid for more pages of rewriting where nothing of the order is left: none can be had then.

    Runs inside the transaction that holds the document; repeating it changes nothing.
    """
    if share_kept(document_id):
        return
    for more in Payment.objects.of_more_pages().that_count().select_related("user").filter(document_id=document_id):
        with translation.override(more.user.language):
            reason = gettext(
                "The payment for the document was given back in full. The pages of rewriting were bought for it alone."
            )
        open_refund(payment_id=more.pk, cause=WITH_ORDER, reason=reason, by=by, now=now)


def _pays(held: Payment) -> bool:
    """Whether a held payment still pays for something: it succeeded, and no other has since for its document.

    More pages may be paid for time and again.
    """
    if not Receipt.objects.filter(payment=held).exists():
        return False
    others = Payment.objects.orders().filter(document_id=held.document_id, state__in=PAID_STATES)
    return held.purpose == PaymentPurpose.MORE_PAGES or not others.exists()


def follow(*, payment: Payment, seen: Sequence[gateway.ProviderRefund], now: datetime) -> None:
    """Books what Stripe says of the refunds of a locked payment, also of those that were made at Stripe itself.

    Runs inside the transaction that holds the payment; repeating it changes nothing.
    """
    for answer in seen:
        refund = _known(payment, answer) or _made_at_stripe(payment, answer, now)
        # A bank may send back what counted as paid for weeks.
        if refund is not None and (refund.state in OPEN or answer.status in _SENT_BACK):
            _book(refund, answer, now)
        payment.refresh_from_db()


def _known(payment: Payment, answer: gateway.ProviderRefund) -> Refund | None:
    for refund in Refund.objects.filter(payment=payment):
        if answer.id == refund.stripe_refund_id or answer.our_id == str(refund.pk):
            return refund
    return None


def _made_at_stripe(payment: Payment, answer: gateway.ProviderRefund, now: datetime) -> Refund | None:
    """A row for a refund that somebody made at Stripe's own pages. What does not fit is for staff to look at."""
    amount = from_cents(answer.amount)
    if answer.status in _SENT_BACK:
        return None
    if amount > payment.amount - payment.refunded_amount:
        alerts.tell_staff(
            key=f"refund-too-large:{answer.id}",
            subject="More went back than was paid",
            text=f"Refund {answer.id} of €{amount} at Stripe does not fit payment {payment.pk}.",
        )
        return None
    refund = Refund.objects.create(
        payment=payment,
        amount=amount,
        cause=f"stripe:{answer.id}"[:64],
        reason="Refunded at Stripe",
        stripe_refund_id=answer.id,
        created_at=now,
    )
    _open(payment, refund, None, now)
    return refund


def advance(*, refund_id: UUID, now: datetime | None = None) -> Refund:
    """Sends an open refund to Stripe, or asks how it stands, and books the answer. Repeating it changes nothing.

    Raises ProviderError when Stripe could not be asked; the refund stays open and is tried again.
    """
    now = now or timezone.now()
    refund = Refund.objects.select_related("payment").get(pk=refund_id)
    if refund.state not in OPEN:
        return refund
    _note(refund, _ask(refund, now), now)
    refund.refresh_from_db()
    return refund


def advance_quietly(*, refund_id: UUID, now: datetime | None = None) -> bool:
    """As ``advance``, for the background, if the refund is due; true when Stripe was asked.

    One that Stripe has not finished is asked about again; what goes wrong stays on the row, and it is tried again.
    """

    def asked(refund: Refund) -> Callable[[], None]:
        at = now or timezone.now()
        answer = _ask(refund, at)
        return lambda: _note_of_duty(refund, answer, at)

    return duty.attempt(REFUNDS, refund_id, asked, now=now)


def unfinished(*, limit: int = 200) -> list[UUID]:
    """Ids of refunds that Stripe has not finished: those that it has not taken yet, then those on their way."""
    is_waiting = Case(When(state=RefundState.CREATED, then=0), default=1)
    unfinished = Refund.objects.filter(state__in=OPEN).order_by(is_waiting, "created_at")
    return list(unfinished.values_list("pk", flat=True)[:limit])


def _ask(refund: Refund, now: datetime) -> gateway.ProviderRefund | Declined:
    """How the refund stands at Stripe, which gets it if it has not; or its no. Raises Unavailable and Unknown."""
    try:
        if refund.stripe_refund_id:
            return gateway.retrieve_refund(refund.stripe_refund_id)
        intent = refund.payment.stripe_payment_intent_id
        if not intent:
            return Declined("The payment has no PaymentIntent.")
        is_old = now - refund.created_at > KEY_LIFE
        if is_old and (found := gateway.find_refund(intent_id=intent, our_id=str(refund.pk))):
            return found
        return gateway.create_refund(
            key=str(refund.idempotency_key),
            intent_id=intent,
            amount=to_cents(refund.amount),
            metadata={"refund_id": str(refund.pk), "payment_id": str(refund.payment_id)},
        )
    except Declined as error:
        return error


def _note_of_duty(refund: Refund, answer: gateway.ProviderRefund | Declined, now: datetime) -> None:
    """Books the answer while the refund is held. Raises LostDuty, and has booked nothing then."""
    with transaction.atomic():
        payments.locked(refund.payment_id)
        _note(refund, answer, now)
        if Refund.objects.filter(REFUNDS.is_open, pk=refund.pk).exists():
            duty.put_off(REFUNDS, refund, wait=_ASK_AGAIN, why="It is on its way at Stripe.", now=now)
        else:
            duty.done(REFUNDS, refund)


def _note(refund: Refund, answer: gateway.ProviderRefund | Declined, now: datetime) -> None:
    if isinstance(answer, Declined):
        _fail(refund, str(answer), now)
    else:
        _book(refund, answer, now)


def _book(refund: Refund, answer: gateway.ProviderRefund, now: datetime) -> None:
    if answer.status in _SENT_BACK:
        Refund.objects.filter(pk=refund.pk).update(stripe_refund_id=answer.id)
        _fail(refund, answer.failure or answer.status, now)
        return
    done = answer.status == "succeeded"
    with transaction.atomic():
        # Before its refunds, as whoever follows Stripe's word holds it: else the two would wait for each other.
        payment = payments.locked(refund.payment_id)
        was_told = Refund.objects.filter(pk=refund.pk, state=RefundState.PENDING).exists()
        moved = Refund.objects.filter(pk=refund.pk, state__in=OPEN).update(
            state=RefundState.SUCCEEDED if done else RefundState.PENDING,
            stripe_refund_id=answer.id,
            finished_at=now if done else None,
        )
        if moved:
            note = None
            if done:
                ledger.book(
                    movement=Movement.REFUND_PAID, payment=payment, refund=refund, amount=refund.amount, now=now
                )
                note = credit_notes.issue(
                    payment=payment, amount=refund.amount, reason=refund.reason, now=now, refund=refund
                )
            if note is not None and was_told:
                credit_notes.send(note=note, payment=payment)
            send_mail(
                user=payment.user,
                template="refunded",
                context={
                    "document_id": str(payment.document_id),
                    "is_readable": payment.document.state == DocumentState.READY,
                    "amount": str(refund.amount),
                    "cause": refund.cause,
                    "reason": refund.reason,
                    "note_id": note.pk if note else None,
                },
                once_key=f"refunded:{refund.pk}",
            )


def _fail(refund: Refund, why: str, now: datetime) -> None:
    """The money is still with us: it is held, for staff to look at (R-14)."""
    with transaction.atomic():
        payment = payments.locked(refund.payment_id)
        standing = Refund.objects.filter(pk=refund.pk).exclude(state=RefundState.FAILED)
        if not standing.update(state=RefundState.FAILED, failure=why[:300], finished_at=now):
            return
        Payment.objects.filter(pk=payment.pk).update(refunded_amount=F("refunded_amount") - refund.amount)
        ledger.book(movement=Movement.REFUND_FAILED, payment=payment, refund=refund, amount=refund.amount, now=now)
        credit_notes.take_back(payment=payment, now=now, refund=refund)
        if payment.state != PaymentState.DISPUTED:
            payments.move(
                payment_id=payment.pk, to=PaymentState.HELD, cause="refund failed", now=now, failure=why[:300]
            )
        audit.record(action="refund.failed", subject=refund, by=None)
        alerts.keep_alert(
            key=f"refund-failed:{refund.pk}",
            subject="A refund failed",
            text=f"Refund {refund.pk} of payment {refund.payment_id} did not go through: {why}",
        )
