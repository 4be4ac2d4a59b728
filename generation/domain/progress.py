"""How far a document is: state first, event second (R-43).

The database holds the state; Channels only tells that it changed. Shares are weighted by stage, and the time left is
learned from the steps of past jobs.
"""

import logging
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any, Final
from uuid import UUID

from asgiref.sync import async_to_sync
from channels.layers import get_channel_layer
from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.db.models import Count, F, Q, Value
from django.db.models.functions import Greatest
from django.utils import timezone
from django.utils.translation import gettext as _
from redis.exceptions import RedisError

from documents.domain.queries import sections_in_order
from documents.enums import DocumentState
from documents.models import Document
from generation.enums import JobKind, JobState, Stage, StepState
from generation.models import Job, Step

logger = logging.getLogger(__name__)


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

#: Seconds a step takes until enough past ones are known.
FIRST_GUESS: Final[dict[str, float]] = {
    Stage.RESEARCH: 10,
    Stage.WRITE: 30,
    Stage.CHECK: 8,
    Stage.MEASURE: 4,
    Stage.REVISE: 25,
    Stage.RECHECK: 8,
    Stage.ASSEMBLE: 4,
    Stage.EXPORT: 8,
}
ENOUGH_TO_LEARN: Final = 5
REMEMBERED_STEPS: Final = 200
LEARNED_FOR_SECONDS: Final = 60


def group_name(document_id: UUID) -> str:
    """The Channels group of everybody who watches a document."""
    return f"document.{document_id.hex}"


def record(*, document_id: UUID) -> None:
    """Writes the percentage down to the document, never backwards, and tells those who watch once it is committed."""
    job = _job(document_id)
    if job is not None and job.state in {JobState.QUEUED, JobState.RUNNING}:
        percent = min(99, _percent(_steps_by_stage(job)))
        Document.objects.filter(pk=document_id).update(progress=Greatest(F("progress"), Value(percent)))
    transaction.on_commit(lambda: announce(document_id))


def announce(document_id: UUID) -> None:
    """Tells every browser that watches the document to look again. Redis away is no reason to fail (R-115)."""
    try:
        async_to_sync(get_channel_layer().group_send)(group_name(document_id), {"type": "progress.changed"})
    except (RedisError, OSError) as error:
        logger.warning("progress not announced", extra={"error": type(error).__name__})


def snapshot(document_id: UUID) -> dict[str, Any]:
    """Everything the progress page shows, ready for JSON. Seconds are whole; pages are text with one decimal."""
    document = Document.objects.get(pk=document_id)
    job = _job(document_id)
    by_stage = _steps_by_stage(job) if job else {}
    is_over = document.state in {DocumentState.READY, DocumentState.FAILED}
    percent = 100 if document.state == DocumentState.READY else document.progress
    return {
        "document": str(document_id),
        "title": str(document),
        "state": document.state,
        "label": document.get_state_display(),
        "failure": document.failure,
        "percent": percent,
        "place": place_in_queue(job) if job and document.state == DocumentState.QUEUED else None,
        "stages": _stages(by_stage, document.state),
        "sections": _sections(document, job),
        "left": None if is_over or job is None else _time_left(by_stage, len(_leaves(document)), percent),
    }


def place_in_queue(job: Job) -> int | None:
    """The place among the documents that wait, from 1; nothing once the job has begun (R-41)."""
    if job.state != JobState.QUEUED:
        return None
    ahead = Q(sort_key__lt=job.sort_key) | Q(sort_key=job.sort_key, created_at__lt=job.created_at)
    return Job.objects.filter(ahead, kind=JobKind.DOCUMENT, state=JobState.QUEUED).count() + 1


def _job(document_id: UUID) -> Job | None:
    return Job.objects.filter(document_id=document_id, kind=JobKind.DOCUMENT).order_by("-created_at").first()


def _steps_by_stage(job: Job) -> dict[str, list[Step]]:
    steps: dict[str, list[Step]] = {}
    for step in job.steps.only("stage", "state", "progress", "round", "section_id", "job_id"):
        steps.setdefault(step.stage, []).append(step)
    return steps


def _share(visible: VisibleStage, by_stage: dict[str, list[Step]]) -> float:
    """How much of a stage is done, 0 to 1. A stage is over as soon as a later one has begun."""
    later = STAGES[STAGES.index(visible) + 1 :]
    if any(by_stage.get(stage) for after in later for stage in after.stages):
        return 1.0
    steps = [step for stage in visible.stages for step in by_stage.get(stage, [])]
    if not steps:
        return 0.0
    done = sum(1.0 if step.state == StepState.DONE else step.progress / 100 for step in steps)
    # Fitting may call for another round when it seems done, so it is full only once the next stage begins.
    return done / (len(steps) + 1) if visible.key == "fit" else done / len(steps)


def _percent(by_stage: dict[str, list[Step]]) -> int:
    return int(sum(visible.weight * _share(visible, by_stage) for visible in STAGES))


def _labels() -> dict[str, str]:
    return {
        "research": _("Gathering the sources"),
        "write": _("Writing the sections"),
        "check": _("Checking every citation"),
        "fit": _("Fitting the pages"),
        "assemble": _("Putting it together"),
        "export": _("Making PDF and DOCX"),
    }


def _stages(by_stage: dict[str, list[Step]], state: str) -> list[dict[str, Any]]:
    labels = _labels()
    rows = []
    for visible in STAGES:
        share = 1.0 if state == DocumentState.READY else _share(visible, by_stage)
        steps = [step for stage in visible.stages for step in by_stage.get(stage, [])]
        if any(step.state == StepState.FAILED for step in steps):
            stage_state = "failed"
        elif share >= 1:
            stage_state = "done"
        else:
            stage_state = "now" if steps else "waiting"
        rows.append(
            {"stage": visible.key, "label": labels[visible.key], "state": stage_state, "share": int(share * 100)}
        )
    return rows


def _leaves(document: Document) -> list[Any]:
    return list(document.sections.filter(children=None).only("pk", "document_id", "position"))


def _sections(document: Document, job: Job | None) -> list[dict[str, Any]]:
    """One row for each chapter and section, with what its own steps say."""
    steps: dict[UUID | None, list[Step]] = {}
    if job is not None:
        for step in job.steps.exclude(section=None).order_by("id"):
            steps.setdefault(step.section_id, []).append(step)
    sources = dict(
        document.citations.values("section_id")
        .annotate(n=Count("source_id", distinct=True))
        .values_list("section_id", "n")
    )
    sections = sections_in_order(document)
    chapters = {section.parent_id for section in sections}
    return [
        {
            "id": str(section.pk),
            "number": section.number,
            "title": section.title,
            "level": section.level,
            "is_chapter": section.pk in chapters,
            "pages": "" if section.pk in chapters else f"{section.pages:.1f}",
            **_section_state(section.revision, steps.get(section.pk, [])),
            "sources": sources.get(section.pk, 0),
        }
        for section in sections
    ]


def _section_state(revision: int, steps: list[Step]) -> dict[str, Any]:
    """Where a section stands: waiting, writing, written, checking, checked, fitting, failed; and its seconds."""
    seconds = sum((_seconds(step) for step in steps), 0.0)
    running = next((step for step in steps if step.state == StepState.CLAIMED), None)
    if any(step.state == StepState.FAILED for step in steps):
        state = "failed"
    elif running is not None:
        state = {Stage.WRITE: "writing", Stage.REVISE: "fitting"}.get(Stage(running.stage), "checking")
    elif any(step.stage == Stage.CHECK and step.state == StepState.DONE for step in steps):
        state = "checked"
    else:
        # The text becomes a revision only once it is checked; until then its step tells.
        has_text = revision or any(step.stage == Stage.WRITE and step.state == StepState.DONE for step in steps)
        state = "written" if has_text else "waiting"
    return {"state": state, "state_label": _section_labels()[state], "seconds": int(seconds)}


def _section_labels() -> dict[str, str]:
    return {
        "waiting": _("waiting"),
        "writing": _("being written"),
        "written": _("written"),
        "checking": _("being checked"),
        "checked": _("checked"),
        "fitting": _("being fitted"),
        "failed": _("failed"),
    }


def _seconds(step: Step, now: datetime | None = None) -> float:
    if step.started_at is None:
        return 0.0
    return ((step.finished_at or now or timezone.now()) - step.started_at).total_seconds()


def _time_left(by_stage: dict[str, list[Step]], sections: int, percent: int) -> dict[str, int]:
    """Seconds left as a range that narrows as the work goes on."""
    usual = usual_seconds()
    expected = {
        Stage.RESEARCH: 1,
        Stage.WRITE: sections,
        Stage.CHECK: sections,
        Stage.MEASURE: 2,
        Stage.REVISE: ceil(sections / 3),
        Stage.RECHECK: ceil(sections / 3),
        Stage.ASSEMBLE: 1,
        Stage.EXPORT: 1,
    }
    begun = [index for index, visible in enumerate(STAGES) if any(by_stage.get(stage) for stage in visible.stages)]
    current = max(begun, default=0)
    seconds = 0.0
    for visible in STAGES[current:]:
        for stage in visible.stages:
            steps = by_stage.get(stage, [])
            done = sum(step.state == StepState.DONE for step in steps)
            open_steps = max(len(steps), expected[stage]) - done
            seconds += ceil(max(open_steps, 0) / settings.DRAIN_WIDTH) * usual[stage]
    spread = 0.6 * (1 - percent / 100)
    low, high = int(seconds * (1 - spread)), ceil(seconds * (1 + spread)) + 1
    return {"low": low, "high": high, "low_minutes": max(1, low // 60), "high_minutes": max(1, ceil(high / 60))}


def usual_seconds() -> dict[str, float]:
    """The median seconds of a step by stage, from the newest finished ones; kept for a minute."""
    try:
        kept: dict[str, float] | None = cache.get("usual-seconds")
    except (RedisError, OSError):
        kept = None
    if kept is not None:
        return kept
    learned = dict(FIRST_GUESS)
    for stage in FIRST_GUESS:
        spans = Step.objects.filter(stage=stage, state=StepState.DONE, started_at__isnull=False).order_by("-id")
        seconds = [
            (end - start).total_seconds()
            for start, end in spans.values_list("started_at", "finished_at")[:REMEMBERED_STEPS]
            if start is not None and end is not None
        ]
        if len(seconds) >= ENOUGH_TO_LEARN:
            learned[stage] = median(seconds)
    try:
        cache.set("usual-seconds", learned, LEARNED_FOR_SECONDS)
    except (RedisError, OSError):
        logger.warning("cache away")
    return learned
