"""More pages of rewriting for a written document: for whom they are sold, and how many count (R-93).

They add to the rewritings of a document and to nothing else: its text stays within the pages of its order (R-11).
"""

from decimal import Decimal
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.utils.translation import gettext as _

from billing.domain import refunds
from billing.enums import DisputeState, PaymentState
from billing.models import Payment
from documents.enums import DocumentState
from privacy.domain import erasure

if TYPE_CHECKING:
    from documents.models import Document

#: Of a payment for them: whether its document could still have them, as far as the document's own row tells.
CAN_BE_HAD: Final = Q(document__state=DocumentState.READY, document__frozen_at=None)
#: Payments whose pages count: also those of which a refund came back to us. While one is disputed its pages do not.
_COUNTED: Final = Q(state__in=[PaymentState.SUCCEEDED, PaymentState.PARTIALLY_REFUNDED]) | Q(
    state=PaymentState.HELD, receipt__isnull=False
)
#: Payments that somebody has to decide about first: the payer's bank, or staff.
_UNDECIDED: Final = Q(state=PaymentState.DISPUTED) | Q(state=PaymentState.HELD, refunds=None)


def kept(document_id: UUID) -> Decimal:
    """The pages that were bought for a document beside its order and whose money was not given back: one query."""
    bought = Payment.objects.of_more_pages().filter(_COUNTED, document_id=document_id)
    rows = bought.values_list("pages", "amount", "refunded_amount")
    return sum((pages * (1 - back / amount) for pages, amount, back in rows), Decimal(0))


def why_not(document: "Document") -> str:
    """Why no more pages can be bought for the document now, in words for its owner; empty where they can."""
    if document.state != DocumentState.READY:
        return _("Rewritings can be bought once the document is written.")
    if not settings.REWRITINGS_PER_PAGE:
        return _("No rewritings are sold just now.")
    if document.frozen_at:
        return _("This document is locked while its payment is looked at.")
    if not refunds.share_kept(document.pk):
        return _("The payment for this document was given back: nothing more is written for it.")
    return _why_barred(document)


def _why_barred(document: "Document") -> str:
    """Why a payment for more pages of before stands in the way of others; empty where none does."""
    barring = Payment.objects.of_more_pages().filter(_UNDECIDED, document=document)
    if not barring.exists():
        return ""
    lost = barring.filter(disputes__state=DisputeState.LOST).exclude(disputes__state=DisputeState.OPEN)
    if barring.exclude(pk__in=lost).exists():
        return _("A payment for more pages of this document is looked at. Until that is settled none can be bought.")
    return _("A bank took back what was paid for more pages of this document. No others are sold for it.")


def are_wanted(payment: Payment, document: "Document") -> bool:
    """Whether money that came in for more pages still buys something: else it goes back."""
    return not why_not(document) and not erasure.is_erased(user_id=payment.user_id)
