"""What a person has paid: found again, with a receipt on paper, for nobody else's eyes."""

import re
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import EmailMessage
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from accounts.domain import mail
from accounts.models import Mail, User
from billing.domain.refunds import open_refund
from billing.domain.settlement import settle
from billing.models import Payment, Receipt
from documents.export import sheet
from documents.models import Document
from sandbox.testing import Running
from tests.billing.ordering import order
from tests.documents.factories import UserFactory, outlined_document

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "receipt.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()


def test_the_receipt_on_paper_bears_number_seller_and_every_line(
    paid: Payment, browser: Client, settings: Any, tmp_path: Path
) -> None:
    open_refund(payment_id=paid.pk, cause="kindness", reason="A chapter was late.", amount=Decimal("1.50"))
    receipt = Receipt.objects.get()
    answer = browser.get(f"/account/payments/{paid.pk}/receipt/")
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f"receipt-{receipt}.pdf" in answer["Content-Disposition"]
    words = " ".join(text_of(answer.content, tmp_path).split())
    assert f"Receipt {receipt}" in words
    assert settings.SELLER["name"] in words
    assert "12 × €0.50 a page €6.00" in words
    assert "Paid €6.00" in words
    assert "A chapter was late. €1.50" in words
    assert paid.user.email_as_typed in words


def test_the_receipt_is_mailed_once_as_pdf_and_with_its_address(
    paid: Payment, mailoutbox: list[EmailMessage], tmp_path: Path
) -> None:
    settle(payment_id=paid.pk, cause="again", again=True)
    assert mail.deliver(mail_id=str(Mail.objects.get(template="receipt").pk))
    (message,) = mailoutbox
    receipt = Receipt.objects.get()
    assert f"/account/payments/{paid.pk}/receipt/" in message.body
    ((name, content, kind),) = message.attachments
    assert (name, kind) == (f"receipt-{receipt}.pdf", "application/pdf")
    assert f"Receipt {receipt}" in text_of(content, tmp_path)


def test_a_receipt_that_cannot_be_set_is_mailed_by_its_address_alone(
    paid: Payment, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "_LIMITS", replace(sheet._LIMITS, wall=-4.99))  # five seconds of grace
    assert mail.deliver(mail_id=str(Mail.objects.get(template="receipt").pk))
    assert mailoutbox[0].attachments == []
    assert f"/account/payments/{paid.pk}/receipt/" in mailoutbox[0].body


def test_somebody_elses_receipt_is_not_there(paid: Payment) -> None:
    stranger = Client()
    stranger.force_login(UserFactory.create())
    assert stranger.get(f"/account/payments/{paid.pk}/receipt/").status_code in {302, 404}
    assert Client().get(f"/account/payments/{paid.pk}/receipt/").status_code == 302


def test_a_payment_that_failed_has_no_receipt(document: Document, browser: Client, sandbox: Running) -> None:
    payment = order(document)
    assert browser.get(f"/account/payments/{payment.pk}/receipt/").status_code == 404


@pytest.mark.parametrize(
    ("words", "is_found"),
    [
        ("", True),
        ("lighthouses", True),
        ("6.00", True),
        ("€6,00", True),
        ("6", True),
        ("7.00", False),
        ("whales", False),
    ],
)
def test_payments_are_found_by_title_and_amount(paid: Payment, browser: Client, words: str, is_found: bool) -> None:
    page = browser.get("/account/payments/", {"q": words}).content.decode()
    assert (f"/account/payments/{paid.pk}/receipt/" in page) is is_found
    if words and not is_found:
        assert "Nothing found" in page


def test_payments_are_found_by_the_number_of_their_receipt(paid: Payment, browser: Client) -> None:
    number = str(Receipt.objects.get())
    assert number in browser.get("/account/payments/", {"q": number}).content.decode()
    assert "Nothing found" in browser.get("/account/payments/", {"q": "1999-000001"}).content.decode()


def test_the_list_takes_the_same_queries_for_one_and_for_many(
    paid: Payment, student: User, browser: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    def more(count: int) -> None:
        for number in range(count):
            fields = {name: getattr(paid, name) for name in ("user", "price_list", "pages", "amount", "lines", "state")}
            document = outlined_document(owner=student, pages=12)
            made = Payment.objects.create(document=document, expires_at=paid.expires_at, **fields)
            Receipt.objects.create(payment=made, year=2001, number=number + 1, seller={})

    def look() -> str:
        return browser.get("/account/payments/").content.decode()

    assert len(re.findall(r"Receipt \d{4}-\d{6}", look())) == 1
    with django_assert_num_queries(3):
        look()
    more(18)
    with django_assert_num_queries(3):
        assert len(re.findall(r"Receipt \d{4}-\d{6}", look())) == 19
