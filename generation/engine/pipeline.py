"""Moves a job from stage to stage, to success or failure. A saga with a row for each step (R-14).

Lock order: document, payment, job, step. Delivered pages are compared with ordered pages, and missing ones are
refunded in the transaction that ends the job (R-11).
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.mail import send_mail
from billing.domain.refunds import GENERATION_FAILED, MISSING_PAGES, refund_in_full, refund_missing_pages
from billing.models import Refund
from documents.domain import lifecycle, outline, page_count, printing
from documents.enums import DocumentState
from documents.models import Document
from generation.engine import holding, jobs, queue, rewritings
from generation.engine.queue import Claim
from generation.engine.work import Result
from generation.enums import OPEN_JOB_STATES, OVER_JOB_STATES, JobKind, JobState, Stage, StepState
from generation.errors import StepFailed
from generation.models import Job, Step
from generation.progress import recording
from generation.spending import usage

#: A step of the whole document rather than of a section.
WHOLE: Final = (None,)
#: How often sources are looked for again while the outline is being changed.
_SEARCH_ROUNDS: Final = 4
Planned = tuple[Stage, Sequence[UUID | None], int]


def begin(*, claim: Claim) -> None:
    """The first step of a job was claimed: the job runs, and its document is being written.

    Raises StepFailed for a step that outlived its job.
    """
    now = timezone.now()
    with transaction.atomic():
        Document.objects.select_for_update().only("pk").get(pk=claim.document_id)
        job = jobs.lock(claim.job_id)
        if job.state in OVER_JOB_STATES:
            raise StepFailed(_("The job was over before this step's turn."))
        if job.state != JobState.QUEUED:
            return
        jobs.move(job_id=job.pk, to=JobState.RUNNING, now=now, step_id=claim.step_id)
        if job.kind == JobKind.DOCUMENT:
            lifecycle.move(document_id=claim.document_id, to=DocumentState.WRITING, cause="writing began", now=now)
        recording.record(document_id=claim.document_id)


def complete(*, claim: Claim, result: Result, model: str = "") -> None:
    """Ends a step, commits what it made, and opens the next stage where it was the last of its own: all or nothing.

    Of a job that has failed meanwhile the finished sections are kept, until its owner goes on with the document.
    ``model`` is the one that answered last. Raises LostStep when the step is somebody else's by now.
    """
    now = timezone.now()
    with transaction.atomic():
        needed = Document.objects.only("pk", "state", "pages", "body_pages")
        document = needed.select_for_update().get(pk=claim.document_id)
        # The payment comes before the job. Of one that is over nothing is given back: it may be a new order's.
        if claim.stage == Stage.EXPORT and Job.objects.filter(pk=claim.job_id, state=JobState.RUNNING).exists():
            give_missing_pages_back(document)
        job = jobs.lock(claim.job_id)
        queue.finish(claim=claim, result=result.data, now=now, model=model)
        is_wanted = job.state == JobState.RUNNING or document.state == DocumentState.FAILED
        if result.commit is not None and is_wanted:
            result.commit()
        if job.waits_for:
            holding.go_on(job_id=job.pk, now=now)
        if job.state == JobState.RUNNING:
            _advance(job, claim, now)
        recording.record(document_id=claim.document_id)


def _advance(job: Job, claim: Claim, now: datetime) -> None:
    stage = Step.objects.filter(job=job, stage=claim.stage, round=claim.round)
    if stage.exclude(state=StepState.DONE).exists():
        return
    planned = following(job, claim)
    if planned is None:
        _succeed(job, claim, now)
        return
    stage_to_come, sections, round = planned
    count = queue.add(job_id=job.pk, sort_key=job.sort_key, stage=stage_to_come, sections=sections, round=round)
    queue.wake_on_commit(steps=count)


def following(job: Job, claim: Claim) -> Planned | None:
    """The steps after the last one of a stage; nothing after the last stage of all."""
    match claim.stage:
        case Stage.SEARCH:
            is_last = claim.round >= _SEARCH_ROUNDS or job.document.state != DocumentState.OUTLINED
            done = queue.result_of(job.pk, Stage.SEARCH, claim.round)
            is_done = done["searched_for"] == outline.searched_for(job.document)
            return None if is_last or is_done else (Stage.SEARCH, WHOLE, claim.round + 1)
        case Stage.RESEARCH:
            return Stage.WRITE, _leaves(job), 0
        case Stage.WRITE:
            return Stage.CHECK, _leaves(job), 0
        case Stage.CHECK:
            return Stage.MEASURE, WHOLE, 0
        case Stage.MEASURE:
            changes = queue.result_of(job.pk, Stage.MEASURE, claim.round)["changes"]
            if changes:
                return Stage.REVISE, [UUID(section) for section in changes], claim.round + 1
            return Stage.ASSEMBLE, WHOLE, claim.round
        case Stage.REVISE:
            revised = Step.objects.filter(job=job, stage=claim.stage, round=claim.round).order_by("position")
            return Stage.RECHECK, list(revised.values_list("section_id", flat=True)), claim.round
        case Stage.RECHECK:
            return Stage.MEASURE, WHOLE, claim.round
        case Stage.ASSEMBLE:
            return Stage.EXPORT, WHOLE, claim.round
        case Stage.REWRITE:
            return Stage.OFFER, [claim.section_id], 0
        case _:
            return None


def _leaves(job: Job) -> list[UUID]:
    return [section.pk for section in outline.leaves(job.document)]


def _succeed(job: Job, claim: Claim, now: datetime) -> None:
    jobs.move(job_id=job.pk, to=JobState.SUCCEEDED, now=now, step_id=claim.step_id)
    usage.keep(job)
    if job.kind == JobKind.SOURCES and (waiting := queue.hasten(document_id=job.document_id, stage=Stage.RESEARCH)):
        # It was paid for meanwhile, and waits for what was found.
        queue.wake_on_commit(steps=waiting)
    if job.kind != JobKind.DOCUMENT:
        return
    document = Document.objects.select_related("owner").get(pk=job.document_id)
    lifecycle.move(document_id=document.pk, to=DocumentState.READY, cause="writing finished", now=now)
    Document.objects.filter(pk=document.pk).update(progress=100)
    printing.settle(document_id=document.pk, since=job.created_at)
    send_mail(
        user=document.owner,
        template="ready",
        context=_ready_words(document),
        once_key=f"ready:{job.pk}",
    )


def _ready_words(document: Document) -> dict[str, object]:
    words: dict[str, object] = {"document_id": str(document.pk), "title": str(document), "pages": document.pages}
    refund = Refund.objects.filter(payment__document=document, cause=MISSING_PAGES).order_by("-created_at").first()
    if refund is not None and document.body_pages is not None:
        words |= {"body_pages": f"{document.body_pages:.1f}", "refund": str(refund.amount)}
    return words


def fail(*, claim: Claim, reason: str, facts: str = "") -> None:
    """Ends a job for good: the document is failed by name, its money goes back, its owner is told. All or nothing.

    ``reason`` is for the owner, ``facts`` for staff. Finished sections are kept. Raises LostStep when the step is
    somebody else's by now.
    """
    now = timezone.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().select_related("owner").get(pk=claim.document_id)
        # Jobs move only under their document's lock. One that is over gives no money back: it may be a new order's.
        kind, state = Job.objects.values_list("kind", "state").get(pk=claim.job_id)
        is_open = state in OPEN_JOB_STATES
        if is_open and kind == JobKind.DOCUMENT:
            refund_in_full(document_id=document.pk, cause=GENERATION_FAILED, reason=reason)
        job = jobs.lock(claim.job_id)
        queue.fail(claim=claim, error=facts or reason, now=now)
        if not is_open:
            return
        if facts:
            jobs.record(job_id=job.pk, step_id=claim.step_id, what="step failed", note=facts, now=now)
        queue.withdraw(job_id=job.pk, why=_("The job failed before it was this step's turn."), now=now)
        jobs.move(job_id=job.pk, to=JobState.FAILED, now=now, note=reason, step_id=claim.step_id)
        if kind == JobKind.DOCUMENT:
            _tell_failed(document, job, reason, now)
        elif kind == JobKind.REWRITING:
            rewritings.fail(job_id=job.pk, reason=reason, now=now)
        elif kind == JobKind.OUTLINE and document.state == DocumentState.OUTLINING:
            outline.fail(document_id=document.pk, reason=reason)
        recording.record(document_id=document.pk)


def stop(*, job_id: UUID, reason: str, now: datetime) -> bool:
    """Ends an open job whose owner leaves, or wants no rewriting any more; false where it was over.

    Nothing more is made, and the money of a document goes back.

    Steps that a worker holds are taken from it. No mail: there is nobody to read it.
    """
    with transaction.atomic():
        document_id = Job.objects.values_list("document_id", flat=True).get(pk=job_id)
        document = Document.objects.select_for_update().get(pk=document_id)
        kind, state = Job.objects.values_list("kind", "state").get(pk=job_id)
        if state not in OPEN_JOB_STATES:
            return False
        if kind == JobKind.DOCUMENT:
            refund_in_full(document_id=document.pk, cause=GENERATION_FAILED, reason=reason)
        job = jobs.lock(job_id)
        queue.take_away(job_id=job.pk, why=reason, now=now)
        jobs.move(job_id=job.pk, to=JobState.FAILED, now=now, note=reason)
        if kind == JobKind.DOCUMENT:
            lifecycle.move(document_id=document.pk, to=DocumentState.FAILED, cause="owner erased", now=now)
        elif kind == JobKind.REWRITING:
            rewritings.call_off(job_id=job.pk, now=now)
        elif kind == JobKind.OUTLINE and document.state == DocumentState.OUTLINING:
            outline.fail(document_id=document.pk, reason=reason)
        recording.record(document_id=document.pk)
    return True


def _tell_failed(document: Document, job: Job, reason: str, now: datetime) -> None:
    lifecycle.move(
        document_id=document.pk, to=DocumentState.FAILED, cause="writing failed", now=now, failure=reason[:500]
    )
    send_mail(
        user=document.owner,
        template="failed",
        context={"document_id": str(document.pk), "title": str(document), "reason": reason},
        once_key=f"failed:{job.pk}",
    )


def give_missing_pages_back(document: Document) -> None:
    """What could not be delivered is refunded with the success that it belongs to (R-11)."""
    ordered, delivered = document.pages, document.body_pages
    if delivered is None or page_count.least_pages(ordered) <= delivered:
        return
    reason = _("The text came out at %(body)s of the %(pages)d pages that were ordered.")
    refund_missing_pages(
        document_id=document.pk,
        ordered=ordered,
        delivered=delivered,
        reason=reason % {"body": f"{delivered:.1f}", "pages": ordered},
    )
