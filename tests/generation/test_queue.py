"""The queue: claims, leases, the fence, handing back, and the order in which work comes (R-40, R-41)."""

from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.db.models import Q
from django.utils import timezone

from accounts.models import Mail, User
from billing.domain.refunds import GENERATION_FAILED
from documents.domain import lifecycle
from documents.enums import DocumentState
from documents.models import Document
from generation.ai.question import Usage
from generation.engine import admission, erasing, pipeline, queue
from generation.engine.work import Result
from generation.enums import JobKind, JobState, Outcome, Stage, StepState
from generation.errors import LostStep, StepFailed
from generation.models import AIModel, Attempt, Job, JobEvent, Step
from generation.spending import attempts
from tests.documents.factories import DocumentFactory, UserFactory, outlined_document
from tests.generation.making import pay

pytestmark = pytest.mark.django_db


def job_with_steps(*, stage: Stage = Stage.RESEARCH, count: int = 1, sort_key: int = 0) -> Job:
    """A running job with claimable steps; several are of different rounds."""
    document = outlined_document()
    type(document).objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    job = Job.objects.create(kind=JobKind.DOCUMENT, document=document, sort_key=sort_key, state=JobState.RUNNING)
    for round in range(count):
        queue.add(job_id=job.pk, sort_key=sort_key, stage=stage, sections=[None], round=round)
    return job


def claim_one() -> queue.Claim:
    (claim,) = queue.claim(limit=1, worker="test")
    return claim


def let_lease_run_out() -> None:
    Step.objects.filter(state=StepState.CLAIMED).update(lease_until=timezone.now() - timedelta(hours=1))


def intend(job: Job, step_id: int, model: AIModel) -> Attempt:
    return attempts.intend(
        job_id=job.pk,
        step_id=step_id,
        model=model,
        purpose="write",
        idempotency_key=job.document_id,
        expected=Usage(input_tokens=1_000, output_tokens=1_000),
        key_place=1,
    )


def test_smallest_and_oldest_come_first() -> None:
    keys = {job_with_steps(sort_key=key).pk: key for key in (30, 10, 20)}
    claims = queue.claim(limit=2, worker="test")
    assert [keys[claim.job_id] for claim in claims] == [10, 20]
    assert [keys[claim.job_id] for claim in queue.claim(limit=9, worker="test")] == [30]
    assert queue.claim(limit=9, worker="test") == []


def test_a_step_that_is_not_due_is_left() -> None:
    job_with_steps()
    claim = claim_one()
    queue.hand_back(claim=claim, wait=timedelta(minutes=1), counts=True)
    assert queue.claim(limit=1, worker="test") == []
    assert queue.claimable() == 0
    Step.objects.update(not_before=timezone.now() - timedelta(hours=1))
    assert claim_one().tries == 2


def test_what_nobody_took_for_a_while_can_be_told_from_what_is_new() -> None:
    old = job_with_steps(sort_key=2)
    Step.objects.update(not_before=timezone.now() - timedelta(seconds=30))
    job_with_steps(sort_key=1)
    assert [claim.job_id for claim in queue.claim(limit=9, worker="test", left_for=20)] == [old.pk]
    assert len(queue.claim(limit=9, worker="test")) == 1


def test_a_claim_says_how_its_job_stands_and_a_step_which_model_answered_last() -> None:
    job_with_steps()
    claim = claim_one()
    assert claim.job_state == JobState.RUNNING
    pipeline.complete(claim=claim, result=Result({}), model="gpt-5.1")
    assert Step.objects.get(stage=Stage.RESEARCH).model_name == "gpt-5.1"


def test_a_step_handed_back_was_no_try() -> None:
    job_with_steps()
    assert queue.hand_back(claim=claim_one())
    assert Step.objects.get().tries == 0
    assert claim_one().tries == 1


def test_an_expired_lease_is_taken_over_with_a_higher_token() -> None:
    job_with_steps()
    first = claim_one()
    assert queue.claimable() == 0
    let_lease_run_out()
    assert queue.claimable() == 1
    second = claim_one()
    assert (second.step_id, second.token, second.tries) == (first.step_id, first.token + 1, 2)


def test_calls_of_a_lost_claim_are_marked_abandoned_and_still_booked_when_they_end() -> None:
    job = job_with_steps()
    claim = claim_one()
    model = AIModel.objects.first()
    assert model is not None
    attempt = intend(job, claim.step_id, model)
    let_lease_run_out()
    claim_one()
    attempt.refresh_from_db()
    assert attempt.outcome == Outcome.ABANDONED
    for _ in range(2):
        attempts.settle(
            attempt=attempt,
            model=model,
            outcome=Outcome.SUCCEEDED,
            latency_ms=5,
            usage=Usage(input_tokens=1_000_000, output_tokens=0),
        )
    job.refresh_from_db()
    assert job.cost == Usage(1_000_000).cost(model) == model.long_input_price
    assert job.input_tokens == 1_000_000


@pytest.fixture
def taken_over() -> tuple[queue.Claim, queue.Claim]:
    """A frozen worker's claim, and that of the one who took its step over."""
    job_with_steps(stage=Stage.RESEARCH)
    frozen = claim_one()
    let_lease_run_out()
    return frozen, claim_one()


def wakes_up_late(frozen: queue.Claim, awake: queue.Claim) -> list[str]:
    """Both workers finish; returns whose results were committed."""
    committed: list[str] = []
    for name, claim in (("awake", awake), ("frozen", frozen)):
        try:
            pipeline.complete(claim=claim, result=Result({"by": name}, partial(committed.append, name)))
        except LostStep:
            continue
    return committed


def test_a_worker_that_wakes_up_after_its_lease_commits_nothing(taken_over: tuple[queue.Claim, queue.Claim]) -> None:
    assert wakes_up_late(*taken_over) == ["awake"]
    assert Step.objects.get(stage=Stage.RESEARCH).result == {"by": "awake"}


def test_without_the_fence_it_would_commit_a_second_time(
    taken_over: tuple[queue.Claim, queue.Claim], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The mutant: were this not so, the test before would prove nothing."""

    def by_id_alone(claim: queue.Claim) -> Q:
        return Q(pk=claim.step_id)

    monkeypatch.setattr(queue, "_held", by_id_alone)
    assert wakes_up_late(*taken_over) == ["awake", "frozen"]


def test_a_lost_claim_can_neither_save_nor_fail_nor_hand_back(taken_over: tuple[queue.Claim, queue.Claim]) -> None:
    frozen, _awake = taken_over
    with pytest.raises(LostStep):
        queue.save(claim=frozen, checkpoint={"text": "late"}, progress=50)
    with pytest.raises(LostStep):
        pipeline.fail(claim=frozen, reason="late")
    assert not queue.hand_back(claim=frozen)
    assert Step.objects.get().state == StepState.CLAIMED


def test_a_step_ends_only_inside_a_transaction(taken_over: tuple[queue.Claim, queue.Claim]) -> None:
    class NoTransaction:
        in_atomic_block = False

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(queue, "connection", NoTransaction)
        with pytest.raises(RuntimeError):
            queue.finish(claim=taken_over[1], result={}, now=timezone.now())


def test_what_fails_while_committing_leaves_the_step_held(taken_over: tuple[queue.Claim, queue.Claim]) -> None:
    def broken() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        pipeline.complete(claim=taken_over[1], result=Result({}, broken))
    assert Step.objects.get().state == StepState.CLAIMED


def test_the_next_stage_opens_when_the_last_step_of_a_stage_ends() -> None:
    job = job_with_steps(stage=Stage.RESEARCH)
    pipeline.complete(claim=claim_one(), result=Result())
    claims = queue.claim(limit=9, worker="test")
    assert [claim.stage for claim in claims] == [Stage.WRITE] * 3
    for claim in claims:
        assert not Step.objects.filter(stage=Stage.CHECK).exists()
        pipeline.complete(claim=claim, result=Result({"draft": {"text": "x"}, "fingerprint": []}))
    assert Step.objects.filter(job=job, stage=Stage.CHECK).count() == 3


def test_a_failed_job_ends_its_waiting_steps_and_lets_held_ones_keep_their_work() -> None:
    job = job_with_steps(count=3)
    failing, held = queue.claim(limit=2, worker="test")
    pipeline.fail(claim=failing, reason="It cannot be done.")
    job.refresh_from_db()
    assert (job.state, job.failure) == (JobState.FAILED, "It cannot be done.")
    assert job.document.state == DocumentState.FAILED
    assert queue.claim(limit=9, worker="test") == []
    pipeline.complete(claim=held, result=Result({"kept": True}))
    assert Step.objects.get(pk=held.step_id).result == {"kept": True}
    assert not Step.objects.filter(stage=Stage.WRITE).exists()
    pipeline_events = list(JobEvent.objects.values_list("what", flat=True))
    assert pipeline_events == ["failed"]


def test_a_second_failing_step_changes_nothing_more() -> None:
    job = job_with_steps(count=2)
    one, other = queue.claim(limit=2, worker="test")
    pipeline.fail(claim=one, reason="The first reason.")
    pipeline.fail(claim=other, reason="The second reason.")
    job.refresh_from_db()
    assert job.failure == "The first reason."


def test_of_two_steps_claimed_at_once_the_first_begins_the_job() -> None:
    job = job_with_steps(count=2)
    Job.objects.update(state=JobState.QUEUED)
    Document.objects.update(state=DocumentState.QUEUED)
    claims = queue.claim(limit=2, worker="test")
    assert [claim.job_state for claim in claims] == [JobState.QUEUED] * 2
    for claim in claims:
        pipeline.begin(claim=claim)
    job.refresh_from_db()
    assert (job.state, job.document.state) == (JobState.RUNNING, DocumentState.WRITING)
    assert list(job.events.values_list("what", flat=True)) == ["running"]
    assert list(job.document.events.values_list("to_state", flat=True)) == [DocumentState.WRITING]


def test_a_step_that_outlived_its_job_touches_neither_the_new_order_nor_its_money() -> None:
    job = job_with_steps(count=2)
    failing, late = queue.claim(limit=2, worker="test")
    pipeline.fail(claim=failing, reason="It cannot be done.")
    document = job.document
    lifecycle.move(document_id=document.pk, to=DocumentState.OUTLINED, cause="owner tries again")
    payment = pay(document)
    pipeline.complete(claim=late, result=Result({}, lambda: pytest.fail("it must not be committed any more")))
    Step.objects.filter(pk=late.step_id).update(state=StepState.READY)
    again = claim_one()
    with pytest.raises(StepFailed):
        pipeline.begin(claim=again)
    pipeline.fail(claim=again, reason="The job is over.")
    payment.refresh_from_db()
    assert payment.state == "succeeded"
    assert Job.objects.get().failure == "It cannot be done."


def outlining(owner: User) -> Job:
    """A job that makes an outline and waits for its turn."""
    document = DocumentFactory.create(owner=owner, state=DocumentState.OUTLINING)
    admission.start_outline(document_id=document.pk)
    return Job.objects.get(document=document)


def test_what_a_person_who_leaves_has_under_way_is_stopped_and_paid_back() -> None:
    writing = job_with_steps(count=2)
    owner = writing.document.owner
    payment = pay(writing.document)
    held = claim_one()
    planned, of_another = outlining(owner), outlining(UserFactory.create())
    erasing.stop_jobs(owner, timezone.now())
    for job, state in ((writing, DocumentState.FAILED), (planned, DocumentState.DRAFT)):
        job.refresh_from_db()
        assert (job.state, job.document.state) == (JobState.FAILED, state)
        assert "erased" in job.failure
        assert set(job.steps.values_list("state", flat=True)) == {StepState.FAILED}
    assert "erased" in planned.document.outline_error
    refund = payment.refunds.get()
    assert (refund.cause, refund.amount) == (GENERATION_FAILED, payment.amount)
    with pytest.raises(LostStep):
        pipeline.complete(claim=held, result=Result({}, lambda: pytest.fail("nothing more is committed")))
    assert not Mail.objects.filter(template="failed").exists()
    assert Job.objects.filter(state=JobState.QUEUED).get() == of_another


def test_a_job_that_is_over_is_not_stopped() -> None:
    job = job_with_steps()
    payment = pay(job.document)
    now = timezone.now()
    Job.objects.update(state=JobState.SUCCEEDED)
    assert not pipeline.stop(job_id=job.pk, reason="Its owner leaves.", now=now)
    assert (Job.objects.get().failure, payment.refunds.exists()) == ("", False)
    assert Step.objects.get().state == StepState.READY


def test_an_outline_that_cannot_be_made_leads_back_to_the_brief_and_speaks_of_no_money() -> None:
    job = outlining(UserFactory.create())
    pipeline.fail(claim=claim_one(), reason="No model answered.")
    job.refresh_from_db()
    assert (job.state, job.document.state) == (JobState.FAILED, DocumentState.DRAFT)
    assert job.document.outline_error == "No model answered."
    assert not Mail.objects.exists()


@pytest.mark.parametrize("is_stopped", [True, False])
def test_an_outline_whose_document_was_put_right_by_hand_ends_without_a_word_there(is_stopped: bool) -> None:
    job = outlining(UserFactory.create())
    Document.objects.update(state=DocumentState.OUTLINED)
    claim = claim_one()
    if is_stopped:
        assert pipeline.stop(job_id=job.pk, reason="Its owner leaves.", now=timezone.now())
    else:
        pipeline.fail(claim=claim, reason="No model answered.")
    job.refresh_from_db()
    assert (job.state, job.document.state) == (JobState.FAILED, DocumentState.OUTLINED)
    assert job.document.outline_error == ""


def plan_of(sql: str, parameters: dict[str, Any]) -> str:
    with connection.cursor() as cursor:
        cursor.execute(f"EXPLAIN {sql}", parameters)
        return "\n".join(row[0] for row in cursor.fetchall())


def test_claiming_walks_the_index_and_never_the_whole_table() -> None:
    job = job_with_steps()
    due = timezone.now() - timedelta(days=1)
    Step.objects.bulk_create(
        [
            Step(job=job, stage=Stage.WRITE, round=number % 30_000, section=None, sort_key=number, not_before=due)
            for number in range(5_000)
        ]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE generation_step")
    ready = plan_of(queue._READY, {"limit": 8, "left_for": 1.0, "stages": Stage.values})
    assert "step_claimable" in ready
    assert "Seq Scan" not in ready
    assert "Seq Scan" not in plan_of(queue._EXPIRED, {"limit": 8, "stages": Stage.values})


@pytest.mark.parametrize(
    ("name", "values"),
    [
        ("step_state_known", {"state": "lost"}),
        ("step_claim_has_lease", {"state": "claimed", "lease_until": None}),
        ("step_progress_is_percentage", {"progress": 101}),
    ],
)
def test_a_step_cannot_be_what_it_must_not(name: str, values: dict[str, Any]) -> None:
    job_with_steps()
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        Step.objects.update(**values)


def test_a_step_stands_once_in_its_job() -> None:
    job = job_with_steps()
    with pytest.raises(IntegrityError, match="step_once_in_job"), transaction.atomic():
        Step.objects.create(job=job, stage=Stage.RESEARCH, round=0, section=None, sort_key=0)
    assert queue.add(job_id=job.pk, sort_key=0, stage=Stage.RESEARCH, sections=[None]) == 1
    assert Step.objects.count() == 1


def test_a_document_has_one_open_job_of_a_kind_and_one_that_did_not_fail() -> None:
    document = DocumentFactory.create()
    Job.objects.create(kind=JobKind.OUTLINE, document=document, sort_key=0)
    with pytest.raises(IntegrityError, match="one_open_job_per_document_and_kind"), transaction.atomic():
        Job.objects.create(kind=JobKind.OUTLINE, document=document, sort_key=0)
    Job.objects.create(kind=JobKind.DOCUMENT, document=document, sort_key=0, state=JobState.SUCCEEDED)
    with pytest.raises(IntegrityError, match="one_document_job_per_document"), transaction.atomic():
        Job.objects.create(kind=JobKind.DOCUMENT, document=document, sort_key=0)


@pytest.mark.parametrize(
    ("name", "model", "values"),
    [
        ("job_state_known", Job, {"state": "lost"}),
        ("job_cost_not_negative", Job, {"cost": -1}),
        ("attempt_outcome_known", Attempt, {"outcome": "lost"}),
        ("ai_price_not_negative", AIModel, {"input_price": -1}),
        ("ai_provider_known", AIModel, {"provider": "nobody"}),
    ],
)
def test_rows_cannot_be_what_they_must_not(name: str, model: Any, values: dict[str, Any]) -> None:
    job = job_with_steps()
    chosen = AIModel.objects.first()
    assert chosen is not None
    step = Step.objects.get()
    intend(job, step.pk, chosen)
    with pytest.raises(IntegrityError, match=name), transaction.atomic():
        model.objects.update(**values)


def test_a_model_stands_once_in_the_chain_and_an_attempt_ends_after_it_began() -> None:
    first = AIModel.objects.first()
    assert first is not None
    with pytest.raises(IntegrityError, match="ai_model_once"), transaction.atomic():
        AIModel.objects.create(
            provider=first.provider,
            name=first.name,
            input_price=1,
            output_price=1,
            context_tokens=1,
            max_output_tokens=1,
        )
    job = job_with_steps()
    step = Step.objects.get()
    intend(job, step.pk, first)
    with pytest.raises(IntegrityError, match="attempt_ends_after_it_starts"), transaction.atomic():
        Attempt.objects.update(finished_at=timezone.now() - timedelta(days=1))
