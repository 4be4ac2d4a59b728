"""Status of a job for programs that poll: an outline, a document, or a whole order."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, Final
from uuid import UUID

from django.conf import settings
from django.db import models
from django.http import Http404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from billing.domain import queries
from billing.enums import PaymentState
from billing.models import OPEN_STATES
from documents.enums import DocumentState
from documents.models import Document
from generation.enums import OPEN_JOB_STATES, JobKind, JobState
from generation.models import Job, WholeOrder
from generation.progress import snapshots

if TYPE_CHECKING:
    from accounts.models import User


class Status(models.TextChoices):
    """Where a job stands for who asked for it; the last two are final."""

    QUEUED = "queued", gettext_lazy("waiting for its turn")
    RUNNING = "running", gettext_lazy("being made")
    WAITING = "waiting", gettext_lazy("waiting for something, see waits_for")
    SUCCEEDED = "succeeded", gettext_lazy("done")
    FAILED = "failed", gettext_lazy("failed, see failure")


@dataclass(frozen=True)
class Waits:
    """What a job waits for: ``what`` in a word, ``detail`` in a sentence; times are None where nobody knows them."""

    what: str
    detail: str
    since: str | None = None
    until: str | None = None
    latest: str | None = None


@dataclass(frozen=True)
class JobStatus:
    """A job as a program sees it. ``payment_url`` is where its owner pays, while it waits for that.

    ``progress`` is a percentage; ``left`` a range of seconds, or None where nobody knows.
    """

    job_id: UUID
    kind: str
    document: Document
    status: Status
    progress: int
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None
    waits_for: Waits | None = None
    left: Any = None
    failure: str = ""
    payment_url: str | None = None


_STATES: Final = {
    JobState.QUEUED: Status.QUEUED,
    JobState.RUNNING: Status.RUNNING,
    JobState.SUCCEEDED: Status.SUCCEEDED,
    JobState.FAILED: Status.FAILED,
}
#: Kinds of jobs that are asked about by their ids.
_TOLD: Final = (JobKind.OUTLINE, JobKind.DOCUMENT)
_LIGHT: Final = tuple(f"document__{name}" for name in ("bibliography_html", "assignment_text", "search"))


def of(*, job_id: UUID, user: "User") -> JobStatus:
    """How far the user's job is. Raises Http404 for one that is missing or somebody else's (R-100)."""
    theirs = {"document__owner": user, "document__thrown_away_at": None, "pk": job_id}
    order = WholeOrder.objects.select_related("document").defer(*_LIGHT).filter(**theirs).first()
    if order is not None:
        return _of_order(order)
    mine = Job.objects.filter(**theirs, kind__in=_TOLD)
    job = mine.select_related("document").defer(*_LIGHT).first()
    if job is None:
        raise Http404
    return _of_outline(job) if job.kind == JobKind.OUTLINE else _of_text(job)


def newest(*, document_id: UUID, kind: JobKind) -> Job | None:
    """The newest job of a kind that the document has."""
    return Job.objects.filter(document_id=document_id, kind=kind).order_by("-created_at").first()


def payment_page(document_id: UUID) -> str:
    """Where the owner of a document pays: a page of ours, which asks what only a person may agree to."""
    return f"{settings.SITE_URL}{reverse('billing:price', args=[document_id])}"


def _of_outline(job: Job) -> JobStatus:
    is_open = job.state in OPEN_JOB_STATES
    waits = _waits(snapshots.outline_waits(job.document_id)) if is_open else None
    state = JobState(job.state)
    return JobStatus(
        job_id=job.pk,
        kind=JobKind.OUTLINE,
        document=job.document,
        status=Status.WAITING if waits else _STATES[state],
        progress=100 if state == JobState.SUCCEEDED else 0,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        waits_for=waits,
        failure=job.failure,
    )


def _of_text(job: Job) -> JobStatus:
    state = JobState(job.state)
    is_open = state in OPEN_JOB_STATES
    shown = snapshots.snapshot(job.document_id, document=job.document) if is_open else {}
    waits = _waits(shown.get("waits"))
    return JobStatus(
        job_id=job.pk,
        kind=JobKind.DOCUMENT,
        document=job.document,
        status=Status.WAITING if waits else _STATES[state],
        progress=100 if state == JobState.SUCCEEDED else job.document.progress,
        created_at=job.created_at,
        started_at=job.started_at,
        finished_at=job.finished_at,
        waits_for=waits,
        left=shown.get("left"),
        failure=job.failure,
    )


def _of_order(order: WholeOrder) -> JobStatus:
    """From the brief to the text, whichever of its jobs is at it."""
    document = order.document
    match document.state:
        case DocumentState.DRAFT:
            if document.outline_error:
                return _order(order, Status.FAILED, failure=document.outline_error)
            waits = Waits("outline", _("The brief was changed. Its outline has to be asked for again."))
            return _order(order, Status.WAITING, waits_for=waits)
        case DocumentState.OUTLINED:
            return _awaiting_payment(order)
        case DocumentState.READY:
            job = newest(document_id=document.pk, kind=JobKind.DOCUMENT)
            return _order(order, Status.SUCCEEDED, progress=100, finished_at=job.finished_at if job else None)
        case DocumentState.FAILED:
            return _order(order, Status.FAILED, failure=document.failure, progress=document.progress)
    kind = JobKind.OUTLINE if document.state == DocumentState.OUTLINING else JobKind.DOCUMENT
    job = newest(document_id=document.pk, kind=kind)
    if job is None:  # the sweep opens it in a moment
        return _order(order, Status.QUEUED)
    job.document = document
    now = _of_outline(job) if kind == JobKind.OUTLINE else _of_text(job)
    return _order(
        order, now.status, started_at=now.started_at, waits_for=now.waits_for, left=now.left, progress=document.progress
    )


def _awaiting_payment(order: WholeOrder) -> JobStatus:
    payment = queries.latest_payment(document=order.document)
    if payment is not None and queries.money_in(order.document):
        waits = Waits("money", _("It is paid; the money is on its way or looked at."), since=_iso(payment.created_at))
        return _order(order, Status.WAITING, waits_for=waits)
    is_open = payment is not None and payment.state in OPEN_STATES and payment.expires_at > timezone.now()
    waits = Waits("payment", _("The outline is ready. It is written once its owner has paid."))
    # Opened for the outline and the prices of that moment; the page of ours makes a new one where they have changed.
    open_at_stripe = payment.checkout_url if payment and is_open and payment.state == PaymentState.PENDING else ""
    address = open_at_stripe or payment_page(order.document_id)
    return _order(order, Status.WAITING, waits_for=waits, payment_url=address)


def _order(order: WholeOrder, status: Status, *, progress: int = 0, **more: Any) -> JobStatus:
    return JobStatus(
        job_id=order.pk,
        kind="order",
        document=order.document,
        status=status,
        progress=progress,
        created_at=order.created_at,
        **more,
    )


def _waits(told: Any) -> Waits | None:
    if told is None:
        return None
    return Waits(
        what=str(told["for"]),
        detail=str(told["words"]),
        since=told.get("since"),
        until=told.get("until"),
        latest=told.get("latest"),
    )


def _iso(moment: datetime) -> str:
    return moment.isoformat()
