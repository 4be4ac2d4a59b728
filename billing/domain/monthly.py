"""What months have brought in, from the books, so that it agrees with them (R-14, R-118). Months are UTC months."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Final

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncMonth

from billing.domain.pricing import from_cents
from billing.enums import Account, Movement, PaymentPurpose
from billing.models import Booking, Entry

_GOES_BACK: Final = (Account.REFUNDS, Account.DISPUTES)
_OF_ORDER: Final = Q(booking__payment__purpose=PaymentPurpose.ORDER)


@dataclass(frozen=True)
class MonthOfSales:
    """Orders paid in a month with their pages and euros, and what went back in it, of whichever month's orders.

    ``month`` is its first day. Euros for more pages of rewriting are in ``gross`` and not in ``ordered_gross``; they
    are neither orders nor pages of documents. ``refunds`` counts what was opened and not taken back; ``back`` is in
    euros, disputes included, and below zero where more came back to us than went.
    """

    month: date
    language: str
    kind: str
    orders: int = 0
    pages: int = 0
    gross: Decimal = Decimal(0)
    ordered_gross: Decimal = Decimal(0)
    refunds: int = 0
    back: Decimal = Decimal(0)


def by_month(*, since: datetime, until: datetime, language: str = "", kind: str = "") -> list[MonthOfSales]:
    """What was booked from ``since`` to before ``until``, by the language and kind of what was ordered: one query."""
    wanted = {"language": language, "kind": kind}
    rows = (
        Entry.objects.filter(
            booking__at__gte=since,
            booking__at__lt=until,
            account__in=[Account.SALES, *_GOES_BACK],
            **{f"booking__payment__document__{name}": value for name, value in wanted.items() if value},
        )
        .annotate(month=TruncMonth("booking__at", tzinfo=UTC))
        .values("month", "booking__payment__document__language", "booking__payment__document__kind", "account")
        .annotate(
            # Before the sum that takes the name of its column.
            ordered_cents=Sum("cents", filter=_OF_ORDER, default=0),
            cents=Sum("cents"),
            ordered=Count("pk", filter=_OF_ORDER & Q(booking__movement=Movement.PAID)),
            opened=Count("pk", filter=Q(booking__movement=Movement.REFUND_OPENED)),
            taken_back=Count("pk", filter=Q(booking__movement=Movement.REFUND_FAILED)),
            pages=Sum("booking__payment__pages", filter=_OF_ORDER, default=0),
        )
        .order_by()
        .values_list(
            "month",
            "booking__payment__document__language",
            "booking__payment__document__kind",
            "account",
            "cents",
            "ordered_cents",
            "ordered",
            "opened",
            "taken_back",
            "pages",
        )
    )
    found: dict[tuple[date, str, str], dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for month, of_language, of_kind, account, cents, ordered_cents, ordered, opened, taken_back, pages in rows:
        sums = found[month.date(), of_language, of_kind]
        if account == Account.SALES:
            # Sales are the credit side: less than nothing in the books.
            sums["gross"] -= cents
            sums["ordered_gross"] -= ordered_cents
            sums["orders"] += ordered
            sums["pages"] += pages
        else:
            sums["back"] += cents
            sums["refunds"] += opened - taken_back
    return [
        MonthOfSales(
            *key,
            orders=sums["orders"],
            pages=sums["pages"],
            gross=from_cents(sums["gross"]),
            ordered_gross=from_cents(sums["ordered_gross"]),
            refunds=sums["refunds"],
            back=from_cents(sums["back"]),
        )
        for key, sums in sorted(found.items())
    ]


def paid_of_begun(
    *, since: datetime, until: datetime, language: str = "", kind: str = ""
) -> dict[tuple[date, str, str], int]:
    """Of the briefs begun in each month, how many were paid until now, by language and kind: one query."""
    wanted = {"language": language, "kind": kind}
    rows = (
        Booking.objects.filter(
            movement=Movement.PAID,
            payment__purpose=PaymentPurpose.ORDER,
            payment__document__created_at__gte=since,
            payment__document__created_at__lt=until,
            **{f"payment__document__{name}": value for name, value in wanted.items() if value},
        )
        .annotate(month=TruncMonth("payment__document__created_at", tzinfo=UTC))
        .values("month", "payment__document__language", "payment__document__kind")
        # One that failed and was paid again is one brief.
        .annotate(n=Count("payment__document_id", distinct=True))
        .order_by()
        .values_list("month", "payment__document__language", "payment__document__kind", "n")
    )
    return {(month.date(), of_language, of_kind): count for month, of_language, of_kind, count in rows}
