"""PaymentIntents and their charges: succeeding, failing, waiting. Each move sends the events Stripe sends."""

from typing import Any

from sandbox.stripe.store import Store, Thing

DAY_SECONDS = 24 * 3600
FEE_SHARE, FEE_FIXED = 0.015, 25  # 1.5 % + €0.25, in cents


def new_intent(store: Store, session: Thing, data: dict[str, Any]) -> Thing:
    """The PaymentIntent of a session, made when the customer first tries to pay."""
    intent = store.new(
        "payment_intent",
        amount=session["amount_total"],
        amount_capturable=0,
        amount_details={"tip": {}},
        amount_received=0,
        application=None,
        application_fee_amount=None,
        automatic_payment_methods=None,
        canceled_at=None,
        cancellation_reason=None,
        capture_method="automatic_async",
        client_secret=None,
        confirmation_method="automatic",
        currency=session["currency"],
        customer=session["customer"],
        description=data.get("description"),
        last_payment_error=None,
        latest_charge=None,
        metadata=dict(data.get("metadata") or {}),
        next_action=None,
        on_behalf_of=None,
        payment_method=None,
        payment_method_configuration_details=None,
        payment_method_options={"card": {"request_three_d_secure": "automatic"}},
        payment_method_types=list(session["payment_method_types"]),
        processing=None,
        receipt_email=data.get("receipt_email"),
        review=None,
        setup_future_usage=data.get("setup_future_usage"),
        shipping=None,
        source=None,
        statement_descriptor=data.get("statement_descriptor"),
        statement_descriptor_suffix=data.get("statement_descriptor_suffix"),
        status="requires_payment_method",
        transfer_data=None,
        transfer_group=None,
    )
    intent["client_secret"] = f"{intent['id']}_secret_sandbox"
    session["payment_intent"] = intent["id"]
    store.event("payment_intent.created", intent)
    return intent


def attach(store: Store, intent: Thing, *, kind: str, details: dict[str, Any], email: str) -> Thing:
    """The means of payment that the customer typed."""
    method = store.new(
        "payment_method",
        type=kind,
        billing_details=billing_details(email),
        customer=intent["customer"],
        metadata={},
        allow_redisplay="limited",
        **{kind: details},
    )
    intent["payment_method"] = method["id"]
    return method


def billing_details(email: str) -> dict[str, Any]:
    """Who pays."""
    nowhere = {"city": None, "country": "DE", "line1": None, "line2": None, "postal_code": None, "state": None}
    return {"address": nowhere, "email": email or None, "name": "Sandbox Payer", "phone": None, "tax_id": None}


def charge(
    store: Store, intent: Thing, method: Thing, *, status: str, code: str = "", message: str = "", decline: str = ""
) -> Thing:
    """A charge in the given status (succeeded, pending, failed); no event yet."""
    good = status == "succeeded"
    outcome = {
        "advice_code": None,
        "network_advice_code": None,
        "network_decline_code": None,
        "network_status": "declined_by_network" if status == "failed" else "approved_by_network",
        "reason": decline or None,
        "risk_level": "normal",
        "risk_score": 12,
        "seller_message": "Payment complete." if good else message or "Payment pending.",
        "type": "issuer_declined" if status == "failed" else "authorized",
    }
    made = store.new(
        "charge",
        amount=intent["amount"],
        amount_captured=intent["amount"] if good else 0,
        amount_refunded=0,
        application=None,
        application_fee=None,
        application_fee_amount=None,
        balance_transaction=None,
        billing_details=method["billing_details"],
        calculated_statement_descriptor="SANDBOX",
        captured=status != "failed",
        currency=intent["currency"],
        customer=intent["customer"],
        description=intent["description"],
        disputed=False,
        failure_balance_transaction=None,
        failure_code=code or None,
        failure_message=message or None,
        fraud_details={},
        metadata=dict(intent["metadata"]),
        on_behalf_of=None,
        outcome=outcome,
        paid=good,
        payment_intent=intent["id"],
        payment_method=method["id"],
        payment_method_details={"type": method["type"], method["type"]: method[method["type"]]},
        radar_options={},
        receipt_email=intent["receipt_email"],
        receipt_number=None,
        receipt_url=None,
        refunded=False,
        review=None,
        shipping=None,
        source=None,
        source_transfer=None,
        statement_descriptor=None,
        statement_descriptor_suffix=None,
        status=status,
        transfer_data=None,
        transfer_group=None,
    )
    intent["latest_charge"] = made["id"]
    return made


def ledger(store: Store, source: Thing, *, amount: int, kind: str, fee: int = 0) -> str:
    """A line of the balance; returns its id. Amounts in cents, negative when money goes."""
    line = store.new(
        "balance_transaction",
        amount=amount,
        available_on=store.clock.stamp() + 2 * DAY_SECONDS,
        balance_type="payments",
        currency=source["currency"],
        description=source.get("description"),
        exchange_rate=None,
        fee=fee,
        fee_details=[
            {
                "amount": fee,
                "application": None,
                "currency": source["currency"],
                "description": "Stripe processing fees",
                "type": "stripe_fee",
            }
        ]
        if fee
        else [],
        net=amount - fee,
        reporting_category="charge" if kind in ("charge", "payment") else kind,
        source=source["id"],
        status="pending",
        type=kind,
    )
    del line["livemode"]
    return str(line["id"])


def succeed(store: Store, intent: Thing, made: Thing) -> None:
    """The money is certain: charge and intent succeeded."""
    fee = round(intent["amount"] * FEE_SHARE) + FEE_FIXED
    made |= {"status": "succeeded", "paid": True, "captured": True, "amount_captured": intent["amount"]}
    made["outcome"] |= {
        "seller_message": "Payment complete.",
        "type": "authorized",
        "network_status": "approved_by_network",
    }
    made["balance_transaction"] = ledger(store, made, amount=intent["amount"], kind="charge", fee=fee)
    intent |= {
        "status": "succeeded",
        "amount_received": intent["amount"],
        "next_action": None,
        "processing": None,
        "last_payment_error": None,
        "latest_charge": made["id"],
    }
    store.changed()
    store.event("charge.succeeded", made)
    store.event("payment_intent.succeeded", intent)


def fail(store: Store, intent: Thing, *, made: Thing | None, method: Thing, error: dict[str, Any]) -> None:
    """The attempt failed; the intent waits for another means of payment."""
    intent |= {
        "status": "requires_payment_method",
        "next_action": None,
        "processing": None,
        "payment_method": None,
        "last_payment_error": {**error, "payment_method": dict(method), **({"charge": made["id"]} if made else {})},
    }
    store.changed()
    if made:
        store.event("charge.failed", made)
    store.event("payment_intent.payment_failed", intent)


def cancel(store: Store, intent: Thing, reason: str = "automatic") -> None:
    """The intent of an expired session."""
    if intent["status"] in ("succeeded", "processing", "canceled"):
        return
    intent |= {
        "status": "canceled",
        "canceled_at": store.clock.stamp(),
        "cancellation_reason": reason,
        "next_action": None,
    }
    store.event("payment_intent.canceled", intent)
