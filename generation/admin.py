"""Writing for staff: the chain of models to change; jobs, steps and attempts to read."""

from decimal import Decimal
from typing import Any

from django.contrib import admin
from django.db.models import Count, Prefetch, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from generation.models import AIModel, Attempt, Job, JobEvent, Step
from tesigo.platform.read_only import ReadOnly


@admin.register(AIModel)
class AIModelAdmin(admin.ModelAdmin):
    """The fallback chain in its order (R-23, R-32): the first enabled model is asked first."""

    list_display = ("__str__", "position", "enabled", "input_price", "output_price", "context_tokens")
    list_editable = ("position", "enabled", "input_price", "output_price")
    list_filter = ("provider", "enabled")
    search_fields = ("name",)
    ordering = ("position", "id")


class EventInline(ReadOnly, admin.TabularInline):
    model = JobEvent
    extra = 0
    fields = ("at", "what", "note", "actor_id")


@admin.register(Job)
class JobAdmin(ReadOnly, admin.ModelAdmin):
    """A job as a timeline: what each step did, what it asked of whom, what it cost, why it failed."""

    list_display = ("document", "kind", "state", "steps_counted", "seconds", "cost_shown", "failure", "created_at")
    list_filter = ("state", "kind", "created_at")
    search_fields = ("id", "document__id", "document__title", "document__topic", "correlation_id", "failure")
    list_select_related = ("document",)
    date_hierarchy = "created_at"
    inlines = (EventInline,)
    fieldsets = (
        (None, {"fields": ("document_link", "kind", "state", "failure")}),
        (_("Time"), {"fields": ("created_at", "started_at", "finished_at", "seconds", "correlation_id")}),
        (
            _("Cost"),
            {"fields": ("estimated_tokens", "tokens", "estimated_cost", "cost")},
        ),
        (_("Steps"), {"fields": ("timeline",)}),
    )
    readonly_fields = ("document_link", "seconds", "tokens", "timeline")

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        return super().get_queryset(request).annotate(steps_count=Count("steps"))

    @admin.display(description=_("steps"))
    def steps_counted(self, job: Job) -> int:
        return job.steps_count  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=_("seconds"))
    def seconds(self, job: Job) -> str:
        return _span(job.started_at, job.finished_at)

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, job: Job) -> str:
        return f"€{job.cost:.4f}"

    @admin.display(description=_("tokens in and out"))
    def tokens(self, job: Job) -> str:
        return f"{job.input_tokens:,} + {job.output_tokens:,}"

    @admin.display(description=_("document"))
    def document_link(self, job: Job) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:documents_document_change", args=[job.document_id]), job.document
        )

    @admin.display(description=_("timeline"))
    def timeline(self, job: Job) -> SafeString:
        """One row for each step, with its calls below it."""
        steps = job.steps.select_related("section").order_by("id").defer("checkpoint", "result")
        asked = Prefetch("attempts", Attempt.objects.order_by("started_at"))
        rows = [row for step in steps.prefetch_related(asked) for row in _rows(step)]
        heads = (_("stage"), _("section"), _("state"), _("tries"), _("seconds"), _("tokens"), _("cost"), _("remark"))
        return format_html(
            "<table><thead><tr>{}</tr></thead><tbody>{}</tbody></table>",
            format_html_join("", "<th>{}</th>", ((head,) for head in heads)),
            format_html_join("", f"<tr>{'<td>{}</td>' * len(heads)}</tr>", rows),
        )


def _rows(step: Step) -> list[tuple[object, ...]]:
    calls = list(step.attempts.all())
    tokens = sum(call.input_tokens + call.output_tokens for call in calls)
    cost = sum((call.cost for call in calls), Decimal(0))
    stage = f"{step.get_stage_display()} {step.round or ''}".strip()
    section = step.section.title if step.section else ""
    spent = (f"{tokens:,}", f"€{cost:.4f}") if calls else ("", "")
    seconds = _span(step.started_at, step.finished_at)
    head = (stage, section, step.get_state_display(), step.tries, seconds, *spent, step.error)
    return [head, *(_call_row(call) for call in calls)]


def _call_row(call: Attempt) -> tuple[object, ...]:
    used = f"{call.input_tokens:,} + {call.output_tokens:,}"
    seconds = f"{call.latency_ms / 1000:.1f}"
    cost = f"€{call.cost:.4f}"
    return (f"· {call.purpose}", call.model_name, call.get_outcome_display(), "", seconds, used, cost, call.error)


def _span(start: Any, end: Any) -> str:
    return f"{(end - start).total_seconds():.1f}" if start and end else ""


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, admin.ModelAdmin):
    """Every call to a model (R-36)."""

    list_display = (
        "started_at",
        "model_name",
        "purpose",
        "outcome",
        "input_tokens",
        "output_tokens",
        "cost",
        "latency_ms",
        "error",
    )
    list_filter = ("outcome", "provider", "model_name", "purpose", "started_at")
    search_fields = ("id", "job__id", "job__document__id", "idempotency_key")
    date_hierarchy = "started_at"
