"""Money goes back once, never more than came, and banks may take it themselves."""

from typing import Any

import pytest
import stripe

from sandbox.testing import Running
from tests.sandbox.receiver import Receiver
from tests.sandbox.shop import intent_of, open_session


def paid(sandbox: Running, shop: Any, **how: str) -> str:
    session = open_session(shop)
    sandbox.control.pay(session.id, **how)
    return str(intent_of(shop, session.id).id)


def test_refunds_never_exceed_the_charge(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    intent = paid(sandbox, shop)
    part = shop.v1.refunds.create({"payment_intent": intent, "amount": 250, "metadata": {"why": "part"}})
    assert (part.status, part.amount, part.metadata.why) == ("succeeded", 250, "part")
    with pytest.raises(stripe.InvalidRequestError, match="greater than unrefunded amount"):
        shop.v1.refunds.create({"payment_intent": intent, "amount": 351})
    assert shop.v1.refunds.create({"payment_intent": intent}).amount == 350
    with pytest.raises(stripe.InvalidRequestError) as error:
        shop.v1.refunds.create({"payment_intent": intent})
    assert error.value.code == "charge_already_refunded"
    charge = shop.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge
    assert (charge.amount_refunded, charge.refunded, charge.status) == (600, True, "succeeded")
    receiver.wait_for("charge.refunded", count=2)
    receiver.wait_for("refund.created", count=2)


def test_what_was_not_paid_cannot_be_refunded(sandbox: Running, shop: Any) -> None:
    intent = paid(sandbox, shop, card="4000000000000002")
    with pytest.raises(stripe.InvalidRequestError, match="does not have a successful charge"):
        shop.v1.refunds.create({"payment_intent": intent})


def test_a_pending_refund_that_fails_gives_the_charge_its_money_back(
    sandbox: Running, shop: Any, receiver: Receiver
) -> None:
    intent = paid(sandbox, shop)
    sandbox.control.settings(refund_outcome="pending")
    refund = shop.v1.refunds.create({"payment_intent": intent})
    assert refund.status == "pending"
    sandbox.control.post("stripe/refund", refund=refund.id, status="failed")
    receiver.wait_for("refund.failed")
    assert shop.v1.refunds.retrieve(refund.id).status == "failed"
    assert shop.v1.payment_intents.retrieve(intent, {"expand": ["latest_charge"]}).latest_charge.amount_refunded == 0


def test_disputes_open_and_close(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    intent = paid(sandbox, shop)
    dispute = sandbox.control.post("stripe/dispute", payment_intent=intent, reason="product_not_received")
    assert receiver.wait_for("charge.dispute.created").data.object.reason == "product_not_received"
    with pytest.raises(stripe.InvalidRequestError) as error:
        shop.v1.refunds.create({"payment_intent": intent})
    assert error.value.code == "charge_disputed"
    sandbox.control.post("stripe/dispute/close", dispute=dispute["id"], status="won")
    receiver.wait_for("charge.dispute.closed")
    assert shop.v1.disputes.retrieve(dispute["id"]).status == "won"
    assert shop.v1.refunds.create({"payment_intent": intent}).amount == 600


def test_one_card_pays_and_is_disputed_at_once(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    intent = paid(sandbox, shop, card="4000000000000259")
    receiver.wait_for("charge.dispute.created")
    assert [one.payment_intent for one in shop.v1.disputes.list({"payment_intent": intent})] == [intent]
