"""Queue statistics: jobs by state, and how long steps waited for a worker. Days are UTC days."""

from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from itertools import pairwise
from typing import Final

from django.db.models import Case, Count, DateTimeField, F, Min, Q, When

from generation.engine.interrupted import QUIET
from generation.enums import OPEN_JOB_STATES, JobKind, JobState, StepState
from generation.models import Job, Step

#: Where one group of waiting steps ends and the next begins; beyond the second, their jobs count as interrupted.
AGES: Final = (timedelta(minutes=1), QUIET, timedelta(hours=1))


@dataclass(frozen=True)
class JobsToday:
    """Jobs that wait and run now, and those that ended today. ``held`` ones are open and wait for a budget."""

    queued: int
    running: int
    succeeded: int
    failed: int
    held: int


@dataclass(frozen=True)
class Queue:
    """Steps that could be claimed now: how many by age, youngest first, and how long the oldest has waited."""

    waiting: list[int]
    oldest: timedelta


def jobs_today(*, now: datetime) -> JobsToday:
    """Outlines and documents together: one query."""
    midnight = datetime.combine(now.astimezone(UTC).date(), time(), UTC)
    is_open = Q(state__in=OPEN_JOB_STATES)
    counted = Job.objects.filter(is_open | Q(finished_at__gte=midnight)).aggregate(
        **{state.value: Count("pk", filter=Q(state=state)) for state in JobState},
        held=Count("pk", filter=is_open & ~Q(waits_for="")),
    )
    return JobsToday(**counted)


def jobs_by_state() -> dict[str, dict[str, int]]:
    """How many jobs of each kind are in each state, since the beginning (R-58): one query."""
    found = {kind.value: dict.fromkeys(JobState.values, 0) for kind in JobKind}
    for kind, state, count in Job.objects.values_list("kind", "state").annotate(n=Count("pk")).order_by():
        if kind in found:
            found[kind][state] = count
    return found


def queue_age(*, now: datetime) -> Queue:
    """What is ready and due, or was lost with its worker (``generation.engine.queue.claimable``): one query."""
    bounds = [now, *(now - age for age in AGES), None]
    counts = {
        f"group_{place}": Count("pk", filter=_between(younger, older))
        for place, (younger, older) in enumerate(pairwise(bounds))
    }
    found = (
        Step.objects.filter(
            Q(state=StepState.READY, not_before__lte=now) | Q(state=StepState.CLAIMED, lease_until__lt=now)
        )
        .annotate(
            since=Case(
                When(state=StepState.READY, then=F("not_before")), default=F("lease_until"),
                output_field=DateTimeField(),
            )
        )
        .aggregate(oldest=Min("since"), **counts)
    )  # fmt: skip
    return Queue(waiting=[found[name] for name in counts], oldest=now - (found["oldest"] or now))


def _between(younger: datetime | None, older: datetime | None) -> Q:
    return Q(since__lte=younger) & (Q(since__gt=older) if older else Q())
