"""Calls become sums of their days, and nothing that was spent is forgotten (R-22, R-77)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from documents.models import Document
from generation.ai.question import Usage
from generation.engine import admission
from generation.enums import JobKind, JobState, Outcome, Provider, Scope, Stage, StepState
from generation.models import AIModel, Attempt, BudgetUse, Job, JobEvent, JobUsage, ModelDay, ProviderCredit, Step
from generation.progress import snapshots
from generation.spending import attempts, credits, past_calls, upkeep, usage
from generation.spending.overview import spending
from privacy.domain import retention
from tests.documents.factories import UserFactory
from tests.generation.making import ordered_document
from tests.generation.test_budgets import intend, running
from tests.generation.test_spending import NOW, call, job_of

pytestmark = pytest.mark.django_db


def test_calls_older_than_ninety_days_become_sums_and_the_figures_stay_the_same() -> None:
    job = job_of()
    day = NOW - timedelta(days=91)
    call(job, day, "1.5")
    call(job, day, "0", outcome=Outcome.TIMEOUT)
    call(job, day, "0", outcome=Outcome.ABANDONED, reserved_cost=Decimal("0.25"))
    call(job, day - timedelta(days=1), "2", model="beta", cached_tokens=7)
    young = call(job, NOW - timedelta(days=89), "4")
    before = spending(now=NOW, days=120)
    retention.apply(now=NOW)
    assert list(Attempt.objects.all()) == [young]
    assert ModelDay.objects.count() == 2
    alpha = ModelDay.objects.get(model_name="alpha")
    assert (alpha.day, alpha.calls, alpha.failed, alpha.lost) == (day.date(), 3, 2, Decimal("0.25"))
    assert ModelDay.objects.get(model_name="beta").cached_tokens == 7
    assert spending(now=NOW, days=120) == before


def test_a_day_that_is_summed_up_in_two_batches_is_one_row(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retention, "BATCH_ROWS", 2)
    job = job_of()
    for _ in range(5):
        call(job, NOW - timedelta(days=100), "1")
    retention.apply(now=NOW)
    (row,) = ModelDay.objects.all()
    assert (row.calls, row.cost, row.input_tokens) == (5, 5, 500)
    assert past_calls.sum_up(calls=Attempt.objects.all()) == 0


def test_days_are_those_of_utc() -> None:
    job = job_of()
    midnight = datetime(2026, 5, 20, tzinfo=UTC)
    call(job, midnight - timedelta(seconds=1), "1")
    call(job, midnight, "2")
    retention.apply(now=NOW)
    assert {(row.day.isoformat(), row.cost) for row in ModelDay.objects.all()} == {("2026-05-19", 1), ("2026-05-20", 2)}


def test_what_a_thrown_away_document_cost_stays_spent() -> None:
    job = job_of()
    call(job, NOW - timedelta(days=1), "3")
    before = spending(now=NOW)
    Document.objects.all().delete()
    assert not Job.objects.exists()
    assert spending(now=NOW) == before


def test_a_call_that_ends_after_its_document_was_thrown_away_is_booked_and_no_other_is_touched() -> None:
    model = AIModel.objects.filter(enabled=True).first()
    assert model is not None
    made = intend(running(), model)
    lost = intend(running(), model)
    Document.objects.all().delete()
    attempts.settle(
        attempt=made, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1, usage=Usage(output_tokens=1_000)
    )
    attempts.settle(attempt=made, model=model, outcome=Outcome.TIMEOUT, latency_ms=1)
    made.refresh_from_db()
    assert (made.job, made.outcome, made.output_tokens) == (None, Outcome.SUCCEEDED, 1_000)
    Attempt.objects.filter(pk=lost.pk).update(started_at=timezone.now() - timedelta(hours=3))
    attempts.abandon_lost(now=timezone.now())
    lost.refresh_from_db()
    assert lost.outcome == Outcome.ABANDONED
    upkeep.reconcile()
    assert not BudgetUse.objects.filter(reserved_euros__gt=0).exists()


def test_credit_that_is_entered_late_counts_the_calls_that_are_sums_by_now() -> None:
    call(job_of(), NOW - timedelta(days=100), "3", finished_at=NOW - timedelta(days=100))
    call(job_of(), NOW - timedelta(days=200), "5", finished_at=NOW - timedelta(days=200))
    retention.apply(now=NOW)
    credit = ProviderCredit(provider=Provider.OPENAI, euros=Decimal(10), bought_at=NOW - timedelta(days=120))
    credits.buy(credit=credit, by=UserFactory.create(is_staff=True))
    assert credit.spent == 3


def _ended(*, days: int, state: JobState = JobState.SUCCEEDED) -> Job:
    at = timezone.now() - timedelta(days=days)
    document = ordered_document(pages=2, sections=1)
    job = job_of(document, state=state, created_at=at, finished_at=None if state == JobState.RUNNING else at)
    section = document.sections.get()
    Step.objects.create(job=job, stage=Stage.WRITE, section=section, sort_key=0, state=StepState.DONE)
    JobEvent.objects.create(job=job, what="queued", at=at)
    BudgetUse.objects.create(scope=Scope.JOB, subject=str(job.pk), spent_euros=1)
    return job


def test_steps_events_and_budgets_of_jobs_go_when_they_are_long_over() -> None:
    old, older, young = _ended(days=91), _ended(days=181, state=JobState.FAILED), _ended(days=89)
    running_long = _ended(days=300, state=JobState.RUNNING)
    retention.apply(now=timezone.now())
    assert set(Step.objects.values_list("job_id", flat=True)) == {young.pk, running_long.pk}
    assert set(JobEvent.objects.values_list("job_id", flat=True)) == {old.pk, young.pk, running_long.pk}
    assert set(BudgetUse.objects.values_list("subject", flat=True)) == {str(young.pk), str(running_long.pk)}
    assert Job.objects.count() == 4
    assert older.document.sections.exists()


def test_a_document_whose_steps_are_gone_is_shown_and_its_job_as_well() -> None:
    job = _ended(days=91)
    JobUsage.objects.create(
        job=job, job_key=job.pk, kind=JobKind.DOCUMENT, language="en", pages=2, sections=1, purpose="write", calls=4,
        input_tokens=400, output_tokens=50,
    )  # fmt: skip
    Document.objects.filter(pk=job.document_id).update(state="ready", progress=100)
    retention.apply(now=timezone.now())
    job.document.refresh_from_db()
    shown = snapshots.snapshot(document_id=job.document_id)
    assert shown["percent"] == 100
    ((purpose, _told, used),) = usage.beside(job)
    assert (purpose, used.pairs[0]) == ("write", (0, 4))


def test_an_order_that_failed_long_ago_can_be_ordered_again() -> None:
    job = _ended(days=91, state=JobState.FAILED)
    retention.apply(now=timezone.now())
    admission.start(document_id=job.document_id, payment_id=job.document.payments.get().pk)
    assert Job.objects.filter(document=job.document, state=JobState.QUEUED).count() == 1
