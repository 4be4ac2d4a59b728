"""A worker that is told to stop lets the calls under way be answered, begins no others, and waits no longer (R-44)."""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from generation.enums import Outcome, Stage, StepState
from generation.models import Attempt, Step
from generation.stopping import is_busy
from sandbox.client import Control
from tests.faults.promises import ordered
from tests.faults.workers import wait_until, worker


@pytest.fixture
def process(request: pytest.FixtureRequest) -> Iterator[subprocess.Popen[bytes]]:
    """A process that treats SIGUSR2 as the parameter says, and says so once it does."""
    code = f"import signal; signal.signal(signal.SIGUSR2, {request.param}); print(flush=True); input()"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout is not None
        child.stdout.readline()
        yield child
        child.kill()


@pytest.mark.parametrize(
    ("process", "busy"), [("lambda *_: None", True), ("signal.SIG_IGN", False)], indirect=["process"]
)
def test_a_process_is_at_work_while_it_listens_to_being_told(process: subprocess.Popen[bytes], busy: bool) -> None:
    assert is_busy(process.pid) is busy


@pytest.mark.parametrize("process", ["lambda *_: None"], indirect=True)
def test_one_that_is_gone_is_not_at_work(process: subprocess.Popen[bytes]) -> None:
    process.kill()
    process.wait()
    assert not is_busy(process.pid)


@pytest.mark.faults
@pytest.mark.usefixtures("committed")
def test_calls_under_way_are_answered_and_no_others_begin(control: Control, tmp_path: Path) -> None:
    control.fault("ai", "delay", seconds=2, match="The section to write")
    calls = Attempt.objects.filter(purpose="write")
    with worker(tmp_path / "worker.log") as running:
        ordered()
        wait_until(lambda: calls.filter(outcome=Outcome.INTENT).count() == 2, "writing did not begin")
        running.stop()
    written = Step.objects.filter(stage=Stage.WRITE)
    assert list(written.values_list("state", flat=True)) == [StepState.DONE] * 2
    assert set(calls.values_list("outcome", flat=True)) == {Outcome.SUCCEEDED}
    assert not Attempt.objects.filter(purpose="judge").exists()
    assert not Step.objects.filter(state=StepState.CLAIMED).exists()
