"""What a day has brought in, hour by hour: from the books, so that it agrees with them (R-14). Days are UTC days."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncHour

from billing.domain import ledger
from billing.domain.pricing import from_cents
from billing.enums import Account, PaymentPurpose
from billing.models import Entry

_GOES_BACK: Final = (Account.REFUNDS, Account.DISPUTES)


@dataclass(frozen=True)
class DayRevenue:
    """Orders paid and euros by hour, 24 of each from midnight on; ``back`` is what refunds and disputes took.

    Euros for more pages of rewriting are among them, and no orders.
    Those ``before`` are of the whole day before.
    """

    orders: list[int]
    euros: list[Decimal]
    back: Decimal
    orders_before: int
    euros_before: Decimal


@dataclass(frozen=True)
class Revenue:
    """Euros since the beginning, by the books: what was paid, and what refunds and disputes took back."""

    gross: Decimal
    back: Decimal

    @property
    def net(self) -> Decimal:
        """What is left."""
        return self.gross - self.back


def all_time() -> Revenue:
    """What was booked until now: one query."""
    cents = ledger.balances()
    # Sales are the credit side: less than nothing in the books.
    back = sum(cents[account] for account in _GOES_BACK)
    return Revenue(gross=from_cents(-cents[Account.SALES]), back=from_cents(back))


def of_day(*, now: datetime) -> DayRevenue:
    """What was booked today until ``now``, and on the day before: one query."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    rows = list(
        Entry.objects.filter(
            booking__at__gte=midnight - timedelta(days=1),
            booking__at__lte=now,
            account__in=[Account.SALES, *_GOES_BACK],
        )
        .annotate(hour=TruncHour("booking__at", tzinfo=UTC))
        .values("hour", "account")
        .annotate(
            count=Count("pk", filter=Q(booking__payment__purpose=PaymentPurpose.ORDER)),
            sum=Sum("cents"),
        )
        .values_list("hour", "account", "count", "sum")
    )
    # Sales are the credit side: less than nothing in the books.
    sold = {hour: (count, from_cents(-cents)) for hour, account, count, cents in rows if account == Account.SALES}
    hours = [sold.get(midnight + timedelta(hours=hour), (0, Decimal(0))) for hour in range(24)]
    before = [found for hour, found in sold.items() if hour < midnight]
    back = sum(cents for hour, account, _count, cents in rows if account in _GOES_BACK and hour >= midnight)
    return DayRevenue(
        orders=[count for count, _sum in hours],
        euros=[euros for _count, euros in hours],
        back=from_cents(back),
        orders_before=sum(count for count, _sum in before),
        euros_before=sum((euros for _count, euros in before), Decimal(0)),
    )
