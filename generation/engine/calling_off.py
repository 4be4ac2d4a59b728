"""An order that its owner stops before its writing has begun: all the money goes back (R-05, R-14)."""

from datetime import datetime
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain import quotas
from billing.domain import promo, refunds
from documents.domain import lifecycle
from documents.domain.owners_language import owners_language
from documents.models import Document
from generation.engine import jobs, queue
from generation.enums import OPEN_JOB_STATES, JobKind, JobState, Stage
from generation.errors import WritingBegan
from generation.models import Job, Step
from generation.progress import recording
from generation.spending.reservations import BEING_WRITTEN
from privacy.domain import audit

if TYPE_CHECKING:
    from accounts.models import User

QUOTA: Final = "order_stopped"


def may_stop(document: Document) -> bool:
    """Whether the order could be stopped as things stand; a worker may be faster."""
    if document.state not in BEING_WRITTEN or document.frozen_at:
        return False
    job = _open_job(document.pk)
    return job is not None and not Step.objects.filter(job=job, stage=Stage.WRITE, token__gt=0).exists()


def stop(*, document_id: UUID, by: "User", now: datetime | None = None) -> None:
    """Ends the order: its job, its steps, its payment. The document has its outline as before it was paid.

    Whoever first takes a section to write it wins, or this does: never both. Gathering sources, which costs nobody
    anything, is taken away from a worker. The refund is a row that is worked on until Stripe has it; a mail tells of
    it then. Raises WritingBegan where it is too late, and QuotaReached.
    """
    now = now or timezone.now()
    with transaction.atomic():
        # The order of locks as in the pipeline: document, payment, job, steps.
        document = Document.objects.select_for_update().get(pk=document_id)
        job = _open_job(document_id)
        if document.state not in BEING_WRITTEN or document.frozen_at or job is None:
            raise WritingBegan
        quotas.spend(user=by, what=QUOTA, limit=settings.ORDERS_STOPPED_PER_DAY)
        # It is on the credit note, which is in the language of who pays, whoever asks here.
        with owners_language(document_id):
            reason = _("You stopped the order before its writing began.")
        refund = refunds.refund_in_full(document_id=document_id, cause=refunds.STOPPED_BY_OWNER, reason=reason, by=by)
        if refund is None or refund.state not in refunds.OPEN:
            # No order ends without its money on the way back.
            raise WritingBegan
        promo.give_back(payment_id=refund.payment_id, now=now)
        job = jobs.lock(job.pk)
        if queue.was_taken(job_id=job.pk, stage=Stage.WRITE):
            raise WritingBegan
        queue.take_away(job_id=job.pk, why="stopped by its owner", now=now)
        jobs.move(job_id=job.pk, to=JobState.FAILED, now=now, note=reason)
        lifecycle.back_to_outline(document_id=document_id, cause="order stopped by its owner", by=by, now=now)
        Document.objects.filter(pk=document_id).update(progress=0)
        audit.record(action="order.stopped", subject=document, by=by)
        recording.record(document_id=document_id)


def _open_job(document_id: UUID) -> Job | None:
    return Job.objects.filter(document=document_id, kind=JobKind.DOCUMENT, state__in=OPEN_JOB_STATES).first()
