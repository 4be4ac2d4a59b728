"""Receipts: one for each payment that succeeded, numbered without gaps whatever rolls back (R-68)."""

import random
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.models import Mail
from billing.domain import receipts, settlement
from billing.domain.payments import move
from billing.enums import PaymentState
from billing.models import Payment, PriceList, Receipt, ReceiptCounter
from documents.models import Document
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import together
from tests.billing.ordering import order
from tests.documents.factories import outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

NEW_YEAR = datetime(2031, 1, 1, tzinfo=UTC)


class GaveUp(Exception):
    """Whatever ends a transaction before it is committed."""


def open_payment(price_list: PriceList) -> Payment:
    document = outlined_document(pages=12)
    return Payment.objects.create(
        document=document, user=document.owner, price_list=price_list, pages=12, amount=6, lines=[],
        expires_at=timezone.now(), state=PaymentState.PENDING,
    )  # fmt: skip


def numbers(year: int) -> list[int]:
    return list(Receipt.objects.filter(year=year).order_by("number").values_list("number", flat=True))


def succeed(payment: Payment, *, dies: bool = False, now: datetime = NEW_YEAR) -> None:
    with transaction.atomic():
        move(payment_id=payment.pk, to=PaymentState.SUCCEEDED, cause="test", now=now)
        if dies:
            raise GaveUp


def test_thirty_successes_at_once_of_which_a_third_rolls_back_are_numbered_without_gaps(price_list: PriceList) -> None:
    payments = [open_payment(price_list) for _ in range(30)]
    fates = [number % 3 == 0 for number in range(30)]
    random.Random(4).shuffle(fates)

    def work(payment: Payment, dies: bool) -> Callable[[], None]:
        return lambda: succeed(payment, dies=dies)

    results = together([work(payment, dies) for payment, dies in zip(payments, fates, strict=True)])
    assert [isinstance(one, GaveUp) for one in results] == fates
    assert [one for one in results if one and not isinstance(one, GaveUp)] == []
    assert numbers(2031) == list(range(1, 21))
    assert ReceiptCounter.objects.get(year=2031).last == 20
    assert {receipt.payment_id for receipt in Receipt.objects.all()} == {
        payment.pk for payment, dies in zip(payments, fates, strict=True) if not dies
    }
    assert Mail.objects.filter(template="receipt").count() == 20


def test_each_year_counts_from_one(price_list: PriceList) -> None:
    last_second = datetime(2030, 12, 31, 23, 59, 59, tzinfo=UTC)
    for now in (last_second, NEW_YEAR, last_second):
        succeed(open_payment(price_list), now=now)
    assert (numbers(2030), numbers(2031)) == ([1, 2], [1])
    assert [str(receipt) for receipt in Receipt.objects.all()] == ["2031-000001", "2030-000002", "2030-000001"]


def test_a_payment_has_one_receipt_however_often_it_is_issued(price_list: PriceList) -> None:
    payment = open_payment(price_list)
    succeed(payment)
    with transaction.atomic():
        assert receipts.issue(payment=payment, now=NEW_YEAR) == Receipt.objects.get()
    assert numbers(2031) == [1]


def test_a_receipt_is_issued_only_with_what_it_is_for(price_list: PriceList) -> None:
    with pytest.raises(RuntimeError):
        receipts.issue(payment=open_payment(price_list), now=NEW_YEAR)


def test_a_number_is_given_once_by_the_database_itself(price_list: PriceList) -> None:
    one, other = (open_payment(price_list) for _ in range(2))
    Receipt.objects.create(payment=one, year=2031, number=1, seller={})
    with pytest.raises(IntegrityError, match="receipt_number_once"):
        Receipt.objects.create(payment=other, year=2031, number=1, seller={})
    with pytest.raises(IntegrityError, match="receipt_number_from_1"):
        Receipt.objects.create(payment=other, year=2031, number=0, seller={})


def test_money_that_was_not_needed_gets_no_receipt(document: Document, sandbox: Running) -> None:
    payment = order(document)
    Document.objects.update(pages=4)
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    assert not Receipt.objects.exists()
    assert not Mail.objects.filter(template="receipt").exists()


def test_the_receipt_keeps_the_seller_of_its_day(document: Document, sandbox: Running, settings: Any) -> None:
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    then = Receipt.objects.get().seller
    settings.SELLER = {"name": "Somebody else", "address": "Elsewhere", "note": ""}
    assert Receipt.objects.get().seller == then
    assert then["name"] != "Somebody else"
