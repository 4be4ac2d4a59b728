"""Read-only admin pages for calls to models and their budgets. Also registers the spending page."""

from django.contrib import admin
from django.db.models import BigIntegerField, Case, JSONField, OuterRef, QuerySet, When
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generation.admin.spending import ask_again, live_part, spending_page
from generation.enums import Scope
from generation.models import Attempt, BudgetUse, Reservation
from tesigo.platform.of_people import OfPeople, whose
from tesigo.platform.read_only import ReadOnly


@admin.register(Attempt)
class AttemptAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Every call to a model (R-36)."""

    person_path = "job__document__owner"
    list_display = (
        "started_at",
        "person",
        "model_name",
        "key_place",
        "purpose",
        "outcome",
        "input_tokens",
        "output_tokens",
        "cost",
        "latency_ms",
        "error",
    )
    list_filter = ("outcome", "provider", "model_name", "key_place", "purpose", "started_at")
    search_fields = ("id", "job__id", "job__document__id", "idempotency_key")
    date_hierarchy = "started_at"

    def get_urls(self) -> list[URLPattern]:
        """With the page of spending, and its part that renews itself."""
        view = self.admin_site.admin_view
        return [
            path("spending/", view(spending_page), name="generation_spending"),
            path("spending/live/", view(live_part), name="generation_spending_live"),
            path("spending/ask-again/<str:provider>/<int:place>/", view(ask_again), name="generation_ask_again"),
            *super().get_urls(),
        ]


@admin.register(BudgetUse)
class BudgetUseAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """What has gone from each budget, and what calls under way hold (R-21)."""

    list_display = (
        "scope",
        "period",
        "subject",
        "person",
        "spent_euros",
        "reserved_euros",
        "spent_tokens",
        "reserved_tokens",
        "alerted",
    )
    list_filter = ("scope",)
    search_fields = ("subject", "period")
    search_help_text = _("An id, a day, or the address of a person")

    def get_queryset(self, request: HttpRequest) -> QuerySet[BudgetUse]:
        """A person's day is kept by the person's id."""
        person = User.objects.filter(pk=Cast(OuterRef("subject"), BigIntegerField()))
        # The subject of a job is no number: only where it is a person's it is read as one.
        theirs = Case(When(scope=Scope.USER_DAY, then=whose(person)), output_field=JSONField())
        return super().get_queryset(request).annotate(whose=theirs)

    def rows_of(self, rows: QuerySet[BudgetUse], people: list[int], address: str) -> QuerySet[BudgetUse]:
        """Their days."""
        return rows.filter(scope=Scope.USER_DAY, subject__in=[str(pk) for pk in people])


@admin.register(Reservation)
class ReservationAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Places in the queue that are held for those who are paying (R-42)."""

    person_path = "document__owner"
    list_display = ("document", "person", "tokens", "cost_shown", "created_at", "expires_at")
    list_select_related = ("document",)
    search_fields = ("document__id", "document__title", "document__topic")

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, reservation: Reservation) -> str:
        return f"€{reservation.cost:.4f}"
