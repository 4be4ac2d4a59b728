"""Any worker may be killed or frozen at any moment: nothing is lost, nothing is committed twice (R-12)."""

import signal
from pathlib import Path

import pytest

from documents.models import Document
from generation.domain import admission, nudging
from generation.enums import Outcome, Stage, StepState
from generation.models import Attempt, Job, Step
from sandbox.client import Control
from tests.faults.workers import LEASE_SECONDS, wait_until, worker
from tests.generation.making import ordered_document
from tests.generation.test_pipeline import assert_delivered

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]


def in_the_middle_of_writing(control: Control) -> Document:
    """An order whose writers are slow to answer."""
    control.fault("ai", "delay", seconds=4, match="The section to write")
    document = ordered_document(pages=2, sections=2)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    return document


def writing_has_begun() -> bool:
    return Attempt.objects.filter(purpose="write", outcome=Outcome.INTENT).count() == 2


def is_over(document: Document) -> bool:
    """Whether the job has come to an end; nudges lost work as beat does."""
    nudging.nudge_lost_work()
    return Job.objects.get(document=document).state in {"succeeded", "failed"}


def test_a_worker_killed_while_writing_costs_nothing_but_its_calls(control: Control, tmp_path: Path) -> None:
    with worker(tmp_path / "first.log") as first:
        document = in_the_middle_of_writing(control)
        wait_until(writing_has_begun, "writing did not begin")
        first.kill()
    control.clear_faults()
    with worker(tmp_path / "second.log"):
        wait_until(lambda: is_over(document), "the job did not go on by itself")
    document.refresh_from_db()
    assert_delivered(document)
    # What was under way may have been paid: it is counted, and asked again under the same key.
    lost = Attempt.objects.filter(purpose="write", outcome=Outcome.ABANDONED)
    assert lost.count() == 2
    answered = Attempt.objects.filter(purpose="write", outcome=Outcome.SUCCEEDED)
    assert {one.idempotency_key for one in lost} == {one.idempotency_key for one in answered}
    assert set(Step.objects.filter(stage=Stage.WRITE).values_list("token", flat=True)) == {2}


def test_a_frozen_worker_that_wakes_up_commits_nothing(control: Control, tmp_path: Path) -> None:
    with worker(tmp_path / "frozen.log") as frozen:
        document = in_the_middle_of_writing(control)
        wait_until(writing_has_begun, "writing did not begin")
        frozen.signal(signal.SIGSTOP)
        control.clear_faults()
        with worker(tmp_path / "second.log"):
            wait_until(lambda: is_over(document), "the job did not go on by itself")
            document.refresh_from_db()
            assert_delivered(document)
            before = list(Step.objects.order_by("id").values_list("id", "token", "finished_at"))
            frozen.signal(signal.SIGCONT)
            log = tmp_path / "frozen.log"
            wait_until(lambda: "taken over" in log.read_text(), "the frozen worker did not notice", seconds=30)
    assert list(Step.objects.order_by("id").values_list("id", "token", "finished_at")) == before
    document.refresh_from_db()
    assert_delivered(document)


def test_a_worker_told_to_stop_hands_back_what_it_holds(control: Control, tmp_path: Path) -> None:
    control.fault("ai", "delay", seconds=60, match="The section to write")
    with worker(tmp_path / "first.log") as first:
        document = ordered_document(pages=2, sections=2)
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
        wait_until(writing_has_begun, "writing did not begin")
        first.stop()
    steps = list(Step.objects.filter(stage=Stage.WRITE))
    assert [(step.state, step.tries) for step in steps] == [(StepState.READY, 0)] * 2
    assert not Step.objects.filter(state=StepState.CLAIMED).exists()
    assert LEASE_SECONDS < 60
