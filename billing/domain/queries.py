"""Reads of payments that several doors share."""

import re
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from django.db.models import Q, QuerySet

from billing.enums import PaymentPurpose, PaymentState
from billing.models import OPEN_STATES, PAID_STATES, Payment, Redemption
from documents.models import Document

if TYPE_CHECKING:
    from accounts.models import User


#: Payments whose money a document has, or that staff have yet to decide about: another one would be paid twice.
IS_PAID: Final = Q(state__in=PAID_STATES) | Q(state=PaymentState.HELD, refunds=None)
_MONEY_IN: Final = IS_PAID | Q(state=PaymentState.PROCESSING)


def latest_payment(*, document: Document, purpose: PaymentPurpose = PaymentPurpose.ORDER) -> Payment | None:
    """The document's newest payment for this."""
    return Payment.objects.filter(document=document, purpose=purpose).order_by("-created_at").first()


def returned_payment(
    *, document: Document, session_id: str, purpose: PaymentPurpose = PaymentPurpose.ORDER
) -> Payment | None:
    """The payment of the session that Stripe's page named on the way back.

    Where it named none, the one with money in it: a newer one may have expired beside it. Of more pages that is the
    newest: there may be many.
    """
    payments = Payment.objects.filter(document=document, purpose=purpose)
    if session_id and (named := payments.filter(stripe_session_id=session_id).first()):
        return named
    newest = latest_payment(document=document, purpose=purpose)
    if purpose == PaymentPurpose.MORE_PAGES:
        return newest
    return payments.filter(_MONEY_IN).order_by("-created_at").first() or newest


def money_in(document: Document) -> bool:
    """Whether the document is paid, its money is on its way, or held for a look by staff."""
    return Payment.objects.orders().filter(_MONEY_IN, document=document).exists()


def more_pages_on_their_way(document: Document) -> bool:
    """Whether money for more pages of it is on its way from a bank."""
    return Payment.objects.of_more_pages().filter(document=document, state=PaymentState.PROCESSING).exists()


def has_bought_more(payment: Payment) -> bool:
    """Whether more pages of rewriting were paid with it.

    Whoever was about to pay it is not asked for the same once more. Of orders AlreadyPaid sees to that; more pages may
    be bought as often as one likes.
    """
    return payment.purpose == PaymentPurpose.MORE_PAGES and payment.state in PAID_STATES


def code_held(*, document: Document) -> str:
    """The promo code of the document's open payment, if it has one. Codes count for documents only."""
    held = Redemption.objects.filter(payment__document=document, payment__state__in=OPEN_STATES)
    return held.values_list("promo_code__code", flat=True).first() or ""


def payment_history(*, user: "User", words: str = "") -> QuerySet[Payment]:
    """The user's payments, newest first, without those that never came to anything.

    ``words`` narrow them to those whose document, receipt number, amount or promo code holds each of them.
    """
    idle = [PaymentState.CREATED, PaymentState.PENDING, PaymentState.EXPIRED]
    found = Payment.objects.filter(user=user).exclude(state__in=idle)
    for word in words.split()[:8]:
        found = found.filter(_holds(word))
    return found.select_related("document", "receipt").prefetch_related("receipt__credit_notes").order_by("-created_at")


def _holds(word: str) -> Q:
    holds = Q(document__title__icontains=word) | Q(document__topic__icontains=word)
    holds |= Q(redemption__promo_code__code__iexact=word)
    number = re.fullmatch(r"(\d{4})-(\d{1,9})", word)
    if number:
        holds |= Q(receipt__year=int(number[1]), receipt__number=int(number[2]))
    amount = re.fullmatch(r"€?(\d{1,6})(?:[.,](\d{2}))?", word)
    if amount:
        holds |= Q(amount=Decimal(f"{amount[1]}.{amount[2] or '00'}"))
    return holds
