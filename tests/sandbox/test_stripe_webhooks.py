"""Events arrive signed, again until answered, and as badly as ordered."""

from typing import Any

from sandbox.testing import Running
from tests.sandbox.receiver import Receiver, until
from tests.sandbox.shop import open_session


def pay(sandbox: Running, shop: Any) -> str:
    session = open_session(shop)
    sandbox.control.pay(session.id)
    return session.id


def test_an_endpoint_that_fails_is_tried_again(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    sandbox.control.post("stripe/webhooks", mode="drop", types=["payment_intent.", "charge."])
    receiver.answers = [500, 503]
    session = pay(sandbox, shop)
    event = receiver.wait_for("checkout.session.completed")
    assert event.data.object.id == session

    def statuses() -> list[int]:
        deliveries = sandbox.control.get("stripe/webhooks")["deliveries"]
        return [one["status"] for one in deliveries if one["event"] == event.id]

    until(lambda: statuses() == [500, 503, 200])
    assert shop.v1.events.retrieve(event.id).pending_webhooks == 0


def test_events_can_come_twice(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    sandbox.control.post("stripe/webhooks", mode="duplicate", types=["checkout."], copies=3)
    pay(sandbox, shop)
    receiver.wait_for("checkout.session.completed", count=3)
    assert len({event.id for event in receiver.events if event.type == "checkout.session.completed"}) == 1


def test_events_can_be_held_and_come_in_reverse(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    sandbox.control.post("stripe/webhooks", mode="hold")
    pay(sandbox, shop)
    happened = [event.type for event in reversed(shop.v1.events.list({"limit": 100}).data)]
    assert len(sandbox.control.get("stripe/webhooks")["held"]) == len(happened)
    assert receiver.events == []
    sandbox.control.post("stripe/release", order="reverse")
    until(lambda: len(receiver.events) == len(happened))
    assert receiver.types == happened[::-1]


def test_events_can_be_dropped_and_still_be_found(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    sandbox.control.post("stripe/webhooks", mode="drop", types=["checkout.session.completed"], times=1)
    pay(sandbox, shop)
    receiver.wait_for("payment_intent.succeeded")
    found = shop.v1.events.list({"type": "checkout.session.completed"}).data
    assert len(found) == 1
    assert "checkout.session.completed" not in receiver.types
    sandbox.control.post("stripe/resend", event=found[0].id, copies=2)
    receiver.wait_for("checkout.session.completed", count=2)


def test_events_can_be_delayed_and_reordered(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    sandbox.control.post("stripe/webhooks", mode="reorder", seconds=0.2)
    pay(sandbox, shop)
    receiver.wait_for("payment_intent.created")
    assert receiver.types[0] == "checkout.session.completed"
    sandbox.control.post("stripe/webhooks", mode="delay", seconds=0.1)
    pay(sandbox, shop)
    receiver.wait_for("checkout.session.completed", count=2)


def test_an_event_can_be_forged(sandbox: Running, shop: Any, receiver: Receiver) -> None:
    pay(sandbox, shop)
    receiver.wait_for("checkout.session.completed")
    sandbox.control.post("stripe/resend", type="checkout.session.completed", secret="whsec_wrong")
    until(lambda: receiver.forged == 1)
    assert receiver.types.count("checkout.session.completed") == 1


def test_events_say_which_request_caused_them(shop: Any) -> None:
    session = open_session(shop)
    shop.v1.checkout.sessions.expire(session.id, options={"idempotency_key": "expire-1"})
    event = shop.v1.events.list({"type": "checkout.session.expired"}).data[0]
    assert event["request"]["idempotency_key"] == "expire-1"
    assert event["request"]["id"].startswith("req_")
