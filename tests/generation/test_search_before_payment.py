"""Sources are looked for before anybody pays, and once (R-97): what is found then is what is written from."""

from datetime import timedelta
from typing import Any

import pytest
import redis
from celery import current_app
from django.db import connection
from django.utils import timezone
from pytest_django import Settings

from documents.domain import briefs, outline, waiting
from documents.domain.outline import Proposal, ProposedSection
from documents.enums import DocumentState
from documents.models import Document
from generation.engine import admission, pipeline, queue
from generation.engine.work import Result
from generation.enums import JobKind, JobState, Scope, Stage, StepState
from generation.models import Attempt, Budget, Job, JobUsage, Step
from sandbox.client import Control
from tesigo.platform.enqueue import outbox
from tests.documents.factories import DocumentFactory
from tests.generation.making import drain, pay, source_with_passages
from tests.generation.test_pipeline import assert_delivered

pytestmark = pytest.mark.usefixtures("committed")


def outlined(**fields: Any) -> Document:
    """A document whose outline was asked for, with whatever follows from it."""
    document: Document = DocumentFactory.create(**{"topic": "How lighthouses were kept", "pages": 2} | fields)
    outline.request(document_id=document.pk, by=document.owner)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.OUTLINED, document.outline_error
    return document


def write(document: Document) -> None:
    admission.start(document_id=document.pk, payment_id=pay(document).pk)
    drain()
    document.refresh_from_db()


def edit(document: Document, *titles: str) -> None:
    sections = [ProposedSection(title=title, covers=title.lower()) for title in titles]
    outline.edit(document_id=document.pk, proposal=Proposal("Lights", sections), by=document.owner)


def purposes(document: Document) -> list[str]:
    asked = Attempt.objects.filter(job__document=document, purpose__in=["queries", "glossary"])
    return sorted(asked.values_list("purpose", flat=True))


def found(document: Document) -> dict[str, Any]:
    left = queue.search_of(document.pk)
    assert left is not None
    return left


def test_the_sources_are_there_before_payment_and_are_not_looked_for_again(control: Control) -> None:
    document = outlined()
    job = Job.objects.get(kind=JobKind.SOURCES)
    assert (job.state, job.steps.get().stage) == (JobState.SUCCEEDED, Stage.SEARCH)
    assert set(document.sources.values_list("origin", flat=True)) == {"search"}
    assert purposes(document) == ["glossary", "queries"]
    before = list(document.sources.values_list("key", flat=True))
    write(document)
    assert_delivered(document)
    assert purposes(document) == ["glossary", "queries"]
    assert list(document.sources.values_list("key", flat=True)) == before
    research = Step.objects.get(stage=Stage.RESEARCH).result
    assert (research["glossary"], research["found"]) == (found(document)["glossary"], found(document)["found"])
    assert set(JobUsage.objects.filter(kind=JobKind.SOURCES).values_list("purpose", flat=True)) == {
        "queries", "glossary",
    }  # fmt: skip


def test_who_wants_only_own_sources_is_searched_nothing_for(control: Control) -> None:
    document = outlined(search_for_sources=False)
    source_with_passages(document)
    assert purposes(document) == ["glossary"]
    write(document)
    assert_delivered(document)
    assert (purposes(document), document.sources.filter(origin="search").exists()) == (["glossary"], False)


def test_another_outline_is_searched_for_and_the_same_one_is_not(control: Control) -> None:
    document = outlined()
    edit(document, "Lamps", "Lenses")
    drain()
    assert purposes(document) == ["glossary", "glossary", "queries", "queries"]
    edit(document, "Lamps", "Lenses")
    drain()
    assert Job.objects.filter(kind=JobKind.SOURCES).count() == 2


def test_a_search_that_is_wished_later_in_the_brief_is_made(control: Control) -> None:
    document = outlined(search_for_sources=False)
    briefs.change(document_id=document.pk, by=document.owner, search_for_sources=True)
    drain()
    assert "queries" in purposes(document)
    assert document.sources.filter(origin="search").exists()
    briefs.change(document_id=document.pk, by=document.owner, author_name="Ada")
    assert Job.objects.filter(kind=JobKind.SOURCES).count() == 2


@pytest.mark.parametrize(
    ("left", "round", "state", "goes_on"),
    [
        ("another outline", 0, DocumentState.OUTLINED, True),
        ("another outline", 3, DocumentState.OUTLINED, True),
        # However often it is changed, and whatever is wanted now.
        ("another outline", 4, DocumentState.OUTLINED, False),
        ("another outline", 0, DocumentState.OUTLINING, False),
        ("another outline", 0, DocumentState.QUEUED, False),
        ("this one", 0, DocumentState.OUTLINED, False),
    ],
)
def test_an_outline_changed_while_it_is_searched_for_is_searched_for_once_more(
    left: str, round: int, state: DocumentState, goes_on: bool
) -> None:
    document = DocumentFactory.create(state=state)
    searched_for = outline.searched_for(document) if left == "this one" else left
    job = Job.objects.create(kind=JobKind.SOURCES, document=document, sort_key=0, state=JobState.RUNNING)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.SEARCH, sections=[None], round=round)
    (claim,) = queue.claim(limit=1, worker="test")
    assert waiting.is_searching(document.pk)
    pipeline.complete(claim=claim, result=Result({"searched_for": searched_for, "found": 1, "glossary": []}))
    rounds = list(job.steps.filter(state=StepState.READY).values_list("stage", "round"))
    assert rounds == ([(Stage.SEARCH, round + 1)] if goes_on else [])
    assert waiting.is_searching(document.pk) is goes_on


def test_an_outline_changed_while_its_search_waits_begins_no_other_one(control: Control) -> None:
    document = outlined()
    edit(document, "Lamps", "Lenses")
    edit(document, "Keepers", "Storms")
    assert Job.objects.filter(kind=JobKind.SOURCES).count() == 2
    drain()
    assert found(document)["searched_for"] == outline.searched_for(document)


@pytest.mark.parametrize("mode", ["500", "refusal"])
def test_models_that_say_nothing_cost_the_plan_and_nothing_else(control: Control, mode: str) -> None:
    document = outlined()
    control.fault("ai", mode)
    edit(document, "Lamps", "Lenses")
    drain()
    assert Job.objects.filter(kind=JobKind.SOURCES).latest("created_at").state == JobState.SUCCEEDED
    assert not found(document)["is_whole"]
    document.refresh_from_db()
    assert document.state == DocumentState.OUTLINED


def test_what_no_model_planned_before_is_planned_after_payment(control: Control) -> None:
    control.fault("ai", "refusal", match="search queries")
    document = outlined()
    assert document.sources.exists()
    control.clear_faults()
    write(document)
    assert_delivered(document)
    assert Attempt.objects.filter(job__kind=JobKind.DOCUMENT, purpose="queries").exists()


def test_a_budget_that_is_used_up_holds_no_search_and_mails_nobody(control: Control, mailoutbox: list[Any]) -> None:
    document = outlined()
    Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=0)
    edit(document, "Lamps", "Lenses")
    drain()
    job = Job.objects.filter(kind=JobKind.SOURCES).latest("created_at")
    assert (job.state, job.waits_for) == (JobState.SUCCEEDED, "")
    assert not found(document)["is_whole"]


def test_where_nothing_was_found_before_it_is_looked_for_again_after_payment(control: Control) -> None:
    document = outlined()
    # As services that were away at that time leave it.
    document.sources.all().delete()
    Step.objects.filter(stage=Stage.SEARCH).update(result={**found(document), "found": 0})
    write(document)
    assert_delivered(document)
    assert purposes(document).count("queries") == 2


def test_a_paid_order_waits_for_its_search_though_not_for_long(control: Control) -> None:
    document = outlined()
    edit(document, "Lamps", "Lenses")
    search = Step.objects.get(stage=Stage.SEARCH, state=StepState.READY)
    Step.objects.filter(pk=search.pk).update(not_before=timezone.now() + timedelta(hours=1))
    write(document)
    research = Step.objects.get(stage=Stage.RESEARCH)
    assert (research.state, research.error) == (StepState.READY, "sources are still being looked for")
    long_ago = timezone.now() - timedelta(minutes=1)
    Step.objects.filter(pk=research.pk).update(not_before=long_ago, created_at=long_ago)
    drain()
    document.refresh_from_db()
    assert_delivered(document)


def test_a_paid_order_goes_on_as_soon_as_its_search_is_over(control: Control, redis_client: redis.Redis) -> None:
    """Nobody else would wake a worker for it until beat looks."""
    document = outlined()
    edit(document, "Lamps", "Lenses")
    (search,) = queue.claim(limit=1, worker="test")
    pipeline.begin(claim=search)
    admission.start(document_id=document.pk, payment_id=pay(document).pk)
    (research,) = queue.claim(limit=1, worker="test")
    queue.hand_back(claim=research, wait=timedelta(hours=1), why="sources are still being looked for")

    def wishes() -> int:
        assert outbox.flush(seconds=20)
        return redis_client.llen(f"tesigo:{current_app.conf.task_default_queue}")

    before = wishes()
    pipeline.complete(claim=search, result=Result({"searched_for": outline.searched_for(document), "found": 1}))
    assert queue.claimable() == 1
    assert wishes() == before + 1


def test_a_person_has_it_done_so_often_a_day_and_it_is_made_up_for_after_payment(
    control: Control, settings: Settings
) -> None:
    settings.OUTLINES_PER_DAY = 1
    document = outlined()
    for titles in (["Lamps", "Lenses"], ["Keepers", "Storms"], ["Oil", "Gas"]):
        edit(document, *titles)
        drain()
    assert Job.objects.filter(kind=JobKind.SOURCES).count() == 2
    write(document)
    assert_delivered(document)
    assert purposes(document).count("queries") == 3


def test_nothing_is_searched_for_what_is_no_outline_any_more(control: Control) -> None:
    document = DocumentFactory.create(state=DocumentState.DRAFT)
    admission.start_search(document_id=document.pk)
    assert not Job.objects.exists()


def test_a_search_that_goes_wrong_leaves_the_outline_and_a_new_wish_alone(control: Control) -> None:
    document = outlined()
    edit(document, "Lamps", "Lenses")
    outline.request(document_id=document.pk, by=document.owner)
    search = Step.objects.get(stage=Stage.SEARCH, state=StepState.READY)
    # As a step whose workers were lost again and again.
    Step.objects.filter(pk=search.pk).update(tries=99)
    drain()
    document.refresh_from_db()
    assert Job.objects.filter(kind=JobKind.SOURCES, state=JobState.FAILED).count() == 1
    assert (document.state, document.outline_error) == (DocumentState.OUTLINED, "")


def test_steps_of_a_newer_version_are_left_to_its_workers(control: Control) -> None:
    document = outlined()
    edit(document, "Lamps", "Lenses")
    with connection.cursor() as cursor:
        cursor.execute("UPDATE generation_step SET stage = 'polish' WHERE state = 'ready'")
    assert queue.claim(limit=8, worker="test") == []
    Step.objects.filter(state=StepState.READY).update(
        state=StepState.CLAIMED, lease_until=timezone.now() - timedelta(hours=1)
    )
    assert queue.claim(limit=8, worker="test") == []
