"""What the rows say of jobs: when their stages ran, how many calls each took, what was delivered.

Imported once Django is set up.
"""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db.models import Count

from benchmarks import tables
from documents.enums import DocumentState
from documents.models import Document
from generation.enums import OVER_JOB_STATES, JobKind, JobState, Outcome, Stage
from generation.models import Attempt, Job, Step

#: Stages that only lay out: what they take is the layout engine's, and told apart.
LAYOUT: Final = (Stage.MEASURE, Stage.ASSEMBLE, Stage.EXPORT)


@dataclass(frozen=True)
class Span:
    """One stage in one round: the first claim, the last end, its steps, and the answered calls of its steps."""

    stage: Stage
    round: int
    begin: datetime
    end: datetime
    steps: int
    calls: int

    @property
    def seconds(self) -> float:
        """From the first claim to the last end."""
        return (self.end - self.begin).total_seconds()


def wait_for(documents: Iterable[Document], *, seconds: float) -> None:
    """Returns when all their jobs are over. Ends the program after ``seconds`` with what is still open."""
    deadline = time.monotonic() + seconds
    ids = [document.pk for document in documents]
    while True:
        over = Job.objects.filter(document__in=ids, kind=JobKind.DOCUMENT, state__in=OVER_JOB_STATES).count()
        if over == len(ids):
            return
        if time.monotonic() > deadline:
            raise SystemExit(f"After {seconds:.0f} s {len(ids) - over} of {len(ids)} documents are not finished.")
        time.sleep(0.05)


def job_of(document: Document) -> Job:
    """The document's job. Ends the program when it failed: there is nothing to measure then."""
    job = Job.objects.get(document=document, kind=JobKind.DOCUMENT)
    if job.state != JobState.SUCCEEDED:
        raise SystemExit(f"The document of {document.pages} pages was not delivered: {job.failure}")
    return job


def spans(job: Job) -> list[Span]:
    """The stages in the order in which they ran."""
    found: dict[tuple[str, int], list[Step]] = {}
    for step in Step.objects.filter(job=job).order_by("id"):
        found.setdefault((step.stage, step.round), []).append(step)
    calls = _calls(job.pk)
    rows = [
        Span(
            stage=Stage(stage),
            round=round_,
            begin=min(step.started_at for step in steps if step.started_at),
            end=max(step.finished_at for step in steps if step.finished_at),
            steps=len(steps),
            calls=sum(calls.get(step.pk, 0) for step in steps),
        )
        for (stage, round_), steps in found.items()
    ]
    return sorted(rows, key=lambda span: span.begin)


def _calls(job_id: UUID) -> dict[int, int]:
    made = Attempt.objects.filter(job=job_id).exclude(outcome=Outcome.INTENT).values("step_id")
    return dict(made.annotate(n=Count("pk")).values_list("step_id", "n"))


def show_stages(title: str, job: Job) -> None:
    """A table of the stages, with the pause between the end of one and the first claim of the next."""
    rows: list[tuple[object, ...]] = []
    before = job.created_at
    for span in spans(job):
        pause = (span.begin - before).total_seconds()
        name = span.stage.value if not span.round else f"{span.stage.value} {span.round}"
        rows.append((name, span.steps, span.calls, f"{pause:.2f}", f"{span.seconds:.2f}", _median(job, span)))
        before = span.end
    total = (before - job.created_at).total_seconds()
    rows.append(("all", "", Attempt.objects.filter(job=job).count(), "", f"{total:.2f}", ""))
    tables.show(title, ("stage", "steps", "calls", "pause before, s", "s", "median step, s"), rows)


def _median(job: Job, span: Span) -> str:
    steps = Step.objects.filter(job=job, stage=span.stage, round=span.round)
    seconds = sorted(
        (step.finished_at - step.started_at).total_seconds()
        for step in steps
        if step.started_at is not None and step.finished_at is not None
    )
    return f"{seconds[len(seconds) // 2]:.2f}"


def wall(job: Job) -> float:
    """Seconds from the order's arrival in the queue until the document could be read."""
    assert job.finished_at is not None
    return (job.finished_at - job.created_at).total_seconds()


def readable(job: Job) -> float:
    """Seconds from the order's arrival in the queue until its text could be read; its files come afterwards."""
    last = max(span.end for span in spans(job) if span.stage != Stage.EXPORT)
    return (last - job.created_at).total_seconds()


def delivered(documents: Sequence[Document]) -> list[Document]:
    """Those that are ready, as they are now."""
    return list(Document.objects.filter(pk__in=[one.pk for one in documents], state=DocumentState.READY))
