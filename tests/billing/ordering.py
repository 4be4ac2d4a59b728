"""Ordering as the price page does."""

from decimal import Decimal
from typing import Any

from billing.domain import buying_more
from billing.domain.checkout import Shown, open_checkout
from billing.domain.orders import Buyer
from billing.models import Payment
from documents.models import Document


def order(document: Document, *, total: str = "6.00", version: int = 1, code: str = "", **buyer: Any) -> Payment:
    """The open payment for a document, at the price that was shown for it."""
    values = {"user": document.owner} | buyer
    return open_checkout(document_id=document.pk, shown=Shown(Decimal(total), version, code), buyer=Buyer(**values))


def buy_more(document: Document, *, pages: int = 5, total: str = "2.50", version: int = 1, **buyer: Any) -> Payment:
    """The open payment for more pages of rewriting, at the price that was shown for them."""
    return buying_more.open_checkout(
        document_id=document.pk,
        pages=pages,
        shown=Shown(Decimal(total), version),
        buyer=Buyer(**{"user": document.owner} | buyer),
    )
