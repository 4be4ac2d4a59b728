"""Do the books, our payments and Stripe tell the same story? Asked every night, for a UTC day (R-14)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from typing import Final

from django.db.models import Count, Max, Q, QuerySet
from django.utils import timezone

from billing import stripe_gateway as gateway
from billing.domain import ledger, refunds, settlement
from billing.domain.pricing import to_cents
from billing.enums import Account, PaymentState
from billing.errors import ProviderError
from billing.models import PAID_STATES, Payment, Receipt, Reconciliation
from documents.enums import DocumentState
from privacy.domain import audit
from tesigo.platform import alerts

#: States of a payment whose money came in.
_MONEY_CAME: Final = [*PAID_STATES, PaymentState.REFUNDED, PaymentState.HELD]
_NOT_BEGUN: Final = {DocumentState.DRAFT, DocumentState.OUTLINING, DocumentState.OUTLINED}
#: A paid document may wait so long for its job, and a decided refund for its way to Stripe, before it counts.
_PATIENCE: Final = timedelta(minutes=30)


@dataclass
class _Report:
    """What was found, in words that name things by their ids."""

    differences: list[str] = field(default_factory=list)
    repaired: list[str] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)

    def count(self, name: str, by: int = 1) -> None:
        self.counts[name] = self.counts.get(name, 0) + by


def reconcile(*, day: date, repair: bool = True, now: datetime | None = None) -> Reconciliation:
    """Compares one UTC day, repairs what is safe, keeps the report, and tells staff of what is left.

    Safe is what asks Stripe again and books what it says, and what gives money back for a document that failed. Raises
    ProviderError when Stripe could not be asked; nothing is kept then.
    """
    now = now or timezone.now()
    start = datetime.combine(day, time(), UTC)
    end = start + timedelta(days=1)
    report = _Report()
    looked_at = set()
    for seen in gateway.sessions_between(start, end):
        looked_at.add(seen.id)
        _compare_session(seen, report, repair=repair, now=now)
    for payment in _payments_between(start, end).exclude(stripe_session_id__in=looked_at):
        _compare_lone_payment(payment, report, repair=repair, now=now)
    for document_problem in _documents(start, end, repair=repair, now=now, report=report):
        report.differences.append(document_problem)
    report.differences += _receipt_gaps(day.year)
    return _keep(day, report, now)


def _payments_between(start: datetime, end: datetime) -> QuerySet[Payment]:
    """Payments of the day: opened or paid on it."""
    return Payment.objects.filter(
        Q(created_at__gte=start, created_at__lt=end) | Q(succeeded_at__gte=start, succeeded_at__lt=end)
    ).order_by("created_at")


def _compare_session(seen: gateway.Session, report: _Report, *, repair: bool, now: datetime) -> None:
    report.count("sessions")
    payment = Payment.objects.filter(stripe_session_id=seen.id).first()
    if payment is None:
        payment = Payment.objects.filter(pk=seen.payment_id).first() if seen.payment_id else None
        if payment is None or seen.payment_status == "paid":
            report.differences.append(
                f"Session {seen.id} at Stripe belongs to no payment of ours ({seen.payment_status})."
            )
            return
    _compare(payment, seen, report, repair=repair, now=now)


def _compare_lone_payment(payment: Payment, report: _Report, *, repair: bool, now: datetime) -> None:
    """A payment of the day whose session was opened on another day, or never."""
    if not payment.stripe_session_id:
        if payment.state in _MONEY_CAME:
            report.differences.append(f"Payment {payment.pk} counts as paid and has no session at Stripe.")
        return
    _compare(payment, gateway.retrieve_session(payment.stripe_session_id), report, repair=repair, now=now)


def _compare(payment: Payment, seen: gateway.Session, report: _Report, *, repair: bool, now: datetime) -> None:
    """One payment against its session; asked again and compared anew where they differ and may be repaired."""
    found = _differences(payment, seen)
    if found and repair:
        settlement.settle(payment_id=payment.pk, cause="reconciliation", now=now, again=True)
        payment.refresh_from_db()
        left = _differences(payment, seen)
        report.repaired += [difference for difference in found if difference not in left]
        found = left
    report.differences += found
    if seen.payment_status == "paid":
        report.count("paid")
        report.count("paid_cents", seen.received or seen.amount)
        report.count("refunded_cents", seen.refunded)


def _differences(payment: Payment, seen: gateway.Session) -> list[str]:
    found = []
    is_paid = seen.payment_status == "paid"
    if is_paid != (payment.state in _MONEY_CAME):
        found.append(f"Payment {payment.pk} is {payment.state} here and {seen.payment_status} at Stripe.")
    if is_paid and (difference := settlement.mismatch(payment, seen)):
        found.append(f"Payment {payment.pk}: {difference}")
    if not is_paid:
        return found
    ours = to_cents(payment.refunded_amount)
    if payment.state != PaymentState.DISPUTED and ours != seen.refunded and not _is_under_way(payment):
        found.append(f"Payment {payment.pk}: {ours} cents went back here, {seen.refunded} at Stripe.")
    balances = ledger.balances(payment=payment)
    expected = (seen.received or seen.amount) - seen.refunded - balances[Account.DISPUTES]
    if balances[Account.STRIPE] != expected and not _is_under_way(payment):
        found.append(
            f"Payment {payment.pk}: the books hold {balances[Account.STRIPE]} cents at Stripe, not {expected}."
        )
    return found


def _is_under_way(payment: Payment) -> bool:
    """Whether a refund is decided and not yet finished: until then here and there may differ."""
    return payment.refunds.filter(state__in=refunds.OPEN).exists()


def _documents(start: datetime, end: datetime, *, repair: bool, now: datetime, report: _Report) -> Iterator[str]:
    """Money and work never part: a paid document is being written, is written, or its money is on its way back."""
    paid = Payment.objects.filter(state__in=PAID_STATES, succeeded_at__gte=start, succeeded_at__lt=end)
    for payment in paid.select_related("document").order_by("succeeded_at"):
        state = payment.document.state
        if state == DocumentState.FAILED and payment.state != PaymentState.DISPUTED:
            found = f"Document {payment.document_id} failed and payment {payment.pk} was not refunded."
            if repair and refunds.refund_in_full(
                document_id=payment.document_id, cause=refunds.GENERATION_FAILED, reason=payment.document.failure
            ):
                report.repaired.append(found)
            else:
                yield found
        elif state in _NOT_BEGUN and payment.succeeded_at and now - payment.succeeded_at > _PATIENCE:
            yield f"Document {payment.document_id} was paid ({payment.pk}) and is not being written."


def _receipt_gaps(year: int) -> list[str]:
    facts = Receipt.objects.filter(year=year).aggregate(count=Count("pk"), last=Max("number"))
    if facts["count"] == (facts["last"] or 0):
        return []
    return [f"Receipts of {year}: {facts['count']} issued, the last is number {facts['last']}."]


def _keep(day: date, report: _Report, now: datetime) -> Reconciliation:
    kept = Reconciliation.objects.create(
        day=day, at=now, counts=report.counts, differences=report.differences, repaired=report.repaired
    )
    audit.record(
        action="reconciliation.done",
        subject=kept,
        by=None,
        details={"differences": len(report.differences), "repaired": len(report.repaired)},
    )
    if report.differences:
        alerts.tell_staff(
            key=f"reconciliation:{day}:{len(report.differences)}",
            subject=f"The books of {day} differ from Stripe",
            text="\n".join(report.differences[:50]),
        )
    return kept


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
