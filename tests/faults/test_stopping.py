"""A worker that is told to stop in the middle of its work gives it back: nothing is lost on deploy (R-44)."""

from pathlib import Path

import pytest

from generation.enums import Outcome, Stage, StepState
from generation.models import Attempt, Step
from sandbox.client import Control
from tests.faults.promises import ordered
from tests.faults.workers import LEASE_SECONDS, wait_until, worker

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]


def test_a_worker_told_to_stop_hands_back_what_it_holds(control: Control, tmp_path: Path) -> None:
    control.fault("ai", "delay", seconds=60, match="The section to write")
    calls = Attempt.objects.filter(purpose="write")
    with worker(tmp_path / "first.log") as first:
        ordered()
        wait_until(lambda: calls.filter(outcome=Outcome.INTENT).count() == 2, "writing did not begin")
        first.stop()
    steps = list(Step.objects.filter(stage=Stage.WRITE))
    assert [(step.state, step.tries) for step in steps] == [(StepState.READY, 0)] * 2
    assert not Step.objects.filter(state=StepState.CLAIMED).exists()
    assert set(calls.values_list("outcome", flat=True)) == {Outcome.ABANDONED}
    assert LEASE_SECONDS < 60
