"""Payments that have come to a stop, for staff to be told of (R-113)."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from django.db.models import Q

from billing.enums import PaymentState
from billing.models import Payment
from tesigo.platform.conditions import Check, Trouble

#: The sweep closes a payment within minutes of its time; one that is open for longer beyond it is stuck.
CLOSED_WITHIN: Final = timedelta(hours=1)
#: A debit takes up to 14 days (Stripe, "SEPA Direct Debit: timing"); beyond them nobody is told by waiting.
ARRIVES_WITHIN: Final = timedelta(days=16)
_PAYMENTS_NAMED: Final = 10
_DAY: Final = timedelta(days=1)


def stuck_payments(now: datetime) -> Iterator[Trouble]:
    """Open beyond their time, or on their way for longer than money takes."""
    unpaid = [PaymentState.CREATED, PaymentState.PENDING, PaymentState.REQUIRES_ACTION]
    is_stuck = Q(state__in=unpaid, expires_at__lt=now - CLOSED_WITHIN)
    is_stuck |= Q(state=PaymentState.PROCESSING, created_at__lt=now - ARRIVES_WITHIN)
    stuck = list(Payment.objects.filter(is_stuck).order_by("created_at").values_list("pk", "state"))
    if stuck:
        named = "\n".join(f"{pk}: {state}" for pk, state in stuck[:_PAYMENTS_NAMED])
        yield Trouble(
            subject=f"Payments are stuck: {len(stuck)}",
            text="Neither paid nor closed long after their time. Admin, Payments, “settle now” asks Stripe about one.\n"
            f"{named}",
        )


def held_payments(now: datetime) -> Iterator[Trouble]:
    """Held for a look by staff: of each they were told when it happened."""
    count = Payment.objects.filter(state=PaymentState.HELD).count()
    if count:
        yield Trouble(
            subject=f"Payments are held: {count}",
            text="They differ from their orders, or are needed no more; money is in them. Admin, Payments, held.",
            is_told=True,
        )


CHECKS: Final = (
    Check("stuck-payments", stuck_payments),
    Check("held-payments", held_payments, repeat_after=_DAY, settle=timedelta(0)),
)
