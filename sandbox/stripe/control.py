"""What a customer, a bank or Stripe itself does, on command: the actions below ``/control/stripe/``."""

from collections.abc import Callable
from typing import Any

from sandbox.stripe import disputes, paying, refunds
from sandbox.stripe.store import Store, Thing
from sandbox.stripe.webhooks import MODES, Manner
from sandbox.world import World

Body = dict[str, Any]


def webhooks(world: World, body: Body) -> Body:
    """``url``, ``secret``, ``first_pause``, and the manner: ``mode``, ``types``, ``times``, ``seconds``, ``copies``."""
    deliveries = world.deliveries
    unknown = set(body) - {"url", "secret", "first_pause"} - set(Manner.__dataclass_fields__)
    if unknown:
        raise ValueError(f"unknown: {', '.join(sorted(unknown))}")
    if body.get("mode", "normal") not in MODES:
        raise ValueError(f"mode is one of {', '.join(MODES)}")
    deliveries.url = str(body.get("url", deliveries.url))
    deliveries.secret = str(body.get("secret", deliveries.secret))
    deliveries.first_pause = float(body.get("first_pause", deliveries.first_pause))
    manner = {name: body[name] for name in Manner.__dataclass_fields__ if name in body}
    if manner:
        deliveries.manner = Manner(**manner)
    return deliveries.describe()


def release(world: World, body: Body) -> Body:
    """Deliver what was held, in ``order`` (normal, reverse, shuffle)."""
    world.deliveries.manner = Manner()
    return {"released": world.deliveries.release(str(body.get("order", "normal")))}


def resend(world: World, body: Body) -> Body:
    """An ``event`` again, or the newest of a ``type``; ``copies`` at once; ``secret`` to sign it wrongly."""
    number = body.get("event")
    if number is None:
        wanted = body["type"]
        number = next(
            (one["id"] for one in reversed(world.store.tables["event"].values()) if one["type"] == wanted), None
        )
        if number is None:
            raise ValueError(f"no event {wanted} yet")
    world.deliveries.resend(str(number), copies=int(body.get("copies", 1)), secret=body.get("secret"))
    return {"event": number}


def pay(world: World, body: Body) -> Body:
    """Pay a ``session`` as a customer would: ``card`` or ``iban``; ``approve`` answers a 3-D Secure step."""
    store, session = world.store, _session(world.store, body)
    email = str(body.get("email", ""))
    if "iban" in body:
        outcome = paying.pay_by_iban(store, session, iban=str(body["iban"]), email=email)
    elif set(body) <= {"session", "approve"} and "approve" in body and _waits(store, session):
        outcome = paying.answer_challenge(store, session, approved=bool(body["approve"]))
    else:
        outcome = paying.pay_by_card(store, session, number=str(body.get("card", "4242424242424242")), email=email)
        if outcome.state == "challenge" and "approve" in body:
            outcome = paying.answer_challenge(store, session, approved=bool(body["approve"]))
    return {"state": outcome.state, "message": outcome.message, "session": session}


def settle(world: World, body: Body) -> Body:
    """A direct debit arrives or fails: ``session`` or ``payment_intent``, ``outcome`` succeeded or failed."""
    store = world.store
    number = body["payment_intent"] if "payment_intent" in body else _session(store, body)["payment_intent"]
    intent = store.get("payment_intent", str(number))
    moved = paying.settle_sepa(store, intent, good=body.get("outcome", "succeeded") == "succeeded")
    return {"moved": moved, "payment_intent": intent}


def refund(world: World, body: Body) -> Body:
    """A ``refund`` concludes: ``status`` succeeded, failed or canceled."""
    return refunds.conclude(world.store, world.store.get("refund", str(body["refund"])), str(body["status"]))


def dispute(world: World, body: Body) -> Body:
    """A dispute of a ``charge`` or ``payment_intent``, with ``reason`` and ``amount`` if need be."""
    store = world.store
    number = body.get("charge") or store.get("payment_intent", str(body["payment_intent"]))["latest_charge"]
    return disputes.open_dispute(
        store, store.get("charge", str(number)), reason=str(body.get("reason", "fraudulent")), amount=body.get("amount")
    )


def close_dispute(world: World, body: Body) -> Body:
    """A ``dispute`` ends: ``status`` won or lost."""
    found = world.store.get("dispute", str(body["dispute"]))
    return disputes.close_dispute(world.store, found, won=body.get("status", "lost") == "won")


def _session(store: Store, body: Body) -> Thing:
    return store.get("checkout.session", str(body["session"]))


def _waits(store: Store, session: Thing) -> bool:
    intent = store.find("payment_intent", session["payment_intent"])
    return intent is not None and intent["status"] == "requires_action"


ACTIONS: dict[str, Callable[[World, Body], Any]] = {
    "webhooks": webhooks,
    "release": release,
    "resend": resend,
    "pay": pay,
    "settle": settle,
    "refund": refund,
    "dispute": dispute,
    "dispute/close": close_dispute,
}
