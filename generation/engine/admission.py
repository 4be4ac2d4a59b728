"""Creates jobs for outlines, their sources and paid documents, once each, and sets their order in the queue (R-41)."""

import logging
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from billing.domain import refunds
from billing.enums import PaymentState
from billing.models import PAID_STATES, Payment
from documents.domain import lifecycle, outline
from documents.domain.owners_language import owners_language
from documents.enums import DocumentState
from documents.models import Document, Section
from generation.engine import jobs, queue
from generation.engine.pipeline import WHOLE
from generation.enums import OPEN_JOB_STATES, JobKind, Stage
from generation.errors import JobOpen
from generation.models import Job
from generation.progress import recording
from generation.spending import estimates, reservations
from generation.spending.estimates import Estimate
from generation.spending.reservations import BEING_WRITTEN
from tesigo.platform.correlation import correlation_id

logger = logging.getLogger(__name__)

#: Seconds of waiting that a page counts as: of two asked for at once the smaller one comes first. None starves:
#: after 200 pages' worth of waiting, not even a document of one page asked for from then on comes before it.
SECONDS_PER_PAGE: Final = 60
#: By how many seconds somebody comes earlier: who waits before the screen for an outline, and premium users, first
#: among those asked for in this time and of these pages. It is added once, so that it is no way to stay ahead (R-41).
OUTLINE_AHEAD_SECONDS: Final = 3_600
PREMIUM_AHEAD_SECONDS: Final = 1_800
#: How often sources are looked for, in a day, for each outline that a person may have made.
_SEARCHES_FOR_OUTLINE: Final = 2
_BEFORE_WRITING: Final = (DocumentState.DRAFT, DocumentState.OUTLINING, DocumentState.OUTLINED)


def start(*, document_id: UUID, payment_id: UUID, now: datetime | None = None) -> None:
    """Puts a paid document into the queue: its job and its state in one transaction. Repeating it does nothing.

    Called when the payment succeeds, and by the sweeper for paid documents that have no job (R-14). Until now the
    owner could still change the order: one that is no longer what was paid for is not written, its money goes back.
    """
    now = now or timezone.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().select_related("owner").get(pk=document_id)
        payment = Payment.objects.orders().filter(pk=payment_id, document=document, state__in=PAID_STATES).first()
        if payment is None or not document.is_editable or _is_over(document, payment):
            return
        if not _is_as_paid(document, payment):
            with translation.override(document.owner.language):
                reason = _("The order was changed while it was being paid.")
            refunds.refund_in_full(document_id=document_id, cause=refunds.ORDER_CHANGED, reason=reason)
            reservations.release(document_id)
            return
        Document.objects.filter(pk=document_id).update(progress=0)
        lifecycle.move(document_id=document_id, to=DocumentState.QUEUED, cause="paid", now=now)
        ahead = PREMIUM_AHEAD_SECONDS if document.owner.is_premium else 0
        _open_job(document, JobKind.DOCUMENT, Stage.RESEARCH, now, document.pages * SECONDS_PER_PAGE - ahead)
        reservations.release(document_id)
        recording.record(document_id=document_id)


def start_paid(*, document_id: UUID) -> bool:
    """Starts a document whose money is there; false when it is not, or the document is no longer what was paid for.

    The browser that comes back from paying may be faster than the signal that tells of it.
    """
    payment = Payment.objects.orders().filter(document_id=document_id, state__in=PAID_STATES).first()
    if payment is not None:
        start(document_id=document_id, payment_id=payment.pk)
    return Document.objects.filter(pk=document_id, state__in=BEING_WRITTEN).exists()


def _is_over(document: Document, payment: Payment) -> bool:
    """Whether nothing is to be written for the money: it goes back, did and came to us again, or is disputed."""
    is_disputed = document.frozen_at is not None or payment.state == PaymentState.DISPUTED
    return is_disputed or payment.refunds.filter(cause__in=refunds.ENDING).exists()


def _is_as_paid(document: Document, payment: Payment) -> bool:
    is_ready = document.state == DocumentState.OUTLINED and outline.is_complete(document)
    return is_ready and document.pages == payment.pages


def start_outline(*, document_id: UUID, now: datetime | None = None) -> None:
    """Opens a job for the outline that was asked for. A person who asked for too many today is told so (R-104)."""
    now = now or timezone.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if document.state != DocumentState.OUTLINING or document.thrown_away_at:
            return
        if Job.objects.filter(document=document, kind=JobKind.OUTLINE, state__in=OPEN_JOB_STATES).exists():
            return
        # The door has asked already; this is the last line.
        if reservations.outlines_asked(owner_id=document.owner_id, now=now).count() > settings.OUTLINES_PER_DAY:
            # A sweep may have come here, which has no language of its own.
            with owners_language(document_id):
                reason = _("You have had %(count)d outlines made today. Come back tomorrow.")
            outline.fail(document_id=document_id, reason=reason % {"count": settings.OUTLINES_PER_DAY})
            return
        _open_job(document, JobKind.OUTLINE, Stage.OUTLINE, now, -OUTLINE_AHEAD_SECONDS)


def start_search(*, document_id: UUID, now: datetime | None = None) -> None:
    """Opens a job that looks for sources before anybody pays (R-97), unless that was done for this outline.

    One that is under way looks again by itself. A person who had it done often today waits until the order is paid:
    then sources are looked for in any case.
    """
    now = now or timezone.now()
    with transaction.atomic():
        document = Document.objects.select_for_update().get(pk=document_id)
        if document.state != DocumentState.OUTLINED or document.thrown_away_at:
            return
        searches = Job.objects.filter(kind=JobKind.SOURCES)
        if searches.filter(document=document, state__in=OPEN_JOB_STATES).exists():
            return
        done = queue.search_of(document_id)
        if done is not None and done["searched_for"] == outline.searched_for(document):
            return
        today = searches.filter(document__owner_id=document.owner_id, created_at__gt=now - timedelta(days=1))
        if today.count() < _SEARCHES_FOR_OUTLINE * settings.OUTLINES_PER_DAY:
            _open_job(document, JobKind.SOURCES, Stage.SEARCH, now, 0)


def start_rewriting(*, document: Document, section: Section, now: datetime) -> Job:
    """Opens a job that writes paragraphs of a section anew (R-93), inside its caller's transaction.

    Its owner waits before the screen, as for an outline. Raises JobOpen while another section is written anew.
    """
    if Job.objects.filter(document=document, kind=JobKind.REWRITING, state__in=OPEN_JOB_STATES).exists():
        raise JobOpen(str(document.pk))
    estimate = estimates.of_rewriting(document, pages=section.pages)
    return _open_job(
        document, JobKind.REWRITING, Stage.REWRITE, now, -OUTLINE_AHEAD_SECONDS,
        estimate=estimate, sections=[section.pk],
    )  # fmt: skip


def _open_job(
    document: Document,
    kind: JobKind,
    stage: Stage,
    now: datetime,
    shift: int,
    *,
    estimate: Estimate | None = None,
    sections: Sequence[UUID | None] = WHOLE,
) -> Job:
    estimate = estimate or estimates.estimate(document, kind=kind)
    job = Job.objects.create(
        kind=kind,
        document=document,
        sort_key=int(now.timestamp()) + shift,
        estimated_tokens=estimate.tokens,
        estimated_cost=estimate.cost,
        estimated_parts=estimate.as_json(),
        correlation_id=correlation_id(),
        created_at=now,
    )
    jobs.record(job_id=job.pk, what="queued", now=now)
    queue.add(job_id=job.pk, sort_key=job.sort_key, stage=stage, sections=sections)
    queue.wake_on_commit(steps=1)
    return job


def sweep() -> int:
    """Starts what was paid for and has no job, and outlines whose wish got lost; returns how many there were (R-14)."""
    paid = Payment.objects.orders().filter(state__in=PAID_STATES, document__state__in=_BEFORE_WRITING)
    paid = paid.filter(document__frozen_at=None).exclude(state=PaymentState.DISPUTED)
    paid = paid.exclude(refunds__cause__in=refunds.ENDING)
    orders = list(paid.order_by("?").values_list("document_id", "pk")[:100])
    for document_id, payment_id in orders:
        _try(start, document_id=document_id, payment_id=payment_id)
    wished = Document.objects.filter(state=DocumentState.OUTLINING, thrown_away_at=None).exclude(
        jobs__kind=JobKind.OUTLINE, jobs__state__in=OPEN_JOB_STATES
    )
    lost = list(wished.order_by("?").values_list("pk", flat=True)[:100])
    for document_id in lost:
        _try(start_outline, document_id=document_id)
    return len(orders) + len(lost)


def _try(begin: Callable[..., None], **ids: UUID) -> None:
    """Whatever is wrong with one, the others have their turn, and so do the workers after them."""
    try:
        begin(**ids)
    except Exception:
        logger.exception("not started", extra={name: str(value) for name, value in ids.items()})
