"""How jobs stand and how long steps have waited."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from generation.engine.queue_statistics import jobs_today, queue_age
from generation.enums import JobKind, JobState, Stage, StepState, Wait
from generation.models import Job, Step
from tests.documents.factories import DocumentFactory

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 21, tzinfo=UTC)


def job(state: JobState, **fields: Any) -> Job:
    """A job in this state."""
    values = {"kind": JobKind.DOCUMENT, "sort_key": 0, "created_at": NOW - timedelta(days=3)}
    return Job.objects.create(document=DocumentFactory.create(), state=state, **values | fields)


def step(of: Job, *, position: int, **fields: Any) -> Step:
    """A step of the job; each is of another round, for there is one of a kind in each."""
    return Step.objects.create(job=of, stage=Stage.WRITE, sort_key=0, round=position, **fields)


def test_open_jobs_count_whatever_their_age_and_ended_ones_when_they_ended_today() -> None:
    job(JobState.QUEUED)
    job(JobState.QUEUED, waits_for=Wait.BUDGET, waits_since=NOW)
    job(JobState.RUNNING, waits_for=Wait.BUDGET, waits_since=NOW)
    job(JobState.RUNNING)
    job(JobState.RUNNING, kind=JobKind.OUTLINE)
    job(JobState.SUCCEEDED, finished_at=MIDNIGHT)
    job(JobState.SUCCEEDED, finished_at=MIDNIGHT - timedelta(seconds=1))
    job(JobState.FAILED, finished_at=NOW)
    job(JobState.FAILED, finished_at=NOW - timedelta(days=1))
    found = jobs_today(now=NOW)
    assert (found.queued, found.running, found.succeeded, found.failed, found.held) == (2, 3, 1, 1, 2)


def test_steps_wait_from_when_they_were_due_or_lost_with_their_worker() -> None:
    running = job(JobState.RUNNING)
    ages = [0, 59, 60, 599, 600, 3599, 3600, 90_000]
    for position, seconds in enumerate(ages):
        step(running, position=position, not_before=NOW - timedelta(seconds=seconds))
    lost = {"state": StepState.CLAIMED, "not_before": NOW - timedelta(days=9)}
    step(running, position=20, lease_until=NOW - timedelta(seconds=90), **lost)
    found = queue_age(now=NOW)
    assert found.waiting == [2, 3, 2, 2]
    assert found.oldest == timedelta(seconds=90_000)


def test_what_is_held_done_or_not_yet_due_does_not_wait() -> None:
    running = job(JobState.RUNNING)
    long_ago = NOW - timedelta(days=9)
    step(running, position=0, not_before=NOW + timedelta(seconds=1))
    step(running, position=1, not_before=long_ago, state=StepState.CLAIMED, lease_until=NOW + timedelta(seconds=9))
    step(running, position=2, not_before=long_ago, state=StepState.DONE)
    step(running, position=3, not_before=long_ago, state=StepState.FAILED)
    found = queue_age(now=NOW)
    assert (found.waiting, found.oldest) == ([0, 0, 0, 0], timedelta(0))
