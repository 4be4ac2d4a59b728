"""Credit notes: what goes back of what a receipt says, numbered in a series of their own, never changed (R-68)."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.utils import translation
from django.utils.translation import gettext

from accounts.domain.mail import Attachment, send_mail
from billing.domain import papers
from billing.models import CreditNote, CreditNoteCounter, Dispute, Payment, Receipt, Refund


def issue(
    *, payment: Payment, amount: Decimal, reason: str, now: datetime, refund: Refund | None = None,
    dispute: Dispute | None = None,
) -> CreditNote | None:  # fmt: skip
    """The note of a refund that was paid or a dispute that was lost; the one it has, if it has one.

    None where the money had no receipt, or all of it is noted. Runs inside the transaction that books it.
    """
    receipt = Receipt.objects.filter(payment=payment).first()
    if receipt is None:
        return None
    earlier = CreditNote.objects.filter(refund=refund) if refund else CreditNote.objects.filter(dispute=dispute)
    if (standing := earlier.first()) is not None:
        return standing
    # A bank may take what had gone back already; on paper no more goes back than was received.
    credited = CreditNote.objects.filter(receipt=receipt).aggregate(sum=Sum("amount"))["sum"] or Decimal(0)
    if (amount := min(amount, payment.amount - credited)) <= 0:
        return None
    with translation.override(payment.user.language):
        label = reason or gettext("Paid back")
    return _issue(receipt, payment, amount=amount, label=label, now=now, refund=refund, dispute=dispute)


def take_back(*, payment: Payment, now: datetime, refund: Refund | None = None, dispute: Dispute | None = None) -> None:
    """The money is with us after all: where there is a note of it, another one takes it back."""
    about = {"refund": refund} if refund else {"dispute": dispute}
    note = CreditNote.objects.filter(**about, taken_back_by=None).select_related("receipt").first()
    if note is None:
        return
    with translation.override(payment.user.language):
        label = gettext("Credit note %s is taken back: the money came back to us.") % note
    _issue(note.receipt, payment, amount=-note.amount, label=label, now=now, takes_back=note)


def _issue(
    receipt: Receipt, payment: Payment, *, amount: Decimal, label: str, now: datetime, **about: Any
) -> CreditNote:
    present = papers.content_of(payment)
    content = present | {
        # Made out as its receipt is; those of before content was kept, to whoever paid.
        "to": receipt.content["to"] if receipt.content else present["to"],
        "receipt": str(receipt),
        "receipt_issued": receipt.issued_at.isoformat(),
        "lines": [{"label": label, "amount": str(amount)}],
        "amount": str(amount),
    }
    note = CreditNote.objects.create(
        receipt=receipt,
        year=now.year,
        number=papers.next_number(CreditNoteCounter, year=now.year),
        seller=dict(settings.SELLER),
        amount=amount,
        content=content,
        issued_at=now,
        **about,
    )
    papers.file_of(paper=note)
    return note


def send(*, note: CreditNote, payment: Payment) -> None:
    """Mails a note that no other mail brings, once."""
    send_mail(
        user=payment.user,
        template="credit_note",
        context={
            "document_id": str(payment.document_id),
            "note_id": note.pk,
            "number": str(note),
            "receipt": note.content["receipt"],
            "amount": str(note.amount),
        },
        once_key=f"credit-note:{note.pk}",
    )


def attachment(context: Mapping[str, Any]) -> Attachment | None:
    """The note's file for a mail that tells of it, if it tells of one. Raises PutOff while it is being made."""
    note_id = context.get("note_id")
    note = CreditNote.objects.filter(pk=int(note_id)).first() if note_id else None
    return papers.attach(note) if note else None
