"""Receipts: one for each payment that succeeded, issued in the transaction that books the money (R-68)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection

from accounts.domain.mail import Attachment, send_mail
from billing.domain import papers
from billing.models import Payment, Receipt, ReceiptCounter


def issue(*, payment: Payment, now: datetime) -> Receipt:
    """The receipt of a payment that has succeeded, with the next number of its year; the one it has, if it has one.

    Runs inside the transaction of the success. What it says is kept with it; its file is made in the background.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a receipt is issued in the transaction that books its money")
    if earlier := Receipt.objects.filter(payment=payment).first():
        return earlier
    receipt = Receipt.objects.create(
        payment=payment,
        year=now.year,
        number=papers.next_number(ReceiptCounter, year=now.year),
        seller=dict(settings.SELLER),
        # What goes back later is no part of it.
        content=papers.content_of(payment),
        issued_at=now,
    )
    # From here on the receipt says it, and nothing else does.
    Payment.objects.filter(pk=payment.pk).update(addressee=None)
    payment.addressee = None
    papers.file_of(paper=receipt)
    return receipt


def send(*, receipt: Receipt) -> None:
    """Mails the receipt to whoever paid, once; the mail waits a while for the file."""
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
            "purpose": payment.purpose,
            "pages": payment.pages,
        },
        once_key=f"receipt:{receipt.pk}",
    )


def attachment(context: Mapping[str, Any]) -> Attachment | None:
    """The receipt's file for the mail that tells of it. Raises PutOff while it is being made."""
    receipt = Receipt.objects.filter(payment_id=context["payment_id"]).first()
    return papers.attach(receipt) if receipt else None
