"""Ordering as the price page does."""

from decimal import Decimal
from typing import Any

from billing.domain.checkout import Shown, open_checkout
from billing.domain.orders import Buyer
from billing.models import Payment
from documents.models import Document


def order(document: Document, *, total: str = "6.00", version: int = 1, code: str = "", **buyer: Any) -> Payment:
    """The open payment for a document, at the price that was shown for it."""
    values = {"user": document.owner} | buyer
    return open_checkout(document_id=document.pk, shown=Shown(Decimal(total), version, code), buyer=Buyer(**values))
