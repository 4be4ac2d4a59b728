"""What stopped half-way is found and set going again: for operators, by command (R-92)."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission, queue
from generation.engine.interrupted import QUIET, interrupted
from generation.enums import JobState, StepState, Wait
from generation.models import Job, Step
from sandbox.client import Control
from tests.generation.making import drain, ordered_document

LONG_AGO = timedelta(minutes=30)


def quiet_job() -> Job:
    """A job that was queued half an hour ago and that nobody has touched since."""
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    job = Job.objects.get(document=document)
    then = timezone.now() - LONG_AGO
    Job.objects.filter(pk=job.pk).update(created_at=then)
    job.steps.update(created_at=then, not_before=then)
    job.refresh_from_db()
    return job


def listed(*arguments: str) -> str:
    """What the command prints."""
    out = StringIO()
    call_command("interrupted_jobs", *arguments, stdout=out)
    return out.getvalue()


@pytest.mark.django_db
class TestFinding:
    def test_a_job_that_nobody_took_is_interrupted_since_it_was_queued(self) -> None:
        job = quiet_job()
        (found,) = interrupted(now=timezone.now()).values("pk", "stage", "since", "last_error")
        assert found == {"pk": job.pk, "stage": "research", "since": job.created_at, "last_error": None}

    def test_one_that_was_just_queued_is_not(self) -> None:
        document = ordered_document()
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
        assert not interrupted(now=timezone.now()).exists()

    def test_one_with_a_living_lease_is_not_and_one_whose_lease_ran_out_long_ago_is(self) -> None:
        job = quiet_job()
        queue.claim(limit=1, worker="somebody")
        job.steps.update(started_at=timezone.now() - LONG_AGO)
        assert not interrupted(now=timezone.now()).exists()
        died = timezone.now() - QUIET
        job.steps.update(lease_until=died)
        assert interrupted(now=timezone.now()).values_list("since", flat=True).get() == died

    def test_one_that_has_just_moved_is_not(self) -> None:
        job = quiet_job()
        job.steps.update(state=StepState.DONE, started_at=timezone.now(), finished_at=timezone.now())
        assert not interrupted(now=timezone.now()).exists()

    @pytest.mark.parametrize("state", [JobState.SUCCEEDED, JobState.FAILED])
    def test_one_that_is_over_is_not(self, state: JobState) -> None:
        Job.objects.filter(pk=quiet_job().pk).update(state=state)
        assert not interrupted(now=timezone.now()).exists()

    @pytest.mark.parametrize("count", [1, 5])
    def test_all_are_found_by_one_query_the_longest_first(
        self, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        jobs = [quiet_job() for _ in range(count)]
        with django_assert_num_queries(1):
            assert [job.pk for job in interrupted(now=timezone.now())] == [job.pk for job in jobs]


@pytest.mark.django_db
class TestCommand:
    def test_it_names_job_document_stage_time_and_last_error(self) -> None:
        job = quiet_job()
        Job.objects.filter(pk=job.pk).update(
            state=JobState.RUNNING, waits_for=Wait.BUDGET, waits_since=timezone.now() - LONG_AGO
        )
        job.steps.update(error="over the budget for house_day")
        said = listed()
        for words in (str(job.pk), str(job.document_id), "running research", f"{job.created_at:%H:%M:%S}Z",
                      "waits for the budget; over the budget", "1 interrupted"):  # fmt: skip
            assert words in said

    def test_it_says_so_when_there_is_nothing_and_asks_for_the_minutes(self) -> None:
        quiet_job()
        assert listed("--minutes", "45") == "Nothing is interrupted.\n"
        assert "1 interrupted" in listed("--minutes", "20")


def test_with_nudge_what_was_lost_is_sent_again_and_finished(control: Control, committed: None) -> None:
    job = quiet_job()
    queue.claim(limit=1, worker="died")
    Step.objects.filter(job=job).update(lease_until=timezone.now() - LONG_AGO, started_at=timezone.now() - 2 * LONG_AGO)
    lost = ordered_document()
    said = listed("--nudge")
    assert "1 interrupted" in said
    assert "1 job opened, 1 wake-up sent" in said
    drain()
    states = Document.objects.filter(pk__in=[lost.pk, job.document_id]).values_list("state", flat=True)
    assert set(states) == {DocumentState.READY}
