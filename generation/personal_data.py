"""What this app holds about people (R-71 to R-73). It goes with its document, but for what days cost."""

from datetime import datetime, timedelta
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import CharField, Exists, Model, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from generation.enums import Scope
from generation.models import BudgetUse, Job
from privacy import registry
from privacy.registry import (
    FACT,
    INNER,
    INNER_LINK,
    LINK,
    SHOWN,
    WORDS,
    Erased,
    PersonalData,
    Retention,
    Rows,
    each,
    house,
)


def register() -> None:
    """Declares models, jobs, steps and attempts. Prompts and answers are not kept, only a step's text on its way."""
    registry.register(
        PersonalData(
            app="generation",
            rows=_ROWS,
            retention=(
                _OfPeriod("generation.BudgetUse", _("What days and months have spent on writing"), timedelta(days=400)),
                Retention("generation.JobUsage", _("What past jobs took"), timedelta(days=400), since="ended_at"),
                _OfGoneJob("generation.BudgetUse", _("What thrown-away drafts have spent"), timedelta(0)),
            ),
        )
    )


class _OfPeriod(Retention):
    """Days and months are dated by their names, which sort as their dates do; a month goes by its first day."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose time is over, oldest first."""
        last = (now - self.keep).date().isoformat()
        return _rows(BudgetUse.objects.exclude(period="").filter(period__lt=last).order_by("period"))


class _OfGoneJob(Retention):
    """A job's row goes with the job; it holds no key to it."""

    def due(self, now: datetime) -> QuerySet[Model]:
        """The rows whose job is gone."""
        job = Job.objects.annotate(name=Cast("pk", CharField())).filter(name=OuterRef("subject"))
        return _rows(BudgetUse.objects.filter(~Exists(job), scope=Scope.JOB).order_by("pk"))


def _rows(uses: QuerySet[BudgetUse]) -> QuerySet[Model]:
    return cast("QuerySet[Model]", uses)


def _uses(user: AbstractBaseUser) -> QuerySet[BudgetUse]:
    return BudgetUse.objects.filter(scope=Scope.USER_DAY, subject=str(user.pk))


_OWNED = "document__owner"
_COSTS = "input_tokens output_tokens cached_tokens cache_write_tokens reasoning_tokens cost"
_ROWS = {
    "AIModel": house(
        "id provider name input_price cached_price cache_write_price output_price long_prompt_tokens"
        " long_input_price long_output_price context_tokens max_output_tokens enabled ends_on end_told_days"
        " gone_since checked_at told_context_tokens told_output_tokens unread_since position"
    ),
    "ChainPlace": house("id purpose model position effort"),
    "LanguageFactor": house("id language factor"),
    "KeyLimit": house("id provider place requests_per_minute tokens_per_minute"),
    "Budget": house("id scope euros tokens"),
    "ProviderCredit": house("id provider euros bought_at spent told_percent"),
    "Job": Rows(
        {
            **each("id kind state started_at finished_at", SHOWN),
            **each(f"sort_key estimated_tokens estimated_cost estimated_parts waits_for waits_since {_COSTS}", INNER),
            "document": LINK,
            "failure": WORDS.cleared,
            "correlation_id": INNER_LINK,
            "created_at": FACT,
        },
        of=_OWNED,
        erased=Erased.KEPT,
        why="What was spent on an order, without a word of it; goes with its document.",
    ),
    "Step": Rows(
        {
            **each("id stage state started_at finished_at created_at", SHOWN),
            **each("round position sort_key token worker lease_until not_before tries progress model_name", INNER),
            "job": LINK,
            "section": LINK,
            "checkpoint": WORDS,
            "result": WORDS,
            "error": WORDS,
        },
        of="job__document__owner",
    ),
    "JobEvent": Rows(
        {**each("id what at", SHOWN), "job": LINK, "step": LINK, "note": WORDS, "actor_id": INNER_LINK},
        of="job__document__owner",
    ),
    "Attempt": Rows(
        {
            **each("id provider model_name purpose outcome started_at finished_at", SHOWN),
            **each(f"model key_place effort reserved_tokens reserved_cost latency_ms {_COSTS}", INNER),
            "job": LINK,
            "step": LINK,
            "idempotency_key": INNER_LINK,
            "error": WORDS.cleared,
        },
        of="job__document__owner",
        erased=Erased.KEPT,
        why="What a call cost; goes with its job.",
    ),
    "PersonalLimit": Rows({"id": INNER, "person": LINK, "tokens": SHOWN}, of="person"),
    "BudgetUse": Rows(
        {
            **each("id scope reserved_euros reserved_tokens alerted", INNER),
            **each("period spent_euros spent_tokens", SHOWN),
            "subject": LINK,
        },
        of=_uses,
    ),
    "JobUsage": Rows(
        {
            **each("id kind language pages sections purpose calls ended_at", INNER),
            **each(_COSTS.removesuffix(" cost"), INNER),
            "job": INNER_LINK,
            "job_key": INNER_LINK,
        },
        of="job__document__owner",
        erased=Erased.KEPT,
        why="What jobs take on average is learned from it; numbers, and the key of a job.",
    ),
    "Reservation": Rows(
        {"id": INNER, "document": LINK, "tokens": INNER, "cost": INNER, "created_at": FACT, "expires_at": FACT},
        of=_OWNED,
    ),
}
