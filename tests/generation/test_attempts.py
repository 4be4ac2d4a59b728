"""Calls as rows: what they hold of the budgets before, and what comes of it after (R-21, R-22, R-36)."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import transaction
from django.utils import timezone

from generation.ai.question import Usage
from generation.engine import queue
from generation.enums import JobKind, JobState, Outcome, Scope, Stage, StepState
from generation.errors import LostStep, OverBudget
from generation.models import AIModel, Attempt, Budget, BudgetUse, Job, Step
from generation.spending import attempts
from generation.spending.periods import period_of
from tests.documents.factories import outlined_document
from tests.lock_waits import elsewhere, until_somebody_waits

pytestmark = pytest.mark.django_db

EXPECTED = Usage(input_tokens=2_000, output_tokens=8_000)


def model() -> AIModel:
    first = AIModel.objects.filter(enabled=True).first()
    assert first is not None
    return first


def claimed() -> queue.Claim:
    job = Job.objects.create(kind=JobKind.DOCUMENT, document=outlined_document(), sort_key=0, state=JobState.RUNNING)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.RESEARCH, sections=[None])
    (claim,) = queue.claim(limit=1, worker="test")
    return claim


def intend(claim: queue.Claim, expected: Usage = EXPECTED) -> Attempt:
    return attempts.intend(
        job_id=claim.job_id,
        step_id=claim.step_id,
        token=claim.token,
        model=model(),
        purpose="write",
        idempotency_key=uuid.uuid4(),
        expected=expected,
        key_place=2,
    )


def settle(attempt: Attempt, outcome: Outcome = Outcome.SUCCEEDED, usage: Usage | None = None) -> None:
    attempts.settle(attempt=attempt, model=model(), outcome=outcome, latency_ms=5, usage=usage)


def uses() -> dict[str, tuple[Decimal, Decimal, int, int]]:
    """Spent and reserved euros, spent and reserved tokens of each budget."""
    return {
        use.scope: (use.spent_euros, use.reserved_euros, use.spent_tokens, use.reserved_tokens)
        for use in BudgetUse.objects.all()
    }


def test_a_call_holds_its_share_of_every_budget_before_it_is_made() -> None:
    attempt = intend(claimed())
    cost = EXPECTED.cost(model())
    assert (attempt.reserved_cost, attempt.reserved_tokens, attempt.key_place) == (cost, 10_000, 2)
    assert uses() == dict.fromkeys(Scope.values, (0, cost, 0, 10_000))


def test_what_was_held_becomes_what_was_spent_once() -> None:
    attempt = intend(claimed())
    spent = Usage(input_tokens=1_500, output_tokens=9_000)
    for _ in range(2):
        settle(attempt, usage=spent)
    assert uses() == dict.fromkeys(Scope.values, (spent.cost(model()), 0, 10_500, 0))
    job = Job.objects.get()
    assert (job.cost, job.input_tokens, job.output_tokens) == (spent.cost(model()), 1_500, 9_000)


def test_a_failure_that_cost_nothing_gives_everything_back() -> None:
    settle(intend(claimed()), Outcome.SERVER_ERROR)
    assert uses() == dict.fromkeys(Scope.values, (0, 0, 0, 0))


def test_a_call_lost_with_its_worker_counts_as_spent_until_its_answer_is_booked() -> None:
    claim = claimed()
    attempt = intend(claim)
    held = EXPECTED.cost(model())
    attempts.abandon(step_ids=[claim.step_id])
    attempts.abandon(step_ids=[claim.step_id])
    assert uses() == dict.fromkeys(Scope.values, (held, 0, 10_000, 0))
    spent = Usage(input_tokens=2_000, output_tokens=1_000)
    settle(attempt, usage=spent)
    assert uses() == dict.fromkeys(Scope.values, (spent.cost(model()), 0, 3_000, 0))


def test_a_call_that_does_not_fit_leaves_nothing_behind() -> None:
    claim = claimed()
    Budget.objects.filter(scope=Scope.HOUSE_MONTH).update(euros=Decimal("0.01"))
    with pytest.raises(OverBudget) as refused:
        intend(claim)
    assert refused.value.scope == Scope.HOUSE_MONTH
    assert not Attempt.objects.exists()
    assert not BudgetUse.objects.exists()


def test_usage_is_booked_on_the_day_on_which_the_call_began() -> None:
    attempt = intend(claimed())
    yesterday = timezone.now() - timedelta(days=1)
    Attempt.objects.update(started_at=yesterday)
    for use in BudgetUse.objects.exclude(period=""):
        period = period_of(Scope(use.scope), yesterday)
        BudgetUse.objects.filter(pk=use.pk).update(period=period)
    attempt.refresh_from_db()
    settle(attempt, usage=EXPECTED)
    assert {use.reserved_tokens for use in BudgetUse.objects.all()} == {0}


def test_a_call_for_a_job_that_was_thrown_away_is_not_made() -> None:
    claim = claimed()
    Job.objects.all().delete()
    with pytest.raises(LostStep):
        intend(claim)


def test_a_call_for_a_step_that_is_gone_is_not_made() -> None:
    claim = claimed()
    Step.objects.all().delete()
    with pytest.raises(LostStep):
        intend(claim)
    assert not BudgetUse.objects.exists()


def test_a_call_for_a_step_that_others_hold_is_not_made() -> None:
    claim = claimed()
    Step.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    (taken,) = queue.claim(limit=1, worker="another")
    with pytest.raises(LostStep):
        intend(claim)
    assert not Attempt.objects.exists()
    intend(taken)


@pytest.mark.django_db(transaction=True)
def test_a_call_begun_while_its_step_is_taken_over_waits_for_that_and_holds_nobody_up() -> None:
    """The worker was frozen: others take its step, count what it asked before, and never wait for it in turn."""
    claim = claimed()
    intend(claim)
    Step.objects.update(lease_until=timezone.now() - timedelta(hours=1))
    with ThreadPoolExecutor(1) as pool:
        with transaction.atomic():
            taken = Step.objects.select_for_update().get(pk=claim.step_id)
            waking = elsewhere(pool, lambda: intend(claim))
            until_somebody_waits()
            attempts.abandon(step_ids=[taken.pk])
        waking.result(60)
    assert sorted(Attempt.objects.values_list("outcome", flat=True)) == ["abandoned", "intent"]
    assert {(use.spent_tokens, use.reserved_tokens) for use in BudgetUse.objects.all()} == {(10_000, 10_000)}


def test_an_answer_for_a_job_that_was_thrown_away_is_no_error() -> None:
    attempt = intend(claimed())
    Job.objects.all().delete()
    settle(attempt, usage=EXPECTED)


def test_a_call_whose_step_went_to_another_worker_is_counted_once() -> None:
    claim = claimed()
    intend(claim)
    Step.objects.filter(state=StepState.CLAIMED).update(lease_until=timezone.now() - timedelta(hours=1))
    (second,) = queue.claim(limit=1, worker="other")
    assert second.token == claim.token + 1
    assert not queue.hand_back(claim=claim)
    assert {use.spent_tokens for use in BudgetUse.objects.all()} == {10_000}
