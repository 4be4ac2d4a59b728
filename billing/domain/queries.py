"""Reads of payments that several doors share."""

from typing import TYPE_CHECKING

from django.db.models import QuerySet

from billing.enums import PaymentState
from billing.models import OPEN_STATES, PAID_STATES, Payment, Redemption
from documents.models import Document

if TYPE_CHECKING:
    from accounts.models import User


def latest_payment(*, document: Document, session_id: str = "") -> Payment | None:
    """The document's newest payment, or the one of a session that Stripe's page named on the way back."""
    payments = Payment.objects.filter(document=document)
    named = payments.filter(stripe_session_id=session_id).first() if session_id else None
    return named or payments.order_by("-created_at").first()


def money_in(document: Document) -> bool:
    """Whether the document is paid, or its money is on its way."""
    return Payment.objects.filter(document=document, state__in=[*PAID_STATES, PaymentState.PROCESSING]).exists()


def code_held(*, document: Document) -> str:
    """The promo code of the document's open payment, if it has one."""
    held = Redemption.objects.filter(payment__document=document, payment__state__in=OPEN_STATES)
    return held.values_list("promo_code__code", flat=True).first() or ""


def payment_history(*, user: "User") -> QuerySet[Payment]:
    """The user's payments, newest first, without those that never came to anything."""
    idle = [PaymentState.CREATED, PaymentState.PENDING, PaymentState.EXPIRED]
    return Payment.objects.filter(user=user).exclude(state__in=idle).select_related("document").order_by("-created_at")
