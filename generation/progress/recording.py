"""A document's progress: steps counted, stages weighed, saved to the document, told to open browsers (R-43).

The database has the state. Channels only sends that it changed.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.db import connection, transaction
from django.db.models import F, Value
from django.db.models.functions import Greatest
from django.utils.translation import gettext as _

from documents.models import Document
from generation.enums import OPEN_JOB_STATES, JobKind, Stage, StepState
from generation.models import Job
from tesigo.platform import live

# Steps that were never begun were withdrawn with their job: nothing is wrong with their sections.
_COUNT: Final = """
    SELECT GROUPING(stage) = 0, stage, section_id,
           count(*),
           count(*) FILTER (WHERE state = %(done)s),
           count(*) FILTER (WHERE state = %(failed)s),
           coalesce(sum(progress) FILTER (WHERE state <> %(done)s), 0),
           max(stage) FILTER (WHERE state = %(claimed)s),
           count(*) FILTER (WHERE state = %(failed)s AND started_at IS NOT NULL),
           count(*) FILTER (WHERE state = %(done)s AND stage = %(write)s),
           count(*) FILTER (WHERE state = %(done)s AND stage = %(check)s),
           coalesce(
               sum(coalesce(finished_at, clock_timestamp()) - started_at)
                   FILTER (WHERE started_at IS NOT NULL AND state <> %(ready)s),
               interval '0'
           )
    FROM generation_step WHERE job_id = %(job)s
    GROUP BY GROUPING SETS ((stage), (section_id))
"""
_WORDS: Final = {
    "done": StepState.DONE.value,
    "failed": StepState.FAILED.value,
    "claimed": StepState.CLAIMED.value,
    "ready": StepState.READY.value,
    "write": Stage.WRITE.value,
    "check": Stage.CHECK.value,
}


@dataclass(frozen=True)
class Tally:
    """A stage's steps: how many there are, are done, have failed; and how far the others are, in percent added up."""

    steps: int = 0
    done: int = 0
    failed: int = 0
    partly: int = 0

    def __add__(self, other: "Tally") -> "Tally":
        return Tally(
            self.steps + other.steps, self.done + other.done, self.failed + other.failed, self.partly + other.partly
        )


Tallies = Mapping[str, Tally]


@dataclass(frozen=True)
class SectionSteps:
    """A section's steps: the stage that runs, how many failed once begun, wrote, checked; and what they took."""

    running: str | None = None
    failed: int = 0
    written: int = 0
    checked: int = 0
    took: timedelta = timedelta(0)


@dataclass(frozen=True)
class StepCounts:
    """A job's steps by stage, and by the section that they are for."""

    by_stage: Tallies
    by_section: Mapping[UUID, SectionSteps]


def count_steps(job_id: UUID) -> StepCounts:
    """Counts a job's steps: as cheap for 200 sections as for two."""
    by_stage: dict[str, Tally] = {}
    by_section: dict[UUID, SectionSteps] = {}
    with connection.cursor() as cursor:
        cursor.execute(_COUNT, {"job": job_id, **_WORDS})
        for is_stage, stage, section_id, steps, done, failed, partly, *of_section in cursor.fetchall():
            if is_stage:
                by_stage[stage] = Tally(steps, done, failed, partly)
            elif section_id is not None:
                by_section[section_id] = SectionSteps(*of_section)
    return StepCounts(by_stage, by_section)


@dataclass(frozen=True)
class VisibleStage:
    """What a person sees as one stage; ``weight`` is its share of the whole in percent."""

    key: str
    stages: tuple[Stage, ...]
    weight: int


STAGES: Final = (
    VisibleStage("research", (Stage.RESEARCH,), 6),
    VisibleStage("write", (Stage.WRITE,), 54),
    VisibleStage("check", (Stage.CHECK,), 14),
    VisibleStage("fit", (Stage.MEASURE, Stage.REVISE, Stage.RECHECK), 16),
    VisibleStage("assemble", (Stage.ASSEMBLE,), 4),
    VisibleStage("export", (Stage.EXPORT,), 6),
)


def tally_of(visible: VisibleStage, tallies: Tallies) -> Tally:
    """All steps of what is seen as one stage."""
    return sum((tallies.get(stage, Tally()) for stage in visible.stages), Tally())


def share(visible: VisibleStage, tallies: Tallies) -> float:
    """How much of a stage is done, 0 to 1. A stage is over as soon as a later one has begun."""
    later = STAGES[STAGES.index(visible) + 1 :]
    if any(stage in tallies for after in later for stage in after.stages):
        return 1.0
    steps = tally_of(visible, tallies)
    if not steps.steps:
        return 0.0
    # Fitting may call for another round when it seems done, so it is full only once the next stage begins.
    whole = steps.steps + 1 if visible.key == "fit" else steps.steps
    return (steps.done + steps.partly / 100) / whole


def percent_done(tallies: Tallies) -> int:
    """How much of the whole is done."""
    return int(sum(visible.weight * share(visible, tallies) for visible in STAGES))


def stage_rows(tallies: Tallies, *, is_ready: bool) -> list[dict[str, object]]:
    """Every stage with its words, its state (waiting, now, done, failed) and its share in percent."""
    labels = _labels()
    answer: list[dict[str, object]] = []
    for visible in STAGES:
        part = 1.0 if is_ready else share(visible, tallies)
        steps = tally_of(visible, tallies)
        if steps.failed:
            state = "failed"
        elif part >= 1:
            state = "done"
        else:
            state = "now" if steps.steps else "waiting"
        answer.append({"stage": visible.key, "label": labels[visible.key], "state": state, "share": int(part * 100)})
    return answer


def _labels() -> dict[str, str]:
    return {
        "research": _("Gathering the sources"),
        "write": _("Writing the sections"),
        "check": _("Checking every citation"),
        "fit": _("Fitting the pages"),
        "assemble": _("Putting it together"),
        "export": _("Making PDF and DOCX"),
    }


def group_name(document_id: UUID) -> str:
    """The Channels group of everybody who watches a document."""
    return f"document.{document_id.hex}"


def record(*, document_id: UUID) -> None:
    """Writes the percentage down to the document, never backwards, and tells those who watch once it is committed."""
    job = newest_job(document_id)
    if job is not None and job.state in OPEN_JOB_STATES:
        percent = min(99, percent_done(count_steps(job.pk).by_stage))
        Document.objects.filter(pk=document_id).update(progress=Greatest(F("progress"), Value(percent)))
    transaction.on_commit(lambda: announce(document_id))


def announce(document_id: UUID) -> None:
    """Tells every browser that watches the document to look again, soon and without waiting for Redis (R-106)."""
    live.tell(group_name(document_id), {"type": "progress.changed"})


def newest_job(document_id: UUID, kind: JobKind = JobKind.DOCUMENT) -> Job | None:
    """The job of this kind that was opened last for a document."""
    return Job.objects.filter(document_id=document_id, kind=kind).order_by("-created_at").first()


def is_searching(document_id: UUID) -> bool:
    """Whether sources of the document are being looked for before it is paid."""
    job = newest_job(document_id, JobKind.SOURCES)
    return job is not None and job.state in OPEN_JOB_STATES
