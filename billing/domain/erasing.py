"""What becomes of a person's payments when the person is erased (R-72): they stay in the books, without the person."""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model
from django.utils.translation import gettext as _

from billing.domain import checkout, copies, papers
from billing.enums import DisputeState, PaymentState, RefundState
from billing.errors import Unavailable, Unknown
from billing.models import CreditNote, Dispute, Mirror, Payment, Receipt, ReceiptFile, Refund
from privacy.domain import forgetting
from privacy.registry import Hindrance
from tesigo.platform import duty

_STRIPE_WAITS: Final = timedelta(minutes=5)
#: Until the job of a payment that came in after all has begun, and can be stopped.
_BEGINS: Final = timedelta(seconds=15)


def hinder(user: AbstractBaseUser, now: datetime) -> Hindrance | None:
    """Money that is not where it belongs yet: its owner may still have to be asked."""
    mine = Payment.objects.filter(user=user.pk)
    if mine.filter(state=PaymentState.PROCESSING).exists():
        return Hindrance(_("A payment is on its way from the bank. The account can be erased once it has arrived."))
    if mine.filter(state=PaymentState.HELD).exists():
        return Hindrance(_("We are looking at a payment. The account can be erased once that is settled."))
    if Dispute.objects.filter(payment__user=user.pk, state=DisputeState.OPEN).exists():
        return Hindrance(_("A payment is disputed at the bank. The account can be erased once the bank has decided."))
    going_back = Refund.objects.filter(payment__user=user.pk, state__in=[RefundState.CREATED, RefundState.PENDING])
    if going_back.exists():
        return Hindrance(_("Money is on its way back. The account can be erased once it has arrived."))
    return None


def close_payments(user: AbstractBaseUser, now: datetime) -> None:
    """Closes open pages at Stripe: nobody pays for what nobody gets. Raises PutOff where that is not certain.

    What was paid at the last moment goes back: more pages at once, as not wanted any more, an order as its job ends.
    """
    mine = Payment.objects.filter(user=user.pk)
    for payment_id in list(mine.filter(state__in=checkout.CLOSABLE).values_list("pk", flat=True)):
        try:
            payment = checkout.withdraw(payment_id=payment_id, cause="owner erased", now=now)
        except (Unavailable, Unknown) as error:
            raise duty.PutOff("Stripe does not answer", wait=_STRIPE_WAITS) from error
        if payment.state == PaymentState.SUCCEEDED:
            raise duty.PutOff("paid at the last moment", wait=_BEGINS)
    if mine.filter(state__in=[*checkout.CLOSABLE, PaymentState.PROCESSING]).exists():
        raise duty.PutOff("a payment is still open", wait=_STRIPE_WAITS)


def erase(user: AbstractBaseUser, now: datetime) -> None:
    """Copies of Stripe's objects, and the person on receipts and credit notes; amounts, numbers and ids stay."""
    copies.forget(user)
    issued: list[papers.Paper] = list(Receipt.objects.filter(payment__user=user.pk))
    issued += CreditNote.objects.filter(receipt__payment__user=user.pk)
    for paper in issued:
        papers.make_out_to_nobody(paper=paper, now=now)
    by_hand: list[type[Model]] = [Receipt, CreditNote, ReceiptFile, Mirror, *copies.tables()]
    forgetting.forget_app("billing", user=user, but=by_hand)
