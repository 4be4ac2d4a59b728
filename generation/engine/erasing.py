"""Stops and erases a person's jobs (R-72)."""

from datetime import datetime

from django.contrib.auth.base_user import AbstractBaseUser
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


def erase(user: AbstractBaseUser, now: datetime) -> None:
    """Steps with their texts, notes of what happened, limits and days of use; costs stay with the house."""
    forgetting.forget_app("generation", user=user)
