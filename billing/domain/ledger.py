"""The books (R-14): every movement of money once, in two entries that add up to zero. Added to, never changed."""

from datetime import datetime
from decimal import Decimal
from typing import Final

from django.db import connection
from django.db.models import Count, Sum

from billing import measures
from billing.domain.pricing import to_cents
from billing.enums import Account, Movement, PaymentState
from billing.models import Booking, Dispute, Entry, Payment, Refund
from tesigo.platform.counted import counted

#: (debit, credit) of each movement.
ACCOUNTS: Final[dict[str, tuple[Account, Account]]] = {
    Movement.PAID: (Account.STRIPE, Account.SALES),
    Movement.REFUND_OPENED: (Account.REFUNDS, Account.REFUNDS_DUE),
    Movement.REFUND_PAID: (Account.REFUNDS_DUE, Account.STRIPE),
    Movement.REFUND_FAILED: (Account.REFUNDS_DUE, Account.REFUNDS),
    Movement.DISPUTE_WITHDRAWN: (Account.DISPUTES, Account.STRIPE),
    Movement.DISPUTE_REINSTATED: (Account.STRIPE, Account.DISPUTES),
}


def book(
    *,
    movement: Movement,
    payment: Payment,
    amount: Decimal,
    now: datetime,
    refund: Refund | None = None,
    dispute: Dispute | None = None,
) -> bool:
    """Books a movement inside the transaction that makes it; false when it was booked before.

    Its key is the movement and what it moves, so that repeating it, from however many sides, changes nothing.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("a movement is booked in the transaction that makes it")
    subject = refund or dispute or payment
    booking, created = Booking.objects.get_or_create(
        key=f"{movement}:{subject.pk}",
        defaults={"movement": movement, "payment": payment, "refund": refund, "dispute": dispute, "at": now},
    )
    if created:
        debit, credit = _accounts(movement, refund)
        cents = to_cents(amount)
        Entry.objects.bulk_create(
            [
                Entry(booking=booking, account=debit, cents=cents),
                Entry(booking=booking, account=credit, cents=-cents),
            ]
        )
        measures.count_booking(movement=movement, amount=amount)
    return created


def _accounts(movement: Movement, refund: Refund | None) -> tuple[Account, Account]:
    """Where a movement is booked. A refund that comes back after it was paid is on its way to nobody: Stripe has it."""
    if (
        movement == Movement.REFUND_FAILED
        and Booking.objects.filter(movement=Movement.REFUND_PAID, refund=refund).exists()
    ):
        return Account.STRIPE, Account.REFUNDS
    return ACCOUNTS[movement]


def inspect() -> tuple[str, list[str]]:
    """What is wrong with the books, by the keys of bookings, for the checks of a restored copy."""
    sums = Booking.objects.annotate(sum=Sum("entries__cents"), sides=Count("entries"))
    wrong = sums.exclude(sum=0, sides__gte=2).order_by("pk").values_list("key", "sum", "sides")
    faults = [
        f"booking {key}: {counted(sides, 'entry', 'entries')} of {counted(cents or 0, 'cent')} in all"
        for key, cents, sides in wrong[:20]
    ]
    unbooked = Payment.objects.filter(state=PaymentState.SUCCEEDED).exclude(bookings__movement=Movement.PAID)
    faults += [f"payment {pk} succeeded and is not in the books" for pk in unbooked.values_list("pk", flat=True)[:20]]
    return f"{counted(Booking.objects.count(), 'booking')}, in all {counted(sum(balances().values()), 'cent')}", faults


def balances(*, payment: Payment | None = None) -> dict[str, int]:
    """Cents on each account, of one payment or of the house; debit is positive. They add up to zero."""
    entries = Entry.objects.all() if payment is None else Entry.objects.filter(booking__payment=payment)
    rows = entries.values("account").annotate(sum=Sum("cents")).values_list("account", "sum")
    return dict.fromkeys(Account.values, 0) | dict(rows)
