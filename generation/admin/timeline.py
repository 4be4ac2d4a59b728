"""Timeline of a job for staff: when each step ran, its model and key, cost and error."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, JSONField, Prefetch, Sum
from django.db.models.fields.json import KeyTransform
from django.utils import timezone

from generation.enums import JobState, Outcome, StepState
from generation.models import Attempt, Job, JobEvent, Step

#: What ends a wait, in the words of the trail.
_ENDS: Final = frozenset({"goes on", JobState.SUCCEEDED, JobState.FAILED})


@dataclass(frozen=True)
class Bar:
    """When something ran, in thousandths of the job's time; at least wide enough to be seen."""

    x: int
    width: int


@dataclass(frozen=True)
class Call:
    """One call to a model."""

    attempt: Attempt
    bar: Bar
    seconds: str


@dataclass(frozen=True)
class Row:
    """One step with its calls. ``wrote`` names the models that answered, each with the places of its keys."""

    step: Step
    bar: Bar | None
    seconds: str
    calls: list[Call]
    wrote: list[str]
    input_tokens: int
    output_tokens: int
    cost: Decimal
    rejected: list[dict[str, Any]]


@dataclass(frozen=True)
class Group:
    """The steps of one stage, one after the other rounds of it."""

    label: str
    rows: list[Row]

    @property
    def cost(self) -> Decimal:
        """Euros of all its steps."""
        return sum((row.cost for row in self.rows), Decimal(0))


def groups(job: Job) -> list[Group]:
    """All steps by stage, in the order in which a document passes through. Two queries, whatever there is."""
    begin, end = job.created_at, job.finished_at or timezone.now()
    asked = Prefetch("attempts", Attempt.objects.order_by("started_at"))
    steps = (
        job.steps.select_related("section")
        .only(
            "job_id", "stage", "round", "state", "tries", "error", "model_name", "started_at", "finished_at",
            "not_before", "section__title",
        )
        .annotate(rejected=KeyTransform("rejected", "result", output_field=JSONField()))
        .prefetch_related(asked)
        .order_by("id")
    )  # fmt: skip
    found: dict[tuple[str, int], Group] = {}
    for step in steps:
        label = f"{step.get_stage_display()} {step.round or ''}".strip()
        group = found.setdefault((step.stage, step.round), Group(label, []))
        group.rows.append(_row(step, begin, end))
    return list(found.values())


def gone(job: Job) -> dict[str, Any]:
    """How many calls lost their step to a newer outline, and their cost: they are in the job's sums all the same."""
    return job.attempts.filter(step=None).aggregate(calls=Count("pk"), cost=Sum("cost", default=Decimal(0)))


def _row(step: Any, begin: datetime, end: datetime) -> Row:
    attempts: Sequence[Attempt] = step.attempts.all()
    # A step that was claimed again began anew; its first calls tell when it began at all.
    begun = [at for at in (step.started_at, *(attempt.started_at for attempt in attempts)) if at is not None]
    finished = step.finished_at or (end if step.state == StepState.CLAIMED else max(begun, default=end))
    return Row(
        step=step,
        bar=_bar(min(begun), finished, begin, end) if begun else None,
        seconds=_seconds(step.started_at, step.finished_at),
        calls=[_call(attempt, begin, end) for attempt in attempts],
        wrote=_wrote(attempts) or [name for name in (step.model_name,) if name],
        input_tokens=sum(attempt.input_tokens for attempt in attempts),
        output_tokens=sum(attempt.output_tokens for attempt in attempts),
        cost=sum((attempt.cost for attempt in attempts), Decimal(0)),
        rejected=[one for one in step.rejected or [] if isinstance(one, dict)],
    )


def _call(attempt: Attempt, begin: datetime, end: datetime) -> Call:
    took = timedelta(milliseconds=attempt.latency_ms)
    until = attempt.finished_at or (attempt.started_at + took if took else end)
    return Call(attempt, _bar(attempt.started_at, until, begin, end), f"{attempt.latency_ms / 1000:.1f}")


def _wrote(attempts: Sequence[Attempt]) -> list[str]:
    places: dict[str, set[int]] = {}
    for attempt in attempts:
        if attempt.outcome == Outcome.SUCCEEDED:
            places.setdefault(attempt.model_name, set()).add(attempt.key_place)
    return [f"{name} · {', '.join(f'#{place}' for place in sorted(used))}" for name, used in places.items()]


def _bar(started: datetime, finished: datetime, begin: datetime, end: datetime) -> Bar:
    whole = max((end - begin).total_seconds(), 0.001)
    x = max(0, min(996, int((started - begin).total_seconds() * 1000 / whole)))
    width = int((finished - started).total_seconds() * 1000 / whole)
    return Bar(x, max(4, min(1000 - x, width)))


def _seconds(start: datetime | None, end: datetime | None) -> str:
    return f"{(end - start).total_seconds():.1f}" if start and end else ""


@dataclass(frozen=True)
class Waits:
    """How long a job stood: before its turn, and for budgets. None for what has not ended or never was."""

    turn: timedelta | None
    budget: timedelta
    times: int


def waits(job: Job, events: Sequence[JobEvent]) -> Waits:
    """From the trail of the job."""
    budget, times, since = timedelta(0), 0, None
    for event in events:
        if event.what == "waits":
            since, times = event.at, times + 1
        elif since is not None and event.what in _ENDS:
            budget, since = budget + (event.at - since), None
    if since is not None:
        budget += (job.finished_at or timezone.now()) - since
    return Waits(job.started_at - job.created_at if job.started_at else None, budget, times)
