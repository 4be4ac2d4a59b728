"""Payments that have come to a stop are found while they stand, and not before (R-113)."""

from datetime import timedelta

import pytest
from django.utils import timezone

from billing.domain import watching
from billing.enums import PaymentState as S
from billing.models import Payment
from tests.documents.factories import DocumentFactory
from tests.generation.making import pay

pytestmark = pytest.mark.django_db

NOW = timezone.now()
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def payment(state: S, *, expired: timedelta = timedelta(0), age: timedelta = timedelta(0)) -> Payment:
    made = pay(DocumentFactory.create())
    Payment.objects.filter(pk=made.pk).update(state=state, expires_at=NOW - expired, created_at=NOW - age)
    return made


@pytest.mark.parametrize("state", [S.CREATED, S.PENDING, S.REQUIRES_ACTION])
def test_one_that_nobody_closed_long_after_its_time_is_stuck(state: S) -> None:
    payment(state, expired=59 * MINUTE)
    assert list(watching.stuck_payments(NOW)) == []
    stuck = payment(state, expired=61 * MINUTE)
    [trouble] = watching.stuck_payments(NOW)
    assert trouble.subject == "Payments are stuck: 1"
    assert f"{stuck.pk}: {state}" in trouble.text


def test_money_may_be_on_its_way_as_long_as_a_debit_takes() -> None:
    payment(S.PROCESSING, expired=15 * DAY, age=15 * DAY)
    assert list(watching.stuck_payments(NOW)) == []
    payment(S.PROCESSING, expired=17 * DAY, age=17 * DAY)
    assert len(list(watching.stuck_payments(NOW))) == 1


@pytest.mark.parametrize("state", [S.SUCCEEDED, S.EXPIRED, S.FAILED, S.REFUNDED])
def test_what_is_settled_is_not_stuck_however_old(state: S) -> None:
    payment(state, expired=100 * DAY, age=100 * DAY)
    assert list(watching.stuck_payments(NOW)) == list(watching.held_payments(NOW)) == []


def test_held_ones_wait_for_staff_who_were_told_when_it_happened() -> None:
    payment(S.HELD)
    [trouble] = watching.held_payments(NOW)
    assert (trouble.subject, trouble.is_told) == ("Payments are held: 1", True)
