"""More pages of rewriting for a written document: for whom they are sold, and how many count (R-93).

They add to the rewritings of a document and to nothing else: its text stays within the pages of its order (R-11).
"""

from datetime import datetime
from decimal import ROUND_CEILING
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db.models import Q
from django.db.models.functions import Coalesce
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
#: Payments that somebody has to decide about first: the payer's bank, or staff.
_UNDECIDED: Final = Q(state=PaymentState.DISPUTED) | Q(state=PaymentState.HELD, refunds=None)


def rewritings_of(pages: int) -> int:
    """How many rewritings are sold with ``pages`` pages now."""
    return settings.REWRITINGS_PER_PAGE * pages


def bought(document_id: UUID) -> list[tuple[datetime, int]]:
    """When rewritings were bought for a document beside its order, and how many of them: one query.

    As many as they were sold with, whatever a page is sold with by now; those whose money was given back are left out,
    and while a payment is disputed none of its count. A part of one counts as one.
    """
    rows = Payment.objects.of_more_pages().that_count().filter(document_id=document_id)
    return [
        (at, int((_sold(sold, pages) * (amount - back) / amount).to_integral_value(ROUND_CEILING)))
        for at, sold, pages, amount, back in rows.values_list(
            Coalesce("succeeded_at", "created_at"), "rewritings", "pages", "amount", "refunded_amount"
        )
    ]


def _sold(rewritings: int, pages: int) -> int:
    """How many rewritings were sold with ``pages`` pages; today's number where it was not kept yet."""
    return rewritings or rewritings_of(pages)


def why_not(document: "Document") -> str:
    """Why no more pages can be bought for the document now, in words for its owner; empty where they can."""
    if document.state == DocumentState.READY and not rewritings_of(1):
        return _("No rewritings are sold just now.")
    return _why_none_could_be_had(document)


def _why_none_could_be_had(document: "Document") -> str:
    if document.state != DocumentState.READY:
        return _("Rewritings can be bought once the document is written.")
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
    """Whether money that came in for more pages still buys something: else it goes back.

    What was sold is kept to, also where none are sold any more.
    """
    is_something = bool(_sold(payment.rewritings, payment.pages))
    return is_something and not _why_none_could_be_had(document) and not erasure.is_erased(user_id=payment.user_id)
