"""Receipts: numbered without gaps in the transaction that books the money (R-68)."""

import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import translation

from accounts.domain.mail import Attachment, send_mail
from billing.enums import RefundState
from billing.models import Payment, Receipt, ReceiptCounter
from documents.domain import exporting
from documents.domain.exporting import ExportError

logger = logging.getLogger(__name__)


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
    """Mails the receipt to whoever paid, once."""
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


def attachment(context: Mapping[str, Any]) -> Attachment | None:
    """The receipt as a file for the mail that tells of it; the mail has a link to it besides."""
    receipt = Receipt.objects.select_related("payment__user", "payment__document").filter(
        payment_id=context["payment_id"]
    )
    if (found := receipt.first()) is None:
        return None
    try:
        return Attachment(f"receipt-{found}.pdf", render_pdf(found), "application/pdf")
    except ExportError:
        logger.exception("receipt is mailed without its PDF", extra={"receipt": str(found)})
        return None


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
