"""Lists: newest first, by pages, filtered by creation time and by the properties each endpoint knows."""

from typing import Any

from sandbox.stripe.errors import Refused, missing
from sandbox.stripe.expand import listed
from sandbox.stripe.forms import Params, only, whole
from sandbox.stripe.store import KINDS, Store, Thing

#: what each list may be filtered by
FILTERS: dict[str, tuple[str, ...]] = {
    "balance_transaction": ("currency", "source", "type"),
    "charge": ("customer", "payment_intent"),
    "checkout.session": ("customer", "payment_intent", "status"),
    "customer": ("email",),
    "dispute": ("charge", "payment_intent"),
    "event": ("type", "types"),
    "payment_intent": ("customer",),
    "payment_method": ("customer", "type"),
    "price": ("active", "currency", "product", "type"),
    "product": ("active", "ids"),
    "refund": ("charge", "payment_intent"),
}


def page(store: Store, kind: str, params: Params, url: str) -> Thing:
    """One page of a list."""
    only(params, "limit", "starting_after", "ending_before", "created", *FILTERS[kind])
    limit = whole(params, "limit")
    limit = 10 if limit is None else limit
    if not 1 <= limit <= 100:
        raise Refused(
            "Invalid limit: must be between 1 and 100."
            if limit < 1
            else f"This value must be less than or equal to 100 (it currently is '{limit}').",
            param="limit",
        )
    things = [one for one in reversed(store.tables[kind].values()) if _fits(one, params, kind)]
    after, before = params.get("starting_after"), params.get("ending_before")
    ids = [one["id"] for one in things]
    for cursor, name in ((after, "starting_after"), (before, "ending_before")):
        if cursor and cursor not in ids and cursor not in store.tables[kind]:
            raise missing(KINDS[kind][1], cursor, name)
    if after:
        things = things[ids.index(after) + 1 :] if after in ids else []
    elif before:
        things = things[: ids.index(before)] if before in ids else []
        return listed(things[-limit:], url, has_more=len(things) > limit)
    return listed(things[:limit], url, has_more=len(things) > limit)


def _fits(thing: Thing, params: Params, kind: str) -> bool:
    for name in FILTERS[kind]:
        wanted = params.get(name)
        if wanted in (None, ""):
            continue
        if name == "types":
            if thing["type"] not in wanted:
                return False
        elif name == "ids":
            if thing["id"] not in wanted:
                return False
        elif name == "type" and kind == "event" and str(wanted).endswith("*"):
            if not thing["type"].startswith(str(wanted).rstrip("*")):
                return False
        elif _plain(thing.get(name)) != str(wanted):
            return False
    return _created(thing["created"], params.get("created"))


def _plain(value: Any) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


def _created(at: int, wanted: Any) -> bool:
    if wanted in (None, ""):
        return True
    if not isinstance(wanted, dict):
        return at == whole({"created": wanted}, "created")
    tests = {"gt": int.__gt__, "gte": int.__ge__, "lt": int.__lt__, "lte": int.__le__}
    for name, value in wanted.items():
        bound = whole(wanted, name, path=f"created[{name}]")
        if name not in tests:
            raise Refused(
                f"Received unknown parameter: created[{name}]", code="parameter_unknown", param=f"created[{name}]"
            )
        if value != "" and bound is not None and not tests[name](at, bound):
            return False
    return True
