"""Receipts: numbered without gaps in the transaction that books the money (R-68)."""

from datetime import datetime

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from accounts.domain.mail import send_mail
from billing.enums import RefundState
from billing.models import Payment, Receipt, ReceiptCounter
from documents.domain import exporting


def issue(*, payment: Payment, now: datetime) -> Receipt:
    """The receipt of a payment that has succeeded, with the next number of its year; the one it has, if it has one.

    Runs inside the transaction of the success. The year's row is locked: who rolls back gives the number back.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a receipt is issued in the transaction that books its money")
    if earlier := Receipt.objects.filter(payment=payment).first():
        return earlier
    ReceiptCounter.objects.bulk_create([ReceiptCounter(year=now.year)], ignore_conflicts=True)
    counter = ReceiptCounter.objects.select_for_update().get(year=now.year)
    ReceiptCounter.objects.filter(year=now.year).update(last=F("last") + 1)
    return Receipt.objects.create(
        payment=payment, year=now.year, number=counter.last + 1, seller=dict(settings.SELLER), issued_at=now
    )


def send(*, receipt: Receipt) -> None:
    """Mails the way to the receipt to whoever paid, once."""
    payment = receipt.payment
    send_mail(
        user=payment.user,
        template="receipt",
        context={
            "document_id": str(payment.document_id),
            "payment_id": str(payment.pk),
            "number": str(receipt),
            "amount": str(payment.amount),
            "lines": payment.lines,
        },
        once_key=f"receipt:{receipt.pk}",
    )


def render_pdf(receipt: Receipt) -> bytes:
    """The receipt on A4, in its payer's language, laid out in a process of its own. Raises ExportError."""
    payment = receipt.payment
    context = {
        "receipt": receipt,
        "payment": payment,
        "lines": payment.lines,
        "refunds": payment.refunds.exclude(state=RefundState.FAILED).order_by("created_at"),
        "notice": settings.NOTICE_BANNER,
    }
    with translation.override(payment.user.language):
        return exporting.render_sheet(render_to_string("billing/paper/receipt.html", context))
