"""AI spending by day, model and document (R-20, R-22). Days are UTC days."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final
from uuid import UUID

from django.db.models import Count, Q, Sum
from django.db.models.functions import TruncDate

from generation.enums import Outcome
from generation.models import Attempt, Job, ModelDay

SHOWN_DAYS: Final = 30
MOST_DOCUMENTS: Final = 20


@dataclass(frozen=True)
class Day:
    """Euros of a day by model; models that cost nothing on it are left out."""

    day: date
    euros: Mapping[str, Decimal]

    @property
    def total(self) -> Decimal:
        """Euros of all models."""
        return sum(self.euros.values(), Decimal(0))


@dataclass(frozen=True)
class ModelSpending:
    """What a model was asked and cost. ``lost_euros`` is the most that answers may have cost that nobody received."""

    name: str
    euros: Decimal
    input_tokens: int
    output_tokens: int
    calls: int
    failed: int
    lost_euros: Decimal


@dataclass(frozen=True)
class DocumentSpending:
    """A document's jobs together, with what they were estimated at."""

    document_id: UUID
    title: str
    pages: int
    estimated_euros: Decimal
    euros: Decimal
    estimated_tokens: int
    tokens: int

    @property
    def percent_of_estimate(self) -> int | None:
        """The actual cost in percent of the estimated; None where nothing was estimated."""
        return round(self.euros * 100 / self.estimated_euros) if self.estimated_euros else None


@dataclass(frozen=True)
class Spending:
    """Every day of the time looked at, oldest first; models, dearest first."""

    days: list[Day]
    models: list[ModelSpending]

    @property
    def total(self) -> Decimal:
        """Euros of all days."""
        return sum((day.total for day in self.days), Decimal(0))


def spending(*, now: datetime, days: int = SHOWN_DAYS) -> Spending:
    """What calls begun in the last ``days`` days cost, today included: one query for those there are rows of, one for
    the sums of those there are none of any more.
    """
    today = now.astimezone(UTC).date()
    first = today - timedelta(days=days - 1)
    since = datetime.combine(first, time(), UTC)
    rows = (
        Attempt.objects.filter(started_at__gte=since, started_at__lte=now)
        .annotate(day=TruncDate("started_at", tzinfo=UTC))
        .values("day", "model_name")
        .annotate(
            euros=Sum("cost"),
            asked=Sum("input_tokens"),
            answered=Sum("output_tokens"),
            calls=Count("pk"),
            failed=Count("pk", filter=~Q(outcome__in=[Outcome.SUCCEEDED, Outcome.INTENT])),
            lost=Sum("reserved_cost", filter=Q(outcome=Outcome.ABANDONED), default=Decimal(0)),
        )
        .values_list("day", "model_name", "euros", "asked", "answered", "calls", "failed", "lost")
    )
    sums = ModelDay.objects.filter(day__gte=first, day__lte=today).values_list(
        "day", "model_name", "cost", "input_tokens", "output_tokens", "calls", "failed", "lost"
    )
    by_day: dict[date, dict[str, Decimal]] = defaultdict(dict)
    by_model: dict[str, ModelSpending] = {}
    for day, name, *figures in (*rows, *sums):
        by_day[day][name] = by_day[day].get(name, Decimal(0)) + figures[0]
        by_model[name] = _added(by_model.get(name), ModelSpending(name, *figures))
    return Spending(
        days=[Day(day, by_day.get(day, {})) for day in (first + timedelta(days=n) for n in range(days))],
        models=sorted(by_model.values(), key=lambda model: (-model.euros, model.name)),
    )


def _added(known: ModelSpending | None, more: ModelSpending) -> ModelSpending:
    if known is None:
        return more
    return ModelSpending(
        name=known.name,
        euros=known.euros + more.euros,
        input_tokens=known.input_tokens + more.input_tokens,
        output_tokens=known.output_tokens + more.output_tokens,
        calls=known.calls + more.calls,
        failed=known.failed + more.failed,
        lost_euros=known.lost_euros + more.lost_euros,
    )


def dearest_documents(*, now: datetime, days: int = SHOWN_DAYS, most: int = MOST_DOCUMENTS) -> list[DocumentSpending]:
    """The documents whose jobs of the last ``days`` days cost most, estimate beside actual: one query."""
    first = now.astimezone(UTC).date() - timedelta(days=days - 1)
    rows = (
        Job.objects.filter(created_at__gte=datetime.combine(first, time(), UTC), created_at__lte=now)
        .values("document_id", "document__title", "document__topic", "document__pages")
        .annotate(
            planned=Sum("estimated_cost"),
            euros=Sum("cost"),
            planned_tokens=Sum("estimated_tokens"),
            asked=Sum("input_tokens"),
            answered=Sum("output_tokens"),
        )
        .order_by("-euros", "-planned", "document_id")[:most]
    )
    return [
        DocumentSpending(
            document_id=row["document_id"],
            title=row["document__title"] or row["document__topic"],
            pages=row["document__pages"],
            estimated_euros=row["planned"],
            euros=row["euros"],
            estimated_tokens=row["planned_tokens"],
            tokens=row["asked"] + row["answered"],
        )
        for row in rows
    ]
