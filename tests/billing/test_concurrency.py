"""Many at once, each in a thread of its own behind a barrier, on a real PostgreSQL (R-62, R-63, R-65, R-67)."""

import threading
import time
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import Mail, User
from billing import stripe_gateway as gateway
from billing.domain import checkout, ledger, price_lists, promo, reconciliation, refunds, settlement
from billing.enums import Account, PaymentState, PriceListState, RedemptionState, RefundState
from billing.errors import AlreadyPaid, PriceChanged, ProviderError, Unavailable
from billing.models import (
    OPEN_STATES,
    PAID_STATES,
    Booking,
    Payment,
    PriceList,
    PromoCode,
    Receipt,
    Redemption,
    Refund,
)
from documents.models import Document
from generation.models import Job
from privacy.models import AuditEvent
from sandbox.testing import Running
from tests.billing import at_stripe
from tests.billing.concurrently import Work, at_once, together
from tests.billing.ordering import order
from tests.documents.factories import outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

SIX = Decimal("6.00")


def a_list(by: User, price: str) -> PriceList:
    return price_lists.save_draft(draft=PriceList(price_per_page=Decimal(price)), by=by)


def failures(results: list[Any], *expected: type[Exception]) -> list[Any]:
    """Those of the results that are failures nobody expected."""
    return [one for one in results if isinstance(one, Exception) and not isinstance(one, expected)]


def kinds(results: list[Any]) -> Counter[str]:
    return Counter(type(one).__name__ for one in results)


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def ours_and_stripes_money_agree(sandbox: Running) -> None:
    """What the books hold at Stripe is what Stripe holds of it, fees left out."""
    lines = at_stripe.objects(sandbox, "balance_transaction")
    assert ledger.balances()[Account.STRIPE] == sum(line["amount"] for line in lines)
    assert sum(ledger.balances().values()) == 0


def test_webhooks_return_pages_sweep_staff_and_reconciler_make_one_success(
    document: Document, student: User, sandbox: Running, started: list[Any]
) -> None:
    payment = order(document)
    at_stripe.pay(sandbox, payment)
    events = [event for event in at_stripe.told(sandbox) if event["type"].startswith(("charge", "payment", "checkout"))]
    assert len(events) >= 4
    later = timezone.now() + checkout.SWEEP_AFTER * 2
    back = f"/documents/{document.pk}/paid/?session={payment.stripe_session_id}"
    browsers = [signed_in(student) for _ in range(3)]
    works: list[Work] = [partial(at_stripe.deliver, event) for event in events * 2]
    works += [lambda: browsers.pop().get(back)["Location"]] * 3
    works += [lambda: reconciliation.reconcile(day=timezone.now().date())] * 2
    works += [lambda: checkout.sweep(now=later)] * 2
    works += [lambda: settlement.settle(payment_id=payment.pk, cause="staff", again=True)] * 2
    results = together(works)
    assert failures(results) == []
    assert [one for one in results if isinstance(one, str)] == [f"/documents/{document.pk}/progress/"] * 3
    assert started == [(document.pk, payment.pk)]
    assert Job.objects.filter(document=document).count() == 1
    assert list(payment.events.values_list("from_state", "to_state")) == [
        ("created", "pending"),
        ("pending", "succeeded"),
    ]
    receipt = Receipt.objects.get()
    assert (receipt.payment_id, receipt.number) == (payment.pk, 1)
    assert Booking.objects.get().key == f"paid:{payment.pk}"
    assert ledger.balances() == dict.fromkeys(Account.values, 0) | {"stripe": 600, "sales": -600}
    assert Mail.objects.filter(template="receipt").count() == 1
    assert AuditEvent.objects.filter(action="payment.succeeded").count() == 1
    assert len(at_stripe.objects(sandbox, "charge")) == 1


def a_code(**fields: Any) -> PromoCode:
    given = {"code": "SPRING", "percent": Decimal(10), "limit_per_address": None} | fields
    return PromoCode.objects.create(**given)


def test_of_fifty_buyers_at_once_exactly_ten_get_a_code_for_ten(
    price_list: PriceList, sandbox: Running, student: User
) -> None:
    code = a_code(limit_total=10)
    waiting = [outlined_document(pages=12) for _ in range(50)]
    results = at_once(50, lambda: order(waiting.pop(), total="5.40", code="spring"))
    assert kinds(results) == {"Payment": 10, "PromoRefused": 40}
    assert code.redemptions.filter(state=RedemptionState.RESERVED).count() == 10
    assert list(Payment.objects.values_list("amount", flat=True)) == [Decimal("5.40")] * 10
    assert len(at_stripe.objects(sandbox, "checkout.session")) == 10


def test_a_place_given_up_is_taken_once(price_list: PriceList, sandbox: Running) -> None:
    code = a_code(limit_total=1)
    first = order(outlined_document(pages=12), total="5.40", code="SPRING")
    checkout.withdraw(payment_id=first.pk, cause="test")
    waiting = [outlined_document(pages=12) for _ in range(12)]
    results = at_once(12, lambda: order(waiting.pop(), total="5.40", code="SPRING"))
    assert kinds(results) == {"Payment": 1, "PromoRefused": 11}
    assert Counter(code.redemptions.values_list("state", flat=True)) == {"released": 1, "reserved": 1}


def test_a_code_for_three_of_an_address_counts_three_of_it(
    student: User, price_list: PriceList, sandbox: Running, settings: Any
) -> None:
    settings.DOCUMENTS_AT_ONCE = 12
    a_code(limit_per_address=3)
    waiting = [outlined_document(owner=student, pages=12) for _ in range(12)]
    results = at_once(12, lambda: order(waiting.pop(), total="5.40", code="SPRING"))
    assert kinds(results) == {"Payment": 3, "PromoRefused": 9}


def test_a_code_for_three_of_an_ip_counts_three_of_it(price_list: PriceList, sandbox: Running) -> None:
    a_code(limit_per_ip=3)
    waiting = [(outlined_document(pages=12), "here" if number < 12 else "there") for number in range(14)]

    def buy() -> Payment:
        document, ip_hash = waiting.pop()
        return order(document, total="5.40", code="SPRING", ip_hash=ip_hash)

    results = at_once(14, buy)
    assert kinds(results) == {"Payment": 5, "PromoRefused": 9}
    assert Counter(Redemption.objects.values_list("ip_hash", flat=True)) == {"here": 3, "there": 2}


def test_a_list_put_in_force_amid_orders_charges_nobody_what_was_not_shown(
    student: User, price_list: PriceList, sandbox: Running
) -> None:
    draft = a_list(student, "0.60")
    documents = [outlined_document(pages=12) for _ in range(14)]
    waiting = list(documents)
    buyers: list[Work] = [lambda: order(waiting.pop())] * len(documents)
    halfway = len(buyers) // 2
    activate = [lambda: price_lists.activate(price_list_id=draft.pk, reason="test", by=student)]
    results = together(buyers[:halfway] + activate + buyers[halfway:])
    assert failures(results, PriceChanged) == []
    assert {one.quote.total for one in results if isinstance(one, PriceChanged)} <= {Decimal("7.20")}
    assert set(Payment.objects.values_list("amount", "price_list__version")) <= {(SIX, 1)}
    checkout.close_needless()  # what the activation has queued
    assert set(Payment.objects.values_list("state", flat=True)) <= {PaymentState.EXPIRED}
    assert {one["status"] for one in at_stripe.objects(sandbox, "checkout.session")} <= {"expired"}
    for document in documents:
        assert order(document, total="7.20", version=2).amount == Decimal("7.20")


def test_lists_put_in_force_while_open_pages_are_closed_leave_one_of_each_variant(
    student: User, price_list: PriceList, sandbox: Running, document: Document
) -> None:
    order(document)
    drafts = [a_list(student, f"0.6{number}") for number in range(4)]
    results = together(
        [partial(price_lists.activate, price_list_id=draft.pk, reason="test", by=student) for draft in drafts]
        + [checkout.close_needless] * 4
    )
    assert failures(results) == []
    assert PriceList.objects.filter(state=PriceListState.ACTIVE).count() == 1
    checkout.close_needless()
    assert Payment.objects.get().state == PaymentState.EXPIRED


def test_part_refunds_by_many_staff_never_exceed_what_was_paid(paid: Payment, sandbox: Running) -> None:
    causes = [f"staff-{number}" for number in range(7)]
    results = at_once(
        7,
        lambda: refunds.open_refund(payment_id=paid.pk, cause=causes.pop(), reason="kind", amount=Decimal("1.75")),
    )
    assert kinds(results) == {"Refund": 3, "ValueError": 4}
    paid.refresh_from_db()
    assert (paid.refunded_amount, paid.state) == (Decimal("5.25"), PaymentState.PARTIALLY_REFUNDED)
    ids = refunds.unfinished() * 4
    assert failures(at_once(12, lambda: refunds.advance(refund_id=ids.pop()))) == []
    assert sorted(one["amount"] for one in at_stripe.objects(sandbox, "refund")) == [175, 175, 175]
    assert Counter(Refund.objects.values_list("state", flat=True)) == {"succeeded": 3}
    ours_and_stripes_money_agree(sandbox)


def test_all_that_is_left_is_given_back_once_by_many_causes(paid: Payment, sandbox: Running) -> None:
    causes = [f"staff-{number}" for number in range(6)]
    results = at_once(6, lambda: refunds.open_refund(payment_id=paid.pk, cause=causes.pop(), reason=""))
    assert kinds(results) == {"Refund": 1, "NoneType": 5}


@pytest.mark.parametrize("round_", range(3))
def test_a_refund_and_the_events_about_it_wait_for_each_other_in_one_order(
    paid: Payment, sandbox: Running, round_: int
) -> None:
    """Both lock the payment before its refunds; in different orders they would wait in a ring."""
    refund = refunds.open_refund(payment_id=paid.pk, cause="x", reason="", amount=Decimal("1.00"))
    assert refund
    results = together(
        [lambda: refunds.advance(refund_id=refund.pk)] * 4
        + [lambda: settlement.settle(payment_id=paid.pk, cause="refund.created", again=True)] * 4
    )
    assert failures(results) == []
    refund.refresh_from_db()
    assert refund.state == RefundState.SUCCEEDED
    assert len(at_stripe.objects(sandbox, "refund")) == 1
    assert Booking.objects.filter(refund=refund).count() == 2
    assert Mail.objects.filter(template="refunded").count() == 1
    ours_and_stripes_money_agree(sandbox)


@pytest.mark.parametrize("round_", range(4))
def test_a_refund_meets_a_dispute(paid: Payment, sandbox: Running, round_: int) -> None:
    """Whichever reaches Stripe first: the payment ends disputed, its document frozen, the books as Stripe's."""
    refund = refunds.open_refund(payment_id=paid.pk, cause="staff-1", reason="", amount=Decimal("2.00"))
    assert refund
    results = together(
        [lambda: at_stripe.dispute(sandbox, paid), lambda: refunds.advance(refund_id=refund.pk)]
        + [lambda: settlement.settle(payment_id=paid.pk, cause="charge.dispute.created", again=True)] * 3
    )
    assert failures(results) == []
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    refund.refresh_from_db()
    paid.refresh_from_db()
    went_back = bool(at_stripe.objects(sandbox, "refund"))
    assert refund.state == (RefundState.SUCCEEDED if went_back else RefundState.FAILED)
    assert paid.refunded_amount == (Decimal("2.00") if went_back else 0)
    assert paid.state == PaymentState.DISPUTED
    assert Document.objects.get(pk=paid.document_id).frozen_at
    ours_and_stripes_money_agree(sandbox)


def test_two_tabs_with_different_codes_leave_one_page_that_can_be_paid(document: Document, sandbox: Running) -> None:
    a_code()
    a_code(code="AUTUMN", percent=Decimal(20))
    tabs: list[Work] = [
        lambda: order(document),
        lambda: order(document, total="5.40", code="SPRING"),
        lambda: order(document, total="4.80", code="AUTUMN"),
    ]
    results = together(tabs * 2)
    assert failures(results, Unavailable) == []
    assert Payment.objects.filter(state__in=OPEN_STATES).count() <= 1
    last = order(document, total="5.40", code="SPRING")
    is_open = [one for one in at_stripe.objects(sandbox, "checkout.session") if one["status"] == "open"]
    assert [(one["id"], one["amount_total"]) for one in is_open] == [(last.stripe_session_id, 540)]
    assert Redemption.objects.exclude(state=RedemptionState.RELEASED).count() == 1


def test_sixteen_clicks_lead_to_one_page(document: Document, student: User, sandbox: Running) -> None:
    form = {"total": "6.00", "version": "1", "terms": "on", "start_now": "on"}
    browsers = [signed_in(student) for _ in range(16)]
    results = at_once(16, lambda: browsers.pop().post(f"/documents/{document.pk}/pay/", form))
    assert failures(results) == []
    (session,) = at_stripe.objects(sandbox, "checkout.session")
    assert {(answer.status_code, answer.get("Location")) for answer in results} == {(302, session["url"])}
    assert Payment.objects.count() == 1


def no_money_is_lost(document: Document, sandbox: Running) -> None:
    """Every charge at Stripe is the one that pays the document, or has gone back in full; the books say the same."""
    for refund_id in refunds.unfinished():
        refunds.advance(refund_id=refund_id)
    kept = [one for one in at_stripe.objects(sandbox, "charge") if one["status"] == "succeeded" and not one["refunded"]]
    paid = Payment.objects.filter(document=document, state__in=PAID_STATES)
    assert [one["payment_intent"] for one in kept] == [one.stripe_payment_intent_id for one in paid]
    assert len(kept) <= 1
    ours_and_stripes_money_agree(sandbox)


@pytest.mark.parametrize("path", ["", "expire", "sessions"])
@pytest.mark.parametrize("changed", ["price", "pages"])
def test_an_old_tab_is_paid_while_it_is_being_replaced(
    document: Document, student: User, sandbox: Running, started: list[Any], changed: str, path: str
) -> None:
    """Paid once, or given back; whichever of the two is faster at Stripe."""
    old = order(document)
    if changed == "price":
        price_lists.activate(price_list_id=a_list(student, "0.60").pk, reason="test", by=student)
        new: Callable[[], Payment] = lambda: order(document, total="7.20", version=2)  # noqa: E731  # one of two
    else:
        Document.objects.filter(pk=document.pk).update(pages=24)
        for section in document.sections.all():
            document.sections.filter(pk=section.pk).update(pages=section.pages * 2)
        new = lambda: order(document, total="12.00")  # noqa: E731  # the other
    if path:
        sandbox.control.fault("stripe", "delay", path=path, seconds=0.05)
    results = together([lambda: at_stripe.pay(sandbox, old), new, lambda: checkout.close_needless()])
    sandbox.control.clear_faults()
    assert failures(results[1:], AlreadyPaid, ProviderError) == []
    for event in at_stripe.told(sandbox):
        at_stripe.deliver(event)
    no_money_is_lost(document, sandbox)
    old.refresh_from_db()
    was_paid = isinstance(results[0], type(None))
    if not was_paid:
        assert old.state == PaymentState.EXPIRED
        assert not started
    elif changed == "price":
        assert (old.state, old.refunded_amount) == (PaymentState.SUCCEEDED, 0)
        assert started == [(document.pk, old.pk)]
    else:
        assert (old.state, old.refunded_amount) == (PaymentState.REFUNDED, SIX)
        assert not started


def test_two_pages_of_one_document_paid_at_once_pay_it_once(
    document: Document, sandbox: Running, started: list[Any]
) -> None:
    """An expired payment whose page stayed open at Stripe, and the one that took its place."""
    old = order(document)
    Payment.objects.filter(pk=old.pk).update(state=PaymentState.EXPIRED)
    new = order(document)
    at_stripe.pay(sandbox, old)
    at_stripe.pay(sandbox, new)
    events = at_stripe.told(sandbox)
    assert failures(together([partial(at_stripe.deliver, event) for event in events])) == []
    assert len(started) == 1
    assert Counter(Payment.objects.values_list("state", flat=True)) == {"succeeded": 1, "refunded": 1}
    assert Receipt.objects.count() == 1
    no_money_is_lost(document, sandbox)


def test_fifty_threads_share_five_connections_and_none_fails() -> None:
    seen: list[int] = []

    def ask() -> int:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_sleep(0.05)")
            # Clients only: an autovacuum worker of the database's own may pass by.
            cursor.execute(
                "SELECT count(*) FROM pg_stat_activity"
                " WHERE datname = current_database() AND backend_type = 'client backend'"
            )
            seen.append(cursor.fetchone()[0])
        return User.objects.count()

    assert failures(at_once(50, ask)) == []
    assert max(seen) <= 5


def test_a_slow_stripe_keeps_no_connection_from_others(
    price_list: PriceList, sandbox: Running, document: Document
) -> None:
    """More people wait for Stripe than there are connections; those who do not are not held up by them (R-105)."""
    documents = [outlined_document(pages=12) for _ in range(8)]
    sandbox.control.fault("stripe", "delay", seconds=5)
    waiting = list(documents)

    def at_stripe_now() -> int:
        return int(sandbox.control.get("")["under_way"].get("stripe", 0))

    def look() -> int:
        began = time.monotonic()
        while at_stripe_now() < len(documents):
            assert time.monotonic() < began + 10, "the calls to Stripe do not meet there"
            time.sleep(0.02)
        assert Payment.objects.count() == len(documents)
        return at_stripe_now()

    results = together([*([lambda: order(waiting.pop())] * len(documents)), look])
    assert failures(results) == []
    # The look was over before any call of the others was: nobody had to give a connection back first.
    assert results[-1] == len(documents)


def test_all_threads_together_keep_below_stripes_limit(document: Document, sandbox: Running, settings: Any) -> None:
    """Calls that were let go one by one may arrive in a heap: what is counted is what was granted, by how long it took.

    Of n turns at 20 a second, the last comes after the first by as many whole seconds as 20 goes into those before it.
    """
    settings.STRIPE_CALLS_PER_SECOND = 20
    payment = order(document)
    sandbox.control.post("reset", keep=["stripe"])
    began = time.monotonic()
    results = at_once(50, lambda: gateway.retrieve_session(payment.stripe_session_id or ""))
    lasted = time.monotonic() - began
    assert failures(results, Unavailable) == []
    granted = kinds(results)["Session"]
    assert granted > 20
    assert lasted >= (granted - 1) // 20
    assert len(sandbox.control.calls("stripe", limit=100)["calls"]) == granted, "who gets no turn does not call"


def test_a_limit_without_a_lock_would_let_more_through(price_list: PriceList, sandbox: Running) -> None:
    """The mutant: counting without holding the code's row. Kept, so that the proof above is known to bite."""
    code = a_code(limit_total=1)
    waiting = [outlined_document(pages=12) for _ in range(2)]
    counted = threading.Barrier(2)

    def count_then_hold() -> None:
        document = waiting.pop()
        offer = promo.offer(
            code="SPRING", document=document, price_list_id=price_list.pk, user=document.owner, ip_hash=""
        )
        counted.wait(30)
        payment = Payment.objects.create(
            document=document, user=document.owner, price_list=price_list, pages=12, amount=SIX, lines=[],
            expires_at=timezone.now(),
        )  # fmt: skip
        Redemption.objects.create(promo_code=code, payment=payment, user=document.owner)
        assert offer.code == "SPRING"

    # Both meet with a connection each in hand, out of a pool of five that other threads of the process draw on too.
    connection.close()
    assert failures(at_once(2, count_then_hold)) == []
    assert code.redemptions.count() == 2
