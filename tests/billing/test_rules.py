"""Orders that nobody paid go, the books stay (R-73, R-77)."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from djstripe import models as mirrored

from billing.domain import payments
from billing.enums import PaymentState, PriceListState, RedemptionState, Variant
from billing.models import (
    Assignment,
    Booking,
    Payment,
    PaymentEvent,
    PriceList,
    PromoCode,
    Receipt,
    Reconciliation,
    Redemption,
)
from documents.models import Document
from privacy.domain import retention

pytestmark = pytest.mark.django_db


def aged(row: Any, days: int, *names: str) -> None:
    at = timezone.now() - timedelta(days=days)
    type(row)._default_manager.filter(pk=row.pk).update(**dict.fromkeys(names, at))


def test_an_order_that_was_not_paid_goes_and_its_document_is_a_draft_again(
    payment: Payment, document: Document
) -> None:
    payments.move(payment_id=payment.pk, to=PaymentState.EXPIRED, cause="test")
    code = PromoCode.objects.create(code="SPRING", percent=10)
    Redemption.objects.create(
        promo_code=code, payment=payment, user=payment.user, state=RedemptionState.RELEASED, ip_hash="x"
    )
    aged(payment, 89, "created_at")
    retention.apply(now=timezone.now())
    assert Payment.objects.exists()
    aged(payment, 91, "created_at")
    retention.apply(now=timezone.now())
    assert not Payment.objects.exists()
    assert not PaymentEvent.objects.exists()
    assert not Redemption.objects.exists()
    document.refresh_from_db()
    assert document.ordered_at is None
    aged(document, 31, "updated_at")
    retention.apply(now=timezone.now())
    assert not Document.objects.exists()


@pytest.mark.parametrize("state", [PaymentState.PENDING, PaymentState.PROCESSING, PaymentState.HELD])
def test_one_that_may_still_be_paid_stays(payment: Payment, state: PaymentState) -> None:
    Payment.objects.filter(pk=payment.pk).update(state=state)
    aged(payment, 400, "created_at")
    retention.apply(now=timezone.now())
    assert Payment.objects.get() == payment


@pytest.mark.parametrize("state", [PaymentState.EXPIRED, PaymentState.FAILED, PaymentState.REFUNDED])
def test_whom_a_receipt_was_to_name_goes_after_a_month_where_none_is_issued(
    payment: Payment, state: PaymentState
) -> None:
    Payment.objects.filter(pk=payment.pk).update(state=state, addressee={"name": "Ada Lovelace"})
    for days, left in ((29, {"name": "Ada Lovelace"}), (31, None), (31, None)):
        aged(payment, days, "created_at")
        done = [one for one in retention.apply(now=timezone.now()) if "addressee" in one.rule.empties]
        assert [one.failure for one in done] == [""]
        assert Payment.objects.get().addressee == left


def test_whom_a_receipt_is_to_name_stays_while_one_may_still_be_issued(payment: Payment) -> None:
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.PROCESSING, addressee={"name": "Ada"})
    aged(payment, 400, "created_at")
    retention.apply(now=timezone.now())
    assert Payment.objects.get().addressee == {"name": "Ada"}


def test_what_was_paid_stays_with_its_books_and_only_its_moves_go(paid: Payment) -> None:
    aged(paid, 3000, "created_at", "succeeded_at")
    PaymentEvent.objects.update(at=timezone.now() - timedelta(days=1462))
    retention.apply(now=timezone.now())
    assert Payment.objects.get().state == PaymentState.SUCCEEDED
    assert Booking.objects.exists()
    assert Receipt.objects.exists()
    assert not PaymentEvent.objects.exists()
    paid.document.refresh_from_db()
    assert paid.document.ordered_at is not None


def test_the_hash_of_an_address_is_emptied_and_the_use_of_the_code_stays(paid: Payment) -> None:
    code = PromoCode.objects.create(code="SPRING", percent=10)
    use = Redemption.objects.create(
        promo_code=code, payment=paid, user=paid.user, state=RedemptionState.USED, ip_hash="x"
    )
    aged(use, 91, "changed_at")
    (done,) = [one for one in retention.apply(now=timezone.now()) if one.rule.model == "billing.Redemption"]
    assert done.rows == 1
    use.refresh_from_db()
    assert (use.ip_hash, use.state) == ("", RedemptionState.USED)
    (done,) = [one for one in retention.apply(now=timezone.now()) if one.rule.model == "billing.Redemption"]
    assert done.rows == 0


def test_who_saw_which_price_is_kept_while_prices_are_compared(payment: Payment) -> None:
    one = Assignment.objects.create(user=payment.user, variant=Variant.B, at=timezone.now() - timedelta(days=200))
    second = PriceList.objects.create(
        version=2, price_per_page=1, variant=Variant.B, state=PriceListState.ACTIVE, activated_at=timezone.now()
    )
    retention.apply(now=timezone.now())
    assert Assignment.objects.get() == one
    PriceList.objects.filter(pk=second.pk).update(state=PriceListState.RETIRED)
    retention.apply(now=timezone.now())
    assert not Assignment.objects.exists()


def test_nightly_comparisons_go_after_four_years() -> None:
    for number, days in enumerate((1462, 1460)):
        at = timezone.now() - timedelta(days=days)
        Reconciliation.objects.create(day=at.date() - timedelta(days=number), at=at, counts={})
    retention.apply(now=timezone.now())
    assert Reconciliation.objects.count() == 1


def test_copies_of_stripes_objects_go_with_all_that_hangs_on_them() -> None:
    intent = mirrored.PaymentIntent.objects.create(id="pi_1", stripe_data={}, livemode=False)
    mirrored.Session.objects.create(id="cs_1", stripe_data={}, livemode=False, payment_intent=intent)
    charge = mirrored.Charge.objects.create(
        id="ch_1", stripe_data={}, livemode=False, payment_intent=intent, amount=1, currency="eur"
    )
    mirrored.Refund.objects.create(id="re_1", stripe_data={}, livemode=False, charge=charge, amount=1, currency="eur")
    young = mirrored.PaymentIntent.objects.create(id="pi_2", stripe_data={}, livemode=False)
    long_ago = timezone.now() - timedelta(days=401)
    for model in (mirrored.PaymentIntent, mirrored.Session, mirrored.Charge, mirrored.Refund):
        model.objects.exclude(pk=young.pk).update(djstripe_updated=long_ago)
    retention.apply(now=timezone.now())
    assert list(mirrored.PaymentIntent.objects.all()) == [young]
    assert not any(model.objects.exists() for model in (mirrored.Session, mirrored.Charge, mirrored.Refund))


def test_what_dj_stripe_was_told_goes_with_its_raw_bodies() -> None:
    for days in (91, 89):
        trigger = mirrored.WebhookEventTrigger.objects.create(remote_ip="203.0.113.7", headers={}, body="an address")
        mirrored.WebhookEventTrigger.objects.filter(pk=trigger.pk).update(created=timezone.now() - timedelta(days=days))
    retention.apply(now=timezone.now())
    assert mirrored.WebhookEventTrigger.objects.count() == 1
