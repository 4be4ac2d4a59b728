"""How two price lists do against each other (R-60): orders, conversion, revenue and pages by variant.

More pages of rewriting are sold to who has ordered already: they are left out.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from math import sqrt
from typing import Final

from django.db.models import Count, F, Sum
from django.utils import timezone

from billing.domain.refunds import NOT_NEEDED
from billing.enums import PaymentState, PriceListState
from billing.models import PAID_STATES, Assignment, Payment, PriceList

#: The normal quantile of a 95 % interval.
_Z: Final = 1.959964
#: Payments whose money came in, whatever became of it.
_ORDERED: Final = [*PAID_STATES, PaymentState.REFUNDED]


@dataclass(frozen=True)
class Arm:
    """A variant since the test began. ``conversion`` is orders by people, with its 95 % interval (Wilson 1927)."""

    variant: str
    version: int
    people: int
    buyers: int
    orders: int
    pages: int
    revenue: Decimal
    conversion: float
    low: float
    high: float


@dataclass(frozen=True)
class Comparison:
    """A test: since when, its arms, and the interval of B's conversion less A's (Newcombe 1998)."""

    since: datetime
    arms: list[Arm]
    difference: tuple[float, float] | None

    @property
    def is_decided(self) -> bool:
        """Whether the difference is more than chance would have it, at 95 %."""
        return self.difference is not None and (self.difference[0] > 0 or self.difference[1] < 0)


def of_variants(*, now: datetime | None = None) -> Comparison | None:
    """The test that is running; None without one. People count from when they were given their variant."""
    lists = list(PriceList.objects.filter(state=PriceListState.ACTIVE).order_by("variant"))
    if len(lists) < 2:
        return None
    since = max(one.activated_at or one.created_at for one in lists)
    arms = [_arm(one, since, now or timezone.now()) for one in lists]
    return Comparison(since, arms, _difference(arms[0], arms[1]))


def wilson(successes: int, trials: int) -> tuple[float, float]:
    """The 95 % interval of a share; all of 0 to 1 where nothing was tried."""
    if not trials:
        return 0.0, 1.0
    share = successes / trials
    spread = _Z * sqrt(share * (1 - share) / trials + _Z**2 / (4 * trials**2))
    middle, scale = share + _Z**2 / (2 * trials), 1 + _Z**2 / trials
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _arm(price_list: PriceList, since: datetime, now: datetime) -> Arm:
    assigned = Assignment.objects.filter(variant=price_list.variant, at__gte=since, at__lte=now)
    people = assigned.count()
    paid = (
        Payment.objects.orders()
        .filter(
            price_list=price_list, state__in=_ORDERED, succeeded_at__gte=since, user__price_assignment__at__gte=since
        )
        .exclude(refunds__cause=NOT_NEEDED)
    )
    sums = paid.aggregate(
        orders=Count("pk"),
        buyers=Count("user", distinct=True),
        pages=Sum("pages"),
        revenue=Sum(F("amount") - F("refunded_amount")),
    )
    low, high = wilson(sums["buyers"], people)
    return Arm(
        variant=price_list.variant,
        version=price_list.version,
        people=people,
        buyers=sums["buyers"],
        orders=sums["orders"],
        pages=sums["pages"] or 0,
        revenue=sums["revenue"] or Decimal(0),
        conversion=sums["buyers"] / people if people else 0.0,
        low=low,
        high=high,
    )


def _difference(a: Arm, b: Arm) -> tuple[float, float] | None:
    """Newcombe's interval of the difference of two shares, from their Wilson intervals."""
    if not a.people or not b.people:
        return None
    difference = b.conversion - a.conversion
    down = sqrt((b.conversion - b.low) ** 2 + (a.high - a.conversion) ** 2)
    up = sqrt((b.high - b.conversion) ** 2 + (a.conversion - a.low) ** 2)
    return difference - down, difference + up
