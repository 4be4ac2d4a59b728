"""Admin pages for jobs: steps, calls, cost, errors and waits."""

from datetime import timedelta
from decimal import Decimal

from django.contrib import admin, messages
from django.contrib.admin.options import ModelAdmin
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from generation.admin import timeline
from generation.engine import interrupted
from generation.models import Job, JobEvent
from generation.spending import usage
from tesigo.platform.of_people import OfPeople
from tesigo.platform.read_only import ReadOnly


class InterruptedFilter(admin.SimpleListFilter):
    """Open jobs that nobody holds and that have not moved for some minutes (R-92)."""

    title = gettext_lazy("interrupted")
    parameter_name = "interrupted"

    def lookups(self, request: HttpRequest, model_admin: ModelAdmin) -> list[tuple[str, str]]:
        """One choice beside all."""
        minutes = int(interrupted.QUIET.total_seconds() // 60)
        return [("yes", _("for %(minutes)d minutes or more") % {"minutes": minutes})]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Job]) -> QuerySet[Job] | None:
        """Those that the command for operators lists."""
        if self.value() != "yes":
            return None
        return interrupted.interrupted(now=timezone.now(), jobs=queryset)


class EventInline(ReadOnly, admin.TabularInline):
    """The trail of a job."""

    model = JobEvent
    extra = 0
    fields = ("at", "what", "note", "actor_id")


@admin.register(Job)
class JobAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """A job as a timeline of its steps and their calls."""

    list_display = (
        "document",
        "person",
        "kind",
        "state_shown",
        "steps_counted",
        "seconds",
        "estimate_shown",
        "cost_shown",
        "failure",
        "created_at",
    )
    list_filter = (InterruptedFilter, "state", "waits_for", "kind", "created_at")
    search_fields = (
        "id",
        "document__id",
        "document__title",
        "document__topic",
        "correlation_id",
        "failure",
    )
    person_path = "document__owner"
    date_hierarchy = "created_at"
    inlines = (EventInline,)
    actions = ("set_going",)
    fieldsets = (
        (None, {"fields": ("document_link", "person", "kind", "state_shown", "failure")}),
        (
            gettext_lazy("Time"),
            {"fields": ("created_at", "started_at", "finished_at", "seconds", "waited", "correlation_id")},
        ),
        (gettext_lazy("Cost"), {"fields": ("tokens", "tokens_beside_estimate", "cost_beside_estimate", "by_purpose")}),
        (gettext_lazy("Steps"), {"fields": ("timeline",), "classes": ("timeline-fieldset",)}),
    )
    readonly_fields = (
        "document_link",
        "person",
        "state_shown",
        "seconds",
        "waited",
        "tokens",
        "tokens_beside_estimate",
        "cost_beside_estimate",
        "by_purpose",
        "timeline",
    )

    def get_queryset(self, request: HttpRequest) -> QuerySet[Job]:
        """With the number of steps."""
        return super().get_queryset(request).select_related("document__owner").annotate(steps_count=Count("steps"))

    def has_wake_permission(self, request: HttpRequest) -> bool:
        """Whoever may change jobs may send the workers to them."""
        return request.user.has_perm("generation.change_job")

    @admin.action(description=gettext_lazy("Send the workers to whatever was lost"), permissions=["wake"])
    def set_going(self, request: HttpRequest, chosen: QuerySet[Job]) -> None:
        """What beat does every few seconds, now and for all jobs."""
        opened, drains = interrupted.set_going()
        jobs = ngettext("%(count)d job opened", "%(count)d jobs opened", opened) % {"count": opened}
        wake_ups = ngettext("%(count)d wake-up sent", "%(count)d wake-ups sent", drains) % {"count": drains}
        self.message_user(request, f"{jobs}, {wake_ups}.", messages.SUCCESS)

    @admin.display(description=gettext_lazy("state"), ordering="state")
    def state_shown(self, job: Job) -> str:
        if job.waits_for:
            return _("waits for %(what)s") % {"what": job.get_waits_for_display()}
        return job.get_state_display()

    @admin.display(description=gettext_lazy("steps"))
    def steps_counted(self, job: Job) -> int:
        return job.steps_count  # type: ignore[attr-defined]  # annotated above

    @admin.display(description=gettext_lazy("seconds"))
    def seconds(self, job: Job) -> str:
        return f"{(job.finished_at - job.started_at).total_seconds():.1f}" if job.started_at and job.finished_at else ""

    @admin.display(description=gettext_lazy("estimate"), ordering="estimated_cost")
    def estimate_shown(self, job: Job) -> str:
        return f"€{job.estimated_cost:.4f}"

    @admin.display(description=gettext_lazy("cost"), ordering="cost")
    def cost_shown(self, job: Job) -> str:
        return f"€{job.cost:.4f}"

    @admin.display(description=gettext_lazy("tokens in and out"))
    def tokens(self, job: Job) -> str:
        return f"{job.input_tokens:,} + {job.output_tokens:,}"

    @admin.display(description=gettext_lazy("tokens"))
    def tokens_beside_estimate(self, job: Job) -> str:
        used = job.input_tokens + job.output_tokens
        return _beside(f"{used:,}", f"{job.estimated_tokens:,}", used, job.estimated_tokens)

    @admin.display(description=gettext_lazy("cost"))
    def cost_beside_estimate(self, job: Job) -> str:
        return _beside(f"€{job.cost:.4f}", f"€{job.estimated_cost:.4f}", job.cost, job.estimated_cost)

    @admin.display(description=gettext_lazy("by purpose"))
    def by_purpose(self, job: Job) -> str:
        """What was estimated and what was used, side by side (R-20, R-26)."""
        return render_to_string("generation/admin/estimate.html", {"rows": usage.beside(job)})

    @admin.display(description=gettext_lazy("waited"))
    def waited(self, job: Job) -> str:
        found = timeline.waits(job, list(job.events.all()))
        parts = [_("%s for its turn") % _span(found.turn)] if found.turn is not None else []
        if found.times:
            words = ngettext("%(span)s for a budget, once", "%(span)s for a budget, %(times)d times", found.times)
            parts.append(words % {"span": _span(found.budget), "times": found.times})
        return ", ".join(parts) or "–"

    @admin.display(description=gettext_lazy("document"))
    def document_link(self, job: Job) -> SafeString:
        return format_html(
            '<a href="{}">{}</a>', reverse("admin:documents_document_change", args=[job.document_id]), job.document
        )

    @admin.display(description=gettext_lazy("timeline"))
    def timeline(self, job: Job) -> str:
        """A row for each step with a bar for when it ran, its calls and what was rejected behind it."""
        context = {"groups": timeline.groups(job), "gone": timeline.gone(job)}
        return render_to_string("generation/admin/timeline.html", context)


def _beside(actual: str, estimate: str, used: Decimal | int, expected: Decimal | int) -> str:
    if not expected:
        return _("%(actual)s, not estimated") % {"actual": actual}
    percent = round(used * 100 / expected)
    words = _("%(actual)s of %(estimate)s estimated (%(percent)d %%)")
    return words % {"actual": actual, "estimate": estimate, "percent": percent}


def _span(time: timedelta) -> str:
    seconds = time.total_seconds()
    return f"{seconds:.0f} s" if seconds < 120 else f"{seconds / 60:.0f} min"
