"""What a person has paid: found again, with a receipt on paper, for nobody else's eyes."""

import re
import subprocess
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.domain import mail
from accounts.models import Mail, User
from billing.domain import papers
from billing.domain.refunds import open_refund
from billing.domain.settlement import settle
from billing.models import Payment, Receipt, ReceiptFile
from documents.models import Document
from sandbox.testing import Running
from tesigo.platform import duty
from tests.billing.ordering import order
from tests.documents.factories import UserFactory, outlined_document
from tests.lock_waits import elsewhere, until_somebody_waits
from typesetting import sheet

pytestmark = pytest.mark.django_db(transaction=True)


def text_of(pdf: bytes, folder: Path) -> str:
    path = folder / "receipt.pdf"
    path.write_bytes(pdf)
    return subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True).stdout.decode()


def make(payment: Payment) -> Receipt:
    """What the worker does with the receipt that was issued."""
    receipt = Receipt.objects.get(payment=payment)
    assert papers.make(file_id=receipt.file.pk)
    receipt.refresh_from_db()
    return receipt


def address(payment: Payment) -> str:
    return f"/account/payments/{payment.pk}/receipt/"


def test_the_receipt_on_paper_bears_number_seller_and_every_line(
    paid: Payment, browser: Client, settings: Any, tmp_path: Path
) -> None:
    receipt = make(paid)
    answer = browser.get(address(paid))
    assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
    assert f"receipt-{receipt}.pdf" in answer["Content-Disposition"]
    words = " ".join(text_of(answer.content, tmp_path).split())
    assert f"Receipt {receipt}" in words
    assert settings.SELLER["name"] in words
    assert "12 × €0.50 a page €6.00" in words
    assert "Paid €6.00" in words
    assert paid.user.email_as_typed in words
    assert receipt.file.stored_as.startswith("receipts/")
    assert str(receipt) not in receipt.file.stored_as


def test_a_receipt_never_changes_once_it_is_issued(
    paid: Payment, browser: Client, settings: Any, tmp_path: Path
) -> None:
    receipt = make(paid)
    first = browser.get(address(paid)).content
    open_refund(payment_id=paid.pk, cause="kindness", reason="A chapter was late.", amount=Decimal("1.50"))
    Document.objects.update(title="Another title")
    User.objects.filter(pk=paid.user_id).update(email_as_typed="other@example.org", language="en")
    settings.SELLER = {"name": "Somebody else", "address": "", "note": ""}
    settings.NOTICE_BANNER = ""
    assert browser.get(address(paid)).content == first
    # Lost in storage, it is made again of the same words.
    default_storage.delete(receipt.file.stored_as)
    assert browser.get(address(paid)).status_code == 202
    assert papers.make(file_id=receipt.file.pk)
    again = browser.get(address(paid)).content
    assert text_of(again, tmp_path) == text_of(first, tmp_path)
    assert "1.50" not in text_of(again, tmp_path)


def test_two_who_find_a_file_lost_at_once_have_it_made_again_once(paid: Payment) -> None:
    receipt = make(paid)
    default_storage.delete(receipt.file.stored_as)
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            assert papers.read(paper=receipt) is None
            late = elsewhere(pool, lambda: papers.read(paper=receipt))
            until_somebody_waits()
            asked = ReceiptFile.objects.get()
        assert late.result(60) is None
    file = ReceiptFile.objects.get()
    assert (file.stored_as, file.due_at) == ("", asked.due_at)
    assert papers.make(file_id=file.pk)
    assert not papers.make(file_id=file.pk)


def test_no_get_lays_anything_out(paid: Payment, browser: Client) -> None:
    answers = [browser.get(address(paid)) for _ in range(20)]
    assert {answer.status_code for answer in answers} == {202}
    assert "is being made" in answers[0].content.decode()
    assert answers[0]["Refresh"] == "3"
    receipt = Receipt.objects.get()
    assert (receipt.file.tries, receipt.file.stored_as) == (0, "")
    make(paid)
    assert browser.get(address(paid)).status_code == 200
    assert not papers.make(file_id=receipt.file.pk), "made once"


def test_a_receipt_of_before_files_were_kept_is_made_by_beat(paid: Payment, browser: Client) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE billing_receipt DISABLE TRIGGER receipt_append_only")
        cursor.execute("UPDATE billing_receipt SET content = NULL")
        cursor.execute("ALTER TABLE billing_receipt ENABLE TRIGGER receipt_append_only")
    assert list(duty.due(papers.RECEIPTS, now=timezone.now())) == [ReceiptFile.objects.get()]
    make(paid)
    assert browser.get(address(paid)).status_code == 200
    assert ReceiptFile.objects.get().content["amount"] == "6.00"


def test_the_database_keeps_what_a_receipt_says(paid: Payment) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        Receipt.objects.update(content={})


def test_the_receipt_is_mailed_once_with_the_stored_file_and_its_address(
    paid: Payment, mailoutbox: list[EmailMessage], browser: Client
) -> None:
    settle(payment_id=paid.pk, cause="again", again=True)
    row = Mail.objects.get(template="receipt")
    assert not mail.deliver(mail_id=str(row.pk)), "it waits for its file"
    row.refresh_from_db()
    assert (row.state, row.tries, mailoutbox) == ("queued", 0, [])
    receipt = make(paid)
    assert mail.deliver(mail_id=str(row.pk), now=row.due_at)
    (message,) = mailoutbox
    assert address(paid) in message.body
    ((name, content, kind),) = message.attachments
    assert (name, kind) == (f"receipt-{receipt}.pdf", "application/pdf")
    assert content == browser.get(address(paid)).content


def test_a_receipt_that_cannot_be_set_is_mailed_by_its_address_alone(
    paid: Payment, mailoutbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sheet, "_LIMITS", replace(sheet._LIMITS, wall_seconds=-1.99))  # two seconds of grace
    receipt = Receipt.objects.get()
    assert not papers.make(file_id=receipt.file.pk)
    file = ReceiptFile.objects.get()
    assert file.error.startswith("ExportError")
    assert file.due_at, "it is tried again, and never given up"
    monkeypatch.setattr(papers, "MAIL_WAITS", timedelta(0))
    assert mail.deliver(mail_id=str(Mail.objects.get(template="receipt").pk))
    assert mailoutbox[0].attachments == []
    assert address(paid) in mailoutbox[0].body


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
    with django_assert_num_queries(4):
        look()
    more(18)
    with django_assert_num_queries(4):
        assert len(re.findall(r"Receipt \d{4}-\d{6}", look())) == 19


def test_receipts_are_counted(paid: Payment, browser: Client, settings: Any) -> None:
    settings.RECEIPTS_PER_HOUR = 2
    make(paid)
    assert [browser.get(address(paid)).status_code for _ in range(3)] == [200, 200, 429]
