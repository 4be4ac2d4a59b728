"""A job that waits for its budget is marked, told of, and goes on; too long, it fails by name (R-21)."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import ProgrammingError
from django.utils import timezone
from pytest_django import Settings

from accounts.domain.mail import deliver
from accounts.models import Mail
from billing.enums import PaymentState
from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission, holding, queue
from generation.enums import JobKind, JobState, Outcome, Scope, Stage, StepState, Wait
from generation.errors import LostStep, OverBudget, StepFailed
from generation.models import AIModel, Attempt, Budget, BudgetUse, ChainPlace, Job, PersonalLimit, Step
from generation.progress import snapshots
from generation.spending.periods import next_day
from sandbox.client import Control
from tests.documents.factories import outlined_document
from tests.generation.making import drain, ordered_document
from tests.platform.alerting import alerts_away, keys_told, told

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DAY = OverBudget(Scope.HOUSE_DAY, next_day(NOW))


def claimed(kind: JobKind = JobKind.DOCUMENT) -> queue.Claim:
    job = Job.objects.create(kind=kind, document=outlined_document(), sort_key=0, state=JobState.RUNNING)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.RESEARCH, sections=[None])
    (claim,) = queue.claim(limit=1, worker="test")
    return claim


@pytest.mark.django_db
class TestWaiting:
    """One step of a job that found no model cheap enough."""

    def test_the_job_is_marked_once_and_the_step_looks_again_within_five_minutes(self) -> None:
        claim = claimed()
        for later in (NOW, NOW + timedelta(minutes=5)):
            assert holding.wait_for_budget(claim=claim, over=DAY, now=later) == timedelta(minutes=5)
        job = Job.objects.get()
        assert (job.waits_for, job.waits_since) == (Wait.BUDGET, NOW)
        assert list(job.events.values_list("what", "note")) == [("waits", "the budget for house_day")]

    def test_shortly_before_the_next_budget_it_waits_no_longer_than_that(self) -> None:
        claim = claimed()
        for before, wait in ((90, 90), (0, 5)):
            now = next_day(NOW) - timedelta(seconds=before)
            assert holding.wait_for_budget(claim=claim, over=DAY, now=now) == timedelta(seconds=wait)
        assert holding.wait_for_budget(claim=claim, over=OverBudget(Scope.JOB), now=NOW) == timedelta(minutes=5)

    def test_staff_are_told_once_for_a_budget_however_many_jobs_wait(self) -> None:
        claims = [claimed() for _ in range(2)]
        for claim in claims:
            holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        assert keys_told() == ["budget-waits:house_day 2026-11-21"]

    def test_a_wait_that_cannot_be_told_is_not_marked_and_told_later(self) -> None:
        claim = claimed()
        with alerts_away(), pytest.raises(ProgrammingError):
            holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        assert not Job.objects.exclude(waits_for="").exists()
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        assert told() == ["Writing waits for a budget: house_day 2026-11-21"]

    def test_a_job_over_its_own_budget_is_told_of_by_its_id(self) -> None:
        claim = claimed()
        holding.wait_for_budget(claim=claim, over=OverBudget(Scope.JOB), now=NOW)
        assert keys_told() == [f"budget-waits:job {claim.job_id}"]

    @pytest.mark.parametrize(
        ("kind", "words"),
        [(JobKind.DOCUMENT, "all your money goes back to you"), (JobKind.OUTLINE, "we tell you")],
    )
    def test_its_owner_is_told_once(self, kind: JobKind, words: str, mailoutbox: list[EmailMultiAlternatives]) -> None:
        claim = claimed(kind)
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        holding.go_on(job_id=claim.job_id)
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        assert deliver(mail_id=str(Mail.objects.get().pk))
        (sent,) = mailoutbox
        assert "takes longer than usual" in sent.subject
        assert words in sent.body
        assert words in str(sent.alternatives[0][0])
        assert "24 hours" in sent.body

    def test_too_long_is_a_failure_by_name(self, settings: Settings) -> None:
        claim = claimed()
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW + settings.LONGEST_HOLD - timedelta(seconds=1))
        with pytest.raises(StepFailed, match="used up"):
            holding.wait_for_budget(claim=claim, over=DAY, now=NOW + settings.LONGEST_HOLD)

    def test_one_that_went_on_waits_anew(self, settings: Settings) -> None:
        claim = claimed()
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW)
        holding.go_on(job_id=claim.job_id)
        holding.go_on(job_id=claim.job_id)
        job = Job.objects.get()
        assert (job.waits_for, job.waits_since) == ("", None)
        assert list(job.events.values_list("what", flat=True)) == ["waits", "goes on"]
        holding.wait_for_budget(claim=claim, over=DAY, now=NOW + settings.LONGEST_HOLD)

    def test_nothing_waits_for_a_job_that_is_gone(self) -> None:
        claim = claimed()
        Job.objects.all().delete()
        with pytest.raises(LostStep):
            holding.wait_for_budget(claim=claim, over=DAY, now=NOW)


@pytest.mark.django_db
class TestOwnersLimit:
    """A person's own day is used up in the middle of a job (R-27)."""

    def over(self) -> OverBudget:
        return OverBudget(Scope.USER_DAY, next_day(NOW))

    def test_the_job_waits_for_the_day_to_end_and_its_owner_is_told(
        self, mailoutbox: list[EmailMultiAlternatives]
    ) -> None:
        claim = claimed()
        assert holding.wait_for_budget(claim=claim, over=self.over(), now=NOW) == timedelta(minutes=5)
        job = Job.objects.get()
        assert (job.waits_for, job.waits_since) == (Wait.LIMIT, NOW)
        assert deliver(mail_id=str(Mail.objects.get().pk))
        (sent,) = mailoutbox
        for body in (sent.body, str(sent.alternatives[0][0])):
            assert "What you may have written in a day is used up" in body
            assert "00:00 UTC" in body
            assert "What we may spend" not in body
        assert keys_told() == [f"budget-waits:user_day {job.document.owner_id} 2026-11-21"]

    def test_the_page_says_until_when_and_promises_no_time(self) -> None:
        claim = claimed()
        holding.wait_for_budget(claim=claim, over=self.over())
        told = snapshots.snapshot(claim.document_id)
        assert told["left"] is None
        assert told["waits"]["for"] == "limit"
        assert told["waits"]["until"] == next_day(timezone.now()).isoformat()
        assert "Nothing is lost" in told["waits"]["words"]

    def test_too_long_it_fails_and_says_so(self, settings: Settings) -> None:
        claim = claimed()
        holding.wait_for_budget(claim=claim, over=self.over(), now=NOW)
        with pytest.raises(StepFailed, match="written in a day"):
            holding.wait_for_budget(claim=claim, over=self.over(), now=NOW + settings.LONGEST_HOLD)


@pytest.mark.usefixtures("committed")
class TestInTheMiddle:
    """Budgets, prices and models change while a document is written."""

    def started(self) -> Document:
        document = ordered_document()
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
        return document

    def look_again(self, document: Document) -> Job:
        Step.objects.filter(state=StepState.READY).update(not_before=timezone.now() - timedelta(days=1))
        drain()
        document.refresh_from_db()
        return Job.objects.get(document=document)

    @pytest.mark.parametrize("scope", [Scope.JOB, Scope.HOUSE_DAY, Scope.HOUSE_MONTH])
    def test_a_lowered_budget_lets_the_job_wait_and_a_raised_one_lets_it_go_on(
        self, control: Control, scope: Scope
    ) -> None:
        before = Budget.objects.get(scope=scope).euros
        document = self.started()
        Budget.objects.filter(scope=scope).update(euros=0)
        job = self.look_again(document)
        assert (document.state, job.waits_for) == (DocumentState.WRITING, Wait.BUDGET)
        assert not Attempt.objects.exists()
        assert Step.objects.filter(state=StepState.READY, tries=0).exists()
        assert Mail.objects.get().template == "waiting"
        Budget.objects.filter(scope=scope).update(euros=before)
        job = self.look_again(document)
        assert (document.state, job.waits_for, job.state) == (DocumentState.READY, "", JobState.SUCCEEDED)
        told = job.events.filter(what__in=["waits", "goes on"]).values_list("what", flat=True)
        assert list(told) == ["waits", "goes on"]

    def test_a_limit_set_for_its_owner_lets_the_job_wait_until_the_next_day(self, control: Control) -> None:
        document = self.started()
        limit = PersonalLimit.objects.create(person=document.owner, tokens=0)
        job = self.look_again(document)
        assert (document.state, job.waits_for) == (DocumentState.WRITING, Wait.LIMIT)
        assert not Attempt.objects.exists()
        PersonalLimit.objects.filter(pk=limit.pk).update(tokens=10**9)  # as a new day would
        job = self.look_again(document)
        assert (document.state, job.waits_for, job.state) == (DocumentState.READY, "", JobState.SUCCEEDED)

    def test_below_what_is_spent_already_the_job_waits_too(self, control: Control) -> None:
        document = self.started()
        spent = Decimal("3.00")
        BudgetUse.objects.create(scope=Scope.JOB, subject=str(Job.objects.get().pk), spent_euros=spent)
        Budget.objects.filter(scope=Scope.JOB).update(euros=spent - 1)
        assert self.look_again(document).waits_for == Wait.BUDGET
        Budget.objects.filter(scope=Scope.JOB).update(euros=25)
        assert self.look_again(document).state == JobState.SUCCEEDED

    def test_a_budget_deleted_in_the_middle_stops_nothing(self, control: Control) -> None:
        document = self.started()
        Budget.objects.all().delete()
        assert self.look_again(document).state == JobState.SUCCEEDED

    def test_waiting_too_long_fails_and_gives_the_money_back(self, control: Control, settings: Settings) -> None:
        document = self.started()
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=0)
        self.look_again(document)
        Job.objects.update(waits_since=timezone.now() - settings.LONGEST_HOLD)
        job = self.look_again(document)
        assert (document.state, job.state, job.waits_for) == (DocumentState.FAILED, JobState.FAILED, "")
        assert "used up" in document.failure
        assert document.payments.get().state == PaymentState.REFUNDED

    def test_the_sums_of_a_written_document_are_those_of_its_calls(self, control: Control) -> None:
        document = self.started()
        job = self.look_again(document)
        assert job.state == JobState.SUCCEEDED
        cost = sum(attempt.cost for attempt in Attempt.objects.filter(outcome=Outcome.SUCCEEDED))
        assert job.cost == cost
        assert {use.spent_euros for use in BudgetUse.objects.all()} == {cost}
        assert {(use.reserved_euros, use.reserved_tokens) for use in BudgetUse.objects.all()} == {(0, 0)}

    def test_the_next_cheaper_model_is_asked_before_anything_waits(self, control: Control) -> None:
        """The budget has room for the cheapest model of the chain alone (R-21)."""
        cheapest = AIModel.objects.filter(enabled=True).order_by("output_price").first()
        assert cheapest is not None
        free_caches = {"cached_price": None, "cache_write_price": None}
        AIModel.objects.exclude(pk=cheapest.pk).update(**free_caches, input_price=999, output_price=9_999)
        AIModel.objects.filter(pk=cheapest.pk).update(**free_caches, input_price=0, output_price=0)
        ChainPlace.objects.filter(model=cheapest).update(position=999)
        Budget.objects.filter(scope=Scope.JOB).update(euros=Decimal("0.01"))
        document = self.started()
        job = self.look_again(document)
        assert job.state == JobState.SUCCEEDED
        assert set(job.attempts.values_list("model_name", flat=True)) == {cheapest.name}
        assert not job.events.filter(what="waits").exists()

    def test_a_price_raised_in_the_middle_counts_from_the_next_call_on(self, control: Control) -> None:
        document = self.started()
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=0)
        self.look_again(document)
        AIModel.objects.update(input_price=0, cached_price=0, cache_write_price=0, output_price=1)
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=200)
        job = self.look_again(document)
        assert job.state == JobState.SUCCEEDED
        assert job.cost == (Decimal(job.output_tokens) / 1_000_000).quantize(Decimal("0.000001"))

    def test_a_model_switched_off_in_the_middle_is_asked_no_more(self, control: Control) -> None:
        document = self.started()
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=0)
        self.look_again(document)
        first = AIModel.objects.filter(enabled=True).first()
        assert first is not None
        AIModel.objects.filter(pk=first.pk).update(enabled=False)
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=200)
        job = self.look_again(document)
        assert job.state == JobState.SUCCEEDED
        assert first.name not in set(job.attempts.values_list("model_name", flat=True))

    def test_with_every_model_switched_off_the_job_fails_by_name_and_its_money_goes_back(
        self, control: Control
    ) -> None:
        document = self.started()
        AIModel.objects.update(enabled=False)
        for _ in range(10):
            job = self.look_again(document)
            if job.state == JobState.FAILED:
                break
        assert document.state == DocumentState.FAILED
        assert "writing models" in document.failure
        assert document.payments.get().state == PaymentState.REFUNDED
        assert not Attempt.objects.exists()
