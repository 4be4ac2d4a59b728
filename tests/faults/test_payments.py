"""`kill -9` around each call to Stripe and each commit: the same key, one object, booked once (R-12, R-64)."""

from collections.abc import Iterator
from decimal import Decimal

import pytest

from accounts.models import Mail, User
from billing.domain import checkout, ledger, refunds, settlement
from billing.enums import PaymentState, RefundState
from billing.models import Booking, Payment, PriceList, Receipt, WebhookEvent
from documents.models import Document
from generation.engine import admission
from generation.models import Job
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.later import continue_refunds, work_webhook_events
from tests.billing.ordering import order
from tests.documents.factories import UserFactory, outlined_document
from tests.faults.mortal import Mortal, mortal

pytestmark = [pytest.mark.faults, pytest.mark.django_db(transaction=True)]


@pytest.fixture(scope="module")
def process() -> Iterator[Mortal]:
    with mortal() as running:
        yield running


@pytest.fixture
def student(transactional_db: None) -> User:
    return UserFactory.create()


@pytest.fixture
def document(student: User) -> Document:
    """12 pages at the first price list's €0.50."""
    assert PriceList.objects.get().price_per_page == Decimal("0.50")
    return outlined_document(owner=student, pages=12)


@pytest.fixture
def payment(document: Document, sandbox: Running) -> Payment:
    """Paid at Stripe, and we do not know it yet."""
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    return payment


def is_paid_once(payment: Payment, sandbox: Running) -> None:
    payment.refresh_from_db()
    assert payment.state == PaymentState.SUCCEEDED
    assert len(at_stripe.objects(sandbox, "charge")) == 1
    assert Receipt.objects.get().number == Booking.objects.count() == 1
    assert Mail.objects.filter(template="receipt").count() == 1
    assert {account: cents for account, cents in ledger.balances().items() if cents} == {"stripe": 600, "sales": -600}


@pytest.mark.parametrize("point", ["key of the page stored", "page opened at Stripe", "page written, not committed"])
def test_a_buyer_whose_server_is_killed_pays_on_one_page(
    process: Mortal, document: Document, sandbox: Running, point: str
) -> None:
    assert process.does("order", document.pk, dies_at=point) == "killed"
    lost = Payment.objects.get()
    assert (lost.state, lost.stripe_session_id) == (PaymentState.CREATED, None)
    assert process.does("order", document.pk) == "done"
    payment = Payment.objects.get()
    assert (payment.pk, payment.idempotency_key) == (lost.pk, lost.idempotency_key)
    assert [one["id"] for one in at_stripe.objects(sandbox, "checkout.session")] == [payment.stripe_session_id]
    at_stripe.pay(sandbox, payment)
    settlement.settle(payment_id=payment.pk, cause="test")
    is_paid_once(payment, sandbox)


@pytest.mark.parametrize("point", ["key of the page stored", "page opened at Stripe", "page written, not committed"])
def test_an_opening_that_was_killed_is_finished_by_the_sweep(
    process: Mortal, document: Document, sandbox: Running, point: str
) -> None:
    assert process.does("order", document.pk, dies_at=point) == "killed"
    checkout.sweep(now=Payment.objects.get().created_at + checkout.SWEEP_AFTER)
    (session,) = at_stripe.objects(sandbox, "checkout.session")
    assert Payment.objects.get().stripe_session_id == session["id"]


@pytest.mark.parametrize("point", ["key of the refund stored", "refund made at Stripe", "refund booked, not committed"])
def test_a_refund_whose_worker_is_killed_goes_back_once(
    process: Mortal, payment: Payment, sandbox: Running, point: str
) -> None:
    settlement.settle(payment_id=payment.pk, cause="test")
    refund = refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    assert refund
    assert process.does("refund", refund.pk, dies_at=point) == "killed"
    refund.refresh_from_db()
    assert refund.state == RefundState.CREATED
    continue_refunds()
    refund.refresh_from_db()
    (there,) = at_stripe.objects(sandbox, "refund")
    assert (refund.state, refund.stripe_refund_id) == (RefundState.SUCCEEDED, there["id"])
    made = next(event for event in at_stripe.told(sandbox) if event["type"] == "refund.created")
    assert made["request"]["idempotency_key"] == str(refund.idempotency_key)
    assert ledger.balances()["stripe"] == 400
    assert Mail.objects.filter(template="refunded").count() == 1


@pytest.mark.parametrize("point", ["Stripe's state read", "receipt issued, not committed"])
def test_an_event_whose_worker_is_killed_is_worked_again(
    process: Mortal, payment: Payment, sandbox: Running, point: str
) -> None:
    for event in at_stripe.told(sandbox):
        at_stripe.receive(event)
    for event_id in WebhookEvent.objects.values_list("pk", flat=True):
        assert process.does("work", event_id, dies_at=point) == "killed"
    assert not Booking.objects.exists()
    work_webhook_events()
    is_paid_once(payment, sandbox)
    assert not WebhookEvent.objects.filter(processed_at=None).exists()


def test_a_success_whose_worker_is_killed_before_it_tells_is_begun_all_the_same(
    process: Mortal, payment: Payment, document: Document, sandbox: Running
) -> None:
    at_stripe.receive(at_stripe.told(sandbox)[-1])
    event_id = WebhookEvent.objects.get().pk
    assert process.does("work", event_id, dies_at="success committed, nobody told") == "killed"
    is_paid_once(payment, sandbox)
    assert not Job.objects.exists()
    assert process.does("work", event_id) == "done"
    admission.sweep()
    assert Job.objects.filter(document=document).count() == 1
    is_paid_once(payment, sandbox)
