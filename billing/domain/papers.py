"""What receipts and credit notes have in common: numbers without gaps, files made once, and where they lie (R-68)."""

import uuid
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.db.models import F, Q
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.domain.mail import Attachment
from accounts.models import User
from billing.domain import addressees
from billing.models import CreditNote, Payment, Receipt, ReceiptFile, YearCounter
from documents.domain import exporting
from privacy.domain import audit, erasure
from tesigo.platform import duty, removals
from tesigo.platform.enqueue import enqueue_on_commit

Paper = Receipt | CreditNote

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
#: How long a mail waits for its file. Then it leaves without: it has a link to it besides.
MAIL_WAITS: Final = timedelta(minutes=10)
_LOOK_AGAIN: Final = timedelta(seconds=10)


def next_number(counter: type[YearCounter], *, year: int) -> int:
    """The next number of a series. The year's row is locked: who rolls back gives the number back.

    Raises RuntimeError outside the transaction that books the money.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a paper is issued in the transaction that books its money")
    counter._default_manager.bulk_create([counter(year=year)], ignore_conflicts=True)
    row = counter._default_manager.select_for_update().get(year=year)
    counter._default_manager.filter(year=year).update(last=F("last") + 1)
    return row.last + 1


def file_of(*, paper: Paper) -> ReceiptFile:
    """The paper's file, or that it is being made."""
    now = timezone.now()
    file, is_new = ReceiptFile.objects.get_or_create(**_about(paper), defaults=duty.due_now(now))
    if is_new:
        enqueue_on_commit(RECEIPTS.task, str(file.pk))
    return file


def name_of(paper: Paper) -> str:
    """What its file is called."""
    return f"receipt-{paper}.pdf" if isinstance(paper, Receipt) else f"credit-note-{paper}.pdf"


def attach(paper: Paper) -> Attachment | None:
    """The file for a mail, as it is stored; None when it takes too long. Raises PutOff while it is being made."""
    if (pdf := read(paper=paper)) is not None:
        return Attachment(name_of(paper), pdf, "application/pdf")
    if timezone.now() - paper.issued_at < MAIL_WAITS:
        raise duty.PutOff("The receipt is being set.", wait=_LOOK_AGAIN)
    return None


def read(*, paper: Paper) -> bytes | None:
    """The PDF as it is stored; None while it is being made. One that storage has lost is made again."""
    file = file_of(paper=paper)
    if not file.stored_as:
        return None
    try:
        with default_storage.open(file.stored_as) as stored:
            pdf: bytes = stored.read()
            return pdf
    except FileNotFoundError:
        _make_again(file)
        return None


def note_taken(*, paper: Paper, by: User) -> None:
    """Its payer takes the file away: a row in the trail (R-76)."""
    action = "receipt.downloaded" if isinstance(paper, Receipt) else "credit_note.downloaded"
    audit.record(action=action, subject=paper, by=by)


def make(*, file_id: int) -> bool:
    """Makes a paper's file if it is due, for the background task; true when it did."""
    return duty.attempt(RECEIPTS, file_id, _make)


def _make_again(file: ReceiptFile) -> None:
    now = timezone.now()
    lost = ReceiptFile.objects.filter(pk=file.pk, stored_as=file.stored_as, due_at=None).exclude(stored_as="")
    if lost.update(stored_as="", size=0, **duty.afresh(now)):
        enqueue_on_commit(RECEIPTS.task, str(file.pk))


def _make(file: ReceiptFile) -> Callable[[], None]:
    paper = file.paper
    content = paper.content or file.content or content_of(_payment_of(paper))
    pdf = render_pdf(paper, content)
    name = default_storage.save(f"receipts/{uuid.uuid4().hex}.pdf", ContentFile(pdf))
    kept = None if paper.content else content

    def finish() -> None:
        try:
            duty.done(RECEIPTS, file, content=kept, stored_as=name, size=len(pdf))
        except Exception:
            removals.discard(name)
            raise

    return finish


def make_out_to_nobody(*, paper: Paper, now: datetime) -> None:
    """Takes the person off a paper and its file (R-72): the one change that the database lets pass, while its payer is
    being erased. The file is deleted and made again from what is left.
    """
    file = ReceiptFile.objects.filter(**_about(paper)).first()
    if file is not None and file.stored_as:
        default_storage.delete(file.stored_as)
    with transaction.atomic():
        if paper.content and (paper.content["to"] or paper.content["document"]):
            type(paper)._default_manager.filter(pk=paper.pk).update(content=_without_person(paper, paper.content))
        if file is not None:
            kept = _without_person(paper, file.content) if file.content else None
            # Whoever is making it holds a lease that is over with this: what they make is thrown away.
            ReceiptFile.objects.filter(pk=file.pk).update(content=kept, stored_as="", size=0, **duty.afresh(now))
            enqueue_on_commit(RECEIPTS.task, str(file.pk))


def _without_person(paper: Paper, content: Mapping[str, Any]) -> dict[str, Any]:
    """As the trigger `billing_paper_append_only` has it: a note's line is why the money went back, in free words."""
    kept = dict(content) | {"to": "", "document": ""}
    if isinstance(paper, CreditNote):
        kept["lines"] = [line | {"label": ""} for line in content["lines"]]
    return kept


def _about(paper: Paper) -> dict[str, Any]:
    return {"receipt": paper} if isinstance(paper, Receipt) else {"credit_note": paper}


def _payment_of(paper: Paper) -> Payment:
    return paper.payment if isinstance(paper, Receipt) else paper.receipt.payment


def render_pdf(paper: Paper, content: Mapping[str, Any]) -> bytes:
    """The paper on A4, in its payer's language, laid out in a limited process of its own. Raises ExportError."""
    is_receipt = isinstance(paper, Receipt)
    with translation.override(content["language"]):
        html = render_to_string(
            f"billing/paper/{'receipt' if is_receipt else 'credit_note'}.html", {"receipt": paper, "content": content}
        )
    return exporting.render_sheet(html)


def content_of(payment: Payment) -> dict[str, Any]:
    """What every paper says of its payment. One whose payer is erased is made out to nobody (R-72)."""
    is_of_nobody = erasure.is_erased(user_id=payment.user_id)
    return {
        "payment": str(payment.pk),
        "to": "" if is_of_nobody else addressees.lines_of(payment),
        "language": payment.user.language,
        "document": "" if is_of_nobody else str(payment.document),
        "purpose": payment.purpose,
        "pages": payment.pages,
        "lines": payment.lines,
        "amount": str(payment.amount),
        "notice": settings.NOTICE_BANNER,
    }
