"""Jobs that wait for a budget or for their owner's daily limit (R-21, R-27).

Marks the job, alerts staff and notifies the owner once.
"""

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.domain.mail import send_mail
from generation.engine import jobs
from generation.engine.queue import Claim
from generation.enums import OPEN_JOB_STATES, JobKind, Scope, Wait
from generation.errors import LostStep, OverBudget, StepFailed
from generation.models import Job
from generation.progress import recording
from generation.spending.periods import period_of
from tesigo.platform.alerts import keep_alert

#: A waiting step looks again after this at the latest: staff may have raised the budget.
_LOOK_AGAIN: Final = timedelta(minutes=5)
#: Not at once, however near the new budget is: clocks differ a little.
_SHORTEST: Final = timedelta(seconds=5)


def wait_for_budget(*, claim: Claim, over: OverBudget, now: datetime | None = None) -> timedelta:
    """Marks the step's job as waiting for a budget or a limit; returns after which time the step is tried again.

    Raises StepFailed when the job has waited for ``settings.LONGEST_HOLD``, LostStep for one that is gone.
    """
    now = now or timezone.now()
    job = Job.objects.select_related("document__owner").filter(pk=claim.job_id).first()
    if job is None:
        raise LostStep(str(claim.job_id))
    with transaction.atomic():
        what = Wait.LIMIT if over.scope == Scope.USER_DAY else Wait.BUDGET
        is_new = Job.objects.filter(pk=job.pk, waits_for="", state__in=OPEN_JOB_STATES).update(
            waits_for=what, waits_since=now
        )
        if is_new:
            _tell_owner(job, what)
            note = f"the budget for {over.scope.value}"
            jobs.record(job_id=job.pk, step_id=claim.step_id, what="waits", note=note, now=now)
            _alert(job, over.scope, now)
            transaction.on_commit(lambda: recording.announce(claim.document_id))
    if not is_new and job.waits_since is not None and now - job.waits_since >= settings.LONGEST_HOLD:
        if job.waits_for == Wait.LIMIT:
            raise StepFailed(_("What you may have written in a day did not suffice for it, for too long."))
        raise StepFailed(_("What we may spend on writing was used up for too long."))
    until_reset = over.resets_at - now if over.resets_at else _LOOK_AGAIN
    return max(_SHORTEST, min(until_reset, _LOOK_AGAIN))


def go_on(*, job_id: UUID, now: datetime | None = None) -> None:
    """A step of the job came to its end: it waits no longer."""
    if Job.objects.filter(pk=job_id).exclude(waits_for="").update(waits_for="", waits_since=None):
        jobs.record(job_id=job_id, what="goes on", now=now or timezone.now())


def _tell_owner(job: Job, what: Wait) -> None:
    document = job.document
    send_mail(
        user=document.owner,
        template="waiting",
        context={
            "document_id": str(document.pk),
            "title": str(document),
            "is_outline": job.kind == JobKind.OUTLINE,
            "is_limit": what == Wait.LIMIT,
            "hours": int(settings.LONGEST_HOLD.total_seconds() // 3600),
        },
        once_key=f"waiting:{job.pk}",
    )


def _alert(job: Job, scope: Scope, now: datetime) -> None:
    """One key for a budget and its period, however many jobs wait for it."""
    subject = {Scope.JOB: str(job.pk), Scope.USER_DAY: str(job.document.owner_id)}.get(scope, "")
    name = " ".join(part for part in (scope.value, subject, period_of(scope, now)) if part)
    keep_alert(
        key=f"budget-waits:{name}",
        subject=f"Writing waits for a budget: {name}",
        text=f"Job {job.pk} waits: not even the cheapest model fits into the budget {name}.\n"
        "Raise it in the admin, or wait for its next period; a job that waits too long fails and is refunded.",
    )
