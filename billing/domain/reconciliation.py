"""Do the books, our payments and Stripe tell the same story? Asked every night, for a UTC day (R-14)."""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from uuid import UUID

from django.db import transaction
from django.db.models import Count, F, Max, Model, Q, QuerySet
from django.utils import timezone

from billing import stripe_gateway as gateway
from billing.domain import disputes, ledger, refunds, settlement
from billing.domain.pricing import to_cents
from billing.enums import Account, PaymentState, RefundState
from billing.errors import Declined, ProviderError, Unavailable, Unknown
from billing.models import (
    OPEN_STATES,
    PAID_STATES,
    CreditNote,
    CreditNoteCounter,
    Payment,
    Receipt,
    ReceiptCounter,
    Reconciliation,
)
from documents.enums import DocumentState
from privacy.domain import audit
from tesigo.platform import alerts

logger = logging.getLogger(__name__)

#: States of a payment whose money came in.
_MONEY_CAME: Final = [*PAID_STATES, PaymentState.REFUNDED, PaymentState.HELD]
_NOT_BEGUN: Final = {DocumentState.DRAFT, DocumentState.OUTLINING, DocumentState.OUTLINED}
#: How long a paid document may wait for its job, and a decided refund for its way to Stripe, before it counts.
_PATIENCE: Final = timedelta(minutes=30)
#: How far back the night looks for days that nobody has compared.
_LOOK_BACK: Final = timedelta(days=31)


@dataclass
class _Report:
    """What was found, in words that name things by their ids."""

    now: datetime
    repair: bool
    differences: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    #: Payments of which money went back, or was taken back, on the day.
    moved: set[UUID] = field(default_factory=set)

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


def reconcile(*, day: date, repair: bool = True, now: datetime | None = None) -> Reconciliation:
    """Compares one UTC day, repairs what is safe, keeps the report, and tells staff of what is left.

    Of the day are the sessions opened, the payments opened or paid, the refunds made and the disputes opened on it,
    whatever day their payments are of; disputes still open here are asked for every day. Safe is what asks Stripe again
    and books what it says, and what gives money back for a document that failed. Raises ProviderError when Stripe could
    not be asked; nothing is kept then.
    """
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    report = _Report(now or timezone.now(), repair)
    looked_at = set()
    moved = {payment.pk: payment for payment in _moved_between(start, end, report)}
    report.moved.update(moved)
    for seen in gateway.sessions_between(start, end):
        if payment := _payment_of(seen, report):
            looked_at.add(payment.pk)
            _compare(payment, seen, report)
    for payment in [*_payments_between(start, end), *moved.values(), *disputes.payments_disputed()]:
        if payment.pk not in looked_at:
            looked_at.add(payment.pk)
            _compare_lone_payment(payment, report)
    _compare_documents(start, end, report)
    report.differences += _gaps(day.year)
    return _keep(day, report)


def _payment_of(seen: gateway.Session, report: _Report) -> Payment | None:
    """Our payment of a session at Stripe; one that belongs to none is a difference."""
    report.count("sessions")
    known = Payment.objects.filter(stripe_session_id=seen.id).first()
    named = _payment(seen.payment_id)
    if known is None and (named is None or seen.payment_status == "paid"):
        report.differences.append(f"Session {seen.id} at Stripe belongs to no payment of ours ({seen.payment_status}).")
        return None
    return known or named


def _payment(named: str) -> Payment | None:
    try:
        return Payment.objects.filter(pk=UUID(named)).first()
    except ValueError:
        return None


def _payments_between(start: datetime, end: datetime) -> QuerySet[Payment]:
    """Payments of the day: opened or paid on it."""
    return Payment.objects.filter(
        Q(created_at__gte=start, created_at__lt=end) | Q(succeeded_at__gte=start, succeeded_at__lt=end)
    ).order_by("created_at")


def _moved_between(start: datetime, end: datetime, report: _Report) -> Iterator[Payment]:
    """Payments of which money went back, or was taken back, on the day; one that Stripe alone knows is a difference."""
    intents = [(one.id, one.intent_id) for one in gateway.refunds_between(start, end)]
    intents += [(one.id, one.intent_id) for one in gateway.disputes_between(start, end)]
    for name, intent_id in intents:
        report.count("moved")
        payment = Payment.objects.filter(stripe_payment_intent_id=intent_id).first() if intent_id else None
        if payment is None and intent_id:
            payment = _payment(gateway.payment_named_by(intent_id))
        if payment:
            yield payment
        else:
            report.differences.append(f"{name} at Stripe belongs to no payment of ours.")


def _compare_lone_payment(payment: Payment, report: _Report) -> None:
    """A payment whose session was not among those of the day: opened on another one, or never."""
    if not payment.stripe_session_id:
        if payment.state in _MONEY_CAME:
            report.differences.append(f"Payment {payment.pk} counts as paid and has no session at Stripe.")
        return
    try:
        seen = gateway.retrieve_session(payment.stripe_session_id)
    except Declined as error:
        report.differences.append(f"Payment {payment.pk} is {payment.state} here; Stripe does not know it: {error}")
        return
    _compare(payment, seen, report)


def _compare(payment: Payment, seen: gateway.Session, report: _Report) -> None:
    """One payment against its session; asked again and compared anew where they differ and may be repaired."""
    is_contested = seen.is_disputed or payment.pk in report.moved or payment.disputes.exists()
    contested = gateway.disputes_of(seen.intent_id) if is_contested and seen.intent_id else []
    found = _differences(payment, seen, contested, report.now)
    if found and report.repair:
        trouble = _settle(payment, report)
        payment.refresh_from_db()
        left = _differences(payment, seen, contested, report.now)
        report.repaired += [difference for difference in found if difference not in left]
        found = left + trouble
    report.differences += found
    if seen.payment_status == "paid":
        report.count("paid")
        report.count("paid_cents", seen.received or seen.amount)
        report.count("refunded_cents", seen.refunded)


def _settle(payment: Payment, report: _Report) -> list[str]:
    """Asks Stripe about a payment and books what it says; returns what went wrong. Raises ProviderError."""
    try:
        settlement.settle(payment_id=payment.pk, cause="reconciliation", now=report.now, again=True)
    except (Unavailable, Unknown):
        raise
    except Exception as error:  # whatever is wrong with one payment, the others are compared
        logger.exception("payment_not_repaired", extra={"payment_id": str(payment.pk)})
        return [f"Payment {payment.pk} could not be settled: {type(error).__name__}."]
    return []


def _differences(
    payment: Payment, seen: gateway.Session, contested: Sequence[gateway.ProviderDispute], now: datetime
) -> list[str]:
    is_paid = seen.payment_status == "paid"
    found = []
    if is_paid != (payment.state in _MONEY_CAME):
        found.append(f"is {payment.state} here and {seen.payment_status} at Stripe.")
    elif payment.state in OPEN_STATES and settlement.target_of(seen) != payment.state:
        found.append(f"is {payment.state} here and {settlement.target_of(seen)} at Stripe.")
    if is_paid:
        found += _differences_of_money(payment, seen, contested, now)
    return [f"Payment {payment.pk}: {words}" for words in found]


def _differences_of_money(
    payment: Payment, seen: gateway.Session, contested: Sequence[gateway.ProviderDispute], now: datetime
) -> Iterator[str]:
    """What differs in a payment that Stripe says is paid: amounts, what went back, disputes, books, receipt."""
    if difference := settlement.mismatch(payment, seen):
        yield difference
    states = dict(payment.disputes.values_list("stripe_dispute_id", "state"))
    for one in contested:
        if states.get(one.id) != disputes.state_of(one):
            yield f"dispute {one.id} is {states.get(one.id, 'unknown')} here and {one.status} at Stripe."
    if payment.state in PAID_STATES and not Receipt.objects.filter(payment=payment).exists():
        yield "is paid and has no receipt."
    if _is_under_way(payment, now):
        return
    ours = to_cents(payment.refunded_amount)
    if ours != seen.refunded:
        yield f"{ours} cents went back here, {seen.refunded} at Stripe."
    held = ledger.balances(payment=payment)[Account.STRIPE]
    expected = (seen.received or seen.amount) - seen.refunded - sum(one.taken - one.returned for one in contested)
    if held != expected:
        yield f"the books hold {held} cents at Stripe, not {expected}."


def _is_under_way(payment: Payment, now: datetime) -> bool:
    """Whether a refund is decided and not yet finished: until then here and there may differ."""
    is_fresh = Q(state=RefundState.PENDING) | Q(created_at__gt=now - _PATIENCE)
    return payment.refunds.filter(is_fresh, state__in=refunds.OPEN).exists()


def _compare_documents(start: datetime, end: datetime, report: _Report) -> None:
    """Money and work never part: a paid document is being written, is written, or its money is on its way back."""
    paid = Payment.objects.orders().filter(state__in=PAID_STATES, succeeded_at__gte=start, succeeded_at__lt=end)
    for payment in paid.select_related("document").order_by("succeeded_at"):
        state = payment.document.state
        if state == DocumentState.FAILED and payment.state != PaymentState.DISPUTED:
            _compare_failed_document(payment, report)
        elif state in _NOT_BEGUN and payment.succeeded_at and report.now - payment.succeeded_at > _PATIENCE:
            report.differences.append(f"Document {payment.document_id} was paid ({payment.pk}) and is not written.")


def _compare_failed_document(payment: Payment, report: _Report) -> None:
    found = f"Document {payment.document_id} failed and payment {payment.pk} was not refunded."
    refund = None
    if report.repair:
        reason = payment.document.failure
        refund = refunds.refund_in_full(document_id=payment.document_id, cause=refunds.GENERATION_FAILED, reason=reason)
    if refund is None or refund.state == RefundState.FAILED:
        report.differences.append(found)
    else:
        report.repaired.append(found)


def _gaps(year: int) -> Iterator[str]:
    """Numbers of papers that are missing in a year."""
    series: list[tuple[str, type[Model], type[Model]]] = [
        ("Receipts", Receipt, ReceiptCounter),
        ("Credit notes", CreditNote, CreditNoteCounter),
    ]
    for name, paper, counter in series:
        facts = paper._default_manager.filter(year=year).aggregate(count=Count("pk"), last=Max("number"))
        given = counter._default_manager.filter(year=year).values_list("last", flat=True).first() or 0
        last = max(facts["last"] or 0, given)
        if facts["count"] != last:
            yield f"{name} of {year}: {facts['count']} issued, the last is number {last}."


@transaction.atomic
def _keep(day: date, report: _Report) -> Reconciliation:
    kept = Reconciliation.objects.create(
        day=day, at=report.now, counts=report.counts, differences=report.differences, repaired=report.repaired
    )
    audit.record(
        action="reconciliation.done",
        subject=kept,
        by=None,
        details={"differences": len(report.differences), "repaired": len(report.repaired)},
    )
    if report.differences:
        alerts.keep_alert(
            key=f"reconciliation:{day}:{len(report.differences)}",
            subject=f"The books of {day} differ from Stripe",
            text="\n".join(report.differences[:50]),
        )
    return kept


def days_due(*, today: date) -> list[date]:
    """Days that the night has to compare, oldest first: yesterday, and those that earlier nights have missed.

    A comparison made before its day was over does not count. Days before the first one are nobody's to compare.
    """
    yesterday = today - timedelta(days=1)
    reports = Reconciliation.objects.filter(day__gte=today - _LOOK_BACK, day__lt=today, at__date__gt=F("day"))
    done = set(reports.values_list("day", flat=True))
    days = (yesterday - timedelta(days=back) for back in range((yesterday - min(done, default=yesterday)).days, 0, -1))
    return [*(day for day in days if day not in done), yesterday]


def reconcile_quietly(*, day: date) -> None:
    """As ``reconcile``, for the night: when Stripe cannot be asked staff are told, and the next night asks again."""
    try:
        reconcile(day=day)
    except ProviderError as error:
        alerts.tell_staff(
            key=f"reconciliation:{day}",
            subject=f"{day} could not be reconciled",
            text=f"Stripe could not be asked: {error}",
        )
