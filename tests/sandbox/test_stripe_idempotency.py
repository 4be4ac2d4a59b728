"""Idempotency keys by Stripe's rules, also when the answer gets lost."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from sandbox.testing import Running
from tests.sandbox.shop import intent_of, open_session, order


def create(shop: Any, key: str, **more: Any) -> Any:
    return shop.v1.checkout.sessions.create(order(**more), options={"idempotency_key": key})


def test_the_same_key_gets_the_same_answer(shop: Any) -> None:
    first, second = create(shop, "order-1"), create(shop, "order-1")
    assert first.id == second.id
    assert second.last_response.headers["idempotent-replayed"] == "true"
    assert len(shop.v1.checkout.sessions.list().data) == 1


def test_the_same_key_with_other_parameters_is_an_error(shop: Any) -> None:
    create(shop, "order-1")
    with pytest.raises(stripe.IdempotencyError, match="same parameters"):
        create(shop, "order-1", cents=700)
    with pytest.raises(stripe.IdempotencyError, match="same endpoint"):
        shop.v1.customers.create({"email": "jane@example.org"}, options={"idempotency_key": "order-1"})


def test_a_key_in_use_is_a_conflict(sandbox: Running, shop: Any) -> None:
    sandbox.control.fault("stripe", "delay", seconds=0.6, times=1)
    with ThreadPoolExecutor(8) as pool:
        results = list(pool.map(lambda _: _attempt(shop), range(8)))
    assert sum(one == "created" for one in results) == 1
    assert set(results) == {"created", "409 idempotency_key_in_use"}
    assert _attempt(shop) == "created"
    assert len(shop.v1.checkout.sessions.list().data) == 1


def _attempt(shop: Any) -> str:
    try:
        create(shop, "one-key")
    except stripe.APIError as error:
        return f"{error.http_status} {error.error.code if error.error else ''}"
    return "created"


def test_a_lost_answer_is_found_again_with_the_same_key(sandbox: Running, shop: Any) -> None:
    sandbox.control.fault("stripe", "commit_then_drop", method="POST", times=1)
    with pytest.raises(stripe.APIConnectionError):
        create(shop, "order-1")
    made = shop.v1.checkout.sessions.list().data
    assert len(made) == 1
    assert create(shop, "order-1").id == made[0].id


def test_a_refund_whose_answer_was_lost_happens_once(sandbox: Running, shop: Any) -> None:
    session = open_session(shop)
    sandbox.control.pay(session.id)
    intent = intent_of(shop, session.id).id
    sandbox.control.fault("stripe", "commit_then_500", path="/refunds", times=1)
    options = {"idempotency_key": "refund-1"}
    with pytest.raises(stripe.APIError):
        shop.v1.refunds.create({"payment_intent": intent, "amount": 100}, options=options)
    shop.v1.refunds.create({"payment_intent": intent, "amount": 100}, options=options)
    assert [one.amount for one in shop.v1.refunds.list({"payment_intent": intent})] == [100]


def test_a_refused_parameter_leaves_the_key_free(shop: Any) -> None:
    with pytest.raises(stripe.InvalidRequestError):
        create(shop, "order-1", success_url="")
    assert create(shop, "order-1").id


def test_keys_are_forgotten_after_a_day(sandbox: Running, shop: Any) -> None:
    first = create(shop, "order-1")
    sandbox.control.advance(24 * 3600 + 1)
    assert create(shop, "order-1").id != first.id
