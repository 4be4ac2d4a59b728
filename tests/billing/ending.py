"""How the payments of a document stand, field by field: what has to be the same whatever way led there."""

from collections import Counter
from typing import Any

from accounts.models import Mail
from billing.domain import ledger
from billing.models import Payment
from documents.models import Document
from generation.models import Job
from privacy.models import AuditEvent


def ending(document: Document) -> dict[str, Any]:
    """Everything that tells of the document's money, without ids and times."""
    now = Document.objects.get(pk=document.pk)
    payments = [_of(payment) for payment in Payment.objects.filter(document=document).order_by("created_at", "pk")]
    return {
        "document": now.state,
        "is_frozen": bool(now.frozen_at),
        "jobs": Job.objects.filter(document=document).count(),
        "payments": payments,
        "mails": Counter(Mail.objects.values_list("template", flat=True)),
        "audit": Counter(AuditEvent.objects.exclude(action="payment.opened").values_list("action", flat=True)),
    }


def _of(payment: Payment) -> dict[str, Any]:
    receipt = getattr(payment, "receipt", None)
    redemption = getattr(payment, "redemption", None)
    return {
        "state": payment.state,
        "refunded": payment.refunded_amount,
        "failure": payment.failure,
        "was_paid": payment.succeeded_at is not None,
        "moves": list(payment.events.order_by("pk").values_list("from_state", "to_state")),
        "refunds": list(payment.refunds.order_by("amount").values_list("amount", "state", "reason")),
        "disputes": list(payment.disputes.values_list("amount", "state", "is_withdrawn")),
        "booked": Counter(payment.bookings.values_list("movement", flat=True)),
        "balances": {account: cents for account, cents in ledger.balances(payment=payment).items() if cents},
        "receipt": receipt and receipt.number,
        "code": redemption and redemption.state,
    }
