"""Erasing whoever has something at Stripe or in the queue: nothing is charged, made or copied any more (R-72)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from djstripe import models as mirrored

from accounts.models import User
from billing.domain import stripe_mirror
from billing.enums import PaymentState
from billing.models import Mirror, Payment, Receipt, Refund
from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission, queue
from generation.errors import LostStep
from generation.models import Job, Step
from privacy.domain import erasure, exports, traces
from privacy.errors import BeingErased, Hindered
from privacy.models import Erasure
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.later import mirror_stripe_objects

pytestmark = pytest.mark.django_db(transaction=True)

DAY = timedelta(days=1)


def erase(user: User) -> Erasure:
    row = erasure.ask(user=user, by=None, at_once=True)
    erasure.work(erasure_id=row.pk)
    row.refresh_from_db()
    return row


def test_an_open_page_at_stripe_is_closed_and_nobody_can_pay_it(payment: Payment, sandbox: Running) -> None:
    assert erase(payment.user).state == "done"
    payment.refresh_from_db()
    assert (payment.state, payment.checkout_url) == (PaymentState.EXPIRED, "")
    (session,) = at_stripe.objects(sandbox, "checkout.session")
    assert session["status"] == "expired"


def test_while_stripe_is_silent_it_waits_and_goes_on(payment: Payment, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "429")
    row = erase(payment.user)
    assert (row.state, row.error) == ("working", "Stripe does not answer")
    sandbox.control.clear_faults()
    assert erasure.work(erasure_id=row.pk, now=timezone.now() + DAY)


def test_paid_at_the_last_moment_it_is_not_written_and_paid_back(payment: Payment, sandbox: Running) -> None:
    sandbox.control.pay(str(payment.stripe_session_id))
    row = erase(payment.user)
    assert (row.state, row.error) == ("working", "paid at the last moment")
    assert Job.objects.get().state == "queued"
    assert erasure.work(erasure_id=row.pk, now=timezone.now() + DAY)
    assert Job.objects.get().state == "failed"
    assert Document.objects.get().state == DocumentState.FAILED
    assert Refund.objects.get().cause == "generation_failed"
    assert Receipt.objects.get().content["to"] == ""


def test_what_is_being_written_is_taken_from_its_worker(paid: Payment, document: Document) -> None:
    admission.start(document_id=document.pk, payment_id=paid.pk)
    (claim,) = queue.claim(limit=1, worker="w")
    assert erase(paid.user).state == "done"
    assert Job.objects.get().state == "failed"
    assert not Step.objects.exists()
    with pytest.raises(LostStep):
        queue.save(claim=claim, checkpoint={"text": "of hers"}, progress=10)
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount, refund.reason) == ("generation_failed", paid.amount, "")


def test_paid_by_debit_at_the_last_moment_it_waits_for_the_bank(payment: Payment, sandbox: Running) -> None:
    """The money may still come, and then has to go back; or it does not, and there is nothing to wait for."""
    at_stripe.pay(sandbox, payment, iban=at_stripe.IBAN)
    row = erase(payment.user)
    assert (row.state, row.error) == ("working", "a payment is still open")
    payment.refresh_from_db()
    assert payment.state == PaymentState.PROCESSING
    sandbox.control.post("stripe/settle", session=payment.stripe_session_id, outcome="failed")
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    assert erasure.work(erasure_id=row.pk, now=timezone.now() + DAY)
    row.refresh_from_db()
    payment.refresh_from_db()
    assert (row.state, payment.state) == ("done", PaymentState.FAILED)


def test_copies_that_name_one_another_go_however_many_they_are(paid: Payment) -> None:
    paid.refresh_from_db()
    for number in range(9):
        named = {"of": paid.stripe_payment_intent_id} if not number else {}
        data = named | {"next": f"ch_inaline{number + 1}"}
        mirrored.Charge.objects.create(id=f"ch_inaline{number}", amount=1, stripe_data=data)
    mirrored.Charge.objects.create(id="ch_stranger", amount=1, stripe_data={"next": "ch_another"})
    assert erase(paid.user).state == "done"
    assert list(mirrored.Charge.objects.values_list("id", flat=True)) == ["ch_stranger"]


def test_an_open_dispute_refuses_at_once_and_says_why(paid: Payment, sandbox: Running) -> None:
    from billing.domain import settlement

    at_stripe.dispute(sandbox, paid)
    settlement.settle(payment_id=paid.pk, cause="test", again=True)
    with pytest.raises(Hindered, match="disputed at the bank"):
        erasure.ask(user=paid.user, by=None, at_once=True)
    assert not Erasure.objects.exists()


def test_an_event_that_comes_later_copies_nothing_of_an_erased_payer(paid: Payment, sandbox: Running) -> None:
    paid.refresh_from_db()
    address = paid.user.email_as_typed
    about: list[tuple[str, Any]] = [
        ("checkout.session", paid.stripe_session_id),
        ("payment_intent", paid.stripe_payment_intent_id),
    ]
    for kind, object_id in about:
        stripe_mirror.ask(kind=kind, object_id=str(object_id))
    mirror_stripe_objects()
    assert mirrored.Session.objects.exists()
    assert mirrored.PaymentIntent.objects.exists()
    assert erase(paid.user).left == []
    assert not Mirror.objects.exists()
    for kind, object_id in about:
        stripe_mirror.ask(kind=kind, object_id=str(object_id))
    mirror_stripe_objects()
    assert not mirrored.Session.objects.exists()
    assert not mirrored.PaymentIntent.objects.exists()
    assert traces.scan([address]) == []


def test_no_export_is_made_of_whom_an_erasure_has_begun(student: User) -> None:
    erasure.ask(user=student, by=student)
    Erasure.objects.update(state="working")
    with pytest.raises(BeingErased, match="no export"):
        exports.ask(user=student, by=student, now=timezone.now())
