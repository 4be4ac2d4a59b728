"""What a day brought in, read from the books."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from pytest_django import DjangoAssertNumQueries

from billing.domain import ledger
from billing.domain.revenue import of_day
from billing.enums import Movement
from billing.models import Payment, Refund
from tests.documents.factories import DocumentFactory
from tests.generation.making import pay

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("price_list")]

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


def sold(at: datetime, amount: str = "6.00") -> Payment:
    """A payment as the books keep it."""
    payment = pay(DocumentFactory.create())
    with transaction.atomic():
        ledger.book(movement=Movement.PAID, payment=payment, amount=Decimal(amount), now=at)
    return payment


def test_orders_and_euros_stand_at_their_hour_of_the_utc_day() -> None:
    sold(MIDNIGHT, "1.10")
    sold(MIDNIGHT + timedelta(hours=9, minutes=5), "2.00")
    sold(NOW, "0.55")
    found = of_day(now=NOW)
    assert (found.orders[0], found.orders[9], sum(found.orders)) == (1, 2, 3)
    assert (found.euros[0], found.euros[9]) == (Decimal("1.10"), Decimal("2.55"))
    assert len(found.orders) == len(found.euros) == 24


def test_the_day_before_is_counted_apart_and_nothing_older_or_still_to_come() -> None:
    sold(MIDNIGHT - timedelta(seconds=1), "3.00")
    sold(MIDNIGHT - timedelta(days=1), "4.00")
    sold(MIDNIGHT - timedelta(days=1, seconds=1))
    sold(NOW + timedelta(minutes=1))
    found = of_day(now=NOW)
    assert (sum(found.orders), found.orders_before, found.euros_before) == (0, 2, Decimal("7.00"))


def test_what_goes_back_is_told_apart_from_what_came_in() -> None:
    payment = sold(MIDNIGHT - timedelta(days=1))
    with transaction.atomic():
        for cause, amount in (("one", "2.50"), ("two", "1.00")):
            refund = Refund.objects.create(payment=payment, amount=Decimal(amount), cause=cause)
            ledger.book(
                movement=Movement.REFUND_OPENED, payment=payment, amount=Decimal(amount), refund=refund, now=NOW
            )
        # The second comes back to us.
        ledger.book(movement=Movement.REFUND_FAILED, payment=payment, amount=Decimal("1.00"), refund=refund, now=NOW)
    found = of_day(now=NOW)
    assert (found.back, sum(found.euros), sum(found.orders)) == (Decimal("2.50"), 0, 0)


@pytest.mark.parametrize("count", [0, 3])
def test_the_books_are_asked_once(count: int, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    for number in range(count):
        sold(MIDNIGHT + timedelta(hours=number))
    with django_assert_num_queries(1):
        assert sum(of_day(now=NOW).orders) == count
