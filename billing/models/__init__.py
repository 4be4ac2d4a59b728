"""Prices, payments and the books. Money is ``Decimal`` euros with two places, cents in the books (R-02)."""

from billing.models.ledger import (
    Booking,
    CreditNote,
    CreditNoteCounter,
    Entry,
    Receipt,
    ReceiptCounter,
    ReceiptFile,
    Reconciliation,
    YearCounter,
)
from billing.models.notices import Mirror, WebhookEvent
from billing.models.payments import (
    MOST_MORE_PAGES,
    OPEN_STATES,
    PAID_STATES,
    Dispute,
    Payment,
    PaymentEvent,
    Refund,
)
from billing.models.prices import Assignment, PriceList, PriceListEvent, PriceTier
from billing.models.promo import PromoCode, Redemption

__all__ = [
    "MOST_MORE_PAGES",
    "OPEN_STATES",
    "PAID_STATES",
    "Assignment",
    "Booking",
    "CreditNote",
    "CreditNoteCounter",
    "Dispute",
    "Entry",
    "Mirror",
    "Payment",
    "PaymentEvent",
    "PriceList",
    "PriceListEvent",
    "PriceTier",
    "PromoCode",
    "Receipt",
    "ReceiptCounter",
    "ReceiptFile",
    "Reconciliation",
    "Redemption",
    "Refund",
    "WebhookEvent",
    "YearCounter",
]
