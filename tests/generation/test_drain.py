"""A drain: many steps at once, patience with what is away, giving back, giving up."""

import asyncio
import threading
import time
from datetime import timedelta
from typing import Any

import pytest
from celery import _state
from django.db import connection, transaction
from django.db.models import F
from django.utils import timezone, translation
from pytest_django import Settings

from accounts.models import User
from billing.models import Refund
from documents.enums import DocumentState, UploadState
from documents.models import Document, Upload
from generation import tasks
from generation.ai import keys
from generation.engine import admission, queue
from generation.engine import drain as draining
from generation.engine.drain import Drain
from generation.engine.heartbeat import Heartbeat
from generation.enums import Outcome, Stage, StepState
from generation.models import AIModel, Attempt, Job, JobEvent, KeyLimit, Step
from generation.writing.stages import RUN
from sandbox.client import Control
from tesigo.platform import workers
from tesigo.platform.enqueue import outbox
from tesigo.platform.models import Worker
from tests.generation.making import drain, ordered_document, source_with_passages, work_on
from tests.lock_waits import until_somebody_waits

pytestmark = pytest.mark.usefixtures("committed")


def started(**fields: Any) -> Document:
    document = ordered_document(**fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    return document


def drain_until_over(document: Document, *, rounds: int = 12) -> None:
    """Drains again and again, without the waits between tries."""
    for _ in range(rounds):
        drain()
        Step.objects.filter(state=StepState.READY).update(not_before=timezone.now() - timedelta(days=1))
        document.refresh_from_db()
        if document.state in {DocumentState.READY, DocumentState.FAILED}:
            return
    raise AssertionError(f"the document is still {document.state}")


def test_documents_of_several_people_are_written_at_once(control: Control) -> None:
    documents = [started() for _ in range(3)]
    control.settings(latency={"openai": 0.5})
    drain()
    for document in documents:
        document.refresh_from_db()
        assert document.state == DocumentState.READY
    assert control.calls("openai")["max_concurrency"]["openai"] >= 4
    seen = {attempt.job_id: attempt for attempt in Attempt.objects.all()}
    assert len(seen) == 3


def test_a_drain_holds_no_more_than_its_width(control: Control) -> None:
    control.settings(latency={"openai": 0.1})
    started(pages=4, sections=4)
    drain(width=2)
    assert control.calls("openai")["max_concurrency"]["openai"] == 2


def test_a_section_that_always_fails_fails_the_job_by_name_and_gives_the_money_back(control: Control) -> None:
    control.fault("ai", "500", match="<title>Lamps, lenses and oil</title>")
    document = started()
    drain_until_over(document)
    assert document.state == DocumentState.FAILED
    assert document.failure == (
        "The section “Lamps, lenses and oil” could not be written: "
        "The writing models could not be reached for a long time."
    )
    failed = Step.objects.get(stage=Stage.WRITE, state=StepState.FAILED)
    assert "server_error × " in failed.error
    assert JobEvent.objects.get(what="step failed").note == failed.error
    assert Refund.objects.get().amount == document.payments.get().amount
    kept = Step.objects.get(stage=Stage.WRITE, state=StepState.DONE)
    assert kept.result["draft"]["text"]


def test_an_outage_is_waited_for(control: Control, settings: Settings) -> None:
    settings.LONGEST_OUTAGE = timedelta(hours=1)
    control.fault("ai", "500")
    document = started()
    drain()
    step = Step.objects.get()
    assert step.state == StepState.READY
    assert "NoAnswer" in step.error
    assert step.started_at is not None
    assert step.not_before > step.started_at
    control.clear_faults()
    drain_until_over(document)
    assert document.state == DocumentState.READY


def test_an_outage_may_last_an_hour_before_money_goes_back(control: Control, settings: Settings) -> None:
    settings.LONGEST_OUTAGE = timedelta(hours=1)
    control.fault("ai", "500")
    document = started()
    for _ in range(10):
        drain()
        Step.objects.filter(state=StepState.READY).update(not_before=timezone.now() - timedelta(days=1))
    steps = Step.objects.all()
    # Two more claims are left for workers that are lost.
    assert {(step.state, step.tries) for step in steps} == {(StepState.READY, 3)}
    hour = timedelta(hours=1)
    Attempt.objects.update(started_at=F("started_at") - hour, finished_at=F("finished_at") - hour)
    drain_until_over(document)
    assert document.state == DocumentState.FAILED
    assert Refund.objects.get().amount == document.payments.get().amount


def test_a_database_that_is_away_for_a_moment_costs_no_call_under_way(control: Control) -> None:
    control.fault("ai", "delay", seconds=4, match="The section to write")
    document = started()

    async def interrupted() -> None:
        task = asyncio.create_task(Drain(RUN).run())
        await asyncio.to_thread(wait_for_writers, 2)
        await asyncio.to_thread(break_all_connections)
        await asyncio.wait_for(task, 60)

    asyncio.run(interrupted())
    connection.close()
    assert set(Attempt.objects.filter(purpose="write").values_list("outcome", flat=True)) == {Outcome.SUCCEEDED}
    control.clear_faults()
    drain_until_over(document)
    assert document.state == DocumentState.READY, document.failure


def test_a_provider_that_takes_only_five_at_once_still_gets_everything_written(control: Control) -> None:
    control.settings(limits={"openai": {"concurrency": 5}}, latency={"openai": 0.5})
    document = started(pages=8, sections=8)
    drain_until_over(document)
    assert document.state == DocumentState.READY, document.failure
    assert Attempt.objects.filter(outcome=Outcome.RATE_LIMITED).exists()


@pytest.mark.parametrize(("grace", "at_once"), [(0.1, False), (60.0, True)], ids=["after a while", "at once"])
def test_a_drain_told_to_stop_hands_back_what_it_holds(control: Control, grace: float, at_once: bool) -> None:
    control.fault("ai", "delay", seconds=30, match="The section to write")
    started()

    async def stopped_while_writing() -> None:
        running = Drain(RUN, grace=grace)
        task = asyncio.create_task(running.run())
        await asyncio.to_thread(wait_for_writers, 2)
        running.stop(at_once=at_once)
        # Sooner than the answers come.
        await asyncio.wait_for(task, 25)

    asyncio.run(stopped_while_writing())
    steps = Step.objects.filter(stage=Stage.WRITE)
    assert {(step.state, step.tries) for step in steps} == {(StepState.READY, 0)}
    assert set(Attempt.objects.filter(purpose="write").values_list("outcome", flat=True)) == {Outcome.ABANDONED}


def test_a_drain_told_to_stop_begins_no_further_call_and_keeps_what_was_answered(control: Control) -> None:
    control.fault("ai", "length", factor=0.6)
    control.fault("ai", "delay", seconds=1, match="The section to write")
    started()

    async def stopped_while_writing() -> None:
        running = Drain(RUN)
        task = asyncio.create_task(running.run())
        await asyncio.to_thread(wait_for_writers, 2)
        running.stop()
        await asyncio.wait_for(task, 60)

    asyncio.run(stopped_while_writing())
    steps = list(Step.objects.filter(stage=Stage.WRITE))
    assert {(step.state, step.tries, step.error) for step in steps} == {
        (StepState.READY, 0, "The worker was told to stop.")
    }
    assert all(step.checkpoint["draft"]["text"] for step in steps)
    assert not Attempt.objects.filter(purpose="extend").exists()


def test_a_drain_that_has_run_long_enough_begins_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(draining, "_LONGEST_SECONDS", 0.0)
    started()
    assert drain() == 0
    assert (Step.objects.get().state, Step.objects.get().tries) == (StepState.READY, 0)


def test_a_drain_within_a_worker_leaves_signs_of_its_work(control: Control, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the worker calls it: Celery knows the task under way and the worker's name."""
    monkeypatch.setattr(workers, "_next_sign", 0.0)
    started(pages=1, sections=1)
    running: Any = _state  # neither its stubs nor those of tasks name what a worker calls
    task: Any = tasks.drain
    running.push_current_task(task)
    task.push_request(hostname="celery@one")
    try:
        drain()
    finally:
        task.pop_request()
        running.pop_current_task()
    assert Worker.objects.get().node == "celery@one"


def test_a_step_that_comes_to_a_limit_waits_without_a_try_and_without_its_place(
    control: Control, settings: Settings
) -> None:
    settings.AI_LIMIT_PATIENCE = settings.AI_RULES_SECONDS = 0.0
    AIModel.objects.exclude(provider="openai").update(enabled=False)
    KeyLimit.objects.filter(provider="openai").delete()
    limit = KeyLimit.objects.create(provider="openai", requests_per_minute=2, tokens_per_minute=1_000_000)
    document = started(pages=3, sections=3)
    drain()
    steps = list(Step.objects.filter(stage=Stage.WRITE))
    waiting = [step for step in steps if step.state == StepState.READY]
    assert len(waiting) == 2
    assert {(step.tries, "limits of keys" in step.error) for step in waiting} == {(0, True)}
    KeyLimit.objects.filter(pk=limit.pk).update(requests_per_minute=1_000)
    drain_until_over(document)
    assert document.state == DocumentState.READY, document.failure


def test_models_switched_off_in_the_middle_are_an_outage_that_ends_in_a_refund(
    control: Control, settings: Settings
) -> None:
    settings.AI_RULES_SECONDS = 0.0
    document = started()
    work_on(queue.claim(limit=1, worker="test"))
    AIModel.objects.update(enabled=False)
    drain_until_over(document)
    assert document.state == DocumentState.FAILED
    assert "could not be reached" in document.failure
    assert "no model is enabled" in Step.objects.filter(stage=Stage.WRITE, state=StepState.FAILED)[0].error
    assert Refund.objects.get().amount == document.payments.get().amount


def test_models_switched_on_again_in_time_go_on_where_they_were(control: Control, settings: Settings) -> None:
    settings.AI_RULES_SECONDS = 0.0
    document = started()
    AIModel.objects.update(enabled=False)
    drain()
    assert Document.objects.get().state == DocumentState.WRITING
    AIModel.objects.update(enabled=True)
    drain_until_over(document)
    assert document.state == DocumentState.READY


def test_a_source_deleted_in_the_middle_is_cited_nowhere(control: Control) -> None:
    document = started()
    second = source_with_passages(document)
    while not Step.objects.filter(stage=Stage.CHECK).exists():
        work_on(queue.claim(limit=8, worker="test"))
    gone = document.sources.exclude(pk=second.pk).get()
    gone.delete()
    drain_until_over(document)
    assert document.state == DocumentState.READY, document.failure
    assert not any(f"@{gone.key}" in section.text for section in document.sections.all())
    assert set(document.citations.values_list("source__key", flat=True)) == {second.key}


def test_an_outage_while_sources_are_sought_is_waited_for(control: Control, settings: Settings) -> None:
    """Else the document would be written from what the bare topic finds, and without its glossary."""
    settings.LONGEST_OUTAGE = timedelta(hours=1)
    control.fault("ai", "500")
    document = started(search_for_sources=True)
    drain()
    step = Step.objects.get()
    assert (step.stage, step.state) == (Stage.RESEARCH, StepState.READY)
    control.clear_faults()
    drain_until_over(document)
    assert document.state == DocumentState.READY, document.failure


def test_the_only_source_deleted_in_the_middle_ends_in_a_named_failure(control: Control) -> None:
    document = started()
    while not Step.objects.filter(stage=Stage.CHECK).exists():
        work_on(queue.claim(limit=8, worker="test"))
    document.sources.all().delete()
    drain_until_over(document)
    assert document.state == DocumentState.FAILED
    assert "verified" in document.failure
    assert Refund.objects.get().amount == document.payments.get().amount


def test_an_outline_of_200_sections_is_written_whole(control: Control) -> None:
    document = started(pages=40, sections=200)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.READY, document.failure
    assert document.sections.exclude(text="").count() == 200


def test_an_outline_of_one_section_is_written_whole(control: Control) -> None:
    document = started(pages=1, sections=1)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.READY, document.failure


def test_a_step_that_kills_its_workers_is_given_up(control: Control) -> None:
    document = started()
    Step.objects.update(tries=6)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.FAILED
    assert "several times" in document.failure


def test_files_that_are_still_being_read_are_waited_for(control: Control) -> None:
    document = started()
    upload = Upload.objects.create(document=document, purpose="source", name="x.pdf", state=UploadState.EXTRACTING)
    drain()
    step = Step.objects.get()
    assert (step.stage, step.state, step.tries) == (Stage.RESEARCH, StepState.READY, 0)
    upload.delete()
    drain_until_over(document)
    assert document.state == DocumentState.READY


def test_a_section_lost_before_assembly_is_never_silently_missing(control: Control) -> None:
    document = started()
    while not Step.objects.filter(stage=Stage.MEASURE).exists():
        work_on(queue.claim(limit=8, worker="test"))
    document.sections.filter(position=1).update(text="")
    document.sections.filter(position=0).update(pages=2)
    Document.objects.filter(pk=document.pk).update(pages=1)
    drain_until_over(document)
    assert document.state == DocumentState.FAILED
    assert "is missing" in document.failure


def wait_for_writers(count: int) -> None:
    """Polls until ``count`` sections are being written."""
    deadline = time.monotonic() + 60
    while Attempt.objects.filter(purpose="write", outcome=Outcome.INTENT).count() != count:
        assert time.monotonic() < deadline
        time.sleep(0.02)
    connection.close()


def test_a_lease_lost_in_the_middle_ends_the_work_on_its_step(control: Control, settings: Settings) -> None:
    settings.STEP_LEASE_SECONDS = 2
    control.fault("ai", "delay", seconds=30, match="The section to write")
    started(sections=1, pages=1)

    async def overtaken() -> None:
        task = asyncio.create_task(Drain(RUN).run())
        await asyncio.to_thread(wait_for_writers, 1)
        await asyncio.to_thread(take_over)
        await asyncio.wait_for(task, 60)

    asyncio.run(overtaken())
    step = Step.objects.get(stage=Stage.WRITE)
    assert (step.state, step.token) == (StepState.CLAIMED, 7)


def test_a_lease_lost_leaves_the_other_steps_of_the_drain_alone(control: Control, settings: Settings) -> None:
    settings.STEP_LEASE_SECONDS = 2
    control.fault("ai", "delay", seconds=5, match="The section to write")
    started(sections=2, pages=2)

    async def overtaken() -> None:
        task = asyncio.create_task(Drain(RUN).run())
        await asyncio.to_thread(wait_for_writers, 2)
        await asyncio.to_thread(take_over, section__position=0)
        await asyncio.wait_for(task, 60)

    asyncio.run(overtaken())
    lost, kept = Step.objects.filter(stage=Stage.WRITE).order_by("section__position")
    assert (lost.state, lost.token, kept.state) == (StepState.CLAIMED, 7, StepState.DONE)
    outcomes = Attempt.objects.filter(purpose="write", step_id=kept.pk).values_list("outcome", flat=True)
    assert set(outcomes) == {Outcome.SUCCEEDED}


def take_over(**which: Any) -> None:
    Step.objects.filter(stage=Stage.WRITE, **which).update(token=7, lease_until=timezone.now() + timedelta(hours=1))
    connection.close()


def test_a_layout_that_fails_is_tried_again_and_then_told_by_name(control: Control) -> None:
    document = started(citation_style="no-such-style")
    drain_until_over(document)
    assert document.state == DocumentState.FAILED
    assert "could not be laid out" in document.failure
    assert Step.objects.get(stage=Stage.MEASURE).tries == 3


def test_a_mistake_of_ours_ends_in_words_and_a_refund(control: Control) -> None:
    document = started()
    Step.objects.update(stage=Stage.REVISE, section=document.sections.first(), round=1)
    drain_until_over(document)
    assert document.failure.endswith("Something went wrong on our side, several times over.")
    assert Refund.objects.count() == 1


def test_why_it_failed_is_kept_in_the_language_of_the_documents_owner(control: Control) -> None:
    document = started()
    User.objects.filter(pk=document.owner_id).update(language="de")
    Step.objects.update(stage=Stage.REVISE, section=document.sections.first(), round=1)
    drain_until_over(document)
    with translation.override("de"):
        words = translation.gettext("Something went wrong on our side, several times over.")
    assert not words.startswith("Something")
    assert document.failure.endswith(words)
    assert translation.get_language() == "en"


def test_many_documents_one_after_the_other_keep_few_clients_open(control: Control) -> None:
    for _ in range(4):
        started(pages=1, sections=1)
    drain(width=1)
    assert Document.objects.filter(state=DocumentState.READY).count() == 4


def test_leases_are_kept_by_a_heartbeat_and_lost_ones_are_told(settings: Settings) -> None:
    settings.STEP_LEASE_SECONDS = 2
    started()
    (claim,) = queue.claim(limit=1, worker="test")
    lost: list[int] = []
    told = threading.Event()

    def note(step_id: int) -> None:
        lost.append(step_id)
        told.set()

    with Heartbeat(on_lost=note) as heartbeat:
        heartbeat.hold(claim.step_id, claim.token)
        before = Step.objects.get().lease_until
        assert before is not None
        deadline = timezone.now() + timedelta(seconds=60)
        while not Step.objects.filter(lease_until__gt=before).exists():
            assert timezone.now() < deadline
        assert lost == []
        break_the_connection_of_the_heartbeat()
        seen = Step.objects.get().lease_until
        while not Step.objects.filter(lease_until__gt=seen).exists():
            assert timezone.now() < deadline
        Step.objects.update(token=claim.token + 1)
        assert told.wait(60)
    assert lost == [claim.step_id]


def test_a_lease_that_is_let_go_runs_out_although_the_heart_beats_on(settings: Settings) -> None:
    settings.STEP_LEASE_SECONDS = 1
    started()
    (claim,) = queue.claim(limit=1, worker="test")
    lost: list[int] = []
    with Heartbeat(on_lost=lost.append) as heartbeat:
        heartbeat.hold(claim.step_id, claim.token)
        heartbeat.release(claim.step_id)
        deadline = timezone.now() + timedelta(seconds=60)
        while not queue.claimable():
            assert timezone.now() < deadline
    assert lost == []


def test_a_step_that_ends_during_a_beat_is_not_called_lost(settings: Settings) -> None:
    settings.STEP_LEASE_SECONDS = 1
    started()
    (claim,) = queue.claim(limit=1, worker="test")
    lost: list[int] = []
    with Heartbeat(on_lost=lost.append) as heartbeat, transaction.atomic():
        Step.objects.update(token=claim.token + 1)
        heartbeat.hold(claim.step_id, claim.token)
        until_somebody_waits()
        heartbeat.release(claim.step_id)
    assert lost == []


def test_a_heart_that_finds_no_database_calls_no_step_lost(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.STEP_LEASE_SECONDS = 1
    lost: list[int] = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(connection.settings_dict, "PORT", "1")
        heartbeat = Heartbeat(on_lost=lost.append)
    with heartbeat:
        heartbeat.hold(7, 1)
        deadline = time.monotonic() + 60
        while caplog.text.count("leases not renewed") < 2:
            assert time.monotonic() < deadline
            time.sleep(0.02)
    assert lost == []


def break_all_connections() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND pid <> pg_backend_pid()"
        )
        assert cursor.rowcount
    connection.close()


def break_the_connection_of_the_heartbeat() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
            "WHERE datname = current_database() AND query LIKE '%AS mine (id, token)%' AND pid <> pg_backend_pid()"
        )
        assert cursor.rowcount == 1


def test_wake_ups_follow_the_number_of_steps(settings: Settings) -> None:
    settings.DRAIN_WIDTH = 2
    assert queue.wake_for_lost_work() == 0
    started()
    assert queue.wake_for_lost_work() == 1
    assert queue.wake(steps=5) == 3
    assert queue.wake(steps=5_000) == 10


def test_a_broker_that_is_away_fails_nobody_and_hears_of_it_later(monkeypatch: pytest.MonkeyPatch) -> None:
    from celery import current_app
    from kombu.exceptions import OperationalError

    is_away, heard = threading.Event(), []
    is_away.set()

    def send_task(name: str, *_: object, **__: object) -> None:
        if is_away.is_set():
            raise OperationalError
        heard.append(name)

    monkeypatch.setattr(current_app, "send_task", send_task)
    document = started()
    assert Job.objects.get().document == document
    assert queue.wake_for_lost_work() == 1
    assert not outbox.flush(seconds=0.1)
    is_away.clear()
    keys.forget()  # as if the pause of the breaker were over
    assert outbox.flush(seconds=20)
    assert set(heard) == {queue.DRAIN}
