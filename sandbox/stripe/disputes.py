"""Disputes: the customer's bank takes the money back for the time being."""

from sandbox.stripe.errors import Refused
from sandbox.stripe.payments import DAY_SECONDS, ledger
from sandbox.stripe.store import Store, Thing


def open_dispute(store: Store, made: Thing, *, reason: str = "fraudulent", amount: int | None = None) -> Thing:
    """Dispute a charge. Raises Refused when it did not succeed or is disputed already."""
    if made["status"] != "succeeded" or made["disputed"]:
        raise Refused(f"Charge {made['id']} cannot be disputed.", param="charge")
    amount = made["amount"] if amount is None else min(amount, made["amount"])
    dispute = store.new(
        "dispute",
        amount=amount,
        balance_transactions=[],
        charge=made["id"],
        currency=made["currency"],
        enhanced_eligibility_types=[],
        evidence={},
        evidence_details={
            "due_by": store.clock.stamp() + 7 * DAY_SECONDS, "enhanced_eligibility": {}, "has_evidence": False,
            "past_due": False, "submission_count": 0,
        },
        is_charge_refundable=False,
        metadata={},
        payment_intent=made["payment_intent"],
        payment_method_details={
            "type": "card", "card": {"brand": "visa", "case_type": "chargeback", "network_reason_code": "83"},
        },
        reason=reason,
        status="needs_response",
    )  # fmt: skip
    line = ledger(store, {**dispute, "description": "Chargeback"}, amount=-amount, kind="adjustment", fee=2000)
    dispute["balance_transactions"] = [dict(store.get("balance_transaction", line))]
    made["disputed"] = True
    store.changed()
    store.event("charge.dispute.created", dispute)
    store.event("charge.dispute.funds_withdrawn", dispute)
    return dispute


def close_dispute(store: Store, dispute: Thing, *, won: bool) -> Thing:
    """The bank decides; a won dispute gives the money back. Repeating it does nothing."""
    if dispute["status"] in ("won", "lost"):
        return dispute
    before, dispute["status"] = dispute["status"], "won" if won else "lost"
    made = store.get("charge", dispute["charge"])
    if won:
        line = ledger(
            store, {**dispute, "description": "Chargeback reversal"}, amount=dispute["amount"], kind="adjustment"
        )
        dispute["balance_transactions"].append(dict(store.get("balance_transaction", line)))
        made["disputed"] = False
        store.event("charge.dispute.funds_reinstated", dispute)
    store.changed()
    store.event("charge.dispute.closed", dispute, status=before)
    return dispute
