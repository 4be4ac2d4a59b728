"""Stripe's memory: objects by kind, events, things due later, and the webhooks still to be delivered."""

import copy
import secrets
import string
from collections import OrderedDict
from collections.abc import Callable
from typing import Any

from sandbox.clock import Clock
from sandbox.stripe.errors import missing

Thing = dict[str, Any]
API_VERSION = "2026-08-26.dahlia"
KEPT = 20_000  # objects of a kind
KEPT_EVENTS = 5_000
_ALPHABET = string.ascii_letters + string.digits
#: object name → (prefix of its ids, what an error calls it)
KINDS = {
    "account": ("acct_", "account"),
    "balance_transaction": ("txn_", "balance_transaction"),
    "charge": ("ch_", "charge"),
    "checkout.session": ("cs_test_", "checkout.session"),
    "customer": ("cus_", "customer"),
    "dispute": ("dp_", "dispute"),
    "event": ("evt_", "event"),
    "payment_intent": ("pi_", "payment_intent"),
    "payment_method": ("pm_", "PaymentMethod"),
    "price": ("price_", "price"),
    "product": ("prod_", "product"),
    "refund": ("re_", "refund"),
}


class Store:
    """All objects, as dicts in the shape that the API returns. Touched only by the event loop."""

    def __init__(self, clock: Clock, *, changed: Callable[[], None]) -> None:
        self.clock = clock
        self.changed = changed
        self.sepa_seconds: float | None = 5.0
        self.refund_outcome = "succeeded"  # or pending, failed
        self.listeners: list[Callable[[Thing], None]] = []
        self.request: dict[str, str | None] = {"id": None, "idempotency_key": None}
        self.reset()

    def reset(self) -> None:
        """Forget everything; the account stays the same."""
        self.tables: dict[str, OrderedDict[str, Thing]] = {kind: OrderedDict() for kind in KINDS}
        self.lines: dict[str, list[Thing]] = {}
        self.keys: OrderedDict[str, dict[str, Any]] = OrderedDict()
        self.due: list[dict[str, Any]] = []
        self.undelivered: dict[str, int] = {}
        self.account_id = "acct_1SandboxTesiGo000"
        self.changed()

    def new(self, kind: str, **fields: Any) -> Thing:
        """Create and keep an object; the oldest of its kind go when there are too many."""
        prefix = KINDS[kind][0]
        number = prefix + "".join(secrets.choice(_ALPHABET) for _ in range(58 if kind == "checkout.session" else 24))
        thing: Thing = {"id": number, "object": kind, "created": self.clock.stamp(), "livemode": False, **fields}
        table = self.tables[kind]
        table[number] = thing
        while len(table) > (KEPT_EVENTS if kind == "event" else KEPT):
            gone, _ = table.popitem(last=False)
            self.lines.pop(gone, None)
        self.changed()
        return thing

    def get(self, kind: str, number: str, *, param: str = "id") -> Thing:
        """The object of that id; raises Refused (404)."""
        found = self.tables[kind].get(number)
        if found is None:
            raise missing(KINDS[kind][1], number, param)
        return found

    def find(self, kind: str, number: Any) -> Thing | None:
        """The object of that id, or None."""
        return self.tables[kind].get(number) if isinstance(number, str) else None

    def event(self, kind: str, thing: Thing, **previous: Any) -> Thing:
        """Something happened: keep the event with a snapshot of the object, and tell the webhooks."""
        data: Thing = {"object": copy.deepcopy(thing)}
        if previous:
            data["previous_attributes"] = previous
        event = self.new(
            "event",
            api_version=API_VERSION,
            data=data,
            pending_webhooks=0,
            request=dict(self.request),
            type=kind,
        )
        for listener in self.listeners:
            listener(event)
        return event

    def later(self, seconds: float, action: str, number: str) -> None:
        """Note something to be done when its time has come (see :mod:`sandbox.stripe.timers`)."""
        self.due.append({"at": self.clock.now() + seconds, "action": action, "id": number})
        self.changed()

    def dump(self) -> dict[str, Any]:
        """For the state file."""
        return {
            "tables": {kind: list(table.values()) for kind, table in self.tables.items()},
            "lines": self.lines,
            "keys": [one for one in self.keys.values() if one.get("status")],
            "due": self.due,
            "undelivered": self.undelivered,
        }

    def restore(self, saved: dict[str, Any]) -> None:
        """From the state file."""
        for kind, things in saved.get("tables", {}).items():
            self.tables[kind] = OrderedDict((thing["id"], thing) for thing in things)
        self.lines = saved.get("lines", {})
        self.keys = OrderedDict((one["key"], one) for one in saved.get("keys", []))
        self.due = saved.get("due", [])
        self.undelivered = saved.get("undelivered", {})
