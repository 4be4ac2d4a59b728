"""Checkout Sessions: opening, expiring, and what becomes of them when the payment moves."""

from typing import Any

from sandbox.stripe.errors import Refused, required
from sandbox.stripe.forms import Params, metadata, only, text, whole
from sandbox.stripe.payments import cancel
from sandbox.stripe.store import Store, Thing

DAY, HALF_HOUR = 24 * 3600, 1800
MINIMUM_CENTS = {"eur": 50, "usd": 50, "gbp": 30, "chf": 50}
MAXIMUM_CENTS = 99_999_999
TYPES = ("card", "sepa_debit", "paypal", "klarna", "link", "bancontact", "eps", "giropay", "ideal", "sofort")
ALLOWED = (
    "adaptive_pricing", "after_expiration", "allow_promotion_codes", "automatic_tax", "billing_address_collection",
    "branding_settings", "cancel_url", "client_reference_id", "consent_collection", "currency", "custom_fields",
    "custom_text", "customer", "customer_creation", "customer_email", "customer_update", "discounts",
    "excluded_payment_method_types", "expires_at", "invoice_creation", "line_items", "locale", "metadata", "mode",
    "name_collection", "origin_context", "payment_intent_data", "payment_method_collection",
    "payment_method_configuration", "payment_method_options", "payment_method_types", "permissions",
    "phone_number_collection", "redirect_on_completion", "return_url", "saved_payment_method_options",
    "submit_type", "success_url", "tax_id_collection", "ui_mode", "wallet_options",
)  # fmt: skip


NOBODY = {"email": None, "name": None, "phone": None, "address": None, "tax_exempt": "none", "tax_ids": None}
NO_INVOICE = dict.fromkeys(("account_tax_ids", "custom_fields", "description", "footer", "issuer", "rendering_options"))


def open_session(store: Store, params: Params, *, base_url: str) -> Thing:
    """``POST /v1/checkout/sessions`` in payment mode, hosted page."""
    only(params, *ALLOWED)
    if text(params, "mode", needed=True) != "payment":
        raise Refused("The sandbox knows only `mode` payment.", param="mode")
    if params.get("ui_mode") not in (None, "", "hosted", "hosted_page"):
        raise Refused("The sandbox knows only the hosted page.", param="ui_mode")
    success = text(params, "success_url", needed=True)
    _web_address(success, "success_url")
    _web_address(text(params, "cancel_url"), "cancel_url")
    customer, email = text(params, "customer"), text(params, "customer_email")
    if customer:
        store.get("customer", customer, param="customer")
    if customer and email:
        raise Refused("You may only specify one of these parameters: customer, customer_email.", param="customer")
    expires = _expiry(store, whole(params, "expires_at"))
    lines = _lines(store, params.get("line_items"))
    total, currency = sum(line["amount_total"] for line in lines), lines[0]["currency"]
    _check_amount(total, currency)
    session = store.new(
        "checkout.session",
        adaptive_pricing={"enabled": False},
        after_expiration=None,
        allow_promotion_codes=None,
        amount_subtotal=total,
        amount_total=total,
        automatic_tax={"enabled": False, "liability": None, "provider": None, "status": None},
        billing_address_collection=None,
        cancel_url=text(params, "cancel_url"),
        client_reference_id=text(params, "client_reference_id", limit=200),
        client_secret=None,
        collected_information=None,
        consent=None,
        consent_collection=None,
        currency=currency,
        currency_conversion=None,
        custom_fields=[],
        custom_text=dict.fromkeys(("after_submit", "shipping_address", "submit", "terms_of_service_acceptance")),
        customer=customer,
        customer_creation=None if customer else text(params, "customer_creation") or "if_required",
        customer_details={**NOBODY, "email": email} if email else None,
        customer_email=email,
        discounts=[],
        expires_at=expires,
        invoice=None,
        invoice_creation={"enabled": False, "invoice_data": {**NO_INVOICE, "metadata": {}}},
        locale=text(params, "locale"),
        metadata=metadata(params),
        mode="payment",
        origin_context=None,
        payment_intent=None,
        payment_link=None,
        payment_method_collection="if_required",
        payment_method_configuration_details=None,
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=_method_types(params, currency),
        payment_status="unpaid",
        permissions=None,
        phone_number_collection={"enabled": False},
        recovered_from=None,
        saved_payment_method_options=None,
        setup_intent=None,
        shipping_address_collection=None,
        shipping_cost=None,
        shipping_options=[],
        status="open",
        submit_type=text(params, "submit_type"),
        subscription=None,
        success_url=success,
        total_details={"amount_discount": 0, "amount_shipping": 0, "amount_tax": 0},
        ui_mode="hosted_page",
        url=None,
        wallet_options=None,
    )  # fmt: skip
    session["url"] = f"{base_url}/stripe/checkout/{session['id']}"
    store.lines[session["id"]] = lines
    data = params.get("payment_intent_data")
    store.lines[session["id"] + ":intent"] = [_intent_data(data if isinstance(data, dict) else {})]
    return session


def lines_of(store: Store, session: Thing) -> list[Thing]:
    """The session's line items."""
    return store.lines.get(session["id"], [])


def intent_data_of(store: Store, session: Thing) -> dict[str, Any]:
    """What the session's PaymentIntent will carry (metadata, description …)."""
    return (store.lines.get(session["id"] + ":intent") or [{}])[0]


def expire(store: Store, session: Thing) -> Thing:
    """``POST /v1/checkout/sessions/:id/expire``: only an open session."""
    lapse(store, session)
    if session["status"] != "open":
        raise Refused(
            'Only Checkout Sessions with a status in ["open"] can be expired. '
            f"This Checkout Session has a status of `{session['status']}`.",
            saved=True,
        )
    close(store, session)
    return session


def lapse(store: Store, session: Thing) -> None:
    """Expire an open session whose time is over."""
    if session["status"] == "open" and store.clock.now() >= session["expires_at"]:
        close(store, session)


def close(store: Store, session: Thing) -> None:
    """The open session is expired; its PaymentIntent is cancelled."""
    session |= {"status": "expired", "url": None}
    store.changed()
    intent = store.find("payment_intent", session["payment_intent"])
    if intent:
        cancel(store, intent)
    store.event("checkout.session.expired", session)


def complete(store: Store, session: Thing, *, paid: bool) -> None:
    """The customer is done; with a delayed method the money is still on its way."""
    session |= {"status": "complete", "payment_status": "paid" if paid else "unpaid", "url": None}
    store.changed()
    store.event("checkout.session.completed", session)


def settle(store: Store, session: Thing, *, paid: bool) -> None:
    """A delayed payment came, or did not."""
    if paid:
        session["payment_status"] = "paid"
    store.changed()
    store.event(f"checkout.session.async_payment_{'succeeded' if paid else 'failed'}", session)


def session_of(store: Store, intent: Thing) -> Thing | None:
    """The session that an intent belongs to."""
    return next(
        (one for one in reversed(store.tables["checkout.session"].values()) if one["payment_intent"] == intent["id"]),
        None,
    )


def _web_address(url: str | None, param: str) -> None:
    if url is not None and not url.startswith(("http://", "https://")):
        raise Refused("Not a valid URL", code="url_invalid", param=param)


def _expiry(store: Store, at: int | None) -> int:
    now = store.clock.stamp()
    if at is None:
        return now + DAY
    if at < now + HALF_HOUR - 60:
        raise Refused(
            "The `expires_at` timestamp must be at least 30 minutes from Checkout Session creation.", param="expires_at"
        )
    if at > now + DAY + 60:
        raise Refused(
            "The `expires_at` timestamp must be less than 24 hours from Checkout Session creation.", param="expires_at"
        )
    return at


def _method_types(params: Params, currency: str) -> list[str]:
    given = params.get("payment_method_types")
    if not given:
        return ["card", "sepa_debit"] if currency == "eur" else ["card"]
    for number, name in enumerate(given):
        if name not in TYPES:
            raise Refused(
                f"Invalid payment_method_types[{number}]: must be one of {', '.join(TYPES)}",
                param=f"payment_method_types[{number}]",
            )
    if "sepa_debit" in given and currency != "eur":
        raise Refused("sepa_debit can only be used with the currency eur.", param="payment_method_types")
    return list(given)


def _check_amount(total: int, currency: str) -> None:
    least = MINIMUM_CENTS.get(currency, 50)
    if total < least:
        sign = {"eur": "€", "usd": "$", "gbp": "£"}.get(currency, "")
        raise Refused(
            f"The Checkout Session's total amount must convert to at least 50 cents. "
            f"{sign}{total / 100:.2f} is below the minimum.",
            code="amount_too_small",
            param="line_items",
            saved=True,
        )
    if total > MAXIMUM_CENTS:
        raise Refused(
            "The Checkout Session's total amount must be no more than 999,999.99.",
            code="amount_too_large",
            param="line_items",
        )


def _lines(store: Store, given: Any) -> list[Thing]:
    if not given or not isinstance(given, list):
        raise required("line_items")
    if len(given) > 100:
        raise Refused("You can specify up to 100 line items.", param="line_items")
    lines = [_line(store, item, f"line_items[{number}]") for number, item in enumerate(given)]
    if len({line["currency"] for line in lines}) > 1:
        raise Refused("All line items must have the same currency.", param="line_items")
    return lines


def _line(store: Store, item: Params, where: str) -> Thing:
    if not isinstance(item, dict):
        raise Refused("Invalid object", param=where)
    quantity = whole(item, "quantity", path=f"{where}[quantity]")
    quantity = 1 if quantity is None else quantity
    if quantity < 1:
        raise Refused("Invalid quantity: must be at least 1.", param=f"{where}[quantity]")
    if item.get("price"):
        price = store.get("price", item["price"], param=f"{where}[price]")
        product = store.get("product", price["product"])
        name = product["name"]
    else:
        price, name = _price(item.get("price_data"), f"{where}[price_data]")
    total = price["unit_amount"] * quantity
    return {
        "id": f"li_{len(store.lines)}{where[11:-1]}sandbox",
        "object": "item",
        "adjustable_quantity": None,
        "amount_discount": 0,
        "amount_subtotal": total,
        "amount_tax": 0,
        "amount_total": total,
        "currency": price["currency"],
        "description": name,
        "metadata": {},
        "price": price,
        "quantity": quantity,
    }


def _price(data: Any, where: str) -> tuple[Thing, str]:
    if not isinstance(data, dict):
        raise required(where)
    currency = (text(data, "currency") or "").lower()
    if len(currency) != 3:
        raise required(f"{where}[currency]")
    amount = whole(data, "unit_amount", path=f"{where}[unit_amount]")
    if amount is None and data.get("unit_amount_decimal"):
        amount = round(float(data["unit_amount_decimal"]))
    if amount is None:
        raise required(f"{where}[unit_amount]")
    if amount < 0:
        raise Refused("Invalid non-negative integer", code="parameter_invalid_integer", param=f"{where}[unit_amount]")
    product = data.get("product_data")
    if not isinstance(product, dict) or not product.get("name"):
        raise required(f"{where}[product_data][name]")
    price = {
        "id": "price_inline_sandbox", "object": "price", "active": False, "billing_scheme": "per_unit",
        "currency": currency, "livemode": False, "metadata": {}, "product": "prod_inline_sandbox", "recurring": None,
        "tax_behavior": "unspecified",
        "type": "one_time", "unit_amount": amount, "unit_amount_decimal": str(amount),
    }  # fmt: skip
    return price, str(product["name"])


def _intent_data(data: Params) -> dict[str, Any]:
    only(
        data, "application_fee_amount", "capture_method", "description", "metadata", "on_behalf_of", "receipt_email",
        "setup_future_usage",
        "shipping", "statement_descriptor", "statement_descriptor_suffix", "transfer_data", "transfer_group",
    )  # fmt: skip
    return {**{name: value for name, value in data.items() if isinstance(value, str)}, "metadata": metadata(data)}
