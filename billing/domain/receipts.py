"""Receipts: numbered without gaps in the transaction that books the money, made once as a file, and kept (R-68)."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.domain.mail import Attachment, send_mail
from billing.models import Payment, Receipt, ReceiptCounter, ReceiptFile
from documents.domain import exporting, removals
from tesigo.platform import duty
from tesigo.platform.enqueue import enqueue_on_commit

RECEIPTS: Final = duty.Kind(
    name="receipt",
    label=_("Receipts to be set"),
    model=ReceiptFile,
    task="billing.tasks.make_receipt",
    is_open=Q(stored_as=""),
    # Setting a sheet takes 35 s at most.
    lease=timedelta(seconds=90),
    first_wait=timedelta(seconds=15),
    told_after=5,
)
#: The mail waits for its file so long; then it leaves without, for it has a link to it besides.
MAIL_WAITS: Final = timedelta(minutes=10)
_LOOK_AGAIN: Final = timedelta(seconds=10)


def issue(*, payment: Payment, now: datetime) -> Receipt:
    """The receipt of a payment that has succeeded, with the next number of its year; the one it has, if it has one.

    Runs inside the transaction of the success. The year's row is locked: who rolls back gives the number back. What it
    says is kept with it; its file is made in the background.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a receipt is issued in the transaction that books its money")
    if earlier := Receipt.objects.filter(payment=payment).first():
        return earlier
    ReceiptCounter.objects.bulk_create([ReceiptCounter(year=now.year)], ignore_conflicts=True)
    counter = ReceiptCounter.objects.select_for_update().get(year=now.year)
    ReceiptCounter.objects.filter(year=now.year).update(last=F("last") + 1)
    receipt = Receipt.objects.create(
        payment=payment,
        year=now.year,
        number=counter.last + 1,
        seller=dict(settings.SELLER),
        content=_content(payment),
        issued_at=now,
    )
    file_of(receipt=receipt)
    return receipt


def file_of(*, receipt: Receipt) -> ReceiptFile:
    """The receipt's file, or that it is being made."""
    now = timezone.now()
    file, is_new = ReceiptFile.objects.get_or_create(receipt=receipt, defaults=duty.due_now(now))
    if is_new:
        enqueue_on_commit(RECEIPTS.task, str(file.pk))
    return file


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
        },
        once_key=f"receipt:{receipt.pk}",
    )


def attachment(context: Mapping[str, Any]) -> Attachment | None:
    """The receipt's file for the mail that tells of it, as it is stored. Raises PutOff while it is being made."""
    receipt = Receipt.objects.filter(payment_id=context["payment_id"]).first()
    if receipt is None:
        return None
    if (pdf := read(receipt=receipt)) is not None:
        return Attachment(f"receipt-{receipt}.pdf", pdf, "application/pdf")
    if timezone.now() - receipt.issued_at < MAIL_WAITS:
        raise duty.PutOff("The receipt is being set.", wait=_LOOK_AGAIN)
    return None


def read(*, receipt: Receipt) -> bytes | None:
    """The PDF as it is stored; None while it is being made. One that storage has lost is made again."""
    file = file_of(receipt=receipt)
    if not file.stored_as:
        return None
    try:
        with default_storage.open(file.stored_as) as stored:
            pdf: bytes = stored.read()
            return pdf
    except FileNotFoundError:
        _make_again(file)
        return None


def make(*, file_id: int) -> bool:
    """Makes a receipt's file if it is due, for the background task; true when it did."""
    return duty.attempt(RECEIPTS, file_id, _make)


def _make_again(file: ReceiptFile) -> None:
    now = timezone.now()
    lost = ReceiptFile.objects.filter(pk=file.pk, stored_as=file.stored_as, due_at=None).exclude(stored_as="")
    if lost.update(stored_as="", size=0, **duty.afresh(now)):
        enqueue_on_commit(RECEIPTS.task, str(file.pk))


def _make(file: ReceiptFile) -> Callable[[], None]:
    receipt = file.receipt
    content = receipt.content or file.content or _content(receipt.payment)
    pdf = render_pdf(receipt, content)
    name = default_storage.save(f"receipts/{uuid.uuid4().hex}.pdf", ContentFile(pdf))
    kept = None if receipt.content else content

    def finish() -> None:
        try:
            duty.done(RECEIPTS, file, content=kept, stored_as=name, size=len(pdf))
        except Exception:
            removals.discard(name)
            raise

    return finish


def _content(payment: Payment) -> dict[str, Any]:
    """What a receipt says of its payment. What goes back later is no part of it."""
    return {
        "payment": str(payment.pk),
        "to": payment.user.email_as_typed,
        "language": payment.user.language,
        "document": str(payment.document),
        "pages": payment.pages,
        "lines": payment.lines,
        "amount": str(payment.amount),
        "notice": settings.NOTICE_BANNER,
    }


def render_pdf(receipt: Receipt, content: Mapping[str, Any]) -> bytes:
    """The receipt on A4, in its payer's language, laid out in a limited process of its own. Raises ExportError."""
    with translation.override(content["language"]):
        html = render_to_string("billing/paper/receipt.html", {"receipt": receipt, "content": content})
    return exporting.render_sheet(html)
