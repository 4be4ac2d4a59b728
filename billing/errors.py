"""Failures a caller of billing should expect."""

from decimal import Decimal
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from billing.gates import NotNow
    from billing.quotes import Quote


class BillingError(Exception):
    """What a caller of billing may meet; each of its failures is one."""


class NoPriceList(BillingError):
    """No price list is active: nothing can be sold until staff activate one."""


class PriceListFrozen(BillingError):
    """A list that was active once, or was used for a payment, is never edited or activated by mistake (R-60)."""


class PriceChanged(BillingError):
    """What the person saw is not what the order costs now; nothing was charged (R-13)."""

    def __init__(self, *, shown_total: Decimal, quote: "Quote") -> None:
        super().__init__(f"{shown_total} shown, {quote.total} asked")
        self.shown_total = shown_total
        self.quote = quote


class NotReady(BillingError):
    """The document has no outline that adds up to its pages, or is being outlined."""


class NotSold(BillingError):
    """No more pages of rewriting are sold for the document; the message says why, in words for the student (R-93)."""


class AlreadyPaid(BillingError):
    """The document has been paid for, or money for it is held until staff have looked at it."""


class Refused(BillingError):
    """A gate said no before money was asked for (R-42)."""

    def __init__(self, refusal: "NotNow") -> None:
        super().__init__(str(refusal.reason))
        self.refusal = refusal


class IllegalMove(BillingError):
    """A payment was asked to go from its state to one that does not follow from it (R-63)."""


class ProviderError(BillingError):
    """A call to Stripe did not end well."""


class Declined(ProviderError):
    """Stripe understood and said no: asking again with the same words is useless."""


class Unavailable(ProviderError):
    """Stripe did not take the request: nothing happened there."""


class Unknown(ProviderError):
    """The answer did not arrive: it may have happened. Ask again with the same key (R-64)."""


class BadSignature(BillingError):
    """A webhook that Stripe did not sign, or signed too long ago (R-65)."""


class PromoRefused(BillingError):
    """A code takes nothing off this order; the message says why, in words for the student (R-62)."""
