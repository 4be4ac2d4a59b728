"""What happens by itself: sessions that expire, direct debits that arrive, refunds that conclude."""

import asyncio
import contextlib

from sandbox.stripe import checkout
from sandbox.stripe.disputes import open_dispute
from sandbox.stripe.errors import Refused
from sandbox.stripe.paying import settle_sepa
from sandbox.stripe.refunds import conclude
from sandbox.stripe.store import Store

TICK_SECONDS = 0.1  # seconds


async def run(store: Store) -> None:
    """Look every tenth of a second, until cancelled."""
    while True:
        await asyncio.sleep(TICK_SECONDS)
        tick(store)


def tick(store: Store) -> None:
    """Do everything that is due."""
    now = store.clock.now()
    for session in [one for one in store.tables["checkout.session"].values() if one["status"] == "open"]:
        checkout.lapse(store, session)
    ready = [one for one in store.due if one["at"] <= now]
    if not ready:
        return
    store.due = [one for one in store.due if one["at"] > now]
    for one in sorted(ready, key=lambda one: one["at"]):
        _do(store, one["action"], one["id"])
    store.changed()


def _do(store: Store, action: str, number: str) -> None:
    store.request = {"id": None, "idempotency_key": None}
    if action in ("sepa_succeed", "sepa_fail"):
        intent = store.find("payment_intent", number)
        if intent:
            settle_sepa(store, intent, good=action == "sepa_succeed")
    elif action in ("refund_succeed", "refund_fail"):
        refund = store.find("refund", number)
        if refund and refund["status"] == "pending":
            conclude(store, refund, "failed" if action == "refund_fail" else "succeeded")
    elif action == "dispute":
        made = store.find("charge", number)
        if made:
            with contextlib.suppress(Refused):  # disputed by hand meanwhile
                open_dispute(store, made)
