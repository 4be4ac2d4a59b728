"""``expand[]``: ids replaced by the objects they stand for, up to four levels, as the API does it."""

import copy
from typing import Any

from sandbox.stripe.checkout import lines_of
from sandbox.stripe.errors import Refused
from sandbox.stripe.store import Store, Thing

LINKS = {
    "payment_intent": "payment_intent",
    "latest_charge": "charge",
    "charge": "charge",
    "customer": "customer",
    "balance_transaction": "balance_transaction",
    "failure_balance_transaction": "balance_transaction",
    "payment_method": "payment_method",
    "product": "product",
    "default_price": "price",
}
NOT_HERE = {
    "invoice",
    "subscription",
    "setup_intent",
    "payment_link",
    "review",
    "application",
    "on_behalf_of",
    "source_transfer",
}


def listed(data: list[Thing], url: str, *, has_more: bool = False) -> dict[str, Any]:
    """A list object."""
    return {"object": "list", "data": data, "has_more": has_more, "url": url}


def expanded(store: Store, thing: Thing, wanted: Any) -> Thing:
    """A copy of the object (or list) with what ``expand[]`` names put in. Raises Refused for what cannot be."""
    answer = copy.deepcopy(thing)
    for path in wanted if isinstance(wanted, list) else []:
        parts = str(path).split(".")
        if len(parts) > 5:
            raise Refused("You cannot expand more than 4 levels of a property.", param="expand")
        if answer.get("object") == "list":
            if parts[0] != "data":
                raise _not_expandable(parts[0])
            for item in answer["data"]:
                _expand(store, item, parts[1:], str(path))
        else:
            _expand(store, answer, parts, str(path))
    return answer


def _expand(store: Store, thing: Thing, parts: list[str], path: str) -> None:
    if not parts:
        return
    name = parts[0]
    if name == "line_items" and thing["object"] == "checkout.session":
        thing[name] = listed(copy.deepcopy(lines_of(store, thing)), f"/v1/checkout/sessions/{thing['id']}/line_items")
        return
    if name == "refunds" and thing["object"] == "charge":
        found = [copy.deepcopy(one) for one in store.tables["refund"].values() if one["charge"] == thing["id"]]
        thing[name] = listed(found[::-1], f"/v1/charges/{thing['id']}/refunds")
        return
    if name in NOT_HERE or (name in thing and thing[name] is None and name in LINKS):
        return
    if name not in LINKS or name not in thing:
        raise _not_expandable(path)
    if isinstance(thing[name], str):
        found_one = store.find(LINKS[name], thing[name])
        if found_one is None:
            return
        thing[name] = copy.deepcopy(found_one)
    _expand(store, thing[name], parts[1:], path)


def _not_expandable(path: str) -> Refused:
    return Refused(
        f"This property cannot be expanded ({path}). You may want to try expanding 'data.{path}' instead, "
        "or the property does not exist on this object.",
        param="expand",
    )
