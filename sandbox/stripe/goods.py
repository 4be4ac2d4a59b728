"""Products and prices, as little of them as line items need."""

from sandbox.stripe.errors import required
from sandbox.stripe.forms import Params, metadata, only, text, whole
from sandbox.stripe.store import Store, Thing


def create_product(store: Store, params: Params) -> Thing:
    """``POST /v1/products``."""
    only(params, "name", "description", "metadata", "active", "url", "statement_descriptor", "tax_code", "type")
    made = store.new(
        "product",
        active=params.get("active") != "false",
        default_price=None,
        description=text(params, "description"),
        images=[],
        marketing_features=[],
        metadata=metadata(params),
        name=text(params, "name", needed=True),
        package_dimensions=None,
        shippable=None,
        statement_descriptor=text(params, "statement_descriptor"),
        tax_code=text(params, "tax_code"),
        type="service",
        unit_label=None,
        updated=store.clock.stamp(),
        url=text(params, "url"),
    )
    store.event("product.created", made)
    return made


def create_price(store: Store, params: Params) -> Thing:
    """``POST /v1/prices`` (one-time)."""
    only(params, "currency", "unit_amount", "product", "metadata", "nickname", "active", "tax_behavior", "lookup_key")
    product = store.get("product", text(params, "product", needed=True) or "", param="product")
    amount = whole(params, "unit_amount", needed=True)
    if amount is None:
        raise required("unit_amount")
    made = store.new(
        "price",
        active=params.get("active") != "false",
        billing_scheme="per_unit",
        currency=(text(params, "currency", needed=True) or "").lower(),
        custom_unit_amount=None,
        lookup_key=text(params, "lookup_key"),
        metadata=metadata(params),
        nickname=text(params, "nickname"),
        product=product["id"],
        recurring=None,
        tax_behavior="unspecified",
        tiers_mode=None,
        transform_quantity=None,
        type="one_time",
        unit_amount=amount,
        unit_amount_decimal=str(amount),
    )
    store.event("price.created", made)
    return made
