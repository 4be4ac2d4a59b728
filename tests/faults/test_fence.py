"""The mutant: without the token in its conditions a worker that wakes up commits again. The watch sees it."""

from pathlib import Path

import pytest

from generation.enums import Stage
from generation.models import Step
from sandbox.client import Control
from tests.faults.armed import Armed
from tests.faults.promises import assert_promises_kept, ordered, wait_for_end
from tests.faults.stopping import run_into, wake
from tests.faults.watching import Watch
from tests.faults.workers import wait_until, worker

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]


def test_a_frozen_worker_without_the_fence_commits_a_step_twice_and_the_watch_says_so(
    control: Control, watch: Watch, tmp_path: Path
) -> None:
    document = ordered()
    point = Armed("before commit", "freeze", Stage.WRITE, document.pk, tmp_path / "met")
    frozen = run_into([point], tmp_path / "frozen.log", mutant="fence")
    try:
        taken_over = Step.objects.get(job__document=document, state="claimed")
        with worker(tmp_path / "second.log"):
            wait_for_end(document)
        # Up to here nothing is wrong: with the fence, it stays so (test_fail_points).
        assert_promises_kept(document, watch)
        wake([point])
        wait_until(watch.committed_twice, "the mutant did no harm, or nobody saw it", seconds=30)
    finally:
        frozen.kill()
    # Twice at least: it may also have given back what had ended.
    (said,) = watch.committed_twice()
    assert said.startswith(f"step write {taken_over.pk}: ")
