"""Answers that never arrive and steps that are never finished: the same key, one object, nothing lost (R-64)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection, transaction
from django.test import TestCase
from django.utils import timezone

from billing import stripe_gateway as gateway
from billing.domain import checkout, ledger, refunds, settlement
from billing.enums import PaymentState, RefundState
from billing.errors import Unknown
from billing.models import Booking, Payment, Receipt, Refund, WebhookEvent
from documents.models import Document
from generation.engine import admission
from generation.models import Job
from sandbox.testing import Running
from tesigo.platform.breaker import Breaker
from tests.billing import at_stripe
from tests.billing.later import continue_refunds, work_webhook_events
from tests.billing.ordering import order

pytestmark = pytest.mark.django_db(transaction=True)

#: The call is done at Stripe, and its answer gets lost.
LOST = ["commit_then_drop", "commit_then_500", "commit_then_hang"]
#: The call does not get there, or its answer is none.
NEVER = ["drop", "500", "hang", "malformed_body", "empty_body"]


@pytest.fixture(autouse=True)
def impatient(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Half a second rather than ten until an answer counts as lost, and no pause before the next try."""
    settings.STRIPE_CALLS_PER_SECOND = 10_000
    monkeypatch.setattr(gateway, "breaker", Breaker("Stripe", pause=0.0, longest=0.0))
    monkeypatch.setattr(gateway, "TIMEOUT", (1.0, 0.5))
    gateway._patient_client.cache_clear()
    yield
    gateway._patient_client.cache_clear()


class Died(BaseException):
    """The process ends here: nothing that comes after, not even what catches exceptions, is run."""


@contextmanager
def dying_at(word: str, *, after: bool = False) -> Iterator[None]:
    """The process dies where it writes, or has just written, to the database what begins with this."""

    def run(execute: Any, sql: str, *rest: Any) -> Any:
        if not sql.startswith(word):
            return execute(sql, *rest)
        if after:
            execute(sql, *rest)
        raise Died

    with connection.execute_wrapper(run), pytest.raises(Died):
        yield


def sessions(sandbox: Running) -> list[str]:
    return [one["id"] for one in at_stripe.objects(sandbox, "checkout.session")]


def is_settled_once(payment: Payment, sandbox: Running) -> None:
    """The page that was opened is paid, booked and told once."""
    at_stripe.pay(sandbox, payment)
    assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED
    assert len(at_stripe.objects(sandbox, "charge")) == Receipt.objects.count() == Booking.objects.count() == 1


# --- opening a page ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", LOST)
def test_an_answer_lost_once_is_asked_for_again_under_the_same_key(
    document: Document, sandbox: Running, mode: str
) -> None:
    sandbox.control.fault("stripe", mode, method="POST", times=1)
    payment = order(document)
    assert sessions(sandbox) == [payment.stripe_session_id]
    is_settled_once(payment, sandbox)


@pytest.mark.parametrize("mode", LOST)
def test_an_answer_lost_for_good_leaves_a_payment_that_goes_on_under_its_key(
    document: Document, sandbox: Running, mode: str
) -> None:
    sandbox.control.fault("stripe", mode, method="POST")
    with pytest.raises(Unknown):
        order(document)
    assert len(sessions(sandbox)) == 1
    assert Payment.objects.get().state == PaymentState.CREATED
    sandbox.control.clear_faults()
    checkout.sweep(now=timezone.now() + timedelta(minutes=2))
    assert Payment.objects.get().stripe_session_id == sessions(sandbox)[0]
    payment = order(document)
    assert len(sessions(sandbox)) == Payment.objects.count() == 1
    is_settled_once(payment, sandbox)


@pytest.mark.parametrize("mode", NEVER)
def test_a_call_that_gets_no_answer_charges_nothing_and_is_made_again(
    document: Document, sandbox: Running, mode: str
) -> None:
    sandbox.control.fault("stripe", mode, method="POST")
    with pytest.raises(Unknown):
        order(document)
    assert sessions(sandbox) == []
    sandbox.control.clear_faults()
    is_settled_once(order(document), sandbox)


@pytest.mark.parametrize(
    ("word", "after"),
    [
        ('UPDATE "billing_payment"', False),  # Stripe has opened it, and nothing of that is written
        ('UPDATE "billing_payment"', True),
        ('INSERT INTO "billing_paymentevent"', True),  # all is written, and not committed
    ],
)
def test_a_process_that_dies_between_stripe_and_the_commit_opens_no_second_page(
    document: Document, sandbox: Running, word: str, after: bool
) -> None:
    with dying_at(word, after=after):
        order(document)
    lost = Payment.objects.get()
    assert (lost.state, lost.stripe_session_id, len(sessions(sandbox))) == (PaymentState.CREATED, None, 1)
    payment = order(document)
    assert (payment.pk, payment.idempotency_key) == (lost.pk, lost.idempotency_key)
    assert sessions(sandbox) == [payment.stripe_session_id]
    is_settled_once(payment, sandbox)


def test_a_process_that_dies_before_it_asks_stripe_leaves_a_stored_key(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "drop")
    with pytest.raises(Unknown):
        order(document)
    key = Payment.objects.get().idempotency_key
    sandbox.control.clear_faults()
    assert order(document).idempotency_key == key


@pytest.mark.parametrize("mode", LOST)
def test_a_page_whose_closing_is_not_answered_is_closed_and_replaced(
    document: Document, sandbox: Running, mode: str
) -> None:
    old = order(document)
    Payment.objects.update(expires_at=timezone.now() - timedelta(minutes=1))
    sandbox.control.fault("stripe", mode, path="expire")
    with pytest.raises(Unknown):
        checkout.withdraw(payment_id=old.pk, cause="test")
    assert Payment.objects.get().state == PaymentState.PENDING
    sandbox.control.clear_faults()
    assert checkout.close_needless() == 1
    assert Payment.objects.get().state == PaymentState.EXPIRED
    assert order(document).pk != old.pk


# --- giving money back ---------------------------------------------------------------------------------------------


def give_back(payment: Payment) -> Refund:
    refund = refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="kind", amount=Decimal("2.00"))
    assert refund
    return refund


def went_back_once(refund: Refund, sandbox: Running) -> None:
    """One refund at Stripe, under our key, booked once."""
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    (there,) = at_stripe.objects(sandbox, "refund")
    assert (there["id"], there["amount"]) == (refund.stripe_refund_id, 200)
    made = next(event for event in at_stripe.told(sandbox) if event["type"] == "refund.created")
    assert made["request"]["idempotency_key"] == str(refund.idempotency_key)
    assert ledger.balances()["stripe"] == 400
    assert Booking.objects.filter(refund=refund).count() == 2


@pytest.mark.parametrize("mode", LOST)
def test_a_refund_whose_answer_is_lost_once_goes_back_once(paid: Payment, sandbox: Running, mode: str) -> None:
    refund = give_back(paid)
    sandbox.control.fault("stripe", mode, path="refunds", method="POST", times=1)
    refunds.advance(refund_id=refund.pk)
    went_back_once(refund, sandbox)


@pytest.mark.parametrize("mode", [*LOST, *NEVER])
def test_a_refund_without_an_answer_waits_and_goes_back_once(paid: Payment, sandbox: Running, mode: str) -> None:
    refund = give_back(paid)
    sandbox.control.fault("stripe", mode, path="refunds", method="POST")
    continue_refunds()
    refund.refresh_from_db()
    assert (refund.state, refund.stripe_refund_id) == (RefundState.CREATED, None)
    assert len(at_stripe.objects(sandbox, "refund")) == (1 if mode in LOST else 0)
    sandbox.control.clear_faults()
    continue_refunds()
    went_back_once(refund, sandbox)


@pytest.mark.parametrize("mode", LOST)
def test_a_refund_whose_answer_was_lost_is_known_again_by_its_event(paid: Payment, sandbox: Running, mode: str) -> None:
    refund = give_back(paid)
    sandbox.control.fault("stripe", mode, path="refunds", method="POST")
    continue_refunds()
    sandbox.control.clear_faults()
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    went_back_once(refund, sandbox)
    assert Refund.objects.count() == 1
    continue_refunds()
    went_back_once(refund, sandbox)


@pytest.mark.parametrize(
    "word", ['UPDATE "billing_refund"', 'INSERT INTO "billing_booking"', 'INSERT INTO "accounts_m']
)
@pytest.mark.parametrize("after", [False, True])
def test_a_process_that_dies_between_stripe_and_the_booking_gives_nothing_back_twice(
    paid: Payment, sandbox: Running, word: str, after: bool
) -> None:
    refund = give_back(paid)
    with dying_at(word, after=after):
        refunds.advance(refund_id=refund.pk)
    refund.refresh_from_db()
    assert (refund.state, len(at_stripe.objects(sandbox, "refund"))) == (RefundState.CREATED, 1)
    continue_refunds()
    went_back_once(refund, sandbox)


def test_a_process_that_dies_while_it_decides_a_refund_has_decided_none(paid: Payment) -> None:
    for word in ('INSERT INTO "billing_refund"', 'UPDATE "billing_payment"', 'INSERT INTO "billing_booking"'):
        with dying_at(word, after=True):
            give_back(paid)
        paid.refresh_from_db()
        assert (paid.state, paid.refunded_amount, Refund.objects.count()) == (PaymentState.SUCCEEDED, 0, 0)


# --- settling ------------------------------------------------------------------------------------------------------

WRITES = [
    'UPDATE "billing_payment"',
    'INSERT INTO "billing_paymentevent"',
    'INSERT INTO "billing_booking"',
    'INSERT INTO "billing_entry"',
    'UPDATE "billing_receiptcounter"',
    'INSERT INTO "billing_receipt"',
    'INSERT INTO "accounts_mail"',
    'INSERT INTO "privacy_auditevent"',
]


@pytest.mark.parametrize("word", WRITES)
def test_a_process_that_dies_while_it_books_a_success_has_booked_nothing(
    document: Document, sandbox: Running, started: list[Any], word: str
) -> None:
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    for event in at_stripe.told(sandbox):
        at_stripe.receive(event)
    with dying_at(word, after=True):
        work_webhook_events()
    payment.refresh_from_db()
    assert (payment.state, Booking.objects.count(), Receipt.objects.count()) == (PaymentState.PENDING, 0, 0)
    assert not started
    work_webhook_events()
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert Receipt.objects.get().number == Booking.objects.count() == len(started) == 1


def test_a_process_that_dies_before_it_notes_that_an_event_was_worked_works_it_again(
    document: Document, sandbox: Running, started: list[Any]
) -> None:
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    at_stripe.receive(at_stripe.told(sandbox)[-1])
    with dying_at('UPDATE "billing_webhookevent" SET "due_at" = NULL'):
        work_webhook_events()
    assert WebhookEvent.objects.get().processed_at is None
    work_webhook_events()
    assert WebhookEvent.objects.get().processed_at
    assert Booking.objects.count() == Receipt.objects.count() == len(started) == 1


def test_a_success_whose_signal_died_with_its_process_is_begun_by_the_sweep(
    document: Document, sandbox: Running
) -> None:
    """Committed, and killed before anybody could be told."""
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    with losing_what_follows_the_commit():
        assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED
    assert not Job.objects.exists()
    admission.sweep()
    assert Job.objects.filter(document=document).count() == 1


@contextmanager
def losing_what_follows_the_commit() -> Iterator[None]:
    with transaction.atomic():
        with TestCase.captureOnCommitCallbacks() as callbacks:
            yield
        connection.run_on_commit.clear()
    assert callbacks
