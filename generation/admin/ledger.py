"""Calls to models and what they took from the budgets: to be read. The page of spending is here, too."""

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, path
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generation.admin.spending import ask_again, live_part, spending_page
from generation.enums import Scope
from generation.models import Attempt, BudgetUse, Reservation
from tesigo.platform.read_only import ReadOnly


@admin.register(Attempt)
class AttemptAdmin(ReadOnly, admin.ModelAdmin):
    """Every call to a model (R-36)."""

    list_display = (
        "started_at",
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
    search_fields = ("id", "job__id", "job__document__id", "job__document__owner__email", "idempotency_key")
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
class BudgetUseAdmin(ReadOnly, admin.ModelAdmin):
    """What has gone from each budget, and what calls under way hold (R-21)."""

    list_display = (
        "scope",
        "period",
        "subject",
        "spent_euros",
        "reserved_euros",
        "spent_tokens",
        "reserved_tokens",
        "alerted",
    )
    list_filter = ("scope",)
    search_fields = ("subject", "period")
    search_help_text = _("An id, a day, or the address of a person")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[BudgetUse], search_term: str
    ) -> tuple[QuerySet[BudgetUse], bool]:
        """A person's day is kept by the person's id: an address is looked up first."""
        if "@" not in search_term:
            return super().get_search_results(request, queryset, search_term)
        people = User.objects.filter(email__icontains=search_term.strip()).values_list("pk", flat=True)[:100]
        return queryset.filter(scope=Scope.USER_DAY, subject__in=[str(pk) for pk in people]), False


@admin.register(Reservation)
class ReservationAdmin(ReadOnly, admin.ModelAdmin):
    """Places in the queue that are held for those who are paying (R-42)."""

    list_display = ("document", "tokens", "cost_shown", "created_at", "expires_at")
    list_select_related = ("document",)
    search_fields = ("document__id", "document__owner__email", "document__title", "document__topic")

    @admin.display(description=_("cost"), ordering="cost")
    def cost_shown(self, reservation: Reservation) -> str:
        return f"€{reservation.cost:.4f}"
