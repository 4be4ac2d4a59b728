"""State changes of a job, and the log of its events."""

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from django.db import transaction

from generation import measures
from generation.enums import JobState
from generation.errors import GenerationError
from generation.models import Job, JobEvent

#: Where a job may go from each state.
JOB_MOVES: Final[dict[str, frozenset[str]]] = {
    JobState.QUEUED: frozenset({JobState.RUNNING, JobState.FAILED}),
    JobState.RUNNING: frozenset({JobState.SUCCEEDED, JobState.FAILED}),
    JobState.SUCCEEDED: frozenset(),
    JobState.FAILED: frozenset(),
}


class IllegalJobMove(GenerationError):
    """A job was asked to go from its state to one that does not follow from it."""


def move(*, job_id: UUID, to: JobState, now: datetime, note: str = "", step_id: int | None = None) -> bool:
    """Moves a job and leaves an event row; true when this call is the one that moved it.

    Repeating a settled move does nothing and returns false. Raises IllegalJobMove.
    """
    times: dict[str, Any] = {"started_at": now}
    if to != JobState.RUNNING:
        times = {"finished_at": now, "waits_for": "", "waits_since": None}
    failure = {"failure": note[:500]} if to == JobState.FAILED else {}
    origins = [state for state, targets in JOB_MOVES.items() if to in targets]
    with transaction.atomic():
        if Job.objects.filter(pk=job_id, state__in=origins).update(state=to, **times, **failure):
            record(job_id=job_id, step_id=step_id, what=to, note=note, now=now)
            measures.count_job(to)
            return True
    present = Job.objects.values_list("state", flat=True).get(pk=job_id)
    if present == to:
        return False
    raise IllegalJobMove(f"{present} → {to}")


def record(*, job_id: UUID, what: str, now: datetime, note: str = "", step_id: int | None = None) -> None:
    """Leaves an event row, for staff."""
    JobEvent.objects.create(job_id=job_id, step_id=step_id, what=what, note=note[:500], at=now)


def lock(job_id: UUID) -> Job:
    """The job's row, locked until the transaction ends; its document is locked before it, with which alone it goes.

    Rows that point at it may be added meanwhile: a call's intent holds the budgets that all calls share.
    """
    return Job.objects.select_for_update(no_key=True).get(pk=job_id)
