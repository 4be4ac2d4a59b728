"""Pages that were paid and not delivered: their share of the price goes back, once, to the cent (R-11)."""

from decimal import Decimal

import pytest
from django.template.loader import render_to_string

from accounts.models import Mail
from billing.domain.refunds import advance, cost_of_pages, open_refund, refund_missing_pages, unfinished
from billing.domain.settlement import settle
from billing.enums import PaymentState, RefundState
from billing.models import Payment, Refund
from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission
from generation.models import Job
from sandbox.testing import Running
from tesigo.platform.models import Alert
from tests.billing import at_stripe
from tests.billing.concurrently import at_once
from tests.billing.ordering import order

pytestmark = pytest.mark.django_db(transaction=True)


def give_back(paid: Payment, delivered: str, *, ordered: int = 12) -> Refund | None:
    return refund_missing_pages(
        document_id=paid.document_id, ordered=ordered, delivered=Decimal(delivered), reason="Pages are missing."
    )


@pytest.mark.parametrize(
    ("delivered", "amount"),
    [("11.00", "0.50"), ("6.00", "3.00"), ("11.99", "0.01"), ("11.37", "0.32"), ("0.01", "6.00")],
)
def test_the_share_of_the_missing_pages_goes_back_rounded_up_to_the_cent(
    paid: Payment, delivered: str, amount: str
) -> None:
    refund = give_back(paid, delivered)
    assert refund is not None
    assert (refund.amount, refund.cause) == (Decimal(amount), "missing_pages")
    paid.refresh_from_db()
    assert paid.refunded_amount == Decimal(amount)
    assert paid.state == (PaymentState.REFUNDED if amount == "6.00" else PaymentState.PARTIALLY_REFUNDED)


@pytest.mark.parametrize("pages", [0, -1, 13, Decimal("12.01")])
def test_there_is_no_share_of_more_pages_than_were_ordered_nor_of_none(pages: Decimal | int) -> None:
    assert cost_of_pages(total=Decimal("6.00"), ordered=12, pages=12) == Decimal("6.00")
    with pytest.raises(ValueError, match=f"{pages} of 12 pages"):
        cost_of_pages(total=Decimal("6.00"), ordered=12, pages=pages)


@pytest.mark.parametrize("delivered", ["12.00", "13.50"])
def test_with_no_page_missing_nothing_goes_back(paid: Payment, delivered: str) -> None:
    assert give_back(paid, delivered) is None
    assert not Refund.objects.exists()


def test_asked_twice_and_by_many_at_once_it_is_given_once(paid: Payment) -> None:
    refunds = at_once(6, lambda: give_back(paid, "10.00"))
    assert {refund.pk for refund in refunds} == {Refund.objects.get().pk}
    assert give_back(paid, "9.00") == Refund.objects.get()
    paid.refresh_from_db()
    assert paid.refunded_amount == Decimal("1.00")


def test_never_more_than_is_left(paid: Payment) -> None:
    open_refund(payment_id=paid.pk, cause="kindness", reason="", amount=Decimal("5.00"))
    refund = give_back(paid, "6.00")
    assert refund is not None
    assert refund.amount == Decimal("1.00")
    paid.refresh_from_db()
    assert (paid.refunded_amount, paid.state) == (paid.amount, PaymentState.REFUNDED)


def test_with_everything_given_back_before_nothing_more_is(paid: Payment) -> None:
    open_refund(payment_id=paid.pk, cause="kindness", reason="")
    assert give_back(paid, "6.00") is None


def test_a_part_of_money_that_was_not_needed_goes_back_beside_the_payment_that_counts(
    document: Document, sandbox: Running
) -> None:
    """Its first refund came back from the bank; what is left of it stays held, for the other one pays the document."""
    spare, counts = two_paid(document, sandbox)
    (refund_id,) = unfinished()
    at_stripe.conclude_refund(sandbox, str(advance(refund_id=refund_id).stripe_refund_id), "failed")
    settle(payment_id=spare.pk, cause="test", again=True)
    assert Payment.objects.get(pk=spare.pk).state == PaymentState.HELD
    assert open_refund(payment_id=spare.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    spare.refresh_from_db()
    assert (spare.state, spare.refunded_amount) == (PaymentState.HELD, Decimal("2.00"))
    assert Payment.objects.get(pk=counts.pk).state == PaymentState.SUCCEEDED
    assert open_refund(payment_id=spare.pk, cause="staff-2", reason="")
    assert Payment.objects.get(pk=spare.pk).state == PaymentState.REFUNDED


def two_paid(document: Document, sandbox: Running) -> tuple[Payment, Payment]:
    """A payment that was not needed, and the one that pays the document."""
    spare = order(document)
    Payment.objects.update(state=PaymentState.EXPIRED)
    counts = order(document)
    for one in (counts, spare):
        at_stripe.pay(sandbox, one)
        settle(payment_id=one.pk, cause="test")
    return spare, counts


def test_a_part_of_money_that_does_not_match_its_order_starts_nothing(payment: Payment, sandbox: Running) -> None:
    at_stripe.pay(sandbox, payment)
    Payment.objects.filter(pk=payment.pk).update(amount=Decimal("5.00"))
    assert settle(payment_id=payment.pk, cause="test").state == PaymentState.HELD
    assert open_refund(payment_id=payment.pk, cause="staff-1", reason="", amount=Decimal("1.00"))
    assert Payment.objects.get().state == PaymentState.HELD
    admission.sweep()
    assert not Job.objects.exists()


def test_more_given_back_at_stripe_than_is_left_here_is_told_and_not_booked(paid: Payment, sandbox: Running) -> None:
    """Somebody at Stripe's pages was quicker than a refund that was decided here."""
    ours = open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("5.00"))
    theirs = at_stripe.refund(sandbox, paid, 250)
    settle(payment_id=paid.pk, cause="test", again=True)
    assert list(Refund.objects.all()) == [ours]
    paid.refresh_from_db()
    assert paid.refunded_amount == Decimal("5.00")
    alert = Alert.objects.get(subject="More went back than was paid")
    assert alert.text == f"Refund {theirs} of €2.50 at Stripe does not fit payment {paid.pk}."


def test_it_is_carried_out_and_told_with_a_link_to_the_document(paid: Payment) -> None:
    refund = give_back(paid, "10.00")
    assert refund is not None
    assert advance(refund_id=refund.pk).state == RefundState.SUCCEEDED
    mail = Mail.objects.get(template="refunded")
    assert mail.context["cause"] == "missing_pages"
    assert mail.context["amount"] == "1.00"
    assert mail.context["reason"] == "Pages are missing."


@pytest.mark.parametrize(("state", "page"), [(DocumentState.READY, "read"), (DocumentState.FAILED, "brief")])
def test_whoever_keeps_their_document_is_led_to_its_text(paid: Payment, state: DocumentState, page: str) -> None:
    Document.objects.filter(pk=paid.document_id).update(state=state)
    refund = open_refund(payment_id=paid.pk, cause="staff-1", reason="Sorry.", amount=Decimal("1.00"))
    assert refund is not None
    advance(refund_id=refund.pk)
    context = Mail.objects.get(template="refunded").context
    link = f"/documents/{paid.document_id}/{page}/"
    for kind in ("txt", "html"):
        assert link in render_to_string(f"mails/refunded.{kind}", context)
