"""What the database itself refuses."""

from decimal import Decimal
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from billing.enums import PaymentPurpose, PaymentState, PriceListState
from billing.models import Payment, PriceList, Refund, WebhookEvent
from documents.models import Document

pytestmark = pytest.mark.django_db


def a_payment(document: Document, price_list: PriceList, /, **fields: Any) -> Payment:
    given = {
        "document": document,
        "user": document.owner,
        "price_list": price_list,
        "pages": document.pages,
        "amount": Decimal("6.00"),
        "lines": [],
        "expires_at": timezone.now(),
    }
    return Payment.objects.create(**given | fields)


def refused(name: str) -> Any:
    return pytest.raises(IntegrityError, match=name)


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"amount": Decimal(0)}, "payment_amount_positive"),
        ({"refunded_amount": Decimal("6.01")}, "payment_refunded_within_amount"),
        ({"refunded_amount": Decimal("-0.01")}, "payment_refunded_within_amount"),
        ({"pages": 0}, "payment_pages_1_to_200"),
        ({"pages": 201}, "payment_pages_1_to_200"),
        ({"currency": "USD"}, "payment_in_eur"),
        ({"state": "gone"}, "payment_state_known"),
        ({"document": None}, "document_id"),
        ({"purpose": "gift"}, "payment_purpose_known"),
        ({"purpose": "more_pages", "pages": 51}, "payment_purpose_known"),
    ],
)
def test_impossible_payments(
    document: Document, price_list: PriceList, fields: dict[str, Any], constraint: str
) -> None:
    with refused(constraint):
        a_payment(document, price_list, **fields)


@pytest.mark.parametrize(
    ("first", "second", "constraint"),
    [
        (PaymentState.SUCCEEDED, PaymentState.SUCCEEDED, "one_order_paid_per_document"),
        (PaymentState.PARTIALLY_REFUNDED, PaymentState.SUCCEEDED, "one_order_paid_per_document"),
        (PaymentState.PENDING, PaymentState.CREATED, "one_payment_open_per_purpose"),
        (PaymentState.PROCESSING, PaymentState.PENDING, "one_payment_open_per_purpose"),
    ],
)
def test_a_document_has_one_open_and_one_paid_payment(
    document: Document, price_list: PriceList, first: str, second: str, constraint: str
) -> None:
    a_payment(document, price_list, state=first)
    with refused(constraint):
        a_payment(document, price_list, state=second)


def test_more_pages_are_paid_time_and_again_beside_the_order_and_one_page_is_open(
    document: Document, price_list: PriceList
) -> None:
    for state in (PaymentState.SUCCEEDED, PaymentState.PENDING):
        a_payment(document, price_list, state=state)
    for state in (PaymentState.SUCCEEDED, PaymentState.DISPUTED, PaymentState.PENDING):
        a_payment(document, price_list, state=state, purpose=PaymentPurpose.MORE_PAGES)
    with refused("one_payment_open_per_purpose"):
        a_payment(document, price_list, state=PaymentState.CREATED, purpose=PaymentPurpose.MORE_PAGES)


def test_one_refund_per_cause_and_never_of_nothing(document: Document, price_list: PriceList) -> None:
    payment = a_payment(document, price_list)
    Refund.objects.create(payment=payment, amount=1, cause="job_failed")
    with transaction.atomic(), refused("one_refund_per_cause"):
        Refund.objects.create(payment=payment, amount=1, cause="job_failed")
    with transaction.atomic(), refused("refund_amount_positive"):
        Refund.objects.create(payment=payment, amount=0, cause="other")
    with refused("refund_state_known"):
        Refund.objects.create(payment=payment, amount=1, cause="third", state="gone")


@pytest.mark.parametrize(
    ("fields", "constraint"),
    [
        ({"state": PriceListState.ACTIVE}, "one_active_price_list_per_variant"),
        ({"price_per_page": Decimal("0.09")}, "price_per_page_at_least_10_cents"),
        ({"discount_percent": Decimal("95.01")}, "price_list_discount_0_to_95"),
        ({"discount_percent": Decimal("-1")}, "price_list_discount_0_to_95"),
        ({"state": "gone"}, "price_list_state_known"),
        ({"version": 1}, "version"),
    ],
)
def test_impossible_price_lists(price_list: PriceList, fields: dict[str, Any], constraint: str) -> None:
    given: dict[str, Any] = {"version": 2, "price_per_page": Decimal("0.50")}
    with refused(constraint):
        PriceList.objects.create(**given | fields)


def test_an_event_is_stored_once() -> None:
    WebhookEvent.objects.create(event_id="evt_1", type="x", object_id="y", payload={})
    with refused("event_id"):
        WebhookEvent.objects.create(event_id="evt_1", type="x", object_id="y", payload={})
