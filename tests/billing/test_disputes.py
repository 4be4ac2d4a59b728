"""The payer's bank asks for the money back: books, document and staff follow, whenever it is heard of (R-63)."""

from dataclasses import replace
from decimal import Decimal

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from billing.domain import disputes, ledger, payments, refunds, settlement
from billing.enums import DisputeState, PaymentState, RefundState
from billing.models import Booking, Dispute, Payment, Refund
from billing.stripe_gateway import ProviderDispute
from documents.domain import freezing, lifecycle
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export
from generation.engine import admission
from generation.models import Job
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.ordering import order
from tests.platform import alerting

pytestmark = pytest.mark.django_db(transaction=True)


def heard(payment: Payment) -> Payment:
    """The payment after an event about its charge."""
    return settlement.settle(payment_id=payment.pk, cause="charge.dispute", again=True)


def balances(payment: Payment) -> dict[str, int]:
    return {account: cents for account, cents in ledger.balances(payment=payment).items() if cents}


def is_frozen(payment: Payment) -> bool:
    return Document.objects.get(pk=payment.document_id).frozen_at is not None


def test_an_open_dispute_freezes_the_document_and_tells_staff_once(paid: Payment, sandbox: Running) -> None:
    at_stripe.dispute(sandbox, paid, reason="product_not_received")
    for _ in range(3):
        assert heard(paid).state == PaymentState.DISPUTED
    dispute = Dispute.objects.get()
    assert (dispute.state, dispute.amount, dispute.reason) == (
        DisputeState.OPEN,
        Decimal("6.00"),
        "product_not_received",
    )
    assert dispute.is_withdrawn
    assert is_frozen(paid)
    assert balances(paid) == {"sales": -600, "disputes": 600}
    assert len(alerting.told("A payment is disputed")) == 1
    assert AuditEvent.objects.filter(action="dispute.opened").count() == 1


def test_a_dispute_that_is_won_lets_go_of_everything(paid: Payment, sandbox: Running) -> None:
    number = at_stripe.dispute(sandbox, paid)
    heard(paid)
    at_stripe.close_dispute(sandbox, number, "won")
    for _ in range(2):
        assert heard(paid).state == PaymentState.SUCCEEDED
    assert not is_frozen(paid)
    assert balances(paid) == {"stripe": 600, "sales": -600}
    assert Dispute.objects.get().closed_at
    assert list(paid.events.values_list("to_state", flat=True))[-2:] == ["disputed", "succeeded"]


def test_a_dispute_that_is_lost_keeps_the_document_frozen(paid: Payment, sandbox: Running) -> None:
    number = at_stripe.dispute(sandbox, paid)
    at_stripe.close_dispute(sandbox, number, "lost")
    assert heard(paid).state == PaymentState.DISPUTED
    assert Dispute.objects.get().state == DisputeState.LOST
    assert is_frozen(paid)
    assert balances(paid) == {"sales": -600, "disputes": 600}


def test_a_bank_that_only_asks_takes_nothing_and_freezes_until_it_has_its_answer(paid: Payment) -> None:
    """Stripe calls it an inquiry: no money moves, and closed it was no dispute."""
    asks = ProviderDispute(
        id="du_asks", status="warning_needs_response", amount=600, reason="general", intent_id="", taken=0, returned=0,
        created=timezone.now(),
    )  # fmt: skip

    def follow(one: ProviderDispute) -> PaymentState:
        with transaction.atomic():
            disputes.follow(payment=payments.locked(paid.pk), seen=[one], now=timezone.now())
        return PaymentState(Payment.objects.get(pk=paid.pk).state)

    assert follow(asks) == PaymentState.DISPUTED
    assert is_frozen(paid)
    assert not Dispute.objects.get().is_withdrawn
    assert balances(paid) == {"stripe": 600, "sales": -600}
    assert follow(replace(asks, status="warning_closed")) == PaymentState.SUCCEEDED
    assert not is_frozen(paid)
    assert Dispute.objects.get().state == DisputeState.WON


def test_a_dispute_won_while_all_the_money_goes_back_leads_to_refunded(paid: Payment, sandbox: Running) -> None:
    number = at_stripe.dispute(sandbox, paid)
    heard(paid)
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="")
    assert refund
    assert Payment.objects.get(pk=paid.pk).state == PaymentState.DISPUTED
    at_stripe.close_dispute(sandbox, number, "won")
    assert heard(paid).state == PaymentState.REFUNDED
    assert not is_frozen(paid)
    assert refunds.advance(refund_id=refund.pk).state == RefundState.SUCCEEDED
    assert balances(paid) == {"sales": -600, "refunds": 600}


def test_after_a_part_was_refunded_a_won_dispute_leads_back_there(paid: Payment, sandbox: Running) -> None:
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("1.00"))
    assert refund
    refunds.advance(refund_id=refund.pk)
    number = at_stripe.dispute(sandbox, paid, amount=500)
    assert heard(paid).state == PaymentState.DISPUTED
    assert balances(paid) == {"sales": -600, "refunds": 100, "disputes": 500}
    at_stripe.close_dispute(sandbox, number, "won")
    assert heard(paid).state == PaymentState.PARTIALLY_REFUNDED
    assert balances(paid) == {"stripe": 500, "sales": -600, "refunds": 100}


def test_a_second_dispute_after_a_won_one_freezes_again(paid: Payment, sandbox: Running) -> None:
    at_stripe.close_dispute(sandbox, at_stripe.dispute(sandbox, paid), "won")
    heard(paid)
    at_stripe.dispute(sandbox, paid, amount=200)
    assert heard(paid).state == PaymentState.DISPUTED
    assert is_frozen(paid)
    assert balances(paid) == {"stripe": 400, "sales": -600, "disputes": 200}
    assert Booking.objects.filter(movement="dispute_withdrawn").count() == 2


def test_nothing_is_taken_away_from_a_frozen_document(paid: Payment, browser: Client) -> None:
    Document.objects.update(state=DocumentState.READY)
    file = Export.objects.create(
        document_id=paid.document_id, format=ExportFormat.PDF, state=ExportState.READY, stored_as="x", size=1
    )
    here = f"/documents/{paid.document_id}/take-away/"
    assert freezing.set_frozen(document_id=paid.document_id, is_frozen=True, now=timezone.now())
    assert not freezing.set_frozen(document_id=paid.document_id, is_frozen=True, now=timezone.now())
    assert browser.get(f"{here}{file.pk}/")["Location"] == here
    assert browser.post(here, {"format": "docx"})["Location"] == here
    assert Export.objects.count() == 1
    assert browser.get(here).status_code == 200
    assert freezing.set_frozen(document_id=paid.document_id, is_frozen=False, now=timezone.now())


def test_a_refund_while_a_dispute_is_open_is_refused_by_stripe_and_told(paid: Payment, sandbox: Running) -> None:
    at_stripe.dispute(sandbox, paid)
    heard(paid)
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    assert refund
    assert refunds.advance(refund_id=refund.pk).state == RefundState.FAILED
    paid.refresh_from_db()
    assert (paid.state, paid.refunded_amount) == (PaymentState.DISPUTED, 0)
    assert balances(paid) == {"sales": -600, "disputes": 600}
    assert alerting.told("A refund failed")


def reordered(document: Document) -> None:
    """What becomes of a document that could not be written, when its owner tries again."""
    admission.start(document_id=document.pk, payment_id=Payment.objects.get().pk)
    lifecycle.move(document_id=document.pk, to=DocumentState.FAILED, cause="test")
    refund = refunds.refund_in_full(document_id=document.pk, cause="generation_failed", reason="")
    assert refund
    refunds.advance(refund_id=refund.pk)
    lifecycle.move(document_id=document.pk, to=DocumentState.OUTLINED, cause="test")


@pytest.mark.parametrize("second", ["pending", "succeeded"])
def test_a_dispute_over_money_that_went_back_leaves_the_next_payment_alone(
    paid: Payment, document: Document, sandbox: Running, second: str
) -> None:
    """One payment of a document counts as paid: the dispute is booked and told, and freezes nothing."""
    reordered(document)
    again = order(document)
    if second == "succeeded":
        at_stripe.pay(sandbox, again)
        settlement.settle(payment_id=again.pk, cause="test")
    at_stripe.dispute(sandbox, paid)
    assert heard(paid).state == PaymentState.REFUNDED
    assert Dispute.objects.get().payment == paid
    assert balances(paid) == {"stripe": -600, "sales": -600, "refunds": 600, "disputes": 600}
    assert not is_frozen(paid)
    again.refresh_from_db()
    assert again.state == second
    if second == "pending":
        at_stripe.pay(sandbox, again)
        assert settlement.settle(payment_id=again.pk, cause="test").state == PaymentState.SUCCEEDED


def test_a_dispute_over_money_that_went_back_starts_and_freezes_nothing(
    paid: Payment, document: Document, sandbox: Running
) -> None:
    """A disputed payment counts as paid; one whose money is with the payer again must not have anything written."""
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="")
    assert refund
    refunds.advance(refund_id=refund.pk)
    Document.objects.update(state=DocumentState.OUTLINED)
    Job.objects.all().delete()
    number = at_stripe.dispute(sandbox, paid)
    assert heard(paid).state == PaymentState.REFUNDED
    admission.sweep()
    assert not is_frozen(paid)
    assert not Job.objects.exists()
    at_stripe.close_dispute(sandbox, number, "lost")
    assert heard(paid).state == PaymentState.REFUNDED
    assert Dispute.objects.get().state == DisputeState.LOST
    assert order(document).state == PaymentState.PENDING


def test_a_dispute_over_money_held_for_nothing_leaves_the_payment_that_counts_alone(
    document: Document, sandbox: Running
) -> None:
    """Two pages of one document were paid, and what was not needed could not be given back."""
    old = order(document)
    Payment.objects.update(state=PaymentState.EXPIRED)
    new = order(document)
    for one in (new, old):
        at_stripe.pay(sandbox, one)
        settlement.settle(payment_id=one.pk, cause="test")
    number = at_stripe.dispute(sandbox, old)
    for refund_id in refunds.unfinished():
        refunds.advance(refund_id=refund_id)
    assert heard(old).state == PaymentState.HELD
    assert not is_frozen(old)
    at_stripe.close_dispute(sandbox, number, "won")
    assert heard(old).state == PaymentState.HELD
    assert Payment.objects.get(pk=new.pk).state == PaymentState.SUCCEEDED


def test_a_refund_that_the_bank_sends_back_after_it_was_paid_is_booked_back(paid: Payment, sandbox: Running) -> None:
    """A card's refund counts as paid at once; its bank may refuse it weeks later."""
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    assert refund
    at_stripe_now = refunds.advance(refund_id=refund.pk)
    assert at_stripe_now.state == RefundState.SUCCEEDED
    at_stripe.conclude_refund(sandbox, at_stripe_now.stripe_refund_id or "", "failed")
    for _ in range(2):
        assert heard(paid).state == PaymentState.HELD
    refund.refresh_from_db()
    paid.refresh_from_db()
    assert (refund.state, paid.refunded_amount) == (RefundState.FAILED, 0)
    assert balances(paid) == {"stripe": 600, "sales": -600}
    assert len(alerting.told("A refund failed")) == 1


def test_a_document_that_fails_after_a_refund_came_back_is_refunded_all_the_same(
    paid: Payment, sandbox: Running
) -> None:
    sandbox.control.settings(refund_outcome="pending")
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    assert refund
    at_stripe.conclude_refund(sandbox, refunds.advance(refund_id=refund.pk).stripe_refund_id or "", "failed")
    assert heard(paid).state == PaymentState.HELD
    sandbox.control.settings(refund_outcome="succeeded")
    whole = refunds.refund_in_full(document_id=paid.document_id, cause="generation_failed", reason="")
    assert whole
    assert refunds.advance(refund_id=whole.pk).state == RefundState.SUCCEEDED
    paid.refresh_from_db()
    assert (paid.state, paid.refunded_amount) == (PaymentState.REFUNDED, Decimal("6.00"))
    assert balances(paid) == {"sales": -600, "refunds": 600}


def test_a_part_refund_at_stripes_dashboard_becomes_one_of_ours(paid: Payment, sandbox: Running) -> None:
    number = at_stripe.refund(sandbox, paid, 250)
    for _ in range(2):
        assert heard(paid).state == PaymentState.PARTIALLY_REFUNDED
    refund = Refund.objects.get()
    assert (refund.amount, refund.state, refund.stripe_refund_id) == (Decimal("2.50"), RefundState.SUCCEEDED, number)
    assert balances(paid) == {"stripe": 350, "sales": -600, "refunds": 250}


def test_a_dispute_over_money_that_does_not_match_its_order_starts_nothing(payment: Payment, sandbox: Running) -> None:
    at_stripe.pay(sandbox, payment)
    Payment.objects.filter(pk=payment.pk).update(amount=Decimal("5.00"))
    number = at_stripe.dispute(sandbox, payment)
    assert heard(payment).state == PaymentState.HELD
    admission.sweep()
    assert not Job.objects.exists()
    at_stripe.close_dispute(sandbox, number, "won")
    assert heard(payment).state == PaymentState.HELD
    assert Dispute.objects.get().state == DisputeState.WON
    assert not is_frozen(payment)


def test_payments_with_an_open_dispute_are_asked_for(paid: Payment, sandbox: Running) -> None:
    number = at_stripe.dispute(sandbox, paid)
    heard(paid)
    assert list(disputes.payments_disputed()) == [paid]
    at_stripe.close_dispute(sandbox, number, "won")
    heard(paid)
    assert list(disputes.payments_disputed()) == []


def test_disputes_are_followed_only_with_their_payment_locked(paid: Payment) -> None:
    with pytest.raises(RuntimeError):
        disputes.follow(payment=paid, seen=[], now=timezone.now())
