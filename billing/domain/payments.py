"""The one door through which a payment changes its state, and what follows from where it gets (R-63)."""

from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from billing import gates, measures
from billing.domain import ledger, promo, receipts
from billing.enums import Movement, PaymentPurpose
from billing.enums import PaymentState as S
from billing.errors import IllegalMove
from billing.models import Payment, PaymentEvent
from documents.models import Document

#: Nobody will pay by this payment any more, unless late: the place held for its document is given up (R-42).
_GIVEN_UP: Final = (S.FAILED, S.EXPIRED)

if TYPE_CHECKING:
    from accounts.models import User

#: Where a payment may go from each state. A late success after failed or expired is legal; a refund that the bank
#: sends back leaves the money with us, held; a debit that was held on its way may come to nothing.
MOVES: Final[dict[str, frozenset[str]]] = {
    S.CREATED: frozenset({S.PENDING, S.FAILED, S.EXPIRED}),
    S.PENDING: frozenset({S.REQUIRES_ACTION, S.PROCESSING, S.SUCCEEDED, S.FAILED, S.EXPIRED, S.HELD}),
    S.REQUIRES_ACTION: frozenset({S.PENDING, S.PROCESSING, S.SUCCEEDED, S.FAILED, S.EXPIRED, S.HELD}),
    S.PROCESSING: frozenset({S.SUCCEEDED, S.FAILED, S.HELD}),
    S.SUCCEEDED: frozenset({S.PARTIALLY_REFUNDED, S.REFUNDED, S.DISPUTED, S.HELD}),
    S.PARTIALLY_REFUNDED: frozenset({S.REFUNDED, S.DISPUTED, S.HELD}),
    S.DISPUTED: frozenset({S.SUCCEEDED, S.PARTIALLY_REFUNDED, S.REFUNDED, S.HELD}),
    S.HELD: frozenset({S.SUCCEEDED, S.PARTIALLY_REFUNDED, S.REFUNDED, S.DISPUTED, S.FAILED}),
    S.REFUNDED: frozenset({S.HELD}),
    S.FAILED: frozenset({S.SUCCEEDED, S.HELD}),
    S.EXPIRED: frozenset({S.SUCCEEDED, S.HELD}),
}


def locked(payment_id: UUID) -> Payment:
    """The payment with its document, both locked in the order of the floors, and its user.

    Who means the payment alone needs its document as well: PostgreSQL locks the rows that a row refers to when one
    transaction changes it twice, and would do so in the other order.
    """
    document_id = Payment.objects.values_list("document_id", flat=True).get(pk=payment_id)
    document = Document.objects.select_for_update().get(pk=document_id)
    payment = Payment.objects.select_for_update(of=("self",)).select_related("user").get(pk=payment_id)
    payment.document = document
    return payment


def move(
    *,
    payment_id: UUID,
    to: S,
    cause: str,
    by: "User | None" = None,
    now: datetime | None = None,
    **fields: Any,
) -> bool:
    """Moves a payment and leaves an event row; true when this call is the one that moved it.

    ``fields`` are written by the same update. Repeating a settled move does nothing and returns false.
    Raises IllegalMove where ``to`` does not follow from the present state.
    """
    now = now or timezone.now()
    with transaction.atomic():
        rows = Payment.objects.select_for_update().values_list("state", "document_id", "purpose")
        present, document_id, purpose = rows.get(pk=payment_id)
        if present == to:
            return False
        if to not in MOVES[present]:
            raise IllegalMove(f"{present} → {to}")
        Payment.objects.filter(pk=payment_id, state=present).update(state=to, **fields)
        PaymentEvent.objects.create(
            payment_id=payment_id,
            from_state=present,
            to_state=to,
            cause=cause[:200],
            actor_id=by.pk if by else None,
            at=now,
        )
        measures.count_payment(to)
        # More pages hold no place in the queue: none is given up, least of all that of an order.
        if to in _GIVEN_UP and purpose == PaymentPurpose.ORDER:
            gates.release(document_id)
        _follow(payment_id, to, now)
    return True


def _follow(payment_id: UUID, state: S, now: datetime) -> None:
    """What a state brings with it, in the same transaction: the promo code, the books, the receipt."""
    promo.follow(payment_id=payment_id, state=state, now=now)
    if state != S.SUCCEEDED:
        return
    payment = Payment.objects.select_related("user").get(pk=payment_id)
    if ledger.book(movement=Movement.PAID, payment=payment, amount=payment.amount, now=now):
        receipts.send(receipt=receipts.issue(payment=payment, now=now))
