"""Retention periods for steps, calls and usage (R-73, R-77). A job is deleted with its document."""

from datetime import datetime, timedelta
from typing import Final, cast

from django.db.models import CharField, Exists, Model, OuterRef, Q, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from generation.enums import OVER_JOB_STATES, Scope
from generation.models import Attempt, BudgetUse, Job
from generation.spending import past_calls
from privacy.registry import Retention


class _OfPeriod(Retention):
    """Days and months are dated by their names, which sort as their dates do; a month goes by its first day."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, oldest first."""
        last = (now - self.keep).date().isoformat()
        return _rows(BudgetUse.objects.exclude(period="").filter(period__lt=last).order_by("period"))


class _OfEndedJob(Retention):
    """What a job may still spend is asked while it runs; it holds no key to the job."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose job is gone, or has been over for ``keep``."""
        needed = ~Q(state__in=OVER_JOB_STATES) | Q(finished_at=None) | Q(finished_at__gt=now - self.keep)
        job = Job.objects.filter(needed).annotate(name=Cast("pk", CharField())).filter(name=OuterRef("subject"))
        return _rows(BudgetUse.objects.filter(~Exists(job), scope=Scope.JOB).order_by("pk"))


def _rows(uses: QuerySet[BudgetUse]) -> QuerySet[Model]:
    return cast("QuerySet[Model]", uses)


def _sum_up(calls: QuerySet[Model]) -> int:
    return past_calls.sum_up(calls=cast("QuerySet[Attempt]", calls))


RULES: Final = (
    Retention(
        "generation.Attempt",
        _("Single calls to AI models, without what was asked and answered; then only sums of a day"),
        timedelta(days=90),
        since="started_at",
        forget=_sum_up,
    ),
    Retention(
        "generation.JobEvent",
        _("What happened while a document was written"),
        timedelta(days=180),
        since="at",
        only=Q(job__state__in=OVER_JOB_STATES),
    ),
    Retention(
        "generation.Step",
        _("The steps in which a document was written, with drafts of their texts"),
        timedelta(days=90),
        since="job__finished_at",
        only=Q(job__state__in=OVER_JOB_STATES),
    ),
    _OfPeriod("generation.BudgetUse", _("What days and months have spent on writing"), timedelta(days=400)),
    Retention(
        "generation.Disclosure",
        _("Your leave that our staff look at what changed in a document, after its end"),
        timedelta(days=400),
        since="ends_at",
    ),
    Retention("generation.JobUsage", _("What past jobs took"), timedelta(days=400), since="ended_at"),
    _OfEndedJob(
        "generation.BudgetUse", _("What a document has spent of its budget, once it is written"), timedelta(days=90)
    ),
)
