"""Waiting for models, told as it is: since when, until when, and never with a time left that nobody knows (R-43)."""

import threading
import time
import uuid
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission
from generation.enums import JobState, Outcome, Provider, Stage, StepState
from generation.models import Attempt, Job, Step
from generation.progress import outages, snapshots
from generation.progress.outages import OpenStep, Trouble
from sandbox.client import Control
from tests.documents.factories import DocumentFactory
from tests.generation.making import drain, ordered_document
from tests.generation.test_progress import allow

OUTAGE = timedelta(hours=1)


def running(**fields: Any) -> tuple[Document, Job]:
    """A document whose job has begun."""
    document = ordered_document(**fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    Job.objects.filter(document=document).update(state=JobState.RUNNING)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    document.refresh_from_db()
    return document, Job.objects.get(document=document)


def call(job: Job, outcome: Outcome, *, ago: float, took: float = 1.0, now: datetime | None = None) -> None:
    """A call that ended ``ago`` seconds ago, or began then and is under way."""
    at = (now or timezone.now()) - timedelta(seconds=ago)
    is_over = outcome != Outcome.INTENT
    Attempt.objects.create(
        job=job, provider=Provider.OPENAI, model_name="alpha", purpose="write", idempotency_key=uuid.uuid4(),
        outcome=outcome, started_at=at - timedelta(seconds=took) if is_over else at,
        finished_at=at if is_over else None,
    )  # fmt: skip


@pytest.mark.django_db
class TestTrouble:
    def test_begins_with_the_first_failure_after_the_newest_answer(self) -> None:
        _document, job = running()
        now = timezone.now()
        assert outages.trouble(job_id=job.pk, now=now) == Trouble()
        for outcome, ago in ((Outcome.TIMEOUT, 90), (Outcome.SUCCEEDED, 60), (Outcome.RATE_LIMITED, 40)):
            call(job, outcome, ago=ago, now=now)
        call(job, Outcome.SERVER_ERROR, ago=20, now=now)
        found = outages.trouble(job_id=job.pk, now=now)
        assert found == Trouble(now - timedelta(seconds=40), answered=1, failed=3)
        assert found.is_outage(now)
        assert found.slower == 4
        call(job, Outcome.BAD_ANSWER, ago=1, now=now)
        assert outages.trouble(job_id=job.pk, now=now).since is None

    def test_is_none_yet_while_an_older_call_may_be_answered_or_the_first_failure_is_a_moment_old(self) -> None:
        _document, job = running()
        now = timezone.now()
        call(job, Outcome.RATE_LIMITED, ago=30, now=now)
        call(job, Outcome.INTENT, ago=50, now=now)
        assert not outages.trouble(job_id=job.pk, now=now).is_outage(now)
        Attempt.objects.filter(outcome=Outcome.INTENT).update(started_at=now)
        assert outages.trouble(job_id=job.pk, now=now).is_outage(now)
        assert not Trouble(now - timedelta(seconds=9), failed=3).is_outage(now)

    def test_of_others_is_none_of_a_job_that_has_begun_and_all_of_one_that_has_not(self) -> None:
        _document, mine = running()
        _other, theirs = running()
        call(theirs, Outcome.RATE_LIMITED, ago=30)
        now = timezone.now()
        assert not outages.trouble(job_id=mine.pk, now=now).is_outage(now)
        assert outages.trouble(job_id=None, now=now).is_outage(now)

    def test_lies_in_the_question_or_the_answer_no_more_than_in_a_lost_call(self) -> None:
        _document, job = running()
        for outcome in (Outcome.BAD_REQUEST, Outcome.ABANDONED):
            call(job, outcome, ago=30)
        assert outages.trouble(job_id=job.pk, now=timezone.now()).since is None


def step(now: datetime, *, created: float, due: float = 0.0, tries: int = 1, state: str = StepState.READY) -> OpenStep:
    """Seconds ago, and seconds to come."""
    at = now - timedelta(seconds=created)
    return OpenStep(Stage.WRITE, state, at, now + timedelta(seconds=due), at, tries)


class TestRule:
    """What the drain does is what people are told."""

    @pytest.fixture(autouse=True)
    def as_in_production(self, settings: Settings) -> None:
        settings.LONGEST_OUTAGE = OUTAGE
        settings.AI_BACKOFF_BASE = 2.0

    def test_waits_double_up_to_ten_minutes_and_an_outage_may_last_an_hour(self) -> None:
        waits = [outages.next_try(tries=tries, waited=timedelta(0), is_outage=True) for tries in range(1, 7)]
        assert [tried and tried[0].total_seconds() for tried in waits] == [30, 60, 120, 240, 480, 600]
        assert [tried and tried[1] for tried in waits] == [1, 2, 3, 3, 3, 3]
        assert outages.next_try(tries=6, waited=OUTAGE, is_outage=True) is None
        assert outages.next_try(tries=3, waited=timedelta(0), is_outage=False) is None

    def test_the_last_try_is_made_when_the_hour_is_over_to_the_second(self) -> None:
        tried = outages.next_try(tries=4, waited=OUTAGE - timedelta(minutes=3), is_outage=True)
        assert tried == (timedelta(minutes=3), outages.MOST_TRIES - 1)

    @pytest.mark.parametrize("lasts", [timedelta(hours=1), timedelta(minutes=20), timedelta(minutes=7)], ids=str)
    def test_the_end_that_is_told_stays_the_same_from_the_first_failure_on_and_comes(
        self, settings: Settings, lasts: timedelta
    ) -> None:
        settings.LONGEST_OUTAGE = lasts
        since = at = timezone.now()
        made, tries, told = at - timedelta(minutes=4), 1, set()
        while tried := outages.next_try(tries=tries, waited=at - since, is_outage=True):
            # While a claim asks, and while it is put off; each claim asks for some seconds before it fails.
            held = OpenStep(Stage.WRITE, StepState.CLAIMED, at, at, made, tries)
            told.add(outages.ends_by([held], since=since, now=at))
            put_off = OpenStep(Stage.WRITE, StepState.READY, at, at + tried[0], made, tried[1])
            told.add(outages.ends_by([put_off], since=since, now=at + tried[0] / 2))
            at, tries = at + tried[0] + timedelta(seconds=7), tried[1] + 1
        assert told == {since + lasts}
        assert since + lasts <= at <= since + lasts + timedelta(seconds=7)
        assert tries == outages.MOST_TRIES

    def test_the_first_step_that_is_given_up_ends_the_job(self) -> None:
        now = timezone.now()
        old, young = step(now, created=3_500, tries=4), step(now, created=10)
        assert outages.ends_by([young, old], since=None, now=now) == outages.ends_by([old], since=None, now=now)
        assert outages.ends_by([], since=None, now=now) is None

    def test_without_any_back_off_the_end_is_found_too(self, settings: Settings) -> None:
        settings.AI_BACKOFF_BASE = 0.0
        now = timezone.now()
        assert outages.ends_by([step(now, created=0)], since=now, now=now) is not None


@pytest.mark.django_db
class TestTold:
    def test_an_outage_says_since_when_until_when_and_that_nothing_is_lost(
        self, client: Client, settings: Settings
    ) -> None:
        settings.LONGEST_OUTAGE = OUTAGE
        document, job = running()
        call(job, Outcome.RATE_LIMITED, ago=45)
        job.steps.update(tries=1, not_before=timezone.now() + timedelta(minutes=3), started_at=timezone.now())
        told = snapshots.snapshot(document.pk)
        assert told["left"] is None
        waits = told["waits"]
        since, until, latest = (datetime.fromisoformat(waits[name]) for name in ("since", "until", "latest"))
        now = timezone.now()
        assert waits["for"] == "models"
        assert abs(since - (now - timedelta(seconds=45))) < timedelta(seconds=5)
        assert timedelta(minutes=2) < until - now <= timedelta(minutes=3)
        assert latest - since == OUTAGE
        for words in (f"since {since:%H:%M} UTC", f"at {until:%H:%M} UTC", f"until about {latest:%H:%M} UTC"):
            assert words in waits["words"]
        assert "Nothing is lost" in waits["words"]
        client.force_login(allow(document.owner))
        page = client.get(reverse("generation:progress", args=[document.pk])).content.decode()
        for at in (since, until, latest):
            named = f'<time datetime="{at.isoformat(timespec="seconds")}" title="{at:%Y-%m-%d %H:%M} UTC"'
            assert f'{named} data-local="clock">{at:%H:%M} UTC</time>' in page
        assert "min left" not in page
        assert "than a minute left" not in page

    def test_between_two_steps_no_end_is_foretold(self) -> None:
        document, job = running()
        call(job, Outcome.RATE_LIMITED, ago=45)
        job.steps.update(state=StepState.DONE)
        waits = snapshots.snapshot(document.pk)["waits"]
        assert (waits["for"], waits["until"], waits["latest"]) == ("models", None, None)
        assert "Nothing is lost" in waits["words"]
        assert "money" not in waits["words"]

    def test_where_every_key_is_refused_no_time_of_asking_is_named(self) -> None:
        document, job = running()
        for outcome in (Outcome.ACCOUNT, Outcome.AUTHENTICATION):
            call(job, outcome, ago=45)
        job.steps.update(tries=1, not_before=timezone.now() + timedelta(minutes=3), started_at=timezone.now())
        waits = snapshots.snapshot(document.pk)["waits"]
        assert waits["until"] is None
        assert waits["latest"] is not None
        assert "our staff know" in waits["words"]
        assert "asked again" not in waits["words"]
        call(job, Outcome.TIMEOUT, ago=40)
        assert "They are asked again" in snapshots.snapshot(document.pk)["waits"]["words"]

    def test_no_time_is_promised_from_the_first_failure_on(self, client: Client) -> None:
        """Ten seconds and calls under way are what words about it wait for; a promise does not."""
        document, job = running()
        assert snapshots.snapshot(document.pk)["left"] is not None
        call(job, Outcome.RATE_LIMITED, ago=1)
        call(job, Outcome.INTENT, ago=3)
        told = snapshots.snapshot(document.pk)
        assert (told["left"], told["waits"]) == (None, None)
        for ago in (40, 30):
            call(job, Outcome.SUCCEEDED, ago=ago)
        assert snapshots.snapshot(document.pk)["left"] is not None, "one of three calls is tried again"

    def test_an_outline_on_its_way_says_the_same_without_a_word_of_money(self, client: Client) -> None:
        document = DocumentFactory.create()
        Document.objects.filter(pk=document.pk).update(state=DocumentState.OUTLINING)
        admission.start_outline(document_id=document.pk)
        job = Job.objects.get(document=document)
        client.force_login(allow(document.owner))
        page = reverse("documents:outline", args=[document.pk])
        assert "about a minute" in client.get(page).content.decode()
        Job.objects.update(state=JobState.RUNNING)
        call(job, Outcome.RATE_LIMITED, ago=45)
        job.steps.update(tries=1, not_before=timezone.now() + timedelta(minutes=3), started_at=timezone.now())
        for address in (page, reverse("documents:outline-state", args=[document.pk])):
            said = client.get(address).content.decode()
            assert "The writing models have not answered since <time datetime=" in said
            assert "your description and your files are kept" in said
            assert "you can ask for it again" in said
            assert "about a minute" not in said
            assert "money" not in said

    def test_it_is_said_while_a_step_is_asking_again(self) -> None:
        document, job = running()
        call(job, Outcome.RATE_LIMITED, ago=15)
        job.steps.update(
            state=StepState.CLAIMED, started_at=timezone.now(), lease_until=timezone.now() + timedelta(minutes=1)
        )
        told = snapshots.snapshot(document.pk)
        assert (told["left"], told["waits"]["until"]) == (None, None)
        assert "again and again" in told["waits"]["words"]

    def test_resting_keys_are_said_with_the_end_of_their_rest(self) -> None:
        document, job = running()
        job.steps.update(not_before=timezone.now() + timedelta(minutes=20), started_at=timezone.now())
        waits = snapshots.snapshot(document.pk)["waits"]
        assert waits["for"] == "models"
        assert datetime.fromisoformat(waits["until"]) > timezone.now() + timedelta(minutes=19)

    def test_a_mistake_of_ours_is_not_called_an_outage(self) -> None:
        document, job = running()
        job.steps.update(tries=1, not_before=timezone.now() + timedelta(minutes=1), started_at=timezone.now())
        waits = snapshots.snapshot(document.pk)["waits"]
        assert waits["for"] == "retry"
        assert "on our side" in waits["words"]

    def test_a_storm_that_lets_some_calls_pass_widens_the_range_and_an_answer_brings_the_time_back(self) -> None:
        document, job = running()
        job.steps.update(started_at=timezone.now())
        calm = snapshots.snapshot(document.pk)["left"]
        for ago in (50, 40, 30):
            call(job, Outcome.RATE_LIMITED, ago=ago)
        assert snapshots.snapshot(document.pk)["left"] is None
        call(job, Outcome.SUCCEEDED, ago=1)
        stormy = snapshots.snapshot(document.pk)
        assert stormy["waits"] is None
        assert stormy["left"]["low"] == pytest.approx(calm["low"], abs=2)
        assert stormy["left"]["high"] == pytest.approx(4 * calm["high"], rel=0.05)
        Attempt.objects.update(started_at=timezone.now() - timedelta(minutes=5))
        Attempt.objects.update(finished_at=timezone.now() - timedelta(minutes=4))
        assert snapshots.snapshot(document.pk)["left"]["high"] == pytest.approx(calm["high"], abs=2)

    def test_who_waits_behind_an_outage_keeps_the_place_and_is_promised_no_time(self) -> None:
        _document, job = running()
        behind = ordered_document()
        admission.start(document_id=behind.pk, payment_id=behind.payments.get().pk)
        assert snapshots.snapshot(behind.pk)["left"] is not None
        call(job, Outcome.SERVER_ERROR, ago=30)
        told = snapshots.snapshot(behind.pk)
        assert (told["place"], told["left"], told["waits"]["for"]) == (1, None, "models")
        assert "place in the queue is kept" in told["waits"]["words"]


@pytest.mark.usefixtures("committed")
class TestStorm:
    """Every provider answers 429, as the drain and the snapshot really meet it."""

    def test_the_page_promises_no_time_throughout_and_the_time_comes_back(
        self, control: Control, settings: Settings
    ) -> None:
        settings.LONGEST_OUTAGE = OUTAGE
        document = ordered_document()
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
        control.fault("ai", "429")
        seen: list[dict[str, Any]] = []
        worker = threading.Thread(target=self.work)
        worker.start()
        deadline = time.monotonic() + 90
        while time.monotonic() < deadline:
            seen.append(snapshots.snapshot(document.pk))
            first = Attempt.objects.filter(outcome=Outcome.RATE_LIMITED).order_by("finished_at").first()
            is_told = first and first.finished_at and seen[-1]["waits"]
            if is_told and timezone.now() - first.finished_at > timedelta(seconds=12):
                break
            time.sleep(0.2)
        worker.join(60)
        assert seen[-1]["waits"]["for"] == "models"
        since = datetime.fromisoformat(seen[-1]["waits"]["since"])
        begun = [told for told in seen if told["waits"]]
        assert all(told["left"] is None for told in begun)
        assert abs(since - Attempt.objects.order_by("started_at")[0].started_at) < timedelta(seconds=10)
        assert snapshots.snapshot(document.pk)["left"] is None
        control.clear_faults()
        for _ in range(8):
            Step.objects.filter(state=StepState.READY).update(not_before=timezone.now() - timedelta(days=1))
            drain()
            document.refresh_from_db()
            if document.state == DocumentState.READY:
                break
            time.sleep(1)  # keys that were told to rest
        assert document.state == DocumentState.READY, document.failure
        assert snapshots.snapshot(document.pk)["waits"] is None
        assert Job.objects.get().cost > Decimal(0)

    def work(self) -> None:
        try:
            drain()
        finally:
            connection.close()
