"""How far a document is: the page, the API, the live line, and what they are made of (R-43)."""

import json
import uuid
from datetime import timedelta
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

from accounts.models import User
from documents.domain import outline
from documents.enums import DocumentState
from documents.models import Document
from generation.consumers import NOT_FOUND
from generation.domain import admission, progress
from generation.enums import JobState, Stage, StepState
from generation.models import Job, Step
from generation.routing import websocket_urlpatterns
from privacy.domain import consent
from privacy.enums import ConsentKind
from tests.documents.factories import UserFactory, outlined_document
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
        snapshot = progress.snapshot(large.pk)
        assert (snapshot["state"], snapshot["place"], snapshot["percent"]) == ("queued", 2, 0)
        assert {stage["state"] for stage in snapshot["stages"][1:]} == {"waiting"}

    def test_weights_add_up_and_sections_say_where_they_are(self) -> None:
        assert sum(stage.weight for stage in progress.STAGES) == 100
        document, job = started(pages=4, sections=4)
        Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING)
        job.steps.update(state=StepState.DONE)
        done(job, Stage.WRITE, document, steps=2)
        progress.record(document_id=document.pk)
        snapshot = progress.snapshot(document.pk)
        assert snapshot["percent"] == 6 + 54 // 2
        assert [section["state"] for section in snapshot["sections"]] == ["written", "written", "waiting", "waiting"]
        assert snapshot["sections"][0]["seconds"] == 7
        assert 0 <= snapshot["left"]["low"] <= snapshot["left"]["high"]

    def test_the_percentage_never_goes_back(self) -> None:
        document, _job = started()
        Document.objects.filter(pk=document.pk).update(progress=40)
        progress.record(document_id=document.pk)
        document.refresh_from_db()
        assert document.progress == 40

    def test_the_usual_seconds_are_learned_from_past_steps(self) -> None:
        assert progress.usual_seconds()[Stage.WRITE] == progress.FIRST_GUESS[Stage.WRITE]
        document, job = started(pages=6, sections=6)
        done(job, Stage.WRITE, document)
        cache.clear()
        assert progress.usual_seconds()[Stage.WRITE] == pytest.approx(7, abs=0.1)


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
    assert (await communicator.receive_output(timeout=10))["type"] == "websocket.accept"
    return communicator


async def told(communicator: ApplicationCommunicator) -> dict[str, Any]:
    """The next snapshot on the line."""
    snapshot: dict[str, Any] = json.loads((await communicator.receive_output(timeout=10))["text"])
    return snapshot


class TestLiveLine:
    async def test_the_owner_gets_a_snapshot_and_then_every_change(self, transactional_db: None) -> None:
        document, _job = await sync_to_async(started)()
        owner = await sync_to_async(lambda: document.owner)()
        communicator = await line(document.pk, owner)
        assert (await told(communicator))["state"] == "queued"
        await Document.objects.filter(pk=document.pk).aupdate(progress=33)
        await sync_to_async(progress.announce)(document.pk)
        assert (await told(communicator))["percent"] == 33
        await communicator.send_input({"type": "websocket.disconnect", "code": 1000})
        await communicator.wait(timeout=10)

    @pytest.mark.parametrize("who", ["stranger", "anonymous"])
    async def test_others_are_told_that_there_is_nothing(self, transactional_db: None, who: str) -> None:
        document, _job = await sync_to_async(started)()
        user = await sync_to_async(UserFactory.create)() if who == "stranger" else AnonymousUser()
        communicator = await line(document.pk, user)
        said = await communicator.receive_output(timeout=10)
        assert (said["type"], said["code"]) == ("websocket.close", NOT_FOUND)
