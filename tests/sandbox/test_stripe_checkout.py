"""Checkout as customers and shops meet it."""

import time
from html import unescape
from typing import Any

import httpx
import pytest
import stripe

from sandbox.testing import Running
from tests.sandbox.receiver import Receiver
from tests.sandbox.shop import CANCEL, Customer, intent_of, open_session, order


def test_a_session_is_paid_on_its_page_and_the_shop_learns_of_it(shop: Any, receiver: Receiver) -> None:
    session = open_session(shop)
    assert session.id.startswith("cs_test_")
    assert (session.status, session.payment_status, session.amount_total, session.payment_intent) == (
        "open",
        "unpaid",
        600,
        None,
    )
    customer = Customer(session)
    page = customer.look().text
    assert "€6.00" in page
    assert "Seminar paper, 12 pages" in page
    assert f'href="{CANCEL}"' in page
    back = customer.pay(number="4242 4242 4242 4242", email="jane@example.org")
    assert back.status_code == 303
    assert back.headers["location"] == f"http://127.0.0.1:1/paid/?session={session.id}"

    event = receiver.wait_for("checkout.session.completed")
    assert event.data.object.metadata.payment == "17"
    assert event.livemode is False
    receiver.wait_for("charge.succeeded")
    receiver.wait_for("payment_intent.succeeded")
    assert {"payment_intent.created"} <= set(receiver.types)

    paid = shop.v1.checkout.sessions.retrieve(
        session.id, {"expand": ["payment_intent.latest_charge.balance_transaction", "line_items"]}
    )
    assert (paid.status, paid.payment_status, paid.url) == ("complete", "paid", None)
    assert paid.payment_intent.status == "succeeded"
    assert paid.payment_intent.metadata.payment == "17"
    assert paid.payment_intent.latest_charge.payment_method_details.card.last4 == "4242"
    line = paid.payment_intent.latest_charge.balance_transaction
    assert (line.amount, line.fee, line.net) == (600, 34, 566)
    assert paid.line_items.data[0].description == "Seminar paper, 12 pages"
    assert [one.id for one in shop.v1.checkout.sessions.list({"payment_intent": paid.payment_intent.id})] == [
        session.id
    ]


@pytest.mark.parametrize(
    ("number", "code", "decline", "words"),
    [
        ("4000000000000002", "card_declined", "generic_decline", "Your card was declined."),
        ("4000000000009995", "card_declined", "insufficient_funds", "Your card has insufficient funds."),
        ("4000000000000069", "expired_card", "expired_card", "Your card has expired."),
    ],
)
def test_a_declined_card_leaves_the_session_open(
    shop: Any, receiver: Receiver, number: str, code: str, decline: str, words: str
) -> None:
    session = open_session(shop)
    customer = Customer(session)
    page = customer.pay(number=number)
    assert page.status_code == 200
    assert words in unescape(page.text)
    assert shop.v1.checkout.sessions.retrieve(session.id).status == "open"
    failed = receiver.wait_for("payment_intent.payment_failed").data.object
    assert (failed.last_payment_error.code, failed.last_payment_error.decline_code) == (code, decline)
    assert intent_of(shop, session.id).status == "requires_payment_method"
    assert customer.pay(number="4242424242424242").status_code == 303
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_a_number_that_is_no_card_number_charges_nothing(shop: Any) -> None:
    session = open_session(shop)
    assert "invalid" in Customer(session).pay(number="4242424242424241").text
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_intent is None


def test_3d_secure_approved_pays(shop: Any, receiver: Receiver) -> None:
    session = open_session(shop)
    customer = Customer(session)
    step = customer.pay(number="4000002500003155")
    assert step.headers["location"] == f"/stripe/checkout/{session.id}/challenge"
    assert intent_of(shop, session.id).status == "requires_action"
    receiver.wait_for("payment_intent.requires_action")
    assert "Approve" in customer.look("/challenge").text
    assert customer.answer("approve").status_code == 303
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == "paid"


def test_3d_secure_refused_charges_nothing_and_lets_the_customer_try_again(shop: Any, receiver: Receiver) -> None:
    session = open_session(shop)
    customer = Customer(session)
    customer.pay(number="4000002500003155")
    assert "unable to authenticate" in customer.answer("refuse").text
    intent = intent_of(shop, session.id)
    assert (intent.status, intent.last_payment_error.code) == (
        "requires_payment_method",
        "payment_intent_authentication_failure",
    )
    assert intent.latest_charge is None
    receiver.wait_for("payment_intent.payment_failed")


@pytest.mark.parametrize(("outcome", "status"), [("succeeded", "paid"), ("failed", "unpaid")])
def test_a_direct_debit_completes_unpaid_and_settles_later(
    sandbox: Running, shop: Any, receiver: Receiver, outcome: str, status: str
) -> None:
    session = open_session(shop)
    assert Customer(session).pay(iban="DE89370400440532013000").status_code == 303
    assert receiver.wait_for("checkout.session.completed").data.object.payment_status == "unpaid"
    receiver.wait_for("payment_intent.processing")
    assert intent_of(shop, session.id).status == "processing"
    assert sandbox.control.post("stripe/settle", session=session.id, outcome=outcome)["moved"] is True
    assert sandbox.control.post("stripe/settle", session=session.id, outcome=outcome)["moved"] is False
    assert receiver.wait_for(f"checkout.session.async_payment_{outcome}").data.object.payment_status == status
    assert shop.v1.checkout.sessions.retrieve(session.id).payment_status == status


def test_a_direct_debit_arrives_by_itself_after_its_time(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    sandbox.control.settings(sepa_seconds=3600)
    session = open_session(shop)
    sandbox.control.pay(session.id, iban="DE62370400440532013001")
    assert intent_of(shop, session.id).status == "processing"
    sandbox.control.advance(3601)
    receiver.wait_for("checkout.session.async_payment_failed")


def test_a_paid_session_cannot_be_paid_again(shop: Any) -> None:
    session = open_session(shop)
    customer = Customer(session)
    customer.pay(number="4242424242424242")
    again = customer.pay(number="4242424242424242")
    assert again.status_code == 409
    assert "This payment is complete" in again.text
    assert len(list(shop.v1.charges.list({"payment_intent": intent_of(shop, session.id).id}))) == 1


def test_sessions_expire_by_time_and_on_request(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    first, second = open_session(shop, expires_at=int(time.time()) + 1900), open_session(shop)
    assert shop.v1.checkout.sessions.expire(second.id).status == "expired"
    sandbox.control.advance(2000)
    receiver.wait_for("checkout.session.expired", count=2)
    assert shop.v1.checkout.sessions.retrieve(first.id).status == "expired"
    page = Customer(first).pay(number="4242424242424242")
    assert page.status_code == 409
    assert "expired" in page.text
    with pytest.raises(stripe.InvalidRequestError, match="status of `expired`"):
        shop.v1.checkout.sessions.expire(first.id)


@pytest.mark.parametrize(
    ("change", "code", "param"),
    [
        ({"cents": 49}, "amount_too_small", None),
        ({"line_items": []}, "parameter_missing", "line_items"),
        ({"success_url": ""}, "parameter_missing", "success_url"),
        ({"success_url": "paid/"}, "url_invalid", "success_url"),
        ({"colour": "red"}, "parameter_unknown", "colour"),
        ({"customer_email": "", "customer": "cus_nobody"}, "resource_missing", "customer"),
        ({"expires_at": 1_000_000}, None, "expires_at"),
    ],
)
def test_orders_that_stripe_would_refuse(shop: Any, change: dict[str, Any], code: str, param: str) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        shop.v1.checkout.sessions.create(order(**change))
    assert error.value.code == code
    assert param is None or error.value.param == param
    assert error.value.request_id


def test_keys_are_checked(sandbox: Running, shop: Any) -> None:
    for key in ("sk_test_refused", "pk_test_1", "nonsense"):
        with pytest.raises(stripe.AuthenticationError):
            shop.v1.accounts.retrieve_current(options={"api_key": key})
    assert shop.v1.accounts.retrieve_current().id.startswith("acct_")


def test_what_does_not_exist_is_missing(shop: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError) as error:
        shop.v1.payment_intents.retrieve("pi_nothing")
    assert (error.value.http_status, error.value.code, error.value.param) == (404, "resource_missing", "id")
    with pytest.raises(stripe.InvalidRequestError, match="cannot be expanded"):
        shop.v1.checkout.sessions.retrieve(open_session(shop).id, {"expand": ["colour"]})
    assert httpx.get(str(open_session(shop).url) + "x", trust_env=False).status_code == 404


def test_lists_come_in_pages_newest_first(shop: Any) -> None:
    numbers = [open_session(shop).id for _ in range(5)]
    first = shop.v1.checkout.sessions.list({"limit": 2})
    assert [one.id for one in first.data] == [numbers[4], numbers[3]]
    assert first.has_more
    assert [one.id for one in first.auto_paging_iter()] == numbers[::-1]
    assert not list(shop.v1.checkout.sessions.list({"created": {"lt": 1_000_000}}))


def test_customers_are_kept_and_prefill_the_page(shop: Any) -> None:
    customer = shop.v1.customers.create({"email": "jane@example.org", "metadata": {"user": "3"}})
    changed = shop.v1.customers.update(customer.id, {"name": "Jane"})
    assert (changed.name, changed.metadata.user) == ("Jane", "3")
    session = open_session(shop, customer_email="", customer=customer.id)
    assert "jane@example.org" in Customer(session).look().text
    assert [one.id for one in shop.v1.customers.list({"email": "jane@example.org"})] == [customer.id]
