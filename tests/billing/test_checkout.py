"""Asking for money: the price shown is the price charged, and asked for once (R-13, R-63, R-64)."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import pytest
from django.db import OperationalError, connection
from django.http import Http404
from django.test import Client
from django.utils import timezone, translation

from accounts.models import User
from billing import gates
from billing.domain import checkout, price_lists, refunds, sessions
from billing.domain.checkout import Shown
from billing.domain.orders import Buyer
from billing.domain.settlement import settle
from billing.enums import PaymentState, PriceListState
from billing.errors import AlreadyPaid, Declined, NotReady, PriceChanged, PriceListFrozen, Refused, Unavailable, Unknown
from billing.models import Payment, PriceList, PromoCode
from billing.tasks import close_needless_sessions, settle_open_payments
from documents.domain import lifecycle
from documents.enums import DocumentState
from documents.models import Document
from sandbox.testing import Running
from tests.billing.concurrently import at_once
from tests.billing.ordering import order
from tests.documents.factories import UserFactory

pytestmark = pytest.mark.django_db(transaction=True)

SIX = Decimal("6.00")


def sessions_at_stripe(sandbox: Running) -> list[dict[str, Any]]:
    return list(sandbox.control.get("stripe/objects", kind="checkout.session")["objects"])


def new_list(by: User, price: str) -> PriceList:
    draft = price_lists.save_draft(draft=PriceList(price_per_page=Decimal(price)), by=by)
    return price_lists.activate(price_list_id=draft.pk, reason="test", by=by)


def test_an_order_becomes_one_session_for_exactly_its_total(document: Document, sandbox: Running) -> None:
    payment = order(document)
    (session,) = sessions_at_stripe(sandbox)
    assert payment.state == PaymentState.PENDING
    assert (payment.amount, payment.pages) == (SIX, 12)
    assert payment.lines == [{"label": "12 × €0.50 a page", "amount": "6.00", "kind": "base"}]
    assert (payment.stripe_session_id, payment.checkout_url) == (session["id"], session["url"])
    assert (session["amount_total"], session["currency"]) == (600, "eur")
    assert session["metadata"] == {"payment_id": str(payment.pk), "document_id": str(document.pk)}
    assert payment.expires_at.timestamp() == session["expires_at"]
    assert list(payment.events.values_list("from_state", "to_state")) == [("created", "pending")]


def test_a_draft_that_is_thrown_away_meanwhile_is_not_paid_for(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(thrown_away_at=timezone.now())
    # As it was read before it was locked.
    with pytest.raises(Http404):
        checkout._payment_for(document, Shown(SIX, 1), Buyer(user=document.owner), timezone.now())
    assert not Payment.objects.exists()


def test_stripes_page_is_told_every_line(document: Document, sandbox: Running) -> None:
    PriceList.objects.update(discount_percent=10)
    PromoCode.objects.create(code="SPRING", percent=Decimal(5))
    payment = order(document, total="5.10", code="SPRING")
    (told,) = [call["text"] for call in sandbox.control.calls("stripe")["calls"] if call["path"].endswith("/sessions")]
    (words,) = parse_qs(told)["line_items[0][price_data][product_data][description]"]
    assert words == "12 × €0.50 a page: €6.00 · Discount of 10 %: −€0.60 · Code SPRING, 5 %: −€0.30"
    assert len(words.split(" · ")) == len(payment.lines)


def test_stripe_is_told_the_same_words_again_whoever_asks_in_whatever_language(
    document: Document, sandbox: Running
) -> None:
    """The same key with other words is an error there, and the payment would be lost."""
    with translation.override("de"):
        payment = order(document)
    back = {"state": PaymentState.CREATED, "stripe_session_id": None, "stripe_payment_intent_id": None}
    Payment.objects.filter(pk=payment.pk).update(**back)
    User.objects.filter(pk=payment.user_id).update(language="pl")
    again = sessions.ensure(payment=Payment.objects.get(pk=payment.pk))
    assert again.stripe_session_id == payment.stripe_session_id
    calls = [call["text"] for call in sandbox.control.calls("stripe")["calls"] if call["path"].endswith("/sessions")]
    assert len({parse_qs(told)["line_items[0][price_data][product_data][description]"][0] for told in calls}) == 1
    assert "6,00\N{NO-BREAK SPACE}€" in parse_qs(calls[0])["line_items[0][price_data][product_data][description]"][0]


@pytest.mark.parametrize("clicks", [2, 8])
def test_clicking_pay_at_once_opens_one_session(document: Document, sandbox: Running, clicks: int) -> None:
    answers = at_once(clicks, lambda: order(document))
    assert {answer.pk for answer in answers} == {Payment.objects.get().pk}
    (session,) = sessions_at_stripe(sandbox)
    assert {answer.checkout_url for answer in answers} == {session["url"]}


def test_a_second_click_later_answers_the_same_page(document: Document, sandbox: Running) -> None:
    assert order(document).checkout_url == order(document).checkout_url
    assert len(sessions_at_stripe(sandbox)) == 1


@pytest.mark.parametrize("shown", [{"total": "0.50"}, {"version": 2}])
def test_another_price_than_the_present_one_charges_nothing(
    document: Document, sandbox: Running, shown: dict[str, Any]
) -> None:
    with pytest.raises(PriceChanged) as caught:
        order(document, **shown)
    assert caught.value.quote.total == SIX
    assert not Payment.objects.exists()
    assert sessions_at_stripe(sandbox) == []


def test_a_changed_order_closes_the_old_page_first(document: Document, sandbox: Running, student: User) -> None:
    old = order(document)
    new_list(student, "0.60")
    new = order(document, total="7.20", version=2)
    old.refresh_from_db()
    assert (old.state, new.state) == (PaymentState.EXPIRED, PaymentState.PENDING)
    assert {session["status"] for session in sessions_at_stripe(sandbox)} == {"open", "expired"}
    assert new.amount == Decimal("7.20")


def test_an_old_page_that_cannot_be_closed_keeps_its_place(document: Document, sandbox: Running, student: User) -> None:
    order(document)
    new_list(student, "0.60")
    sandbox.control.fault("stripe", "status", status=400, path="expire")
    with pytest.raises(Unavailable):
        order(document, total="7.20", version=2)
    assert Payment.objects.count() == 1


def test_a_page_paid_before_it_could_be_closed_is_honoured(
    document: Document, sandbox: Running, student: User, started: list[Any]
) -> None:
    old = order(document)
    new_list(student, "0.60")
    sandbox.control.pay(old.stripe_session_id)
    with pytest.raises(AlreadyPaid):
        order(document, total="7.20", version=2)
    old.refresh_from_db()
    assert old.state == PaymentState.SUCCEEDED
    assert started == [(document.pk, old.pk)]


def test_a_new_price_list_closes_open_pages(document: Document, sandbox: Running, student: User) -> None:
    payment = order(document)
    close_needless_sessions()
    assert Payment.objects.get().state == PaymentState.PENDING
    new_list(student, "0.60")
    close_needless_sessions()
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED


def test_a_connection_dropped_after_stripe_acted_leaves_one_session_and_one_charge(
    document: Document, sandbox: Running, started: list[Any]
) -> None:
    sandbox.control.fault("stripe", "commit_then_drop", method="POST", times=1)
    payment = order(document)
    assert [session["id"] for session in sessions_at_stripe(sandbox)] == [payment.stripe_session_id]
    sandbox.control.pay(payment.stripe_session_id)
    assert settle(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED
    assert len(sandbox.control.get("stripe/objects", kind="charge")["objects"]) == 1
    assert len(started) == 1


def test_an_opening_without_an_answer_is_continued_under_its_key(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "commit_then_drop", method="POST")
    with pytest.raises(Unknown):
        order(document)
    lost = Payment.objects.get()
    assert (lost.state, lost.stripe_session_id) == (PaymentState.CREATED, None)
    sandbox.control.clear_faults()
    assert order(document).pk == lost.pk
    assert len(sessions_at_stripe(sandbox)) == 1


def test_an_opening_cut_short_in_the_database_is_never_half_written(document: Document, sandbox: Running) -> None:
    def dies(execute: Any, sql: str, *rest: Any) -> Any:
        if sql.startswith('INSERT INTO "billing_paymentevent"'):
            raise OperationalError("the server closed the connection unexpectedly")
        return execute(sql, *rest)

    with connection.execute_wrapper(dies), pytest.raises(OperationalError):
        order(document)
    lost = Payment.objects.get()
    assert (lost.state, lost.stripe_session_id) == (PaymentState.CREATED, None)
    payment = order(document)
    assert (payment.pk, payment.state) == (lost.pk, PaymentState.PENDING)
    assert len(sessions_at_stripe(sandbox)) == 1


def test_the_sweep_continues_an_opening_that_its_buyer_left(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "commit_then_drop", method="POST")
    with pytest.raises(Unknown):
        order(document)
    sandbox.control.clear_faults()
    settle_open_payments()
    assert Payment.objects.get().checked_at is None
    assert checkout.sweep(now=timezone.now() + timedelta(minutes=2)) == 1
    assert Payment.objects.get().state == PaymentState.PENDING
    assert len(sessions_at_stripe(sandbox)) == 1


def test_an_opening_that_never_gets_an_answer_makes_room_for_another(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "500", method="POST")
    with pytest.raises(Unknown):
        order(document)
    Payment.objects.update(created_at=timezone.now() - timedelta(minutes=11))
    with pytest.raises(Unknown):
        order(document)
    states = Payment.objects.order_by("created_at").values_list("state", flat=True)
    assert list(states) == [PaymentState.EXPIRED, PaymentState.CREATED]


def test_an_abandoned_payment_expires_after_24_hours(document: Document, sandbox: Running) -> None:
    payment = order(document)
    sandbox.control.advance(24 * 3600)
    checkout.sweep(now=timezone.now() + timedelta(hours=24))
    payment.refresh_from_db()
    assert payment.state == PaymentState.EXPIRED


def test_money_on_its_way_does_not_expire(document: Document, sandbox: Running) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id, iban="DE89370400440532013000")
    later = timezone.now() + timedelta(hours=30)
    checkout.sweep(now=later)
    checkout.sweep(now=later + timedelta(hours=1))
    payment.refresh_from_db()
    assert payment.state == PaymentState.PROCESSING
    assert order(document).pk == payment.pk


def test_a_closed_gate_is_asked_before_any_money(document: Document, sandbox: Running) -> None:
    gates.register("test", lambda asked: gates.NotNow("The queue is full.", timedelta(minutes=10)))
    try:
        with pytest.raises(Refused) as caught:
            order(document)
    finally:
        gates.unregister("test")
    assert caught.value.refusal.retry_after == timedelta(minutes=10)
    assert not Payment.objects.exists()


@pytest.fixture
def places() -> Iterator[list[UUID]]:
    """Documents that a place is held for, by a gate like the queue's."""
    held: list[UUID] = []

    def hold(document: Document) -> None:
        if document.pk not in held:
            held.append(document.pk)

    def release(document_id: UUID) -> None:
        if document_id in held:
            held.remove(document_id)

    gates.register("test", hold, release=release)
    yield held
    gates.unregister("test")


def test_a_place_is_held_while_the_payment_is_open(document: Document, sandbox: Running, places: list[UUID]) -> None:
    order(document)
    order(document)
    assert places == [document.pk]


def test_a_withdrawn_payment_gives_its_place_back(document: Document, sandbox: Running, places: list[UUID]) -> None:
    checkout.withdraw(payment_id=order(document).pk, cause="test")
    assert places == []


def test_an_expired_payment_gives_its_place_back(document: Document, sandbox: Running, places: list[UUID]) -> None:
    order(document)
    checkout.close_needless(now=timezone.now() + timedelta(hours=25))
    assert places == []


def test_a_payment_that_was_never_opened_gives_its_place_back(
    document: Document, sandbox: Running, places: list[UUID]
) -> None:
    sandbox.control.fault("stripe", "status", status=400, method="POST", times=1)
    with pytest.raises(Declined):
        order(document)
    assert places == []


def test_an_open_payment_is_not_shown_again_when_its_place_went_to_others(document: Document, sandbox: Running) -> None:
    order(document)
    gates.register("test", lambda asked: gates.NotNow("The queue is full.", timedelta(minutes=10)))
    try:
        with pytest.raises(Refused):
            order(document)
    finally:
        gates.unregister("test")


@pytest.mark.parametrize("state", [DocumentState.DRAFT, DocumentState.OUTLINING, DocumentState.QUEUED])
def test_only_a_finished_outline_can_be_paid(document: Document, sandbox: Running, state: DocumentState) -> None:
    lifecycle.move(document_id=document.pk, to=state, cause="test")
    with pytest.raises(NotReady):
        order(document)


def test_an_outline_that_does_not_add_up_cannot_be_paid(document: Document, sandbox: Running) -> None:
    document.sections.filter(children=None).first().delete()
    with pytest.raises(NotReady):
        order(document)


def test_somebody_elses_document_is_not_there(document: Document, sandbox: Running) -> None:
    with pytest.raises(Http404):
        order(document, user=UserFactory.create())


def test_one_list_is_active_after_several_are_activated_at_once(student: User, price_list: PriceList) -> None:
    drafts = [price_lists.save_draft(draft=PriceList(price_per_page=Decimal("0.70")), by=student) for _ in range(4)]
    waiting = [draft.pk for draft in drafts]
    results = at_once(4, lambda: price_lists.activate(price_list_id=waiting.pop(), reason="test", by=student))
    assert not [result for result in results if isinstance(result, Exception)]
    assert PriceList.objects.filter(state=PriceListState.ACTIVE).count() == 1


def test_an_order_that_stripe_refuses_fails_and_charges_nothing(
    document: Document, sandbox: Running, settings: Any
) -> None:
    settings.PROVIDER_MINIMUM = Decimal("0.01")
    PriceList.objects.update(price_per_page=Decimal("0.10"))
    Document.objects.update(pages=1)
    document.sections.exclude(title="Introduction").delete()
    document.sections.update(pages=1)
    with pytest.raises(Declined):
        order(document, total="0.10")
    payment = Payment.objects.get()
    assert payment.state == PaymentState.FAILED
    assert "50 cents" in payment.failure


def test_an_old_page_is_shown_again_while_stripe_is_silent(document: Document, sandbox: Running) -> None:
    payment = order(document)
    sandbox.control.fault("stripe", "429")
    assert order(document).checkout_url == payment.checkout_url


def test_a_silent_stripe_keeps_no_payment_from_its_turn(document: Document, sandbox: Running, student: User) -> None:
    order(document)
    later = timezone.now() + timedelta(minutes=2)
    sandbox.control.fault("stripe", "429")
    assert checkout.sweep(now=later) == 1
    assert Payment.objects.get().checked_at == later
    assert checkout.sweep(now=later) == 0


def test_an_opening_whose_key_has_lapsed_is_not_sent_again(document: Document, sandbox: Running) -> None:
    sandbox.control.fault("stripe", "commit_then_drop", method="POST")
    with pytest.raises(Unknown):
        order(document)
    sandbox.control.clear_faults()
    Payment.objects.update(created_at=timezone.now() - timedelta(hours=24))
    assert order(document).state == PaymentState.PENDING
    assert list(Payment.objects.order_by("created_at").values_list("state", flat=True)) == ["expired", "pending"]


def test_paid_payments_are_left_alone_when_others_are_closed(
    document: Document, sandbox: Running, started: list[Any]
) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id)
    settle(payment_id=payment.pk, cause="test")
    assert checkout.withdraw(payment_id=payment.pk, cause="test").state == PaymentState.SUCCEEDED


def test_while_money_is_held_nobody_is_asked_for_more(document: Document, sandbox: Running, browser: Client) -> None:
    payment = order(document)
    sandbox.control.pay(payment.stripe_session_id)
    Payment.objects.update(amount=Decimal("5.00"))
    assert settle(payment_id=payment.pk, cause="test").state == PaymentState.HELD
    with pytest.raises(AlreadyPaid):
        order(document)
    page = browser.get(f"/documents/{document.pk}/price/", follow=True).content.decode()
    assert "We are looking at your payment" in page
    assert "Nothing was charged" not in page
    refunds.open_refund(payment_id=payment.pk, cause="staff-1", reason="")
    assert order(document).state == PaymentState.PENDING


def test_a_list_in_force_is_not_saved_again(student: User, price_list: PriceList) -> None:
    price_list.price_per_page = Decimal("9.99")
    with pytest.raises(PriceListFrozen):
        price_lists.save_draft(draft=price_list, by=student)
    assert price_lists.activate(price_list_id=price_list.pk, reason="test", by=student).version == 1


def test_a_rolled_back_list_is_in_force_again(student: User, price_list: PriceList) -> None:
    newer = new_list(student, "0.60")
    price_lists.activate(price_list_id=price_list.pk, reason="test", by=student)
    newer.refresh_from_db()
    assert newer.state == PriceListState.RETIRED
    assert price_lists.draft_from(price_list_id=newer.pk, by=student).version == 3


def test_stripe_away_says_so_and_charges_nothing(document: Document, sandbox: Running, browser: Client) -> None:
    sandbox.control.fault("stripe", "429", method="POST")
    answer = browser.post(
        f"/documents/{document.pk}/pay/", {"total": "6.00", "version": "1", "terms": "on", "start_now": "on"}
    )
    assert answer.status_code == 503
    assert "Nothing was charged" in answer.content.decode()
