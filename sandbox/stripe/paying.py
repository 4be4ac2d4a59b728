"""What happens when a customer presses "Pay": test cards, the 3-D Secure step, SEPA direct debit."""

from dataclasses import dataclass

from sandbox.stripe import checkout, payments
from sandbox.stripe.disputes import open_dispute
from sandbox.stripe.store import Store, Thing

DECLINES = {
    "4000000000000002": ("card_declined", "generic_decline", "Your card was declined."),
    "4000000000009995": ("card_declined", "insufficient_funds", "Your card has insufficient funds."),
    "4000000000009987": ("card_declined", "lost_card", "Your card was declined."),
    "4000000000009979": ("card_declined", "stolen_card", "Your card was declined."),
    "4000000000000069": ("expired_card", "expired_card", "Your card has expired."),
    "4000000000000127": ("incorrect_cvc", "incorrect_cvc", "Your card's security code is incorrect."),
    "4000000000000119": (
        "processing_error",
        "processing_error",
        "An error occurred while processing your card. Try again in a little bit.",
    ),
    "4100000000000019": ("card_declined", "fraudulent", "Your card was declined."),
}
CHALLENGED = {"4000002500003155", "4000002760003184", "4000003800000446"}
CHALLENGED_DECLINE = "4000008400001629"
DISPUTED = "4000000000000259"
#: IBAN → (succeeds, factor of the usual delay)
SEPA = {
    "DE89370400440532013000": (True, 1.0),
    "DE62370400440532013001": (False, 1.0),
    "DE08370400440532013003": (True, 36.0),
    "DE78370400440532013004": (False, 36.0),
    "DE35370400440532013002": (True, 1.0),
}
SEPA_DISPUTED = "DE35370400440532013002"


class NotOpen(Exception):
    """The session is complete or expired; it takes no further payment."""


@dataclass(frozen=True)
class Outcome:
    """``state``: paid, processing, challenge, or declined (then ``message`` is what the page says)."""

    state: str
    message: str = ""


def pay_by_card(store: Store, session: Thing, *, number: str, email: str = "") -> Outcome:
    """An attempt with a card. Raises NotOpen."""
    number = "".join(filter(str.isdigit, number))
    if not _luhn(number):
        return Outcome("declined", "Your card number is invalid.")
    intent = _begin(store, session, email)
    method = payments.attach(store, intent, kind="card", details=_card(number), email=email)
    if number in DECLINES:
        return _decline(store, intent, method, number)
    if number in CHALLENGED or number == CHALLENGED_DECLINE:
        intent |= {
            "status": "requires_action",
            "next_action": {
                "type": "use_stripe_sdk",
                "use_stripe_sdk": {"type": "three_d_secure_redirect", "source": number},
            },
        }
        store.changed()
        store.event("payment_intent.requires_action", intent)
        return Outcome("challenge")
    return _take(store, session, intent, method, disputed=number == DISPUTED)


def answer_challenge(store: Store, session: Thing, *, approved: bool) -> Outcome:
    """The customer answered the bank's question. Raises NotOpen; declined when there is no question open."""
    _require_open(store, session)
    intent = store.find("payment_intent", session["payment_intent"])
    if intent is None or intent["status"] != "requires_action":
        return Outcome("declined", "There is no confirmation to give. Please pay again.")
    method = store.get("payment_method", intent["payment_method"])
    number = intent["next_action"]["use_stripe_sdk"]["source"]
    if not approved:
        message = (
            "We are unable to authenticate your payment method. Please choose a different payment method and try again."
        )
        error = {"code": "payment_intent_authentication_failure", "message": message, "type": "invalid_request_error"}
        payments.fail(store, intent, made=None, method=method, error=error)
        return Outcome("declined", message)
    if number == CHALLENGED_DECLINE:
        return _decline(store, intent, method, "4000000000000002")
    return _take(store, session, intent, method)


def pay_by_iban(store: Store, session: Thing, *, iban: str, email: str = "") -> Outcome:
    """An attempt by SEPA direct debit: the session completes unpaid, the money comes later or not. Raises NotOpen."""
    iban = "".join(iban.split()).upper()
    if len(iban) < 15 or not iban[:2].isalpha() or not iban[2:4].isdigit():
        return Outcome("declined", "The IBAN you entered is invalid.")
    if "sepa_debit" not in session["payment_method_types"]:
        return Outcome("declined", "This means of payment is not available here.")
    intent = _begin(store, session, email)
    details = {
        "bank_code": iban[4:12],
        "branch_code": "",
        "country": iban[:2],
        "fingerprint": "sandbox",
        "last4": iban[-4:],
    }
    method = payments.attach(store, intent, kind="sepa_debit", details=details, email=email)
    intent |= {"status": "processing", "processing": {"type": "sepa_debit"}}
    made = payments.charge(store, intent, method, status="pending")
    store.event("payment_intent.processing", intent)
    store.event("charge.pending", made)
    checkout.complete(store, session, paid=False)
    good, factor = SEPA.get(iban, (True, 1.0))
    if store.sepa_seconds is not None:
        store.later(store.sepa_seconds * factor, "sepa_succeed" if good else "sepa_fail", intent["id"])
        if iban == SEPA_DISPUTED:
            store.later(store.sepa_seconds * factor + 1, "dispute", made["id"])
    return Outcome("processing")


def settle_sepa(store: Store, intent: Thing, *, good: bool) -> bool:
    """The bank answers. False when the intent is not waiting for it (any more)."""
    if intent["status"] != "processing":
        return False
    made = store.get("charge", intent["latest_charge"])
    method = store.get("payment_method", made["payment_method"])
    session = checkout.session_of(store, intent)
    if good:
        payments.succeed(store, intent, made)
    else:
        message = "The customer's bank account has insufficient funds or the debit was refused."
        made |= {
            "status": "failed",
            "paid": False,
            "captured": False,
            "failure_code": "insufficient_funds",
            "failure_message": message,
        }
        error = {"code": "payment_intent_payment_attempt_failed", "message": message, "type": "invalid_request_error"}
        payments.fail(store, intent, made=made, method=method, error=error)
    if session:
        checkout.settle(store, session, paid=good)
    return True


def _require_open(store: Store, session: Thing) -> None:
    checkout.lapse(store, session)
    if session["status"] != "open":
        raise NotOpen(session["status"])


def _begin(store: Store, session: Thing, email: str) -> Thing:
    _require_open(store, session)
    intent = store.find("payment_intent", session["payment_intent"])
    if intent is None:
        intent = payments.new_intent(store, session, checkout.intent_data_of(store, session))
    if email or not session["customer_details"]:
        session["customer_details"] = {
            **payments.billing_details(email or session["customer_email"] or ""), "tax_exempt": "none", "tax_ids": [],
        }  # fmt: skip
    return intent


def _take(store: Store, session: Thing, intent: Thing, method: Thing, *, disputed: bool = False) -> Outcome:
    made = payments.charge(store, intent, method, status="succeeded")
    payments.succeed(store, intent, made)
    checkout.complete(store, session, paid=True)
    if disputed:
        open_dispute(store, made, reason="fraudulent")
    return Outcome("paid")


def _decline(store: Store, intent: Thing, method: Thing, number: str) -> Outcome:
    code, decline, message = DECLINES[number]
    made = payments.charge(store, intent, method, status="failed", code=code, message=message, decline=decline)
    error = {
        "code": code, "decline_code": decline, "message": message, "type": "card_error",
        "advice_code": "try_again_later",
        "doc_url": f"https://stripe.com/docs/error-codes/{code.replace('_', '-')}",
    }  # fmt: skip
    payments.fail(store, intent, made=made, method=method, error=error)
    return Outcome("declined", message)


def _card(number: str) -> dict[str, object]:
    brand = {"4": "visa", "5": "mastercard", "2": "mastercard", "3": "amex", "6": "discover"}.get(number[0], "unknown")
    return {
        "brand": brand, "checks": {"address_line1_check": None, "address_postal_code_check": None, "cvc_check": "pass"},
        "country": "US",
        "display_brand": brand, "exp_month": 12, "exp_year": 2034, "fingerprint": f"sandbox{number[-4:]}",
        "funding": "credit",
        "last4": number[-4:], "network": brand, "three_d_secure": None, "wallet": None,
    }  # fmt: skip


def _luhn(number: str) -> bool:
    if not 13 <= len(number) <= 19:
        return False
    digits = [int(one) for one in reversed(number)]
    return sum(d if place % 2 == 0 else sum(divmod(2 * d, 10)) for place, d in enumerate(digits)) % 10 == 0
