"""Budget periods: days and months in UTC, and when the next one starts."""

from datetime import UTC, datetime, time, timedelta

from generation.enums import Scope


def period_of(scope: Scope, at: datetime) -> str:
    """The day ("2026-11-21") or the month ("2026-11") in UTC; nothing for a job."""
    day = at.astimezone(UTC).date().isoformat()
    return {Scope.JOB: "", Scope.HOUSE_MONTH: day[:7]}.get(scope, day)


def resets_at(scope: Scope, now: datetime) -> datetime | None:
    """When the next period of a budget begins; never for a job's."""
    if scope == Scope.JOB:
        return None
    return next_month(now) if scope == Scope.HOUSE_MONTH else next_day(now)


def next_day(now: datetime) -> datetime:
    """The next midnight in UTC."""
    return datetime.combine(now.astimezone(UTC).date() + timedelta(days=1), time(), UTC)


def next_month(now: datetime) -> datetime:
    """The first moment of the next month in UTC."""
    first = now.astimezone(UTC).date().replace(day=1)
    return datetime.combine((first + timedelta(days=32)).replace(day=1), time(), UTC)
