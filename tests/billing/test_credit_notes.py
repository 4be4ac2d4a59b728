"""Credit notes: one for all that goes back of a receipt, numbered in a series of its own, never changed (R-68)."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.mail import EmailMessage
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone

from accounts.domain import mail
from accounts.models import Mail, User
from billing.domain import credit_notes, papers, reconciliation, settlement
from billing.domain.refunds import advance, open_refund
from billing.models import CreditNote, CreditNoteCounter, Payment, Receipt, ReceiptFile, Refund
from documents.models import Document
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import together
from tests.billing.ordering import order
from tests.billing.test_csv import exported
from tests.billing.test_history import text_of
from tests.documents.factories import UserFactory
from tests.staff import sign_in

pytestmark = pytest.mark.django_db(transaction=True)

NOW = datetime(2031, 3, 1, tzinfo=UTC)


def give_back(payment: Payment, amount: str, cause: str = "kindness", reason: str = "A chapter was late.") -> Refund:
    refund = open_refund(payment_id=payment.pk, cause=cause, reason=reason, amount=Decimal(amount))
    assert refund is not None
    return advance(refund_id=refund.pk)


def note_of(refund: Refund) -> CreditNote:
    return CreditNote.objects.get(refund=refund)


def made(note: CreditNote) -> bytes:
    assert papers.make(file_id=note.file.pk)
    note = CreditNote.objects.get(pk=note.pk)
    with default_storage.open(note.file.stored_as) as stored:
        return bytes(stored.read())


def heard(payment: Payment) -> None:
    settlement.settle(payment_id=payment.pk, cause="test", again=True)


def test_each_refund_that_was_paid_has_a_note_with_the_next_number(paid: Payment) -> None:
    first, second = give_back(paid, "1.50"), give_back(paid, "0.50", cause="more")
    year = timezone.now().year
    assert [str(note_of(one)) for one in (first, second)] == [f"C-{year}-000001", f"C-{year}-000002"]
    assert note_of(first).amount == Decimal("1.50")
    assert str(Receipt.objects.get()) == f"{year}-000001", "another series"
    advance(refund_id=first.pk)
    heard(paid)
    assert CreditNote.objects.count() == 2


def test_a_refund_that_is_on_its_way_has_none_yet(paid: Payment, sandbox: Running) -> None:
    sandbox.control.settings(refund_outcome="pending")
    refund = give_back(paid, "1.50")
    assert refund.state == "pending"
    assert not CreditNote.objects.exists()
    assert Mail.objects.get(template="refunded").context["note_id"] is None
    at_stripe.conclude_refund(sandbox, str(refund.stripe_refund_id), "succeeded")
    advance(refund_id=refund.pk)
    note = note_of(refund)
    assert Mail.objects.get(template="credit_note").context["note_id"] == note.pk
    assert Mail.objects.filter(template="refunded").count() == 1


def test_the_mail_of_a_refund_brings_its_note(paid: Payment, mailoutbox: list[EmailMessage], browser: Client) -> None:
    refund = give_back(paid, "1.50")
    row = Mail.objects.get(template="refunded")
    assert not mail.deliver(mail_id=str(row.pk)), "it waits for the file"
    pdf = made(note_of(refund))
    row.refresh_from_db()
    assert mail.deliver(mail_id=str(row.pk), now=row.due_at)
    (message,) = mailoutbox
    here = f"/account/credit-notes/{note_of(refund).pk}/"
    assert here in message.body
    assert message.attachments == [(f"credit-note-{note_of(refund)}.pdf", pdf, "application/pdf")]
    assert browser.get(here).content == pdf
    assert not Mail.objects.filter(template="credit_note").exists()


def test_the_note_on_paper_says_what_it_is_for(paid: Payment, tmp_path: Path) -> None:
    note = note_of(give_back(paid, "1.50"))
    words = " ".join(text_of(made(note), tmp_path).split())
    receipt = Receipt.objects.get()
    assert f"Credit note {note}" in words
    assert f"For receipt {receipt} of {receipt.issued_at:%Y-%m-%d}" in words
    assert "A chapter was late. €1.50" in words
    assert "Given back €1.50" in words
    assert paid.user.email_as_typed in words


def test_a_note_made_again_says_the_same(paid: Payment, tmp_path: Path, settings: Any, browser: Client) -> None:
    note = note_of(give_back(paid, "1.50"))
    first = made(note)
    Document.objects.update(title="Another title")
    User.objects.filter(pk=paid.user_id).update(email_as_typed="other@example.org")
    settings.SELLER = {"name": "Somebody else", "address": "", "note": ""}
    default_storage.delete(ReceiptFile.objects.get(credit_note=note).stored_as)
    assert browser.get(f"/account/credit-notes/{note.pk}/").status_code == 202
    assert text_of(made(note), tmp_path) == text_of(first, tmp_path)


def test_what_a_note_says_is_kept_by_the_database(paid: Payment) -> None:
    give_back(paid, "1.50")
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditNote.objects.update(amount=1)
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        CreditNote.objects.all()._raw_delete("default")


def test_money_that_came_back_to_us_takes_its_note_back(paid: Payment, sandbox: Running) -> None:
    refund = give_back(paid, "1.50")
    at_stripe.conclude_refund(sandbox, str(refund.stripe_refund_id), "failed")
    for _ in range(2):
        heard(paid)
    first, second = CreditNote.objects.order_by("number")
    assert (second.takes_back, second.amount, second.refund) == (first, Decimal("-1.50"), None)
    assert str(first) in second.content["lines"][0]["label"]


def test_a_dispute_that_is_lost_has_a_note_and_a_mail(paid: Payment, sandbox: Running) -> None:
    number = at_stripe.dispute(sandbox, paid)
    heard(paid)
    assert not CreditNote.objects.exists(), "nothing is decided yet"
    at_stripe.close_dispute(sandbox, number, "lost")
    for _ in range(2):
        heard(paid)
    note = CreditNote.objects.get()
    assert (note.amount, note.refund) == (Decimal("6.00"), None)
    assert note.dispute
    assert Mail.objects.get(template="credit_note").context["number"] == str(note)


def test_a_dispute_that_is_won_has_none(paid: Payment, sandbox: Running) -> None:
    at_stripe.close_dispute(sandbox, at_stripe.dispute(sandbox, paid), "won")
    heard(paid)
    assert not CreditNote.objects.exists()


def test_on_paper_no_more_goes_back_than_was_received(paid: Payment, sandbox: Running) -> None:
    give_back(paid, "5.00")
    at_stripe.close_dispute(sandbox, at_stripe.dispute(sandbox, paid, amount=600), "lost")
    heard(paid)
    assert sorted(CreditNote.objects.values_list("amount", flat=True)) == [Decimal("1.00"), Decimal("5.00")]


def test_money_that_was_not_needed_has_neither_receipt_nor_note(document: Document, sandbox: Running) -> None:
    payment = order(document)
    Document.objects.update(pages=4)
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    assert advance(refund_id=Refund.objects.get().pk).state == "succeeded"
    assert not CreditNote.objects.exists()


def test_twenty_at_once_of_which_a_third_rolls_back_are_numbered_without_gaps(paid: Payment) -> None:
    class GaveUp(Exception):
        pass

    refunds = [Refund.objects.create(payment=paid, amount=Decimal("0.01"), cause=f"c{n}") for n in range(20)]
    fates = [number % 3 == 0 for number in range(20)]
    random.Random(4).shuffle(fates)

    def work(refund: Refund, dies: bool) -> Callable[[], None]:
        def issue() -> None:
            with transaction.atomic():
                credit_notes.issue(payment=paid, amount=refund.amount, reason="", now=NOW, refund=refund)
                if dies:
                    raise GaveUp

        return issue

    results = together([work(refund, dies) for refund, dies in zip(refunds, fates, strict=True)])
    assert [isinstance(one, GaveUp) for one in results] == fates
    assert [one for one in results if one and not isinstance(one, GaveUp)] == []
    kept = fates.count(False)
    assert list(CreditNote.objects.order_by("number").values_list("number", flat=True)) == list(range(1, kept + 1))
    assert CreditNoteCounter.objects.get(year=2031).last == kept


def test_what_has_a_note_gets_no_other(paid: Payment) -> None:
    refund = give_back(paid, "1.50")
    with transaction.atomic():
        again = credit_notes.issue(payment=paid, amount=Decimal("1.00"), reason="", now=NOW, refund=refund)
    assert again == note_of(refund)
    assert again.amount == Decimal("1.50")
    assert CreditNote.objects.count() == 1
    assert not CreditNoteCounter.objects.filter(year=NOW.year).exists()


def test_a_note_is_issued_only_with_what_it_is_for(paid: Payment) -> None:
    refund = Refund.objects.create(payment=paid, amount=1, cause="x")
    with pytest.raises(RuntimeError):
        credit_notes.issue(payment=paid, amount=Decimal(1), reason="", now=NOW, refund=refund)


def test_the_database_refuses_a_note_for_nothing_and_a_number_given_twice(paid: Payment) -> None:
    receipt = Receipt.objects.get()
    refund = Refund.objects.create(payment=paid, amount=1, cause="x")
    given: dict[str, Any] = {"receipt": receipt, "year": 2031, "seller": {}, "content": {}}
    note = CreditNote.objects.create(**given, number=1, amount=1, refund=refund)
    for fields, constraint in (
        ({"number": 2, "amount": 1}, "credit_note_for_one_thing"),
        ({"number": 2, "amount": 1, "takes_back": note}, "credit_note_for_one_thing"),
        ({"number": 1, "amount": -1, "takes_back": note}, "credit_note_number_once"),
        ({"number": 0, "amount": -1, "takes_back": note}, "credit_note_number_from_1"),
    ):
        with pytest.raises(IntegrityError, match=constraint), transaction.atomic():
            CreditNote.objects.create(**given | fields)
    with pytest.raises(IntegrityError, match="receipt_file_of_one_paper"), transaction.atomic():
        ReceiptFile.objects.create()


def test_a_gap_in_the_numbers_is_found_in_the_night(paid: Payment) -> None:
    give_back(paid, "1.50")
    year = timezone.now().year
    assert list(reconciliation._gaps(year)) == []
    CreditNoteCounter.objects.update(last=3)
    assert list(reconciliation._gaps(year)) == [f"Credit notes of {year}: 1 issued, the last is number 3."]


def test_the_payments_page_offers_each_note_and_nobody_elses(paid: Payment, browser: Client) -> None:
    note = note_of(give_back(paid, "1.50"))
    page = browser.get("/account/payments/").content.decode()
    assert f'href="/account/credit-notes/{note.pk}/"' in page
    assert f"Credit note {note}" in page
    stranger = Client()
    stranger.force_login(UserFactory.create())
    assert stranger.get(f"/account/credit-notes/{note.pk}/").status_code in {302, 404}
    assert Client().get(f"/account/credit-notes/{note.pk}/")["Location"].startswith("/signin/")


def test_staff_take_both_along_in_one_file(paid: Payment, client: Client) -> None:
    sign_in(client, User.objects.create_superuser("boss@example.org", "a password that is long"))
    note = note_of(give_back(paid, "1.50"))
    receipt = Receipt.objects.get()
    rows = exported(client, "receipt", receipt)
    told = [(row["kind"], row["number"], row["receipt"], row["amount"]) for row in rows]
    assert told == [
        ("receipt", str(receipt), str(receipt), "6.00"),
        ("credit note", str(note), str(receipt), "-1.50"),
    ]
    assert paid.user.email not in str(rows)
