"""What this app holds about people (R-73). It belongs to a document and goes with it, but for what days have cost."""

from datetime import datetime, timedelta
from typing import cast

from django.db.models import CharField, Exists, Model, OuterRef, QuerySet
from django.db.models.functions import Cast
from django.utils.translation import gettext_lazy as _

from generation.enums import Scope
from generation.models import BudgetUse, Job
from privacy import registry
from privacy.registry import Holds, PersonalData, Retention


def register() -> None:
    """Declares models, jobs, steps and attempts. Prompts and answers are not kept, only a step's text on its way."""
    registry.register(
        PersonalData(
            app="generation",
            fields={
                "AIModel": _MODEL,
                "ChainPlace": dict.fromkeys(("id", "purpose", "model", "position", "effort"), Holds.PLAIN),
                "LanguageFactor": dict.fromkeys(("id", "language", "factor"), Holds.PLAIN),
                "KeyLimit": _KEY_LIMIT,
                "Job": _JOB,
                "Step": _STEP,
                "JobEvent": _EVENT,
                "Attempt": _ATTEMPT,
                "Budget": dict.fromkeys(("id", "scope", "euros", "tokens"), Holds.PLAIN),
                "PersonalLimit": {"id": Holds.PLAIN, "person": Holds.LINK, "tokens": Holds.PLAIN},
                "BudgetUse": _BUDGET_USE,
                "JobUsage": _USAGE,
                "ProviderCredit": dict.fromkeys(
                    ("id", "provider", "euros", "bought_at", "spent", "told_percent"), Holds.PLAIN
                ),
                "Reservation": _RESERVATION,
                "WholeOrder": {"id": Holds.PLAIN, "document": Holds.LINK, "created_at": Holds.PERSONAL},
                "WriterChoice": {"document": Holds.LINK, "model": Holds.PLAIN, "chosen_at": Holds.PERSONAL},
            },
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


_MODEL = dict.fromkeys(
    (
        "id",
        "provider",
        "name",
        "input_price",
        "cached_price",
        "cache_write_price",
        "output_price",
        "long_prompt_tokens",
        "long_input_price",
        "long_output_price",
        "context_tokens",
        "max_output_tokens",
        "enabled",
        "ends_on",
        "end_told_days",
        "gone_since",
        "checked_at",
        "told_context_tokens",
        "told_output_tokens",
        "unread_since",
        "position",
    ),
    Holds.PLAIN,
)
_JOB = {
    "id": Holds.PLAIN,
    "kind": Holds.PLAIN,
    "document": Holds.LINK,
    "state": Holds.PLAIN,
    "sort_key": Holds.PLAIN,
    "estimated_tokens": Holds.PLAIN,
    "estimated_cost": Holds.PLAIN,
    "estimated_parts": Holds.PLAIN,
    "input_tokens": Holds.PLAIN,
    "output_tokens": Holds.PLAIN,
    "cached_tokens": Holds.PLAIN,
    "cache_write_tokens": Holds.PLAIN,
    "reasoning_tokens": Holds.PLAIN,
    "cost": Holds.PLAIN,
    "failure": Holds.PERSONAL,
    "waits_for": Holds.PLAIN,
    "waits_since": Holds.PLAIN,
    "correlation_id": Holds.LINK,
    "created_at": Holds.PERSONAL,
    "started_at": Holds.PLAIN,
    "finished_at": Holds.PLAIN,
}
_STEP = {
    "id": Holds.PLAIN,
    "job": Holds.LINK,
    "stage": Holds.PLAIN,
    "section": Holds.LINK,
    "round": Holds.PLAIN,
    "position": Holds.PLAIN,
    "state": Holds.PLAIN,
    "sort_key": Holds.PLAIN,
    "token": Holds.PLAIN,
    "worker": Holds.PLAIN,
    "lease_until": Holds.PLAIN,
    "not_before": Holds.PLAIN,
    "tries": Holds.PLAIN,
    "progress": Holds.PLAIN,
    "checkpoint": Holds.PERSONAL,
    "result": Holds.PERSONAL,
    "error": Holds.PERSONAL,
    "model_name": Holds.PLAIN,
    "created_at": Holds.PLAIN,
    "started_at": Holds.PLAIN,
    "finished_at": Holds.PLAIN,
}
_EVENT = {
    "id": Holds.PLAIN,
    "job": Holds.LINK,
    "step": Holds.LINK,
    "what": Holds.PLAIN,
    "note": Holds.PERSONAL,
    "actor_id": Holds.LINK,
    "at": Holds.PLAIN,
}
_ATTEMPT = {
    "id": Holds.PLAIN,
    "job": Holds.LINK,
    "step": Holds.LINK,
    "model": Holds.PLAIN,
    "provider": Holds.PLAIN,
    "model_name": Holds.PLAIN,
    "key_place": Holds.PLAIN,
    "purpose": Holds.PLAIN,
    "effort": Holds.PLAIN,
    "idempotency_key": Holds.LINK,
    "outcome": Holds.PLAIN,
    "input_tokens": Holds.PLAIN,
    "output_tokens": Holds.PLAIN,
    "cached_tokens": Holds.PLAIN,
    "cache_write_tokens": Holds.PLAIN,
    "reasoning_tokens": Holds.PLAIN,
    "cost": Holds.PLAIN,
    "reserved_tokens": Holds.PLAIN,
    "reserved_cost": Holds.PLAIN,
    "latency_ms": Holds.PLAIN,
    "error": Holds.PERSONAL,
    "started_at": Holds.PLAIN,
    "finished_at": Holds.PLAIN,
}
_KEY_LIMIT = dict.fromkeys(("id", "provider", "place", "requests_per_minute", "tokens_per_minute"), Holds.PLAIN)
_BUDGET_USE = {
    "id": Holds.PLAIN,
    "scope": Holds.PLAIN,
    "subject": Holds.LINK,
    "period": Holds.PLAIN,
    "spent_euros": Holds.PLAIN,
    "reserved_euros": Holds.PLAIN,
    "spent_tokens": Holds.PLAIN,
    "reserved_tokens": Holds.PLAIN,
    "alerted": Holds.PLAIN,
}
_USAGE = {
    "job": Holds.LINK,
    "job_key": Holds.LINK,
    **dict.fromkeys(
        (
            "id",
            "kind",
            "language",
            "pages",
            "sections",
            "purpose",
            "calls",
            "input_tokens",
            "cached_tokens",
            "cache_write_tokens",
            "output_tokens",
            "reasoning_tokens",
            "ended_at",
        ),
        Holds.PLAIN,
    ),
}
_RESERVATION = {
    "id": Holds.PLAIN,
    "document": Holds.LINK,
    "tokens": Holds.PLAIN,
    "cost": Holds.PLAIN,
    "created_at": Holds.PERSONAL,
    "expires_at": Holds.PERSONAL,
}
