"""Budgets: exact under any concurrency, told of at 80 % and 100 %, put right after what nobody booked (R-21)."""

import random
import threading
import uuid
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, transaction
from django.db.models import F, Sum
from django.utils import timezone

from documents.models import Document
from generation.ai.question import Usage
from generation.engine import queue
from generation.enums import JobKind, JobState, Outcome, Scope, Stage
from generation.errors import OverBudget
from generation.models import AIModel, Attempt, Budget, BudgetUse, Job, PersonalLimit, Step
from generation.spending import attempts, budgets, upkeep
from generation.spending.budgets import Amount, Payer
from generation.spending.periods import next_day, period_of, resets_at
from privacy.domain import retention
from tests.billing.concurrently import at_once, together
from tests.documents.factories import DocumentFactory, UserFactory, outlined_document
from tests.lock_waits import until_somebody_waits
from tests.platform.alerting import alerts_away, told

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
#: At €1 for a million tokens of output.
CENT = Usage(output_tokens=10_000)


@pytest.fixture
def model() -> AIModel:
    first = AIModel.objects.filter(enabled=True).first()
    assert first is not None
    AIModel.objects.filter(pk=first.pk).update(input_price=1, output_price=1)
    first.refresh_from_db()
    return first


def limit(scope: Scope, euros: str) -> None:
    Budget.objects.filter(scope=scope).update(euros=Decimal(euros))


def running(document: Document | None = None) -> Job:
    job = Job.objects.create(
        kind=JobKind.DOCUMENT, document=document or outlined_document(), sort_key=0, state=JobState.RUNNING
    )
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.RESEARCH, sections=[None])
    return job


def intend(job: Job, model: AIModel, expected: Usage = CENT) -> Attempt:
    return attempts.intend(
        job_id=job.pk,
        step_id=Step.objects.filter(job=job).values_list("pk", flat=True)[0],
        model=model,
        purpose="write",
        idempotency_key=uuid.uuid4(),
        expected=expected,
        key_place=1,
    )


def reserve(payer: Payer, euros: str, tokens: int = 100) -> None:
    with transaction.atomic():
        levels = budgets.reserve(payer=payer, amount=Amount(Decimal(euros), tokens))
    budgets.tell(levels)


def payer(at: datetime = NOW, owner_id: int = 7) -> Payer:
    return Payer(uuid.uuid4(), owner_id, at)


def assert_sums_agree() -> None:
    """Each budget's spent and reserved are exactly what the calls say."""
    under_way = Attempt.objects.filter(outcome=Outcome.INTENT).aggregate(
        euros=Sum("reserved_cost", default=Decimal(0)), tokens=Sum("reserved_tokens", default=0)
    )
    lost = Attempt.objects.filter(outcome=Outcome.ABANDONED).aggregate(
        euros=Sum("reserved_cost", default=Decimal(0)), tokens=Sum("reserved_tokens", default=0)
    )
    booked = Attempt.objects.aggregate(
        euros=Sum("cost", default=Decimal(0)),
        tokens=Sum(F("input_tokens") + F("output_tokens"), default=0),
    )
    for scope in Scope:
        uses = BudgetUse.objects.filter(scope=scope).aggregate(
            spent=Sum("spent_euros"), held=Sum("reserved_euros"), gone=Sum("spent_tokens"), kept=Sum("reserved_tokens")
        )
        assert (uses["held"], uses["kept"]) == (under_way["euros"], under_way["tokens"]), scope
        assert uses["spent"] == lost["euros"] + booked["euros"], scope
        assert uses["gone"] == lost["tokens"] + booked["tokens"], scope


@pytest.mark.parametrize(
    ("scope", "resets"),
    [
        (Scope.JOB, None),
        (Scope.HOUSE_DAY, datetime(2026, 11, 22, tzinfo=UTC)),
        (Scope.HOUSE_MONTH, datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_what_does_not_fit_is_refused_with_the_time_of_the_next_budget(scope: Scope, resets: datetime | None) -> None:
    limit(scope, "1.00")
    mine = payer()
    reserve(mine, "0.60")
    with pytest.raises(OverBudget) as refused:
        reserve(mine, "0.41")
    assert (refused.value.scope, refused.value.resets_at) == (scope, resets)
    reserve(mine, "0.40")


def test_a_budget_may_be_used_up_to_the_last_cent_and_the_next_day_is_a_new_one() -> None:
    limit(Scope.HOUSE_DAY, "1.00")
    reserve(payer(), "1.00")
    with pytest.raises(OverBudget):
        reserve(payer(), "0.000001")
    reserve(payer(at=NOW + timedelta(days=1)), "1.00")


def test_days_and_months_are_those_of_utc() -> None:
    late = datetime(2026, 12, 1, 0, 30, tzinfo=UTC).astimezone(timezone.get_fixed_timezone(-120))
    assert period_of(Scope.HOUSE_DAY, late) == "2026-12-01"
    assert period_of(Scope.HOUSE_MONTH, late) == "2026-12"
    assert period_of(Scope.JOB, late) == ""
    assert resets_at(Scope.HOUSE_MONTH, datetime(2026, 12, 31, tzinfo=UTC)) == datetime(2027, 1, 1, tzinfo=UTC)
    assert resets_at(Scope.HOUSE_MONTH, datetime(2027, 1, 31, tzinfo=UTC)) == datetime(2027, 2, 1, tzinfo=UTC)


def test_a_persons_limit_holds_at_each_call_and_ends_with_the_day() -> None:
    Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=200)
    reserve(payer(), "0.01")
    reserve(payer(), "0.01")
    with pytest.raises(OverBudget) as refused:
        reserve(payer(), "0.01", tokens=1)
    assert (refused.value.scope, refused.value.resets_at) == (Scope.USER_DAY, next_day(NOW))
    assert BudgetUse.objects.get(scope=Scope.USER_DAY).reserved_tokens == 200
    reserve(payer(owner_id=8), "0.01")  # somebody else's day
    reserve(payer(at=NOW + timedelta(days=1)), "0.01")


def test_a_limit_of_their_own_holds_in_place_of_the_default_both_ways() -> None:
    Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=200)
    careful, generous, usual = UserFactory.create_batch(3)
    PersonalLimit.objects.create(person=careful, tokens=100)
    PersonalLimit.objects.create(person=generous, tokens=1_000)
    assert [budgets.tokens_of_day(person.pk) for person in (careful, generous, usual)] == [100, 1_000, 200]
    for person, most in ((careful, 100), (generous, 1_000), (usual, 200)):
        reserve(payer(owner_id=person.pk), "0.01", tokens=most)
        with pytest.raises(OverBudget):
            reserve(payer(owner_id=person.pk), "0.01", tokens=1)
    assert len(told("100 % of a budget")) == 3
    PersonalLimit.objects.filter(person=careful).delete()
    reserve(payer(owner_id=careful.pk), "0.01", tokens=100)
    Budget.objects.filter(scope=Scope.USER_DAY).delete()
    assert budgets.tokens_of_day(usual.pk) is None
    reserve(payer(owner_id=usual.pk), "0.01", tokens=10**9)


def test_a_person_has_one_limit_and_it_is_no_debt() -> None:
    person = UserFactory.create()
    PersonalLimit.objects.create(person=person, tokens=0)
    with pytest.raises(IntegrityError), transaction.atomic():
        PersonalLimit.objects.create(person=person, tokens=5)
    with pytest.raises(IntegrityError, match="tokens"), transaction.atomic():
        PersonalLimit.objects.create(person=UserFactory.create(), tokens=-1)


def test_the_person_shown_is_the_one_nearest_to_their_own_limit() -> None:
    Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=1_000)
    near, far = UserFactory.create_batch(2)
    PersonalLimit.objects.create(person=near, tokens=100)
    reserve(payer(owner_id=near.pk), "0", tokens=90)
    reserve(payer(owner_id=far.pk), "0", tokens=500)
    person = budgets.overview(now=NOW)[-1]
    assert (person.subject, person.limit, person.share) == (str(near.pk), 100, 90)


def test_without_a_row_there_is_no_limit_and_staff_are_told() -> None:
    Budget.objects.filter(scope=Scope.HOUSE_DAY).delete()
    limit(Scope.JOB, "9999")
    reserve(payer(), "2000")
    upkeep.tell_missing()
    assert told() == ["There is no budget of the kind house_day"]


def test_staff_are_told_at_80_and_at_100_percent_once_each() -> None:
    limit(Scope.HOUSE_DAY, "1.00")
    for euros in ("0.79", "0.01", "0.05", "0.15"):
        reserve(payer(), euros)
    assert told("house_day") == [
        "80 % of a budget is used: house_day 2026-11-21",
        "100 % of a budget is used: house_day 2026-11-21",
    ]


def test_staff_are_told_again_when_a_raised_budget_fills_up() -> None:
    limit(Scope.HOUSE_DAY, "1.00")
    reserve(payer(), "0.80")
    limit(Scope.HOUSE_DAY, "2.00")
    reserve(payer(), "0.10")
    reserve(payer(), "0.70")
    assert told("house_day") == ["80 % of a budget is used: house_day 2026-11-21"] * 2


def test_a_budget_that_could_not_be_told_of_is_told_of_at_the_next_call() -> None:
    limit(Scope.HOUSE_DAY, "1.00")
    with alerts_away():
        reserve(payer(), "0.80")  # goes on
    assert BudgetUse.objects.get(scope=Scope.HOUSE_DAY).alerted == 0
    reserve(payer(), "0.01")
    assert told("house_day") == ["80 % of a budget is used: house_day 2026-11-21"]


def test_the_overview_shows_the_house_and_the_furthest_job_and_person() -> None:
    limit(Scope.HOUSE_DAY, "10.00")
    limit(Scope.JOB, "4.00")
    Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=1_000)
    Budget.objects.filter(scope=Scope.HOUSE_MONTH).delete()
    small, large = running(), running()
    for job, euros, tokens in ((small, "1.00", 10), (large, "2.00", 500)):
        mine = Payer(job.pk, job.document.owner_id, NOW)
        reserve(mine, euros, tokens)
        with transaction.atomic():
            budgets.settle((mine, Amount(Decimal("0.5"), 0), Amount(Decimal("0.5"), 0)))
    day, month, job_state, person = budgets.overview(now=NOW)
    assert (day.scope, day.limit, day.spent, day.reserved, day.share) == (Scope.HOUSE_DAY, 10, 1, 2, 30)
    assert (month.scope, month.limit, month.share) == (Scope.HOUSE_MONTH, None, 0)
    assert (job_state.subject, job_state.share, job_state.unit) == (str(large.pk), 50, "euros")
    assert (person.subject, person.share, person.unit) == (str(large.document.owner_id), 50, "tokens")
    assert budgets.overview(now=NOW + timedelta(days=1))[0].share == 0


def test_a_lowered_budget_refuses_and_a_raised_one_lets_go_on(model: AIModel) -> None:
    job = running()
    first = intend(job, model)
    attempts.settle(attempt=first, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1, usage=CENT)
    limit(Scope.JOB, "0.00")
    with pytest.raises(OverBudget):
        intend(job, model)
    limit(Scope.JOB, "1.00")
    intend(job, model)


def test_a_cheaper_model_may_fit_where_a_dearer_one_does_not(model: AIModel) -> None:
    limit(Scope.JOB, "0.01")
    cheap = AIModel.objects.exclude(pk=model.pk).filter(enabled=True).first()
    assert cheap is not None
    AIModel.objects.filter(pk=cheap.pk).update(input_price=0, output_price=Decimal("0.5"))
    cheap.refresh_from_db()
    job = running()
    with pytest.raises(OverBudget):
        intend(job, model, Usage(output_tokens=20_000))
    assert intend(job, cheap, Usage(output_tokens=20_000)).reserved_cost == Decimal("0.01")


def test_prices_changed_in_the_middle_of_a_call_leave_nothing_reserved(model: AIModel) -> None:
    attempt = intend(running(), model)
    AIModel.objects.filter(pk=model.pk).update(output_price=3)
    model.refresh_from_db()
    attempts.settle(attempt=attempt, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1, usage=CENT)
    assert {use.reserved_euros for use in BudgetUse.objects.all()} == {0}
    assert {use.spent_euros for use in BudgetUse.objects.all()} == {Decimal("0.03")}


def test_calls_thrown_away_with_their_draft_count_as_spent(model: AIModel) -> None:
    kept, thrown = running(), running()
    intend(kept, model)
    intend(thrown, model)
    Document.objects.filter(pk=thrown.document_id).delete()
    assert upkeep.reconcile() == 4  # the house's two, the job's, its owner's
    day = BudgetUse.objects.get(scope=Scope.HOUSE_DAY)
    assert (day.spent_euros, day.reserved_euros) == (Decimal("0.01"), Decimal("0.01"))
    assert upkeep.reconcile() == 0


def test_calls_that_nobody_will_book_are_given_up(model: AIModel) -> None:
    job = running()
    old, young = intend(job, model), intend(job, model)
    Step.objects.all().delete()
    Attempt.objects.filter(pk=old.pk).update(started_at=timezone.now() - timedelta(hours=3))
    attempts.abandon_lost(now=timezone.now())
    assert set(Attempt.objects.values_list("pk", "outcome")) == {(old.pk, "abandoned"), (young.pk, "intent")}


def test_old_days_and_months_go_and_jobs_keep_theirs_as_long_as_they_live() -> None:
    kept, thrown = running(), running()
    for scope, subject, period in (
        (Scope.HOUSE_DAY, "", "2025-10-16"),
        (Scope.HOUSE_DAY, "", "2025-10-18"),
        (Scope.USER_DAY, "7", "2025-10-16"),
        (Scope.HOUSE_MONTH, "", "2025-09"),
        (Scope.HOUSE_MONTH, "", "2025-11"),
        (Scope.JOB, str(kept.pk), ""),
        (Scope.JOB, str(thrown.pk), ""),
    ):
        BudgetUse.objects.create(scope=scope, subject=subject, period=period)
    Document.objects.filter(pk=thrown.document_id).delete()
    retention.apply(now=NOW)
    assert {(use.scope, use.subject, use.period) for use in BudgetUse.objects.all()} == {
        ("house_day", "", "2025-10-18"),
        ("house_month", "", "2025-11"),
        ("job", str(kept.pk), ""),
    }


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("scope", [Scope.JOB, Scope.HOUSE_DAY, Scope.HOUSE_MONTH])
def test_of_many_calls_at_once_exactly_those_that_fit_are_admitted(model: AIModel, scope: Scope) -> None:
    limit(scope, "0.10")
    job = running()
    results = at_once(16, lambda: intend(job, model))
    assert sum(isinstance(result, Attempt) for result in results) == 10
    assert sum(isinstance(result, OverBudget) for result in results) == 6
    assert Attempt.objects.count() == 10
    assert_sums_agree()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_own", [True, False])
def test_of_many_calls_of_one_person_at_once_exactly_those_within_the_limit_are_admitted(
    model: AIModel, is_own: bool
) -> None:
    """Two documents of one person: 10 calls of 10,000 tokens fit, in any order; another person's all do."""
    person, other = UserFactory.create_batch(2)
    if is_own:
        PersonalLimit.objects.create(person=person, tokens=100_000)
    else:
        Budget.objects.filter(scope=Scope.USER_DAY).update(tokens=100_000)
    jobs = [running(outlined_document(owner=owner)) for owner in (person, person, other)]
    turns = [job for job in jobs for _ in range(8)]
    lock = threading.Lock()

    def call() -> tuple[Job, Attempt]:
        with lock:
            job = turns.pop()
        return job, intend(job, model)

    results = at_once(24, call)
    admitted = [result[0].pk for result in results if isinstance(result, tuple)]
    refused = [result for result in results if isinstance(result, OverBudget)]
    assert admitted.count(jobs[2].pk) == 8
    assert len(admitted) == 18
    assert {over.scope for over in refused} == {Scope.USER_DAY}
    use = BudgetUse.objects.get(scope=Scope.USER_DAY, subject=str(person.pk))
    assert (use.reserved_tokens, use.spent_tokens) == (100_000, 0)
    assert_sums_agree()


@pytest.mark.django_db(transaction=True)
def test_a_sum_that_is_deleted_while_it_is_put_right_is_let_go() -> None:
    BudgetUse.objects.create(scope=Scope.JOB, subject=str(uuid.uuid4()), reserved_euros=1)
    is_deleted = threading.Event()

    def delete() -> None:
        with transaction.atomic():
            BudgetUse.objects.all().delete()
            is_deleted.set()
            until_somebody_waits()

    def put_right() -> int:
        assert is_deleted.wait(60)
        return upkeep.reconcile()

    assert together([delete, put_right]) == [None, 0]


@pytest.mark.django_db(transaction=True)
def test_two_documents_and_many_threads_never_block_each_other_for_good(model: AIModel) -> None:
    """Calls are begun, booked, given up and put right at random, in jobs of one owner: no deadlock, exact sums."""
    limit(Scope.HOUSE_DAY, "1.00")
    owner = DocumentFactory.create().owner
    jobs = [running(outlined_document(owner=owner)) for _ in range(2)]
    chance = random.Random(7)

    def calls(job: Job, seed: int) -> Callable[[], None]:
        own = random.Random(seed)

        def work() -> None:
            for _ in range(12):
                with suppress(OverBudget):
                    attempt = intend(job, model)
                    if own.random() < 0.3:
                        attempts.abandon(step_ids=[attempt.step_id or 0])
                    if own.random() < 0.8:
                        usage = Usage(output_tokens=own.randrange(20_000))
                        attempts.settle(
                            attempt=attempt, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1, usage=usage
                        )
                if own.random() < 0.1:
                    upkeep.reconcile()

        return work

    works = [calls(jobs[number % 2], chance.randrange(999)) for number in range(12)]
    lock = threading.Lock()

    def next_work() -> None:
        with lock:
            work = works.pop()
        work()

    assert at_once(12, next_work) == [None] * 12
    assert_sums_agree()
    for job in jobs:
        job.refresh_from_db()
        assert job.cost == job.attempts.aggregate(sum=Sum("cost"))["sum"]
