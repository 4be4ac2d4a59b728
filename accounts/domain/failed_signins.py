"""Wrong passwords at the door of the administration, as django-axes logs them (R-55). Days are UTC days."""

from dataclasses import dataclass
from datetime import UTC, datetime, time

from axes.models import AccessFailureLog
from django.db.models import Count, Q
from django.db.models.functions import ExtractHour


@dataclass(frozen=True)
class Failures:
    """Failed sign-ins by hour, 24 from midnight on; ``locked_out`` of them were answered with the lock."""

    by_hour: list[int]
    locked_out: int


def failures(*, now: datetime) -> Failures:
    """Those of today until ``now``: one query."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    rows = (
        AccessFailureLog.objects.filter(attempt_time__gte=midnight, attempt_time__lte=now)
        .annotate(hour=ExtractHour("attempt_time", tzinfo=UTC))
        .values("hour")
        .annotate(count=Count("pk"), locked=Count("pk", filter=Q(locked_out=True)))
        .values_list("hour", "count", "locked")
    )
    found = {hour: (count, locked) for hour, count, locked in rows}
    return Failures(
        by_hour=[found.get(hour, (0, 0))[0] for hour in range(24)],
        locked_out=sum(locked for _count, locked in found.values()),
    )
