"""AI cost by month, language and kind of document (R-22, R-118). Months are UTC months."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal

from django.db.models import F, Sum
from django.db.models.functions import TruncMonth

from generation.models import Attempt, CallMonth, ModelDay

_Row = tuple[date, str, str, Decimal, int]


@dataclass(frozen=True)
class MonthOfCalls:
    """Euros and tokens (input and output) of a month's calls to models. ``month`` is its first day.

    ``language`` and ``kind`` are empty for calls whose document was thrown away.
    """

    month: date
    language: str
    kind: str
    cost: Decimal
    tokens: int


def by_month(*, since: datetime, until: datetime, language: str = "", kind: str = "") -> list[MonthOfCalls]:
    """Calls begun from ``since`` to before ``until``: one query for those there are rows of, two for the sums."""
    wanted = {name: value for name, value in (("language", language), ("kind", kind)) if value}
    tokens = Sum(F("input_tokens") + F("output_tokens"))
    calls = (
        Attempt.objects.filter(
            started_at__gte=since,
            started_at__lt=until,
            **{f"job__document__{name}": value for name, value in wanted.items()},
        )
        .annotate(month=TruncMonth("started_at", tzinfo=UTC))
        .values("month", "job__document__language", "job__document__kind")
        .annotate(euros=Sum("cost"), tokens=tokens)
        .order_by()
        .values_list("month", "job__document__language", "job__document__kind", "euros", "tokens")
    )
    in_months = {"month__gte": since.date(), "month__lt": until.date()}
    sums = CallMonth.objects.filter(**in_months, **wanted).values_list("month", "language", "kind", "cost", "tokens")
    rest = [] if wanted else _of_nobody_knows_what(sums, since=since, until=until)
    found: dict[tuple[date, str, str], list[Decimal | int]] = defaultdict(lambda: [Decimal(0), 0])
    for month, of_language, of_kind, euros, taken in (*calls, *sums, *rest):
        day = month.date() if isinstance(month, datetime) else month
        both = found[day, of_language or "", of_kind or ""]
        both[0] += euros
        both[1] += taken
    return [
        MonthOfCalls(*key, Decimal(cost), int(taken)) for key, (cost, taken) in sorted(found.items()) if cost or taken
    ]


def _of_nobody_knows_what(sums: Iterable[_Row], *, since: datetime, until: datetime) -> list[_Row]:
    """What days hold beyond these sums of their months: calls that were summed up before documents were told apart."""
    left: dict[date, list[Decimal | int]] = {}
    days = ModelDay.objects.filter(day__gte=since.date(), day__lt=until.date()).annotate(month=TruncMonth("day"))
    both = days.values("month").annotate(euros=Sum("cost"), tokens=Sum(F("input_tokens") + F("output_tokens")))
    for month, euros, taken in both.order_by().values_list("month", "euros", "tokens"):
        left[month] = [euros, taken]
    for month, _language, _kind, euros, taken in sums:
        if month in left:
            left[month][0] -= euros
            left[month][1] -= taken
    return [(month, "", "", Decimal(max(euros, 0)), int(max(taken, 0))) for month, (euros, taken) in left.items()]
