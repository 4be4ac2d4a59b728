"""How far a document is, all of it at once (R-43).

What a snapshot asks of the database is the same for two sections and for 200, and loads no text.
"""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Count, F, Max, Q, Sum, Value
from django.db.models.functions import Coalesce
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.domain.refunds import MISSING_PAGES
from billing.models import Refund
from documents.domain.queries import numbered
from documents.enums import DocumentState
from documents.models import Document, Section
from generation.enums import OPEN_JOB_STATES, JobKind, JobState, Stage, StepState
from generation.models import Job, Step
from generation.progress import delays, outages, stage_weights, timing
from generation.progress.outages import OpenStep, Trouble
from generation.progress.recording import newest_job
from generation.progress.timing import Ahead


def snapshot(document_id: UUID) -> dict[str, Any]:
    """Everything the progress page shows, ready for JSON. Seconds are whole; pages are text with one decimal.

    ``left`` is None when there is nothing to wait for, or no telling how long; ``waits`` says then what for, since
    when, until when (None where that is not known), and when the job ends at the latest if it is in vain.
    """
    now = timezone.now()
    document = Document.objects.defer("bibliography_html", "assignment_text", "search").get(pk=document_id)
    job = newest_job(document_id)
    tallies = stage_weights.tally(job.pk) if job else {}
    open_steps = _open_steps(job) if job else []
    sections = _sections(document)
    is_over = document.state in {DocumentState.READY, DocumentState.FAILED}
    percent = 100 if document.state == DocumentState.READY else document.progress
    ahead = _ahead(job) if job and document.state == DocumentState.QUEUED else None
    calls = Trouble()
    if job is not None and not is_over:
        # One that has not begun has no calls of its own: those of the house tell how the models are.
        calls = outages.trouble(job_id=job.pk if job.state == JobState.RUNNING else None, now=now)
    waits = None if is_over or job is None else delays.of(job, open_steps, calls, now=now)
    left = None
    if job is not None and not is_over and waits is None and not calls.promises_nothing:
        left = timing.left(
            tallies=tallies, open_steps=open_steps, sections=sum(not section["is_chapter"] for section in sections),
            percent=percent, now=now, pages=document.pages, ahead=ahead, slower=calls.slower,
        )  # fmt: skip
    return {
        "document": str(document_id),
        "title": str(document),
        "state": document.state,
        "label": document.get_state_display(),
        "failure": document.failure,
        "percent": percent,
        "place": ahead.place if ahead else None,
        "waits": waits,
        "stages": stage_weights.rows(tallies, is_ready=document.state == DocumentState.READY),
        "sections": _with_states(sections, document, job, now),
        "left": left,
        "refund": _refund(document) if is_over else None,
    }


def outline_waits(document_id: UUID) -> dict[str, Any] | None:
    """What the outline on its way waits for, as ``waits`` of a snapshot; None while it goes on."""
    now = timezone.now()
    job = newest_job(document_id, JobKind.OUTLINE)
    if job is None or job.state not in OPEN_JOB_STATES:
        return None
    calls = outages.trouble(job_id=job.pk if job.state == JobState.RUNNING else None, now=now)
    return delays.of(job, _open_steps(job), calls, now=now)


def _open_steps(job: Job) -> list[OpenStep]:
    steps = Step.objects.filter(job_id=job.pk, state__in=[StepState.READY, StepState.CLAIMED])
    needed = ("stage", "state", "started_at", "not_before", "created_at", "tries")
    return [OpenStep(*row) for row in steps.values_list(*needed)]


def _ahead(job: Job) -> Ahead | None:
    """The place among the documents that wait, and the pages before it; nothing once the job has begun (R-41)."""
    if job.state != JobState.QUEUED:
        return None
    waiting = Q(state=JobState.QUEUED) & (
        Q(sort_key__lt=job.sort_key) | Q(sort_key=job.sort_key, created_at__lt=job.created_at)
    )
    still = F("document__pages") * (100 - F("document__progress"))
    found = Job.objects.filter(kind=JobKind.DOCUMENT, state__in=OPEN_JOB_STATES).aggregate(
        waiting=Count("pk", filter=waiting),
        hundredths=Sum(still, filter=waiting | Q(state=JobState.RUNNING), default=0),
    )
    return Ahead(place=found["waiting"] + 1, pages=Decimal(found["hundredths"]) / 100)


def _refund(document: Document) -> dict[str, str] | None:
    """What went back to its owner: for missing pages of a finished document, or for one that failed."""
    refunds = Refund.objects.filter(payment__document_id=document.pk).order_by("-created_at")
    if document.state == DocumentState.READY:
        refunds = refunds.filter(cause=MISSING_PAGES)
    refund = refunds.first()
    if refund is None:
        return None
    pages = "" if document.body_pages is None else f"{document.body_pages:.1f}"
    return {"amount": f"{refund.amount:.2f}", "pages": pages, "ordered": str(document.pages)}


def _sections(document: Document) -> list[dict[str, Any]]:
    """Chapters and sections in their order, with what the outline says of them."""
    needed = Section.objects.only("document_id", "parent_id", "title", "pages", "revision")
    sections = numbered(needed.filter(document_id=document.pk).order_by("position"))
    chapters = {section.parent_id for section in sections}
    return [
        {
            "id": section.pk,
            "number": section.number,
            "title": section.title,
            "level": section.level,
            "is_chapter": section.pk in chapters,
            "pages": "" if section.pk in chapters else f"{section.pages:.1f}",
            "revision": section.revision,
        }
        for section in sections
    ]


def _with_states(
    sections: list[dict[str, Any]], document: Document, job: Job | None, now: datetime
) -> list[dict[str, Any]]:
    """Each section with where it stands, its seconds, and from how many sources it was written."""
    steps = {row["section_id"]: row for row in _steps_by_section(job, now)} if job else {}
    cited = document.citations.values("section_id").annotate(n=Count("source_id", distinct=True))
    sources = dict(cited.values_list("section_id", "n"))
    labels = _section_labels()
    rows = []
    for section in sections:
        own = steps.get(section["id"], {})
        state = _section_state(section.pop("revision"), own)
        seconds = own.get("seconds") or timedelta(0)
        rows.append(
            {
                **section,
                "id": str(section["id"]),
                "state": state,
                "state_label": labels[state],
                "seconds": int(seconds.total_seconds()),
                "sources": sources.get(section["id"], 0),
            }
        )
    return rows


def _steps_by_section(job: Job, now: datetime) -> Any:
    """One row for each section that has steps."""
    is_done = Q(state=StepState.DONE)
    begun = Q(started_at__isnull=False)
    return (
        Step.objects.filter(job_id=job.pk, section__isnull=False)
        .values("section_id")
        .annotate(
            running=Max("stage", filter=Q(state=StepState.CLAIMED)),
            # Those that were never begun were withdrawn with their job: nothing is wrong with their sections.
            failed=Count("pk", filter=Q(state=StepState.FAILED) & begun),
            written=Count("pk", filter=is_done & Q(stage=Stage.WRITE)),
            checked=Count("pk", filter=is_done & Q(stage=Stage.CHECK)),
            seconds=Sum(
                Coalesce(F("finished_at"), Value(now)) - F("started_at"),
                filter=begun & ~Q(state=StepState.READY),
            ),
        )
    )


def _section_state(revision: int, steps: dict[str, Any]) -> str:
    """Where a section stands: waiting, writing, written, checking, checked, fitting, failed."""
    if steps.get("failed"):
        return "failed"
    if running := steps.get("running"):
        return {Stage.WRITE: "writing", Stage.REVISE: "fitting"}.get(Stage(running), "checking")
    if steps.get("checked"):
        return "checked"
    # The text becomes a revision only once it is checked; until then its step tells.
    return "written" if revision or steps.get("written") else "waiting"


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
