"""A document's progress, complete (R-43).

The number of queries does not depend on the number of sections. No text is loaded.
"""

from decimal import Decimal
from typing import Any, Final
from uuid import UUID

from django.db import connection
from django.db.models import Count
from django.utils import timezone
from django.utils.translation import gettext as _

from billing.domain.refunds import MISSING_PAGES
from billing.models import Payment, Refund
from documents.domain.queries import numbered
from documents.enums import DocumentState
from documents.models import Document, Section
from generation.enums import OPEN_JOB_STATES, JobKind, JobState, Stage, StepState
from generation.models import Job, Step
from generation.progress import delays, outages, recording, timing
from generation.progress.outages import OpenStep, Trouble
from generation.progress.recording import SectionSteps, StepCounts, newest_job
from generation.progress.timing import Ahead

# The documents that wait before one, and hundredths of pages that are still to be written before it.
_AHEAD: Final = """
    SELECT count(*) FILTER (WHERE job.state = 'queued'),
           coalesce(sum(document.pages * (100 - document.progress)), 0)
    FROM generation_job AS job JOIN documents_document AS document ON document.id = job.document_id
    WHERE job.kind = 'document' AND (
        job.state = 'running'
        OR job.state = 'queued' AND (job.sort_key, job.created_at) < (%(sort_key)s, %(created_at)s)
    )
"""


def snapshot(document_id: UUID, *, document: Document | None = None) -> dict[str, Any]:
    """Everything the progress page shows, ready for JSON. Seconds are whole; pages are text with one decimal.

    ``document``: its row, where the caller has just read it.

    ``left`` is None when there is nothing to wait for, or no telling how long; ``waits`` says then what for, since
    when, until when (None where that is not known), and when the job ends at the latest if it is in vain.
    """
    now = timezone.now()
    document = document or Document.objects.without_long_texts().get(pk=document_id)
    job = newest_job(document_id)
    counts = recording.count_steps(job.pk) if job else StepCounts({}, {})
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
        leaves = sum(not section["is_chapter"] for section in sections)
        left = timing.left(
            tallies=counts.by_stage, open_steps=open_steps, sections=leaves,
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
        "stages": recording.stage_rows(counts.by_stage, is_ready=document.state == DocumentState.READY),
        "sections": _with_states(sections, document, counts),
        "left": left,
        "refund": _refund(document) if is_over else None,
    }


def outline_waits(document_id: UUID) -> dict[str, Any] | None:
    """What the outline on its way waits for, as ``waits`` of a snapshot; None while it goes on."""
    job = newest_job(document_id, JobKind.OUTLINE)
    return None if job is None else job_waits(job)


def job_waits(job: Job) -> dict[str, Any] | None:
    """What an open job waits for, as ``waits`` of a snapshot; None while it goes on, or is over."""
    now = timezone.now()
    if job.state not in OPEN_JOB_STATES:
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
    with connection.cursor() as cursor:
        cursor.execute(_AHEAD, {"sort_key": job.sort_key, "created_at": job.created_at})
        waiting, hundredths = cursor.fetchone()
    return Ahead(place=waiting + 1, pages=Decimal(hundredths) / 100)


def _refund(document: Document) -> dict[str, str] | None:
    """What went back to its owner: for missing pages of a finished document, or for one that failed."""
    refunds = Refund.objects.filter(payment__in=Payment.objects.orders().filter(document_id=document.pk))
    refunds = refunds.order_by("-created_at")
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


def _with_states(sections: list[dict[str, Any]], document: Document, counts: StepCounts) -> list[dict[str, Any]]:
    """Each section with where it stands, its seconds, and from how many sources it was written."""
    # Without the order of the citations, for which the sections would be read as well.
    cited = document.citations.order_by().values("section_id").annotate(n=Count("source_id", distinct=True))
    sources = dict(cited.values_list("section_id", "n"))
    labels = _section_labels()
    rows = []
    for section in sections:
        steps = counts.by_section.get(section["id"], SectionSteps())
        state = _section_state(section.pop("revision"), steps)
        rows.append(
            {
                **section,
                "id": str(section["id"]),
                "state": state,
                "state_label": labels[state],
                "seconds": int(steps.took.total_seconds()),
                "sources": sources.get(section["id"], 0),
            }
        )
    return rows


def _section_state(revision: int, steps: SectionSteps) -> str:
    """Where a section stands: waiting, writing, written, checking, checked, fitting, failed."""
    if steps.failed:
        return "failed"
    if steps.running:
        return {Stage.WRITE: "writing", Stage.REVISE: "fitting"}.get(Stage(steps.running), "checking")
    if steps.checked:
        return "checked"
    # The text becomes a revision only once it is checked; until then its step tells.
    return "written" if revision or steps.written else "waiting"


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
