"""More pages of rewriting, bought through the checkout of orders: beside the order, never instead of it (R-93)."""

from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import Any
from urllib.parse import parse_qs

import pytest
from django.conf import LazySettings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext

from accounts.models import Mail, User
from billing import gates
from billing.domain import (
    buying_more,
    checkout,
    comparison,
    ledger,
    monthly,
    more_pages,
    payments,
    queries,
    reconciliation,
    refunds,
    revenue,
    settlement,
)
from billing.domain.orders import Buyer
from billing.enums import DisputeState, Movement, PaymentPurpose, PaymentState, PriceListState, Variant
from billing.errors import NotSold, PriceChanged, Refused
from billing.models import Assignment, Dispute, Payment, PriceList, Receipt, Refund
from documents.enums import DocumentState
from documents.models import Document
from generation.editing import rewriting
from generation.engine import admission, pipeline
from generation.enums import JobState, Scope
from generation.models import AIModel, Budget, BudgetUse, Job, PersonalLimit
from generation.progress import snapshots
from generation.spending.periods import period_of
from privacy.domain import erasure
from privacy.models import AuditEvent
from sandbox.testing import Running
from tesigo.platform.models import Alert
from tests.billing import at_stripe
from tests.billing import test_event_orders as told
from tests.billing.concurrently import at_once, together
from tests.billing.ending import ending
from tests.billing.later import continue_refunds
from tests.billing.ordering import buy_more, order
from tests.billing.test_event_orders import Orders, telling

pytestmark = pytest.mark.django_db(transaction=True)

LONG_AGO = timezone.now() - timedelta(hours=1)


def paid_more(document: Document, sandbox: Running, **how: Any) -> Payment:
    payment = buy_more(document, **how)
    at_stripe.pay(sandbox, payment)
    return settlement.settle(payment_id=payment.pk, cause="test")


def heard(payment: Payment) -> Payment:
    return settlement.settle(payment_id=payment.pk, cause="charge", again=True)


def the_order(document: Document) -> Payment:
    return Payment.objects.orders().get(document=document)


def included(document: Document) -> int:
    return rewriting.allowance(Document.objects.get(pk=document.pk)).included


def bought(document: Document) -> int:
    return sum(count for _at, count in more_pages.bought(document.pk))


# --- asking for money ----------------------------------------------------------------------------------------------


def test_the_price_shown_is_what_stripe_asks_for_and_the_page_leads_back(written: Document, sandbox: Running) -> None:
    shown = buying_more.quote(pages=5, buyer=Buyer(user=written.owner))
    payment = buy_more(written, total=str(shown.total))
    (session,) = at_stripe.objects(sandbox, "checkout.session")
    assert (payment.purpose, payment.pages, payment.amount) == (PaymentPurpose.MORE_PAGES, 5, Decimal("2.50"))
    assert (session["amount_total"], payment.lines) == (250, shown.as_json())
    assert session["metadata"] == {"payment_id": str(payment.pk), "document_id": str(written.pk)}
    (asked,) = [call["text"] for call in sandbox.control.calls("stripe")["calls"] if call["path"].endswith("/sessions")]
    said = {name: values[0] for name, values in parse_qs(asked).items()}
    assert said["line_items[0][price_data][product_data][name]"] == "5 more pages of rewriting"
    assert f"/documents/{written.pk}/more-pages/paid/?session=" in said["success_url"]
    assert said["cancel_url"].endswith(f"/documents/{written.pk}/more-pages/?left=1")
    opened = AuditEvent.objects.get(action="payment.opened")
    assert opened.details == {"amount": "2.50", "pages": 5, "purpose": "more_pages"}


@pytest.mark.parametrize("clicks", [2, 8])
def test_clicking_pay_at_once_opens_one_page(written: Document, sandbox: Running, clicks: int) -> None:
    answers = at_once(clicks, lambda: buy_more(written))
    assert {answer.pk for answer in answers} == {Payment.objects.of_more_pages().get().pk}
    assert len(at_stripe.objects(sandbox, "checkout.session")) == 1


def test_another_number_of_pages_closes_the_page_of_before(written: Document, sandbox: Running) -> None:
    first = buy_more(written)
    second = buy_more(written, pages=7, total="3.50")
    first.refresh_from_db()
    assert (first.state, second.state, second.pages) == (PaymentState.EXPIRED, PaymentState.PENDING, 7)
    assert buy_more(written, pages=7, total="3.50").pk == second.pk


def test_another_price_than_the_present_one_charges_nothing(written: Document, sandbox: Running) -> None:
    with pytest.raises(PriceChanged) as caught:
        buy_more(written, total="2.00")
    assert caught.value.quote.total == Decimal("2.50")
    assert AuditEvent.objects.filter(action="payment.price_differs").exists()
    assert at_stripe.objects(sandbox, "checkout.session") == []


@pytest.mark.parametrize("pages", [0, 51])
def test_1_to_50_pages_are_sold_at_once(written: Document, pages: int) -> None:
    with pytest.raises(ValueError, match=f"{pages} pages"):
        buying_more.quote(pages=pages, buyer=Buyer(user=written.owner))


def test_a_person_pays_by_the_list_of_their_variant(written: Document, sandbox: Running) -> None:
    PriceList.objects.create(version=2, price_per_page=Decimal("0.70"), variant=Variant.B, state=PriceListState.ACTIVE)
    Assignment.objects.create(user=written.owner, variant=Variant.B)
    payment = buy_more(written, total="3.50", version=2)
    assert (payment.variant, payment.amount) == (Variant.B, Decimal("3.50"))


def test_nobody_is_given_a_variant_by_looking_at_more_pages_or_paying_them(written: Document, sandbox: Running) -> None:
    PriceList.objects.create(
        version=2, price_per_page=Decimal("0.70"), variant=Variant.B, state=PriceListState.ACTIVE, weight=1_000
    )
    buyer = Buyer(user=written.owner, seen_before=Variant.B)
    assert buying_more.quote(pages=5, buyer=buyer).total == Decimal("2.50")
    payment = buy_more(written, seen_before=Variant.B)
    assert (payment.variant, payment.amount) == (Variant.A, Decimal("2.50"))
    assert not Assignment.objects.exists()


@pytest.mark.parametrize(("pages", "total"), [(5, "2.50"), (7, "3.50")], ids=["the same", "another number"])
def test_who_presses_pay_again_after_paying_is_not_asked_for_it_anew(
    written: Document, sandbox: Running, pages: int, total: str
) -> None:
    """We have not heard of the money yet: the page is still open here when the button is pressed in another tab."""
    payment = buy_more(written)
    at_stripe.pay(sandbox, payment)
    again = buy_more(written, pages=pages, total=total)
    assert (again.pk, again.state) == (payment.pk, PaymentState.SUCCEEDED)
    assert len(at_stripe.objects(sandbox, "checkout.session")) == Payment.objects.of_more_pages().count() == 1
    assert included(written) == 34
    # What is bought after that is meant.
    assert buy_more(written, pages=pages, total=total).state == PaymentState.PENDING


def test_money_on_its_way_is_not_asked_for_anew_whatever_is_wished(written: Document, sandbox: Running) -> None:
    payment = buy_more(written)
    at_stripe.pay(sandbox, payment, iban=at_stripe.IBAN)
    again = buy_more(written, pages=7, total="3.50")
    assert (again.pk, again.state) == (payment.pk, PaymentState.PROCESSING)


def test_orders_of_more_pages_count_with_those_of_documents(written: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("billing.domain.orders.ORDERS_AN_HOUR", 1)
    with pytest.raises(Refused):
        buy_more(written)


def disputed_pages(document: Document) -> None:
    _row(document, PaymentState.DISPUTED)


def held_pages(document: Document) -> None:
    _row(document, PaymentState.HELD)


def _row(document: Document, state: PaymentState, **fields: Any) -> Payment:
    first = the_order(document)
    values = {"purpose": PaymentPurpose.MORE_PAGES, "pages": 5, "amount": Decimal("2.50"), "state": state} | fields
    return Payment.objects.create(
        document=document, user=document.owner, price_list=first.price_list, lines=[], expires_at=LONG_AGO, **values
    )


def given_back(document: Document) -> None:
    refunds.refund_in_full(document_id=document.pk, cause="goodwill", reason="Sorry.")


def set_on(document: Document, **fields: Any) -> None:
    Document.objects.filter(pk=document.pk).update(**fields)


BARS = [
    (partial(set_on, state=DocumentState.WRITING), "once the document is written"),
    (partial(set_on, frozen_at=LONG_AGO), "locked"),
    (given_back, "was given back"),
    (disputed_pages, "is looked at"),
    (held_pages, "is looked at"),
]


@pytest.mark.parametrize(("bar", "words"), BARS, ids=["written", "frozen", "back", "disputed", "held"])
def test_nothing_is_sold_for_what_could_not_be_used(written: Document, sandbox: Running, bar: Any, words: str) -> None:
    bar(written)
    with pytest.raises(NotSold, match=words):
        buy_more(written)
    assert at_stripe.objects(sandbox, "checkout.session") == []


@pytest.mark.parametrize(("bar", "words"), BARS, ids=["written", "frozen", "back", "disputed", "held"])
def test_money_that_comes_in_for_what_could_not_be_used_goes_back_by_itself(
    written: Document, sandbox: Running, bar: Any, words: str
) -> None:
    payment = buy_more(written)
    bar(written)
    was = the_order(written)
    at_stripe.pay(sandbox, payment)
    assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.REFUNDED
    now = the_order(written)
    assert (now.state, now.refunded_amount) == (was.state, was.refunded_amount)
    continue_refunds()
    refund = Refund.objects.get(payment=payment)
    assert (refund.state, refund.cause, refund.amount) == ("succeeded", "not_needed", Decimal("2.50"))
    assert "when the money came in" in refund.reason
    assert not Receipt.objects.filter(payment=payment).exists()


def test_without_rewritings_by_the_page_none_are_sold(written: Document, settings: LazySettings) -> None:
    settings.REWRITINGS_PER_PAGE = 0
    with pytest.raises(NotSold, match="No rewritings"):
        buy_more(written)


# --- what comes of it ----------------------------------------------------------------------------------------------


def test_pages_that_are_paid_add_rewritings_and_start_nothing(
    written: Document, sandbox: Running, started: list[Any]
) -> None:
    was = ending(written)
    assert included(written) == 24
    payment = paid_more(written, sandbox)
    assert (payment.state, included(written), payment.rewritings) == (PaymentState.SUCCEEDED, 34, 10)
    assert more_pages.bought(written.pk) == [(payment.succeeded_at, 10)]
    now = ending(written)
    assert (started, now["document"], now["jobs"]) == ([], "ready", 0)
    assert now["payments"][0] == was["payments"][0]
    assert ledger.balances(payment=payment)["sales"] == -250
    receipt = Receipt.objects.get(payment=payment)
    assert (receipt.content["purpose"], receipt.content["pages"]) == ("more_pages", 5)
    mail = Mail.objects.get(template="receipt")
    assert (mail.context["purpose"], mail.context["pages"]) == ("more_pages", 5)
    again = paid_more(written, sandbox, pages=1, total="0.50")
    assert (again.state, included(written)) == (PaymentState.SUCCEEDED, 36)


def test_a_late_success_counts(written: Document, sandbox: Running) -> None:
    late = buy_more(written)
    payments.move(payment_id=late.pk, to=PaymentState.EXPIRED, cause="test")
    paid_more(written, sandbox, pages=1, total="0.50")
    at_stripe.pay(sandbox, late)
    assert settlement.settle(payment_id=late.pk, cause="test").state == PaymentState.SUCCEEDED
    assert bought(written) == 12


def test_while_a_debit_is_on_its_way_no_second_page_opens(written: Document, sandbox: Running) -> None:
    payment = buy_more(written)
    at_stripe.pay(sandbox, payment, iban=at_stripe.IBAN)
    settlement.settle(payment_id=payment.pk, cause="test")
    assert queries.more_pages_on_their_way(written)
    assert buy_more(written, pages=7, total="3.50").pk == payment.pk
    assert bought(written) == 0


STORIES = [
    (told.declined, ["payment_intent.created", "payment_intent.payment_failed"], "pending", 0),
    (told.paid, told.WAY, "succeeded", 12),
    (told.expired, ["payment_intent.payment_failed", "checkout.session.expired"], "expired", 0),
    (told.arrived, ["payment_intent.processing", "payment_intent.succeeded",
                    "checkout.session.async_payment_succeeded"], "succeeded", 12),
    (told.refunded_in_part, [*told.PAYING, "refund.created"], "partially_refunded", 9),
    (told.refunded_in_two_parts, [*told.PAYING, "charge.refunded"], "refunded", 0),
    (told.disputed, [*told.PAYING, *told.DISPUTING[:2]], "disputed", 0),
    (told.dispute_won, [*told.PAYING, *told.DISPUTING], "succeeded", 12),
    (told.dispute_lost, [*told.PAYING, *told.DISPUTING], "disputed", 0),
]  # fmt: skip
NAMES = [story[0].__name__ for story in STORIES]


@pytest.fixture
def more(written: Document, sandbox: Running) -> Payment:
    """€5.40 for 12 pages of rewriting."""
    PriceList.objects.update(discount_percent=10)
    return buy_more(written, pages=12, total="5.40")


def assert_only_more_pages_moved(document: Document, state: str, pages: int) -> None:
    end = ending(document)
    first, second = end["payments"]
    assert (end["document"], end["is_frozen"], end["jobs"]) == ("ready", False, 0)
    assert (first["state"], first["refunded"], first["moves"]) == ("succeeded", 0, [])
    assert (second["state"], bought(document)) == (state, 2 * pages)
    assert all(times == 1 or movement.startswith("refund") for movement, times in second["booked"].items())


@pytest.mark.django_db
@pytest.mark.parametrize(("happens", "events", "state", "pages"), STORIES, ids=NAMES)
def test_every_order_of_events_ends_alike(
    written: Document, more: Payment, sandbox: Running, happens: Any, events: list[str], state: str, pages: int
) -> None:
    happens(sandbox, more)
    with transaction.atomic():
        orders = Orders(written, telling(sandbox, told.Story(happens, events, state)))
    assert len(orders.ends) == 1
    for event in telling(sandbox, told.Story(happens, events, state)):
        told.tell(event)
    assert_only_more_pages_moved(written, state, pages)


@pytest.mark.parametrize(("happens", "events", "state", "pages"), STORIES, ids=NAMES)
def test_all_events_at_once_end_alike(
    written: Document, more: Payment, sandbox: Running, happens: Any, events: list[str], state: str, pages: int
) -> None:
    happens(sandbox, more)
    sent = telling(sandbox, told.Story(happens, events, state)) * 2
    results = together([partial(at_stripe.deliver, event) for event in sent])
    assert [one for one in results if one is not None] == []
    assert_only_more_pages_moved(written, state, pages)


# --- money that goes back ------------------------------------------------------------------------------------------


def test_pages_given_back_take_their_share_and_come_again_when_the_bank_sends_them_back(
    written: Document, sandbox: Running
) -> None:
    payment = paid_more(written, sandbox)
    share = refunds.cost_of_pages(total=payment.amount, ordered=5, pages=2)
    refund = refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="kind", amount=share)
    assert refund
    assert (bought(written), included(written)) == (6, 30)
    continue_refunds()
    refund.refresh_from_db()
    at_stripe.conclude_refund(sandbox, refund.stripe_refund_id or "", "failed")
    assert heard(payment).state == PaymentState.HELD
    assert (bought(written), included(written)) == (10, 34)
    # What is held and was paid for may be given back anew, and is sold beside.
    assert more_pages.why_not(written) == ""
    refunds.open_refund(payment_id=payment.pk, cause="staff-2", reason="kind", amount=share)
    payment.refresh_from_db()
    assert payment.state == PaymentState.PARTIALLY_REFUNDED


@pytest.mark.parametrize(("pages", "rewritings"), [(1, 26), (5, 18), (13, 2)])
def test_pages_given_back_take_exactly_their_rewritings(
    written: Document, sandbox: Running, pages: int, rewritings: int
) -> None:
    payment = paid_more(written, sandbox, pages=14, total="7.00")
    share = refunds.cost_of_pages(total=payment.amount, ordered=14, pages=pages)
    refunds.open_refund(payment_id=payment.pk, cause="staff", reason="kind", amount=share)
    assert bought(written) == rewritings


def test_a_cent_given_back_takes_no_rewriting(written: Document, sandbox: Running) -> None:
    payment = paid_more(written, sandbox)
    refunds.open_refund(payment_id=payment.pk, cause="staff", reason="kind", amount=Decimal("0.01"))
    assert bought(written) == 10


def test_a_part_of_an_order_is_given_back_without_its_more_pages_and_they_without_it(
    written: Document, sandbox: Running
) -> None:
    payment = paid_more(written, sandbox)
    share = refunds.cost_of_pages(total=payment.amount, ordered=5, pages=5)
    refunds.open_refund(payment_id=payment.pk, cause=refunds.MISSING_PAGES, reason="kind", amount=share)
    assert refunds.share_kept(written.pk) == 1
    assert snapshots._refund(written) is None
    missing = refunds.refund_missing_pages(document_id=written.pk, ordered=12, delivered=Decimal(9), reason="Short.")
    assert missing
    assert missing.payment_id == the_order(written).pk
    assert refunds.share_kept(written.pk) == Decimal("0.75")
    again = paid_more(written, sandbox)
    refunds.open_refund(payment_id=missing.payment_id, cause="staff", reason="", amount=Decimal("4.49"))
    again.refresh_from_db()
    assert (again.state, again.refunded_amount) == (PaymentState.SUCCEEDED, 0)


def assert_went_along(payment: Payment, amount: str) -> None:
    """All that was left of it goes back, with its order."""
    payment.refresh_from_db()
    assert (payment.state, payment.refunded_amount) == (PaymentState.REFUNDED, payment.amount)
    refund = Refund.objects.get(payment=payment, cause=refunds.WITH_ORDER)
    assert refund.amount == Decimal(amount)
    assert "bought for it alone" in refund.reason


def test_an_order_given_back_in_full_takes_its_more_pages_along(written: Document, sandbox: Running) -> None:
    whole, partly = paid_more(written, sandbox), paid_more(written, sandbox)
    refunds.open_refund(payment_id=partly.pk, cause="staff", reason="kind", amount=Decimal("1.00"))
    refund = refunds.refund_in_full(document_id=written.pk, cause=refunds.GENERATION_FAILED, reason="")
    assert refunds.share_kept(written.pk) == 0
    assert_went_along(whole, "2.50")
    assert_went_along(partly, "1.50")
    assert refunds.refund_in_full(document_id=written.pk, cause=refunds.GENERATION_FAILED, reason="") == refund
    continue_refunds()
    along = Refund.objects.filter(payment__in=[whole, partly])
    assert list(along.values_list("state", flat=True)) == ["succeeded"] * 3
    assert len(at_stripe.objects(sandbox, "refund")) == 3
    assert ledger.balances(payment=whole)["stripe"] == 0


def test_the_last_part_of_an_order_takes_them_along_in_their_owners_language(
    written: Document, sandbox: Running
) -> None:
    payment = paid_more(written, sandbox)
    User.objects.filter(pk=written.owner_id).update(language="de")
    first = the_order(written)
    for number, amount in enumerate(("2.00", "4.00")):
        assert not Refund.objects.filter(payment=payment).exists()
        refunds.open_refund(payment_id=first.pk, cause=f"staff-{number}", reason="", amount=Decimal(amount))
    reason = Refund.objects.get(payment=payment).reason
    with translation.override("de"):
        assert reason == gettext(
            "The payment for the document was given back in full. The pages of rewriting were bought for it alone."
        )
    assert "bought" not in reason


def test_an_order_given_back_at_stripe_takes_its_more_pages_along(
    paid: Payment, document: Document, sandbox: Running
) -> None:
    set_on(document, state=DocumentState.READY)
    payment = paid_more(document, sandbox)
    at_stripe.refund(sandbox, paid, 600)
    assert heard(paid).state == PaymentState.REFUNDED
    assert_went_along(payment, "2.50")


def test_an_order_that_was_paid_for_nothing_takes_no_more_pages_along(written: Document, sandbox: Running) -> None:
    payment = paid_more(written, sandbox)
    spare = _row(written, PaymentState.HELD, purpose=PaymentPurpose.ORDER, pages=12, amount=Decimal("6.00"))
    refunds.open_refund(payment_id=spare.pk, cause=refunds.NOT_NEEDED, reason="")
    payment.refresh_from_db()
    assert (payment.state, payment.refunded_amount) == (PaymentState.SUCCEEDED, 0)


@pytest.mark.parametrize("is_given_back", [True, False])
def test_pages_whose_dispute_is_won_go_back_where_their_order_did_meanwhile(
    written: Document, sandbox: Running, is_given_back: bool
) -> None:
    payment = paid_more(written, sandbox)
    number = at_stripe.dispute(sandbox, payment)
    heard(payment)
    if is_given_back:
        given_back(written)
    assert not Refund.objects.filter(payment=payment).exists()
    at_stripe.close_dispute(sandbox, number, "won")
    heard(payment)
    if is_given_back:
        assert_went_along(payment, "2.50")
    assert Refund.objects.filter(payment=payment).exists() == is_given_back


# --- what was sold is kept to ---------------------------------------------------------------------------------------


def test_a_setting_takes_nothing_that_was_sold(written: Document, sandbox: Running, settings: LazySettings) -> None:
    paid_more(written, sandbox)
    agreed = buy_more(written, pages=1, total="0.50")
    for each in (1, 7, 0):
        settings.REWRITINGS_PER_PAGE = each
        assert (bought(written), included(written)) == (10, 10 + 12 * each)
    at_stripe.pay(sandbox, agreed)
    assert settlement.settle(payment_id=agreed.pk, cause="test").state == PaymentState.SUCCEEDED
    assert bought(written) == 12


def test_a_page_opened_for_fewer_rewritings_than_are_shown_is_closed(
    written: Document, sandbox: Running, settings: LazySettings
) -> None:
    first = buy_more(written)
    settings.REWRITINGS_PER_PAGE = 3
    second = buy_more(written)
    first.refresh_from_db()
    assert (first.state, first.rewritings, second.rewritings) == (PaymentState.EXPIRED, 10, 15)


def test_pages_sold_before_their_rewritings_were_kept_count_by_the_page(
    written: Document, sandbox: Running, settings: LazySettings
) -> None:
    payment = buy_more(written)
    Payment.objects.filter(pk=payment.pk).update(rewritings=0)
    at_stripe.pay(sandbox, payment)
    with transaction.atomic():
        assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED
        assert bought(written) == 10
        transaction.set_rollback(True)
    settings.REWRITINGS_PER_PAGE = 0
    assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.REFUNDED


# --- whether any could be had ---------------------------------------------------------------------------------------


def no_model(document: Document, settings: LazySettings) -> None:
    AIModel.objects.update(enabled=False)


def no_day(document: Document, settings: LazySettings) -> None:
    PersonalLimit.objects.create(person=document.owner, tokens=0)


def none_a_day(document: Document, settings: LazySettings) -> None:
    settings.REWRITINGS_PER_DAY = 0


def no_means(document: Document, settings: LazySettings) -> None:
    Budget.objects.update_or_create(scope=Scope.HOUSE_DAY, defaults={"euros": Decimal(0)})


NEVER = [(no_model, 503, "No writing model"), (no_day, 429, "written anew for you"),
         (none_a_day, 429, "written anew for you"), (no_means, 503, "as much as we can")]  # fmt: skip


@pytest.mark.parametrize(("bar", "status", "words"), NEVER, ids=[one[0].__name__ for one in NEVER])
def test_no_money_is_asked_for_what_nobody_could_write(
    written: Document, sandbox: Running, settings: LazySettings, bar: Any, status: int, words: str
) -> None:
    payment = buy_more(written)
    bar(written, settings)
    with pytest.raises(Refused, match=words):
        buy_more(written)
    # Who was asked for money before gets what it was asked for.
    at_stripe.pay(sandbox, payment)
    assert settlement.settle(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED
    with pytest.raises(Refused, match=words) as refused:
        buy_more(written)
    assert refused.value.refusal.status == status
    assert len(at_stripe.objects(sandbox, "checkout.session")) == 1


def test_a_day_that_is_used_up_bars_no_sale(written: Document, sandbox: Running) -> None:
    PersonalLimit.objects.create(person=written.owner, tokens=100_000)
    period = period_of(Scope.USER_DAY, timezone.now())
    BudgetUse.objects.create(scope=Scope.USER_DAY, subject=str(written.owner_id), period=period, spent_tokens=100_000)
    assert buy_more(written).state == PaymentState.PENDING


# --- an order beside them -------------------------------------------------------------------------------------------


def test_an_order_whose_refund_came_back_pays_for_its_document_beside_more_pages(
    written: Document, sandbox: Running
) -> None:
    paid_more(written, sandbox)
    first = the_order(written)
    Receipt.objects.create(payment=first, year=2026, number=7, seller={}, issued_at=LONG_AGO)
    Payment.objects.filter(pk=first.pk).update(state=PaymentState.HELD)
    assert refunds._pays(the_order(written))
    assert refunds.share_kept(written.pk) == 1
    refunds.open_refund(payment_id=first.pk, cause="staff", reason="", amount=Decimal(1))
    assert the_order(written).state == PaymentState.PARTIALLY_REFUNDED


# --- disputes ------------------------------------------------------------------------------------------------------


def test_a_dispute_of_more_pages_takes_them_alone(written: Document, sandbox: Running) -> None:
    payment = paid_more(written, sandbox)
    number = at_stripe.dispute(sandbox, payment)
    assert heard(payment).state == PaymentState.DISPUTED
    assert Document.objects.get(pk=written.pk).frozen_at is None
    assert (bought(written), included(written)) == (0, 24)
    assert "pages of rewriting that it paid for do not count" in Alert.objects.get(subject="A payment is disputed").text
    with pytest.raises(NotSold):
        buy_more(written)
    at_stripe.close_dispute(sandbox, number, "won")
    assert heard(payment).state == PaymentState.SUCCEEDED
    assert included(written) == 34


def test_after_a_lost_dispute_nobody_is_told_to_wait(written: Document, sandbox: Running) -> None:
    first, second = paid_more(written, sandbox), paid_more(written, sandbox)
    for payment in (first, second):
        number = at_stripe.dispute(sandbox, payment)
        heard(payment)
        assert "is looked at. Until that is settled" in more_pages.why_not(written)
        at_stripe.close_dispute(sandbox, number, "lost")
        heard(payment)
        assert "A bank took back" in more_pages.why_not(written)
    _row(written, PaymentState.HELD)
    assert "is looked at" in more_pages.why_not(written)


def test_a_dispute_of_pages_that_went_back_leaves_everything_alone(written: Document, sandbox: Running) -> None:
    payment = paid_more(written, sandbox)
    at_stripe.refund(sandbox, payment, 250)
    heard(payment)
    at_stripe.dispute(sandbox, payment)
    assert heard(payment).state == PaymentState.REFUNDED
    assert Dispute.objects.get().state == DisputeState.OPEN


def test_a_dispute_of_the_order_freezes_its_document_beside_more_pages(
    paid: Payment, document: Document, sandbox: Running
) -> None:
    set_on(document, state=DocumentState.READY)
    extra = paid_more(document, sandbox)
    buy_more(document)
    at_stripe.dispute(sandbox, paid)
    assert heard(paid).state == PaymentState.DISPUTED
    assert Document.objects.get(pk=document.pk).frozen_at
    extra.refresh_from_db()
    assert extra.state == PaymentState.SUCCEEDED


# --- every other place that looks for the payment of a document -----------------------------------------------------


def test_more_pages_are_nobodys_order(document: Document, payment: Payment, sandbox: Running) -> None:
    """As if they could be paid for a document that is not written: nothing takes them for its order."""
    Payment.objects.filter(pk=payment.pk).update(state=PaymentState.EXPIRED)
    extra = Payment.objects.create(
        document=document, user=document.owner, price_list=payment.price_list, pages=12, amount=Decimal("6.00"),
        lines=[], expires_at=LONG_AGO, state=PaymentState.SUCCEEDED, succeeded_at=timezone.now(),
        purpose=PaymentPurpose.MORE_PAGES, created_at=timezone.now() + timedelta(minutes=1),
    )  # fmt: skip
    assert not queries.money_in(document)
    assert queries.latest_payment(document=document) == payment
    assert queries.returned_payment(document=document, session_id="") == payment
    more = PaymentPurpose.MORE_PAGES
    assert queries.returned_payment(document=document, session_id="", purpose=more) == extra
    assert queries.returned_payment(document=document, session_id=payment.stripe_session_id, purpose=more) == extra
    admission.start(document_id=document.pk, payment_id=extra.pk)
    assert not admission.start_paid(document_id=document.pk)
    assert admission.sweep() == 0
    assert not Job.objects.exists()
    assert refunds.refund_in_full(document_id=document.pk, cause="x", reason="") is None
    report = reconciliation._Report(timezone.now() + timedelta(hours=2), repair=True)
    reconciliation._compare_documents(LONG_AGO, timezone.now() + timedelta(hours=1), report)
    assert report.differences == []
    second = order(document)
    at_stripe.pay(sandbox, second)
    assert settlement.settle(payment_id=second.pk, cause="test").state == PaymentState.SUCCEEDED


def test_the_refund_of_more_pages_is_no_news_of_the_document(written: Document, sandbox: Running) -> None:
    payment = paid_more(written, sandbox)
    refunds.open_refund(payment_id=payment.pk, cause="staff", reason="kind")
    Document.objects.filter(pk=written.pk).update(state=DocumentState.FAILED)
    assert snapshots._refund(Document.objects.get(pk=written.pk)) is None


def test_more_pages_give_up_no_place_of_an_order(written: Document, sandbox: Running) -> None:
    released: list[Any] = []
    gates.register("test", lambda asked: None, release=released.append)
    try:
        payment = buy_more(written)
        checkout.withdraw(payment_id=payment.pk, cause="test")
    finally:
        gates.unregister("test")
    assert (Payment.objects.get(pk=payment.pk).state, released) == (PaymentState.EXPIRED, [])


def test_a_page_stays_open_while_it_can_be_had_at_its_price(written: Document, sandbox: Running) -> None:
    payment = buy_more(written)
    checkout.sweep(now=timezone.now() + timedelta(minutes=2))
    payment.refresh_from_db()
    assert payment.state == PaymentState.PENDING
    for change in ({"frozen_at": LONG_AGO}, {"state": DocumentState.OUTLINED}):
        with transaction.atomic():
            set_on(written, **change)
            assert list(checkout.needless_payments(now=timezone.now())) == [payment]
            transaction.set_rollback(True)
    PriceList.objects.update(state=PriceListState.RETIRED)
    assert checkout.close_needless() == 1
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED


def test_statistics_have_their_euros_and_neither_orders_nor_pages(written: Document, sandbox: Running) -> None:
    PriceList.objects.create(version=2, price_per_page=1, variant=Variant.B, state=PriceListState.ACTIVE)
    Assignment.objects.create(user=written.owner, variant=Variant.A)
    first = the_order(written)
    now = timezone.now()
    with transaction.atomic():
        ledger.book(movement=Movement.PAID, payment=first, amount=first.amount, now=now)
    Payment.objects.filter(pk=first.pk).update(succeeded_at=now)
    paid_more(written, sandbox)
    day = revenue.of_day(now=timezone.now())
    assert (sum(day.orders), sum(day.euros)) == (1, Decimal("8.50"))
    until = timezone.now() + timedelta(minutes=1)
    (month,) = monthly.by_month(since=LONG_AGO, until=until)
    assert (month.orders, month.pages, month.gross, month.refunds) == (1, 12, Decimal("8.50"), 0)
    assert month.ordered_gross == Decimal("6.00")
    assert list(monthly.paid_of_begun(since=LONG_AGO - timedelta(days=1), until=until).values()) == [1]
    PriceList.objects.update(activated_at=LONG_AGO)
    test = comparison.of_variants(now=timezone.now())
    assert test
    assert (test.arms[0].orders, test.arms[0].pages, test.arms[0].revenue) == (1, 12, Decimal("6.00"))


def test_a_night_of_more_pages_has_no_differences(written: Document, sandbox: Running) -> None:
    Payment.objects.orders().update(created_at=LONG_AGO - timedelta(days=9), succeeded_at=LONG_AGO - timedelta(days=9))
    paid_more(written, sandbox)
    assert reconciliation.reconcile(day=timezone.now().date()).differences == []


def test_a_job_that_is_stopped_gives_the_order_and_its_more_pages_back(written: Document, sandbox: Running) -> None:
    payment = paid_more(written, sandbox)
    set_on(written, state=DocumentState.WRITING)
    job = Job.objects.create(
        document=written, kind="document", state=JobState.QUEUED, sort_key=1, estimated_tokens=1, estimated_cost=1
    )
    pipeline.stop(job_id=job.pk, reason="gone", now=timezone.now())
    payment.refresh_from_db()
    assert (the_order(written).state, payment.state) == (PaymentState.REFUNDED, PaymentState.REFUNDED)


def test_an_open_page_of_who_is_erased_is_closed_and_what_was_paid_meanwhile_goes_back(
    written: Document, sandbox: Running, student: User
) -> None:
    payment = buy_more(written)
    at_stripe.pay(sandbox, payment)
    row = erasure.ask(user=student, by=None, at_once=True)
    erasure.work(erasure_id=row.pk)
    row.refresh_from_db()
    payment.refresh_from_db()
    assert (row.state, payment.state) == ("done", PaymentState.REFUNDED)
    assert Refund.objects.get(payment=payment).cause == refunds.NOT_NEEDED
    assert bought(written) == 0
