"""What Stripe's copies say of a payer that the payer knows: the card by its last digits, a name, an address (R-71).

A list of what is let through, not of what is left out: Stripe adds fields, and some of them open something.
"""

from collections.abc import Mapping
from typing import Any, Final

#: Names that are let through, each with what is let through beneath it; None for a single value.
_Allowed = Mapping[str, Any]

_ADDRESS: Final[_Allowed] = dict.fromkeys(("line1", "line2", "postal_code", "city", "state", "country"))
_PAYER: Final[_Allowed] = {"name": None, "email": None, "phone": None, "address": _ADDRESS}
#: Of a card, an account at a bank or with another service; what identifies it to machines (`fingerprint`) is not here.
_WAY: Final[_Allowed] = dict.fromkeys(
    ("brand", "last4", "exp_month", "exp_year", "funding", "country", "bank_code", "bank_name", "iban_last4", "bic",
     "email", "payer_email", "payer_name", "verified_name")
)  # fmt: skip
#: Kinds of ways to pay, as Stripe names them.
_WAYS: Final[_Allowed] = {
    "type": None,
    **dict.fromkeys(
        ("card", "sepa_debit", "link", "paypal", "klarna", "bancontact", "ideal", "eps", "giropay", "p24", "sofort",
         "revolut_pay", "amazon_pay", "satispay", "mb_way", "multibanco", "blik", "twint", "swish"), _WAY
    ),
}  # fmt: skip
#: By the name of dj-stripe's model.
_ALLOWED: Final[Mapping[str, _Allowed]] = {
    "PaymentMethod": {"billing_details": _PAYER, **_WAYS},
    "Charge": {"billing_details": _PAYER, "receipt_email": None, "payment_method_details": _WAYS},
    "Customer": _PAYER,
}
#: The models of which an export brings something.
EXPORTED: Final = frozenset(_ALLOWED)


def said_by(model: str, data: Any) -> dict[str, Any]:
    """What one of Stripe's objects says of its payer, without what is empty; ``model`` is one of `EXPORTED`."""
    return _let_through(data, _ALLOWED[model])


def _let_through(data: Any, allowed: _Allowed) -> dict[str, Any]:
    if not isinstance(data, Mapping):
        return {}
    found: dict[str, Any] = {}
    for name, beneath in allowed.items():
        value = data.get(name)
        said = _let_through(value, beneath) if beneath else value if isinstance(value, str | int) else None
        if said not in (None, "", {}):
            found[name] = said
    return found
