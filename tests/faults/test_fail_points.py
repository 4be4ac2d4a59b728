"""A worker dies or freezes at each named point around a paid call and around a commit: the job goes on (R-12)."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone

from documents.models import Document
from generation.enums import Stage
from generation.models import Step
from generation.spending import attempts
from sandbox.client import Control
from tests.faults.armed import POINTS, Armed
from tests.faults.promises import asked_again, assert_promises_kept, ordered, wait_for_end
from tests.faults.stopping import run_into, wake
from tests.faults.watching import Watch
from tests.faults.workers import Worker, wait_until, worker

pytestmark = [pytest.mark.faults, pytest.mark.usefixtures("committed")]

#: Points around a call are met while writing, those around a commit where a section's text is committed.
STAGES = {point: Stage.CHECK if "commit" in point else Stage.WRITE for point in POINTS}
#: Calls whose answer was lost with the process: those between the intent and its booking.
LOST_CALLS = {point: int(point in {"after intent", "after call"}) for point in POINTS}

A_DAY = timedelta(days=1)

Orders = dict[str, tuple[Document, Armed]]


def one_order_for_each_point(action: str, folder: Path) -> Orders:
    """Each point is met in a document of its own; the file at its name in ``folder`` says that it was."""
    orders = {point: ordered() for point in POINTS}
    return {
        point: (document, Armed(point, action, STAGES[point], document.pk, folder / point))
        for point, document in orders.items()
    }


def claims(document: Document, stage: Stage) -> list[int]:
    """How often each step of a stage was claimed, fewest first."""
    return sorted(Step.objects.filter(job__document=document, stage=stage).values_list("token", flat=True))


def everything_committed() -> tuple[list[tuple[object, ...]], ...]:
    """Every step as it ended and every text as it stands."""
    return (
        list(Step.objects.order_by("pk").values_list("pk", "state", "token", "finished_at")),
        list(Document.objects.order_by("pk").values_list("pk", "state", "sections__revision", "sections__text")),
    )


def test_a_job_whose_worker_is_killed_at_any_point_goes_on_by_itself(
    control: Control, watch: Watch, tmp_path: Path
) -> None:
    orders = one_order_for_each_point("kill", tmp_path)
    run_into([one for _, one in orders.values()], tmp_path / "killed.log").kill()
    with worker(tmp_path / "second.log", processes=2):
        wait_for_end(*(document for document, _ in orders.values()))
    for point, (document, one) in orders.items():
        assert_promises_kept(document, watch)
        # After its commit a step is nobody's any more.
        assert max(claims(document, one.stage)) >= (1 if point == "after commit" else 2), point
        assert len(asked_again(document, one.stage)) >= LOST_CALLS[point], point


def test_a_job_whose_worker_freezes_at_any_point_goes_on_and_the_frozen_one_commits_nothing(
    control: Control, watch: Watch, tmp_path: Path
) -> None:
    orders = one_order_for_each_point("freeze", tmp_path)
    frozen = run_into([one for _, one in orders.values()], tmp_path / "frozen.log")
    try:
        with worker(tmp_path / "second.log", processes=2):
            wait_for_end(*(document for document, _ in orders.values()))
        before = everything_committed()
        for point, (document, one) in orders.items():
            assert_promises_kept(document, watch)
            assert len(asked_again(document, one.stage)) >= LOST_CALLS[point], point
        document, one = orders["after call"]
        lost = asked_again(document, one.stage)
        wake([one for _, one in orders.values()])
        wait_until_noticed(frozen)
        # What was answered to the frozen one was paid for, and is booked when it wakes up.
        wait_until(lambda: len(asked_again(document, one.stage)) == len(lost) - 1, "the answer was not booked")
    finally:
        frozen.kill()
    assert everything_committed() == before
    # A call that a process began before it noticed is given up like any whose end nobody books.
    attempts.abandon_lost(now=timezone.now() + A_DAY)
    for each, _ in orders.values():
        assert_promises_kept(each, watch)


def wait_until_noticed(frozen: Worker) -> None:
    """Every process that was frozen with a step has found out that it is somebody else's."""
    # After its commit a step is lost to nobody.
    losers = len(POINTS) - 1

    def noticed() -> int:
        said = frozen.log.read_text()
        # Within a transaction the server has ended the session.
        return sum(said.count(words) for words in ("step was taken over", "step went wrong", "step put off"))

    wait_until(lambda: noticed() >= losers, lambda: f"{noticed()} of {losers} frozen workers noticed")
