"""Customers."""

import re

from sandbox.stripe.errors import Refused
from sandbox.stripe.forms import Params, metadata, only, text
from sandbox.stripe.store import Store, Thing

FIELDS = ("address", "description", "email", "name", "phone", "preferred_locales", "tax_exempt")


def create_customer(store: Store, params: Params) -> Thing:
    """``POST /v1/customers``."""
    only(params, *FIELDS, "metadata")
    _check(params)
    made = store.new(
        "customer",
        address=params.get("address") or None,
        balance=0,
        currency=None,
        default_source=None,
        delinquent=False,
        description=text(params, "description"),
        discount=None,
        email=text(params, "email"),
        invoice_prefix="SANDBOX",
        invoice_settings={
            "custom_fields": None,
            "default_payment_method": None,
            "footer": None,
            "rendering_options": None,
        },
        metadata=metadata(params),
        name=text(params, "name"),
        next_invoice_sequence=1,
        phone=text(params, "phone"),
        preferred_locales=params.get("preferred_locales") or [],
        shipping=None,
        tax_exempt=text(params, "tax_exempt") or "none",
        test_clock=None,
    )
    store.event("customer.created", made)
    return made


def change_customer(store: Store, customer: Thing, params: Params) -> Thing:
    """``POST /v1/customers/:id``."""
    only(params, *FIELDS, "metadata")
    _check(params)
    for name in FIELDS:
        if name in params:
            customer[name] = params[name] or None
    customer["metadata"] = metadata(params, customer["metadata"])
    store.event("customer.updated", customer)
    return customer


def delete_customer(store: Store, number: str) -> Thing:
    """``DELETE /v1/customers/:id``."""
    customer = store.get("customer", number)
    del store.tables["customer"][number]
    store.event("customer.deleted", customer)
    return {"id": number, "object": "customer", "deleted": True}


def _check(params: Params) -> None:
    email = text(params, "email", limit=512)
    if email and not re.fullmatch(r"[^@\s]+@[^@\s]+", email):
        raise Refused(f"Invalid email address: {email}", code="email_invalid", param="email")
