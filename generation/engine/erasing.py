"""Stops and erases a person's jobs (R-72), and stops those of drafts that are thrown away (R-89)."""

from datetime import datetime
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.utils import timezone
from django.utils.translation import gettext as _

from generation.engine import pipeline
from generation.enums import OPEN_JOB_STATES
from generation.models import Job
from privacy.domain import forgetting


def stop_jobs(user: AbstractBaseUser, now: datetime) -> None:
    """Ends what is being written or waits to be; what was paid for it goes back."""
    mine = Job.objects.filter(document__owner=user.pk, state__in=OPEN_JOB_STATES)
    for job_id in list(mine.values_list("pk", flat=True)):
        pipeline.stop(job_id=job_id, reason=_("The account was erased while this was being made."), now=now)


def stop_thrown_away(*, document_id: UUID) -> None:
    """Ends the jobs of a draft that is thrown away; one that was brought back meanwhile keeps its own."""
    open_ones = Job.objects.filter(document=document_id, state__in=OPEN_JOB_STATES)
    for job_id in list(open_ones.exclude(document__thrown_away_at=None).values_list("pk", flat=True)):
        pipeline.stop(job_id=job_id, reason=_("thrown away"), now=timezone.now())


def erase(user: AbstractBaseUser, now: datetime) -> None:
    """Steps with their texts, notes of what happened, limits and days of use; costs stay with the house."""
    forgetting.forget_app("generation", user=user)
