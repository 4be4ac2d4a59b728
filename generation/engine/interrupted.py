"""Interrupted jobs: lists them and restarts them (R-92)."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db.models import DateTimeField, F, Max, OuterRef, QuerySet, Subquery
from django.db.models.functions import Greatest

from generation.engine import admission, queue
from generation.enums import OPEN_JOB_STATES, StepState
from generation.models import Job, Step

#: Time without a sign of life after which an open job counts as interrupted.
QUIET: Final = timedelta(minutes=10)


def interrupted(*, now: datetime, quiet: timedelta = QUIET, jobs: QuerySet[Job] | None = None) -> QuerySet[Any]:
    """Open jobs without a living lease or any progress for ``quiet``; those that stand longest come first.

    Each has ``since`` (its last sign of life), ``stage`` (of its first step that is not done) and ``last_error``.
    What waits for a budget, or for its turn behind others, is among them: ``waits_for`` and ``state`` tell.
    """
    jobs = Job.objects.all() if jobs is None else jobs
    own = Step.objects.filter(job=OuterRef("pk")).order_by()
    signs = [
        Subquery(own.values("job").annotate(last=Max(name)).values("last"), DateTimeField())
        for name in ("created_at", "started_at", "finished_at", "lease_until")
    ]
    return (
        jobs.filter(state__in=OPEN_JOB_STATES)
        .annotate(
            # GREATEST passes over what is not there. A living lease ends in the future.
            since=Greatest(F("created_at"), F("started_at"), *signs, output_field=DateTimeField()),
            stage=Subquery(own.exclude(state=StepState.DONE).order_by("id").values("stage")[:1]),
            last_error=Subquery(own.exclude(error="").order_by("-started_at", "-id").values("error")[:1]),
        )
        .filter(since__lte=now - quiet)
        .order_by("since", "pk")
    )


def set_going() -> tuple[int, int]:
    """Starts what was wished or paid for and has no job, and sends workers to everything that could be claimed.

    What beat does, at once. Returns how many jobs were opened and how many drains were asked for.
    """
    return admission.sweep(), queue.wake_for_lost_work()
