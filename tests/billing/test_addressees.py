"""Whom a receipt is made out to: asked beside the price, printed on receipt and credit note, never changed (R-68)."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from billing.domain import addressees, credit_notes, papers, settlement
from billing.domain.payments import move
from billing.enums import PaymentState
from billing.models import CreditNote, Payment, Receipt, ReceiptFile
from documents.models import Document
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.test_views import CONSENT, SHOWN, text

pytestmark = pytest.mark.django_db(transaction=True)

FIRM = {
    "name": "Lovelace & Figlie S.r.l.",
    "address": "Via dei Fari 12\n20100 Milano",
    "country": "Italia",
    "vat_id": "IT 01234567890",
}


@pytest.fixture
def pay(browser: Client, document: Document) -> Any:
    return lambda **given: browser.post(f"/documents/{document.pk}/pay/", SHOWN | CONSENT | given)


def succeed(sandbox: Running) -> Receipt:
    payment = Payment.objects.get()
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    return Receipt.objects.get()


def words(pdf: bytes, folder: Path) -> str:
    import pypdfium2

    path = folder / "paper.pdf"
    path.write_bytes(pdf)
    return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(path))


def test_what_is_typed_stands_on_receipt_and_credit_note_and_nowhere_else(
    pay: Any, document: Document, sandbox: Running, tmp_path: Path
) -> None:
    assert pay(**FIRM).status_code == 302
    assert Payment.objects.get().addressee == FIRM
    receipt = succeed(sandbox)
    lines = [*"\n".join(FIRM.values()).split("\n"), document.owner.email_as_typed]
    assert receipt.content["to"].split("\n") == lines
    assert Payment.objects.get().addressee is None
    payment = receipt.payment
    with transaction.atomic():
        note = credit_notes.issue(
            payment=payment, amount=payment.amount, reason="", now=timezone.now(),
            refund=payment.refunds.create(amount=1, cause="x", due_at=timezone.now()),
        )  # fmt: skip
    assert note is not None
    assert note.content["to"] == receipt.content["to"]
    for paper in (receipt, note):
        file = ReceiptFile.objects.get(**({"receipt": paper} if paper is receipt else {"credit_note": paper}))
        papers.make(file_id=file.pk)
        printed = words(papers.read(paper=paper) or b"", tmp_path)
        for line in lines:
            assert line in printed


def test_without_it_a_receipt_is_made_out_to_the_address_that_signs_in(
    pay: Any, document: Document, sandbox: Running
) -> None:
    pay()
    assert Payment.objects.get().addressee is None
    assert succeed(sandbox).content["to"] == document.owner.email_as_typed


def test_an_order_looked_at_again_says_it_and_takes_what_is_typed_last(
    pay: Any, browser: Client, document: Document
) -> None:
    pay(**FIRM)
    page = browser.get(f"/documents/{document.pk}/price/")
    assert page.context["form"]["name"].value() == FIRM["name"]
    assert '<details class="details" open>' in text(page)
    pay(name="Ada")
    assert Payment.objects.get().addressee == {"name": "Ada"}
    pay()
    assert Payment.objects.get().addressee is None


def test_a_receipt_does_not_change_with_what_is_typed_later(pay: Any, sandbox: Running, browser: Client) -> None:
    pay(**FIRM)
    receipt = succeed(sandbox)
    payment = receipt.payment
    addressees.put(payment=payment, addressee={"name": "Somebody else"})
    assert Payment.objects.get().addressee is None
    with pytest.raises(IntegrityError), transaction.atomic():
        Receipt.objects.filter(pk=receipt.pk).update(content=receipt.content | {"to": "Somebody else"})
    assert papers.content_of(payment)["to"] != receipt.content["to"]
    with transaction.atomic():
        note = credit_notes.issue(
            payment=payment, amount=payment.amount, reason="", now=timezone.now(),
            refund=payment.refunds.create(amount=1, cause="x", due_at=timezone.now()),
        )  # fmt: skip
    assert note is not None
    assert note.content["to"].startswith(FIRM["name"])
    assert CreditNote.objects.count() == 1


@pytest.mark.parametrize(
    ("typed", "words_at", "said"),
    [
        ({"address": "Via dei Fari 12"}, "name", "whose address it is"),
        ({"vat_id": "IT01234567890"}, "name", "whose address it is"),
        ({"name": "A" * 121}, "name", "120"),
        ({"name": "Ada", "address": "\n".join("1234567")}, "address", "at most 6 lines"),
        ({"name": "Ada", "address": "x" * 301}, "address", "300"),
        ({"name": "\u202e\u200b"}, "name", "cannot be seen"),
    ],
)
def test_what_cannot_be_printed_is_said_beside_its_field_and_nothing_is_charged(
    pay: Any, typed: dict[str, str], words_at: str, said: str
) -> None:
    page = pay(**typed)
    assert page.status_code == 422
    assert said in str(page.context["form"].errors[words_at])
    assert said in text(page)
    assert '<details class="details" open>' in text(page)
    assert not Payment.objects.exists()


def test_it_is_still_there_when_the_price_changed_or_stripe_is_silent(
    pay: Any, browser: Client, document: Document, sandbox: Running
) -> None:
    page = pay(**FIRM | {"total": "5.00"})
    assert page.status_code == 409
    assert page.context["form"]["vat_id"].value() == FIRM["vat_id"]
    sandbox.control.fault("stripe", "500", times=20)
    page = pay(**FIRM)
    assert page.status_code == 503
    assert page.context["form"]["address"].value().split() == FIRM["address"].split()


def test_what_is_typed_is_printed_as_words_not_as_markup(pay: Any, sandbox: Running) -> None:
    pay(name="<b>Ada</b> & {{ settings }}")
    receipt = succeed(sandbox)
    from django.template.loader import render_to_string

    sheet = render_to_string("billing/paper/receipt.html", {"receipt": receipt, "content": receipt.content})
    assert "&lt;b&gt;Ada&lt;/b&gt; &amp; {{ settings }}" in sheet


def test_a_late_success_after_a_page_that_ran_out_has_it_too(pay: Any, document: Document) -> None:
    pay(**FIRM)
    payment = Payment.objects.get()
    later = timezone.now() + timedelta(days=2)
    with transaction.atomic():
        move(payment_id=payment.pk, to=PaymentState.EXPIRED, cause="test", now=later)
    with transaction.atomic():
        move(payment_id=payment.pk, to=PaymentState.SUCCEEDED, cause="test", now=later)
    assert Receipt.objects.get().content["to"].startswith(FIRM["name"])
