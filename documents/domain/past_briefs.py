"""How many briefs were begun: those that are there, and those thrown away, which are kept as numbers (R-77, R-118)."""

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any, Final

from django.db import connection
from django.db.models import Count, QuerySet
from django.db.models.functions import TruncMonth

from documents.models import BriefMonth, Document

_ADD: Final = """
    INSERT INTO documents_briefmonth AS present (month, language, kind, count)
    SELECT date_trunc('month', created_at AT TIME ZONE 'UTC')::date, language, kind, count(*)
    FROM documents_document WHERE id = ANY(%s) GROUP BY 1, 2, 3 ORDER BY 1, 2, 3
    ON CONFLICT (month, language, kind) DO UPDATE SET count = present.count + excluded.count
"""


@dataclass(frozen=True)
class Begun:
    """Briefs begun in a month. ``month`` is its first day, in UTC."""

    month: date
    language: str
    kind: str
    count: int


def count_in(documents: QuerySet[Document]) -> None:
    """Adds documents to the numbers of their months, in the transaction that deletes them; their rows are locked."""
    if not connection.in_atomic_block:
        raise RuntimeError("what is deleted is counted in the transaction that deletes it")
    ids = list(documents.values_list("pk", flat=True))
    if ids:
        with connection.cursor() as cursor:
            cursor.execute(_ADD, [ids])


def by_month(*, since: datetime, until: datetime, language: str = "", kind: str = "") -> list[Begun]:
    """Briefs begun from ``since`` to before ``until``, which are beginnings of months: two queries."""
    wanted = {name: value for name, value in (("language", language), ("kind", kind)) if value}
    present = (
        Document.objects.filter(created_at__gte=since, created_at__lt=until, **wanted)
        .annotate(month=TruncMonth("created_at", tzinfo=UTC))
        .values("month", "language", "kind")
        .annotate(n=Count("pk"))
        .order_by()
        .values_list("month", "language", "kind", "n")
    )
    gone = BriefMonth.objects.filter(month__gte=since.date(), month__lt=until.date(), **wanted)
    found: Counter[tuple[Any, ...]] = Counter()
    for month, of_language, of_kind, count in present:
        found[month.date(), of_language, of_kind] += count
    for month, of_language, of_kind, count in gone.values_list("month", "language", "kind", "count"):
        found[month, of_language, of_kind] += count
    return [Begun(month, spoken, what, count) for (month, spoken, what), count in sorted(found.items())]


def first_month() -> date | None:
    """The month of the oldest brief; None where there was none: two queries."""
    oldest = Document.objects.order_by("created_at").values_list("created_at", flat=True).first()
    gone = BriefMonth.objects.order_by("month").values_list("month", flat=True).first()
    months = [oldest.astimezone(UTC).date().replace(day=1)] if oldest else []
    return min([*months, *([gone] if gone else [])], default=None)
