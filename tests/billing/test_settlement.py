"""What becomes of a payment, no matter who asks and in what order (R-63, R-65, R-66)."""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from accounts.models import Mail
from billing import stripe_gateway as gateway
from billing import tasks
from billing.domain import ledger
from billing.domain.payments import MOVES, move
from billing.domain.refunds import advance, open_refund, refund_in_full
from billing.domain.settlement import mismatch, settle
from billing.enums import PaymentState, RefundState
from billing.errors import IllegalMove, Unavailable
from billing.models import Payment, Refund
from documents.domain import lifecycle
from documents.enums import DocumentState
from documents.models import Document
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import at_once
from tests.billing.later import continue_refunds
from tests.billing.ordering import order

pytestmark = pytest.mark.django_db(transaction=True)

DECLINED, CHALLENGED = "4000000000000002", "4000002500003155"
IBAN, BAD_IBAN = "DE89370400440532013000", "DE62370400440532013001"


def settled(payment: Payment) -> Payment:
    return settle(payment_id=payment.pk, cause="test")


def states(payment: Payment) -> list[str]:
    return [str(state) for state in payment.events.values_list("to_state", flat=True)]


def test_paid_is_told_once_with_an_event_and_an_audit_row(
    payment: Payment, sandbox: Running, started: list[Any]
) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    paid = settled(payment)
    settled(payment)
    assert paid.state == PaymentState.SUCCEEDED
    assert paid.succeeded_at
    assert paid.stripe_payment_intent_id
    assert states(payment) == ["pending", "succeeded"]
    assert started == [(payment.document_id, payment.pk)]
    assert AuditEvent.objects.filter(action="payment.succeeded", object_id=str(payment.pk)).count() == 1


def test_eight_who_settle_at_once_start_one_document(payment: Payment, sandbox: Running, started: list[Any]) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    results = at_once(8, lambda: settled(payment))
    assert {result.state for result in results} == {PaymentState.SUCCEEDED}
    assert len(started) == 1
    assert states(payment) == ["pending", "succeeded"]


def test_a_declined_card_can_be_followed_by_a_good_one(payment: Payment, sandbox: Running, started: list[Any]) -> None:
    sandbox.control.pay(payment.stripe_session_id, card=DECLINED)
    declined = settled(payment)
    assert (declined.state, declined.failure) == (PaymentState.PENDING, "Your card was declined.")
    assert not started
    sandbox.control.pay(payment.stripe_session_id)
    paid = settled(payment)
    assert (paid.state, paid.failure) == (PaymentState.SUCCEEDED, "")
    assert len(started) == 1


def test_3d_secure_waits_for_the_bank(payment: Payment, sandbox: Running, started: list[Any]) -> None:
    sandbox.control.pay(payment.stripe_session_id, card=CHALLENGED)
    assert settled(payment).state == PaymentState.REQUIRES_ACTION
    assert not started
    sandbox.control.pay(payment.stripe_session_id, approve=True)
    assert settled(payment).state == PaymentState.SUCCEEDED
    assert states(payment) == ["pending", "requires_action", "succeeded"]


def test_a_refused_3d_secure_step_leaves_the_page_open(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id, card=CHALLENGED)
    settled(payment)
    sandbox.control.pay(payment.stripe_session_id, approve=False)
    refused = settled(payment)
    assert refused.state == PaymentState.PENDING
    assert "authenticate" in refused.failure


def test_sepa_starts_only_when_the_money_is_certain(payment: Payment, sandbox: Running, started: list[Any]) -> None:
    sandbox.control.pay(payment.stripe_session_id, iban=IBAN)
    assert settled(payment).state == PaymentState.PROCESSING
    assert not started
    sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="succeeded")
    assert settled(payment).state == PaymentState.SUCCEEDED
    assert len(started) == 1


def test_sepa_that_comes_back_fails_and_leaves_room_for_another(
    payment: Payment, sandbox: Running, document: Document, started: list[Any]
) -> None:
    sandbox.control.pay(payment.stripe_session_id, iban=BAD_IBAN)
    settled(payment)
    sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="failed")
    assert settled(payment).state == PaymentState.FAILED
    assert not started
    again = order(document)
    assert again.pk != payment.pk


@pytest.mark.parametrize("late", [PaymentState.FAILED, PaymentState.EXPIRED])
def test_a_late_success_is_honoured(payment: Payment, sandbox: Running, started: list[Any], late: PaymentState) -> None:
    move(payment_id=payment.pk, to=late, cause="test")
    sandbox.control.pay(payment.stripe_session_id)
    assert settled(payment).state == PaymentState.SUCCEEDED
    assert len(started) == 1


def test_a_second_success_is_refunded_at_once(
    payment: Payment, sandbox: Running, document: Document, started: list[Any]
) -> None:
    move(payment_id=payment.pk, to=PaymentState.EXPIRED, cause="test")
    second = order(document)
    sandbox.control.pay(second.stripe_session_id)
    assert settled(second).state == PaymentState.SUCCEEDED
    sandbox.control.pay(payment.stripe_session_id)
    assert settled(payment).state == PaymentState.REFUNDED
    continue_refunds()
    refund = Refund.objects.get(payment=payment)
    assert (refund.state, refund.amount) == (RefundState.SUCCEEDED, Decimal("6.00"))
    assert started == [(document.pk, second.pk)]


def test_money_for_a_document_that_changed_goes_back(
    payment: Payment, sandbox: Running, document: Document, started: list[Any]
) -> None:
    lifecycle.move(document_id=document.pk, to=DocumentState.DRAFT, cause="test")
    sandbox.control.pay(payment.stripe_session_id)
    assert settled(payment).state == PaymentState.REFUNDED
    assert not started


@pytest.mark.parametrize("fields", [{"amount": Decimal("5.00")}, {"id": None}])
def test_what_does_not_match_the_order_is_held(
    payment: Payment, sandbox: Running, started: list[Any], fields: dict[str, Any]
) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    if fields == {"id": None}:
        # Another row claims the same session.
        session = payment.stripe_session_id
        Payment.objects.filter(pk=payment.pk).update(stripe_session_id=None, state=PaymentState.EXPIRED)
        payment = Payment.objects.create(
            document=payment.document, user=payment.user, price_list=payment.price_list, pages=12,
            amount=payment.amount, lines=[], expires_at=timezone.now(), stripe_session_id=session,
            state=PaymentState.PENDING,
        )  # fmt: skip
    else:
        Payment.objects.filter(pk=payment.pk).update(**fields)
    held = settled(payment)
    assert held.state == PaymentState.HELD
    assert held.failure
    assert not started


@pytest.mark.parametrize(("outcome", "state", "cents"), [("succeeded", "held", 600), ("failed", "failed", 0)])
def test_money_held_on_its_way_is_booked_when_it_comes_and_let_go_when_it_does_not(
    payment: Payment, sandbox: Running, outcome: str, state: str, cents: int
) -> None:
    sandbox.control.pay(payment.stripe_session_id, iban=at_stripe.IBAN)
    Payment.objects.filter(pk=payment.pk).update(amount=Decimal("5.00"))
    assert settled(payment).state == PaymentState.HELD
    sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome=outcome)
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    payment.refresh_from_db()
    assert (payment.state, ledger.balances()["stripe"]) == (state, cents)


def test_money_held_on_its_way_stays_held_while_nobody_knows_whether_it_comes(
    payment: Payment, sandbox: Running
) -> None:
    sandbox.control.pay(payment.stripe_session_id, iban=at_stripe.IBAN)
    Payment.objects.filter(pk=payment.pk).update(amount=Decimal("5.00"))
    settled(payment)
    moves = states(payment)
    assert settle(payment_id=payment.pk, cause="test", again=True).state == PaymentState.HELD
    assert states(payment) == moves
    assert not payment.bookings.exists()


def test_an_expired_session_expires_its_payment(payment: Payment, sandbox: Running) -> None:
    sandbox.control.advance(25 * 3600)
    assert settled(payment).state == PaymentState.EXPIRED


def test_stripe_away_changes_nothing(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    sandbox.control.fault("stripe", "429")
    with pytest.raises(Unavailable):
        settled(payment)
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING


def test_illegal_moves_are_refused(payment: Payment) -> None:
    with pytest.raises(IllegalMove):
        move(payment_id=payment.pk, to=PaymentState.REFUNDED, cause="test")
    assert not move(payment_id=payment.pk, to=PaymentState.PENDING, cause="again")
    assert set(MOVES) == set(PaymentState)


def test_eight_refunds_at_once_send_the_money_back_once(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    settled(payment)
    results = at_once(
        8,
        lambda: refund_in_full(document_id=payment.document_id, cause="job_failed", reason="It could not be written."),
    )
    assert {result.pk for result in results} == {Refund.objects.get().pk}
    at_once(8, tasks.continue_refunds)
    (refund,) = sandbox.control.get("stripe/objects", kind="refund")["objects"]
    assert refund["amount"] == 600
    payment.refresh_from_db()
    assert (payment.state, payment.refunded_amount) == (PaymentState.REFUNDED, Decimal("6.00"))
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    mail = Mail.objects.get(template="refunded")
    assert (mail.context["amount"], mail.context["document_id"]) == ("6.00", str(payment.document_id))


def test_nothing_paid_is_nothing_to_refund(payment: Payment) -> None:
    assert refund_in_full(document_id=payment.document_id, cause="job_failed", reason="") is None


def test_a_refund_cut_short_is_finished_under_its_key(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    settled(payment)
    sandbox.control.fault("stripe", "commit_then_drop", path="refunds")
    refund_in_full(document_id=payment.document_id, cause="job_failed", reason="")
    continue_refunds()
    assert Refund.objects.get().state == RefundState.CREATED
    sandbox.control.clear_faults()
    continue_refunds()
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert len(sandbox.control.get("stripe/objects", kind="refund")["objects"]) == 1


def test_a_refund_older_than_its_key_is_looked_up_first(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    settled(payment)
    sandbox.control.fault("stripe", "commit_then_drop", path="refunds")
    refund_in_full(document_id=payment.document_id, cause="job_failed", reason="")
    continue_refunds()
    sandbox.control.clear_faults()
    sandbox.control.advance(25 * 3600)
    Refund.objects.update(created_at=timezone.now() - timedelta(hours=25))
    continue_refunds()
    assert Refund.objects.get().state == RefundState.SUCCEEDED
    assert len(sandbox.control.get("stripe/objects", kind="refund")["objects"]) == 1


def test_a_refund_that_the_bank_sends_back_leaves_the_money_held(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    settled(payment)
    sandbox.control.settings(refund_outcome="pending")
    refund_in_full(document_id=payment.document_id, cause="job_failed", reason="")
    continue_refunds()
    refund = Refund.objects.get()
    assert refund.state == RefundState.PENDING
    sandbox.control.post("stripe/refund", refund=refund.stripe_refund_id, status="failed")
    continue_refunds()
    payment.refresh_from_db()
    refund.refresh_from_db()
    assert (refund.state, payment.state) == (RefundState.FAILED, PaymentState.HELD)
    assert payment.refunded_amount == 0


def test_more_than_is_left_is_never_refunded(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(payment.stripe_session_id)
    settled(payment)
    assert open_refund(payment_id=payment.pk, cause="part", reason="", amount=Decimal("2.00"))
    payment.refresh_from_db()
    assert payment.state == PaymentState.PARTIALLY_REFUNDED
    with pytest.raises(ValueError, match=r"4\.00"):
        open_refund(payment_id=payment.pk, cause="more", reason="", amount=Decimal("4.01"))
    rest = open_refund(payment_id=payment.pk, cause="rest", reason="")
    assert rest.amount == Decimal("4.00")
    assert open_refund(payment_id=payment.pk, cause="again", reason="") is None
    continue_refunds()
    amounts = [refund["amount"] for refund in sandbox.control.get("stripe/objects", kind="refund")["objects"]]
    assert sorted(amounts) == [200, 400]
    assert advance(refund_id=rest.pk).state == RefundState.SUCCEEDED


def test_a_refund_without_a_charge_at_stripe_is_held(payment: Payment) -> None:
    move(payment_id=payment.pk, to=PaymentState.SUCCEEDED, cause="test")
    refund = refund_in_full(document_id=payment.document_id, cause="job_failed", reason="")
    results = at_once(4, lambda: advance(refund_id=refund.pk))
    assert {result.state for result in results} == {RefundState.FAILED}
    payment.refresh_from_db()
    assert (payment.state, payment.refunded_amount) == (PaymentState.HELD, 0)


@pytest.mark.parametrize(("name", "value"), [("currency", "USD"), ("livemode", True)])
def test_another_currency_or_mode_does_not_match(payment: Payment, name: str, value: Any) -> None:
    seen = gateway.retrieve_session(payment.stripe_session_id)
    assert mismatch(payment, seen) == ""
    assert "differs" in mismatch(payment, replace(seen, **{name: value}))


def test_a_wrong_key_is_said_to_be_unavailable(payment: Payment, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "401")
    with pytest.raises(Unavailable):
        gateway.retrieve_session(payment.stripe_session_id)
