"""Refunds: never more than the charge."""

from typing import Any

from sandbox.stripe.errors import Refused, missing, required
from sandbox.stripe.forms import Params, metadata, only, text, whole
from sandbox.stripe.payments import ledger
from sandbox.stripe.store import Store, Thing

ALLOWED = (
    "amount", "charge", "currency", "customer", "instructions_email", "metadata", "origin", "payment_intent", "reason",
    "refund_application_fee", "reverse_transfer",
)  # fmt: skip
REASONS = ("duplicate", "fraudulent", "requested_by_customer")


def create(store: Store, params: Params) -> Thing:
    """``POST /v1/refunds`` by payment_intent or charge, in full or in part (``amount`` in cents)."""
    only(params, *ALLOWED)
    made = _charge(store, params)
    reason = text(params, "reason")
    if reason is not None and reason not in REASONS:
        raise Refused(f"Invalid reason: must be one of {', '.join(REASONS)}", param="reason")
    left = made["amount_captured"] - made["amount_refunded"]
    if made["disputed"]:
        raise Refused(
            f"Charge {made['id']} has been charged back; cannot issue a refund.", code="charge_disputed", saved=True
        )
    if left <= 0:
        raise Refused(f"Charge {made['id']} has already been refunded.", code="charge_already_refunded", saved=True)
    amount = whole(params, "amount")
    amount = left if amount is None else amount
    if amount < 1:
        raise Refused("Invalid positive integer", code="parameter_invalid_integer", param="amount")
    if amount > left:
        raise Refused(
            f"Refund amount (€{amount / 100:.2f}) is greater than unrefunded amount on charge (€{left / 100:.2f})",
            param="amount",
            saved=True,
        )
    return _refund(store, made, amount, reason, metadata(params))


def conclude(store: Store, refund: Thing, status: str) -> Thing:
    """A pending refund arrives (succeeded) or comes back (failed: the charge counts it as not refunded)."""
    if refund["status"] == status:
        return refund
    before = refund["status"]
    refund["status"] = status
    if status in ("failed", "canceled"):
        made = store.get("charge", refund["charge"])
        made["amount_refunded"] -= refund["amount"]
        made["refunded"] = False
        refund["failure_reason"] = "expired_or_canceled_card" if status == "failed" else None
        refund["failure_balance_transaction"] = ledger(
            store, {**refund, "description": None}, amount=refund["amount"], kind="refund_failure"
        )
    store.changed()
    store.event("refund.updated", refund, status=before)
    if status == "failed":
        store.event("refund.failed", refund)
    return refund


def _charge(store: Store, params: Params) -> Thing:
    number, intent_id = text(params, "charge"), text(params, "payment_intent")
    if number:
        made = store.get("charge", number, param="charge")
    elif intent_id:
        intent = store.get("payment_intent", intent_id, param="payment_intent")
        found = store.find("charge", intent["latest_charge"])
        if found is None or intent["status"] != "succeeded":
            raise Refused(
                f"This PaymentIntent ({intent_id}) does not have a successful charge to refund.",
                code="payment_intent_unexpected_state",
                param="payment_intent",
            )
        made = found
    else:
        raise required("payment_intent")
    if made["status"] != "succeeded":
        raise missing("charge", made["id"], "charge")
    return made


def _refund(store: Store, made: Thing, amount: int, reason: str | None, data: dict[str, Any]) -> Thing:
    kind = made["payment_method_details"]["type"]
    status = "pending" if kind == "sepa_debit" or store.refund_outcome != "succeeded" else "succeeded"
    refund = store.new(
        "refund",
        amount=amount,
        balance_transaction=None,
        charge=made["id"],
        currency=made["currency"],
        destination_details={
            "type": "card",
            "card": {"reference_status": "pending", "reference_type": "acquirer_reference_number", "type": "refund"},
        }
        if kind == "card"
        else {"type": kind, kind: {}},
        failure_reason=None,
        metadata=data,
        payment_intent=made["payment_intent"],
        reason=reason,
        receipt_number=None,
        source_transfer_reversal=None,
        status=status,
        transfer_reversal=None,
    )
    del refund["livemode"]
    refund["balance_transaction"] = ledger(
        store, {**refund, "description": "REFUND FOR CHARGE"}, amount=-amount, kind="refund"
    )
    before = made["amount_refunded"]
    made["amount_refunded"] += amount
    made["refunded"] = made["amount_refunded"] >= made["amount_captured"]
    store.changed()
    store.event("refund.created", refund)
    store.event("charge.refunded", made, amount_refunded=before, refunded=False)
    if status == "succeeded":
        store.event("refund.updated", refund, destination_details={})
    elif store.sepa_seconds is not None and store.refund_outcome != "pending":
        store.later(
            store.sepa_seconds, "refund_fail" if store.refund_outcome == "failed" else "refund_succeed", refund["id"]
        )
    return refund
