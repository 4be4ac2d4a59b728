"""Jobs that stand still, budgets that are nearly used up and providers that are away are found (R-112, R-113)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from generation.ai import breaker, keys
from generation.engine import queue, watching
from generation.enums import JobState, Outcome, Provider, Scope, Wait
from generation.models import Budget, BudgetUse, Job
from generation.spending.periods import period_of
from tests.generation.test_interrupted import LONG_AGO, quiet_job

MINUTE = timedelta(minutes=1)


@pytest.mark.django_db
def test_a_step_that_no_worker_takes_for_half_an_hour_is_told() -> None:
    quiet_job()
    now = timezone.now()
    assert list(watching.stuck_jobs(now - MINUTE)) == []
    [trouble] = watching.stuck_jobs(now + MINUTE)
    assert "the oldest for 31 minutes" in trouble.text


@pytest.mark.django_db
def test_a_running_job_without_a_sign_of_life_is_named_unless_it_waits_for_a_budget() -> None:
    job = quiet_job()
    queue.claim(limit=1, worker="somebody")
    then = timezone.now() - LONG_AGO - MINUTE
    Job.objects.update(state=JobState.RUNNING, started_at=then, created_at=then)
    job.steps.update(started_at=then, lease_until=then, created_at=then)
    [trouble] = watching.stuck_jobs(timezone.now())
    assert str(job.pk) in trouble.text
    Job.objects.update(waits_for=Wait.BUDGET, waits_since=then)
    assert all(str(job.pk) not in trouble.text for trouble in watching.stuck_jobs(timezone.now()))


@pytest.mark.django_db
@pytest.mark.parametrize(("spent", "found"), [("7.99", []), ("8.00", ["80 % of the budget house_day is used"])])
def test_budgets_of_the_house_count_from_80_percent_and_were_told_when_they_got_there(
    spent: str, found: list[str]
) -> None:
    now = timezone.now()
    Budget.objects.all().delete()
    Budget.objects.create(scope=Scope.HOUSE_DAY, euros=Decimal(10))
    BudgetUse.objects.create(scope=Scope.HOUSE_DAY, period=period_of(Scope.HOUSE_DAY, now), spent_euros=Decimal(spent))
    troubles = list(watching.used_budgets(now))
    assert [trouble.subject for trouble in troubles] == found
    assert all(trouble.is_told for trouble in troubles)


def test_a_provider_is_away_while_none_of_its_keys_can_be_asked() -> None:
    [key] = keys.configured(Provider.OPENAI)
    assert watching.providers_answer() == "ok"
    breaker.report(key, call="one", outcome=Outcome.RATE_LIMITED, retry_after=5)
    assert watching.providers_answer() == "ok", "rest is not absence"
    for number in range(5):
        breaker.report(key, call=str(number), outcome=Outcome.TIMEOUT)
    assert watching.providers_answer() == "away"
