"""How far a document is: the page, the API, the live line, and what they are made of (R-43)."""

import json
import uuid
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import sync_to_async
from asgiref.testing import ApplicationCommunicator
from channels.routing import URLRouter
from django.contrib.auth.models import AnonymousUser
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from billing.domain import refunds
from documents.domain import outline
from documents.enums import DocumentState
from documents.models import Document
from generation import consumers
from generation.consumers import NOT_FOUND
from generation.engine import admission, pipeline
from generation.enums import JobKind, JobState, Stage, StepState, Wait
from generation.models import AIModel, Job, Step
from generation.progress import recording, snapshots, timing
from generation.progress.outages import OpenStep
from generation.routing import websocket_urlpatterns
from privacy.domain import consent
from privacy.enums import ConsentKind
from tests.documents.factories import DocumentFactory, UserFactory, outlined_document
from tests.generation.making import ordered_document


def allow(user: User) -> User:
    """The required consent."""
    consent.give(user=user, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    return user


def started(**fields: Any) -> tuple[Document, Job]:
    """A paid document in the queue."""
    document = ordered_document(**fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    document.refresh_from_db()
    return document, Job.objects.get(document=document)


def done(job: Job, stage: Stage, document: Document, *, steps: int | None = None) -> None:
    """Ends steps of a stage, one for each section, as far as told."""
    for position, section in enumerate(outline.leaves(document)):
        is_done = steps is None or position < steps
        Step.objects.create(
            job=job, stage=stage, section=section, position=position, sort_key=0,
            state=StepState.DONE if is_done else StepState.READY,
            started_at=timezone.now() - timedelta(seconds=7), finished_at=timezone.now() if is_done else None,
        )  # fmt: skip


@pytest.mark.django_db
class TestSnapshot:
    def test_a_waiting_document_tells_its_place(self) -> None:
        started(pages=1)
        large, _job = started(pages=9)
        snapshot = snapshots.snapshot(large.pk)
        assert (snapshot["state"], snapshot["place"], snapshot["percent"]) == ("queued", 2, 0)
        assert {stage["state"] for stage in snapshot["stages"][1:]} == {"waiting"}

    def test_weights_add_up_and_sections_say_where_they_are(self) -> None:
        assert sum(stage.weight for stage in recording.STAGES) == 100
        document, job = started(pages=4, sections=4)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        job.steps.update(state=StepState.DONE)
        done(job, Stage.WRITE, document, steps=2)
        recording.record(document_id=document.pk)
        snapshot = snapshots.snapshot(document.pk)
        assert snapshot["percent"] == 6 + 54 // 2
        assert [section["state"] for section in snapshot["sections"]] == ["written", "written", "waiting", "waiting"]
        assert snapshot["sections"][0]["seconds"] == 7
        assert 0 <= snapshot["left"]["low"] <= snapshot["left"]["high"]

    def test_the_percentage_never_goes_back(self) -> None:
        document, _job = started()
        Document.objects.filter(pk=document.pk).update(progress=40)
        recording.record(document_id=document.pk)
        document.refresh_from_db()
        assert document.progress == 40

    def test_sections_whose_turn_never_came_are_not_called_failed(self) -> None:
        document, job = started(pages=2, sections=2)
        done(job, Stage.WRITE, document, steps=1)
        now = timezone.now()
        held, withdrawn = job.steps.filter(stage=Stage.WRITE)
        Step.objects.filter(pk=held.pk).update(state=StepState.FAILED, finished_at=now)
        Step.objects.filter(pk=withdrawn.pk).update(state=StepState.FAILED, started_at=None, finished_at=now)
        states = [section["state"] for section in snapshots.snapshot(document.pk)["sections"]]
        assert states == ["failed", "waiting"]

    def test_each_section_says_how_far_it_is(self) -> None:
        document, job = started(pages=4, sections=4)
        done(job, Stage.WRITE, document)
        done(job, Stage.CHECK, document, steps=1)
        held = job.steps.filter(stage=Stage.CHECK, state=StepState.READY).order_by("position")
        lease = {"state": StepState.CLAIMED, "lease_until": timezone.now() + timedelta(minutes=1)}
        Step.objects.filter(pk=held[0].pk).update(**lease)
        for number, stage in ((2, Stage.WRITE), (3, Stage.REVISE)):
            step = job.steps.filter(stage=Stage.WRITE).order_by("position")[number]
            Step.objects.filter(pk=step.pk).update(stage=stage, round=1, **lease)
        states = [section["state"] for section in snapshots.snapshot(document.pk)["sections"]]
        assert states == ["checked", "checking", "writing", "fitting"]

    def test_an_outline_that_is_made_or_not_asked_for_waits_for_nothing(self) -> None:
        document = DocumentFactory.create(state=DocumentState.OUTLINING)
        assert snapshots.outline_waits(document.pk) is None
        admission.start_outline(document_id=document.pk)
        Job.objects.filter(document=document).update(state=JobState.SUCCEEDED, waits_for="")
        assert snapshots.outline_waits(document.pk) is None

    @pytest.mark.parametrize("sections", [2, 200])
    def test_it_asks_the_same_number_of_queries_for_two_sections_and_for_200(
        self, sections: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        document, job = started(pages=sections, sections=sections)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
        done(job, Stage.WRITE, document)
        done(job, Stage.CHECK, document, steps=sections // 2)
        snapshots.snapshot(document.pk)
        with django_assert_num_queries(8):
            assert len(snapshots.snapshot(document.pk)["sections"]) == sections
        with django_assert_num_queries(3):
            recording.record(document_id=document.pk)


def past_steps(job: Job, stage: Stage, *, model: str, seconds: float, count: int = 5) -> None:
    """Steps of this stage that this model has done."""
    now = timezone.now()
    first = job.steps.count()
    for round_ in range(first, first + count):
        Step.objects.create(
            job=job, stage=stage, round=round_, sort_key=0, state=StepState.DONE, model_name=model,
            started_at=now - timedelta(seconds=seconds), finished_at=now,
        )  # fmt: skip
    cache.clear()


@pytest.mark.django_db
class TestTimeLeft:
    def test_it_is_guessed_then_learned_by_stage_and_then_by_the_model_that_is_first(self) -> None:
        assert timing.usual() == timing.Usual(timing.FIRST_GUESS, is_learned=False)
        _document, job = started()
        past_steps(job, Stage.WRITE, model="forgotten-1", seconds=40)
        assert timing.usual().seconds[Stage.WRITE] == pytest.approx(40, abs=0.1)
        assert timing.usual().is_learned
        past_steps(job, Stage.WRITE, model=timing.first_in_chain(), seconds=7)
        assert timing.usual().seconds[Stage.WRITE] == pytest.approx(7, abs=0.1)
        assert timing.usual("forgotten-1").seconds[Stage.WRITE] == pytest.approx(40, abs=0.1)
        assert timing.usual().seconds[Stage.EXPORT] == timing.FIRST_GUESS[Stage.EXPORT]

    def test_a_model_that_is_moved_to_the_front_brings_its_own_times(self) -> None:
        _document, job = started()
        before = timing.first_in_chain()
        second = AIModel.objects.filter(enabled=True).exclude(name=before).order_by("position")[0]
        past_steps(job, Stage.WRITE, model=before, seconds=40)
        past_steps(job, Stage.WRITE, model=second.name, seconds=4)
        AIModel.objects.exclude(pk=second.pk).update(enabled=False)
        assert timing.usual().seconds[Stage.WRITE] == pytest.approx(4, abs=0.1)

    def test_four_steps_are_too_few_to_learn_from(self) -> None:
        _document, job = started()
        past_steps(job, Stage.WRITE, model="any", seconds=400, count=4)
        assert timing.usual().seconds == timing.FIRST_GUESS

    def test_more_calls_at_once_make_it_shorter(self, settings: Settings) -> None:
        document, _job = started(pages=40, sections=40)
        settings.DRAIN_WIDTH = 2
        few = snapshots.snapshot(document.pk)["left"]
        settings.DRAIN_WIDTH = 40
        many = snapshots.snapshot(document.pk)["left"]
        assert many["high"] < few["low"]

    def test_those_ahead_in_the_queue_make_it_longer(self) -> None:
        alone, _job = started(pages=20, sections=10, owner=UserFactory.create())
        before = snapshots.snapshot(alone.pk)["left"]
        for _ in range(3):
            started(pages=19, sections=10)
        behind = snapshots.snapshot(alone.pk)
        assert behind["place"] == 4
        assert behind["left"]["low"] > 1.5 * before["low"]

    def test_the_range_narrows_and_what_runs_counts_for_what_is_left_of_it(self) -> None:
        now = timezone.now()
        tallies = {Stage.RESEARCH: recording.Tally(1, 1), Stage.WRITE: recording.Tally(8, 4)}

        def left(percent: int, ran: float) -> dict[str, int]:
            held = OpenStep(Stage.WRITE, StepState.CLAIMED, now - timedelta(seconds=ran), now, now)
            return timing.left(tallies=tallies, open_steps=[held] * 4, sections=8, percent=percent, now=now)

        early, late = left(10, 0), left(60, 20)
        assert late["high"] - late["low"] < early["high"] - early["low"]
        same = left(10, 20)
        assert early["high"] - same["high"] == pytest.approx(20 * 1.54, abs=2)

    def test_steps_that_were_put_off_are_waited_for(self) -> None:
        now = timezone.now()
        later = OpenStep(Stage.WRITE, StepState.READY, None, now + timedelta(minutes=5), now)
        tallies = {Stage.WRITE: recording.Tally(1)}
        left = timing.left(tallies=tallies, open_steps=[later], sections=1, percent=50, now=now)
        assert left["low"] >= 0.7 * 300


@pytest.mark.django_db
class TestWaiting:
    def test_for_the_budget_is_told_in_plain_words_and_no_time_is_promised(self, client: Client) -> None:
        document, job = started()
        waiting_for_the_budget(job)
        snapshot = snapshots.snapshot(document.pk)
        assert snapshot["waits"]["for"] == "budget"
        assert "What we may spend for now is used up" in snapshot["waits"]["words"]
        assert snapshot["left"] is None
        client.force_login(allow(document.owner))
        page = client.get(reverse("generation:progress", args=[document.pk])).content.decode()
        assert snapshot["waits"]["html"] in page
        assert "min left" not in page

    def test_for_models_that_cannot_answer_is_told_with_when_they_are_asked_again(self) -> None:
        document, job = started()
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        job.steps.update(not_before=timezone.now() + timedelta(minutes=3))
        waits = snapshots.snapshot(document.pk)["waits"]
        assert waits["for"] == "models"
        assert "asked again by themselves at" in waits["words"]

    def test_is_not_said_of_a_job_that_is_being_worked(self) -> None:
        document, job = started()
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        assert snapshots.snapshot(document.pk)["waits"] is None


def waiting_for_the_budget(job: Job) -> None:
    """The mark that holding leaves on a job."""
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, waits_for=Wait.BUDGET, waits_since=timezone.now())


@pytest.mark.django_db
class TestPage:
    def test_the_browser_that_comes_back_before_the_signal_finds_its_document_queued(self, client: Client) -> None:
        document = ordered_document()
        client.force_login(allow(document.owner))
        response = client.get(reverse("generation:progress", args=[document.pk]))
        assert response.status_code == 200
        assert "place 1 in the queue" in response.content.decode()
        assert Job.objects.get().document == document

    def test_an_unpaid_document_leads_to_its_outline(self, client: Client) -> None:
        document = outlined_document()
        client.force_login(allow(document.owner))
        response = client.get(reverse("generation:progress", args=[document.pk]))
        assert response.headers["Location"] == reverse("documents:outline", args=[document.pk])
        assert not Job.objects.exists()

    def test_a_failed_document_says_why_and_can_be_tried_again(self, client: Client) -> None:
        document, _job = started()
        Document.objects.filter(pk=document.pk).update(state=DocumentState.FAILED, failure="No source was found.")
        client.force_login(allow(document.owner))
        page = client.get(reverse("generation:progress", args=[document.pk])).content.decode()
        assert "No source was found." in page
        assert "goes back to you by itself" in page
        response = client.post(reverse("generation:try-again", args=[document.pk]))
        assert response.headers["Location"] == reverse("documents:outline", args=[document.pk])
        document.refresh_from_db()
        assert document.state == DocumentState.OUTLINED

    def test_pages_that_were_not_delivered_are_told_with_what_goes_back(self, client: Client) -> None:
        document, _job = started(pages=10)
        Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, body_pages=Decimal("9.2"))
        refunds.refund_missing_pages(
            document_id=document.pk, ordered=10, delivered=Decimal("9.2"), reason="It came out shorter."
        )
        assert snapshots.snapshot(document.pk)["refund"] == {"amount": "0.40", "pages": "9.2", "ordered": "10"}
        client.force_login(allow(document.owner))
        page = client.get(reverse("generation:progress", args=[document.pk])).content.decode()
        assert "€0.40 goes back to you" in page
        assert "9.2 of the 10 pages" in page

    def test_a_finished_document_with_all_its_pages_speaks_of_no_money(self, client: Client) -> None:
        document, _job = started()
        Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
        client.force_login(allow(document.owner))
        page = client.get(reverse("generation:progress", args=[document.pk])).content.decode()
        assert "Your document is ready" in page
        assert "goes back" not in page

    def test_programs_get_the_same_with_every_field(self, client: Client) -> None:
        document, _job = started()
        client.force_login(allow(document.owner))
        told = client.get(reverse("generation:progress-api", args=[document.pk])).json()
        assert set(told) == {
            "document", "title", "state", "label", "failure", "percent", "place", "waits", "stages", "sections", "left",
            "refund",
        }  # fmt: skip
        assert set(told["sections"][0]) == {
            "id", "number", "title", "level", "is_chapter", "pages", "state", "state_label", "seconds", "sources",
        }  # fmt: skip
        assert set(told["left"]) == {"low", "high", "low_minutes", "high_minutes"}

    def test_nobody_else_sees_anything(self, client: Client) -> None:
        document, _job = started()
        client.force_login(allow(UserFactory.create()))
        for name in ("progress", "progress-fragment", "progress-api"):
            assert client.get(reverse(f"generation:{name}", args=[document.pk])).status_code == 404
        assert client.post(reverse("generation:try-again", args=[document.pk])).status_code == 404


async def line(document_id: uuid.UUID, user: User | AnonymousUser) -> ApplicationCommunicator:
    """A WebSocket to a document's progress, as this user; it has been accepted."""
    scope: dict[str, Any] = {
        "type": "websocket", "path": f"/ws/documents/{document_id}/progress/", "headers": [], "subprotocols": [],
        "user": user,
    }  # fmt: skip
    communicator = ApplicationCommunicator(URLRouter(websocket_urlpatterns), scope)
    await communicator.send_input({"type": "websocket.connect"})
    assert (await communicator.receive_output(timeout=60))["type"] == "websocket.accept"
    return communicator


async def told(communicator: ApplicationCommunicator) -> dict[str, Any]:
    """The next snapshot on the line."""
    snapshot: dict[str, Any] = json.loads((await communicator.receive_output(timeout=60))["text"])
    return snapshot


class TestLiveLine:
    async def test_the_owner_gets_a_snapshot_and_then_every_change(self, transactional_db: None) -> None:
        document, _job = await sync_to_async(started)()
        owner = await sync_to_async(lambda: document.owner)()
        communicator = await line(document.pk, owner)
        assert (await told(communicator))["state"] == "queued"
        await Document.objects.filter(pk=document.pk).aupdate(progress=33)
        await sync_to_async(recording.announce)(document.pk)
        assert (await told(communicator))["percent"] == 33
        await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await communicator.wait(timeout=60)

    async def test_many_changes_at_once_are_told_together_and_the_last_is_told(self, transactional_db: None) -> None:
        document, job = await sync_to_async(started)()
        owner = await sync_to_async(lambda: document.owner)()
        communicator = await line(document.pk, owner)
        await told(communicator)
        for percent in range(1, 41):
            await Document.objects.filter(pk=document.pk).aupdate(progress=percent)
            await sync_to_async(recording.announce)(document.pk)
        await sync_to_async(waiting_for_the_budget)(job)
        await sync_to_async(recording.announce)(document.pk)
        seen: list[dict[str, Any]] = []
        while not seen or seen[-1]["waits"] is None:
            seen.append(await told(communicator))
        assert len(seen) < 20
        assert (seen[-1]["percent"], seen[-1]["waits"]["for"]) == (40, "budget")
        await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await communicator.wait(timeout=60)

    async def test_who_waits_in_the_queue_hears_of_a_better_place_although_nothing_of_theirs_changed(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "LONGEST_PAUSE_SECONDS", 0.1)
        _first, ahead = await sync_to_async(started)(pages=1)
        document, _job = await sync_to_async(started)(pages=9)
        owner = await sync_to_async(lambda: document.owner)()
        communicator = await line(document.pk, owner)
        assert (await told(communicator))["place"] == 2
        await Job.objects.filter(pk=ahead.pk).aupdate(state=JobState.RUNNING)
        places = [(await told(communicator))["place"] for _ in range(3)]
        assert places[-1] == 1
        await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await communicator.wait(timeout=60)

    async def test_a_finished_document_is_told_of_while_a_part_is_written_anew(
        self, transactional_db: None, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(consumers, "LONGEST_PAUSE_SECONDS", 0.1)
        document, job = await sync_to_async(started)(pages=1)
        await Document.objects.filter(pk=document.pk).aupdate(state=DocumentState.READY)
        await Job.objects.filter(pk=job.pk).aupdate(kind=JobKind.REWRITING)
        owner = await sync_to_async(lambda: document.owner)()
        communicator = await line(document.pk, owner)
        assert [(await told(communicator))["state"] for _ in range(3)] == ["ready"] * 3
        monkeypatch.setattr(consumers, "LONGEST_PAUSE_SECONDS", 600)
        await sync_to_async(pipeline.stop)(job_id=job.pk, reason="Enough.", now=timezone.now())
        assert (await told(communicator))["state"] == "ready"
        await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await communicator.wait(timeout=60)

    @pytest.mark.parametrize("who", ["stranger", "anonymous"])
    async def test_others_are_told_that_there_is_nothing(self, transactional_db: None, who: str) -> None:
        document, _job = await sync_to_async(started)()
        user = await sync_to_async(UserFactory.create)() if who == "stranger" else AnonymousUser()
        communicator = await line(document.pk, user)
        said = await communicator.receive_output(timeout=60)
        assert (said["type"], said["code"]) == ("websocket.close", NOT_FOUND)
