"""Admin page for provider credit (R-26). Staff enter it; the cost of calls is subtracted."""

from typing import cast

from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from generation.models import ProviderCredit
from generation.spending import credits
from tesigo.platform.forms import ModelForm


@admin.register(ProviderCredit)
class ProviderCreditAdmin(admin.ModelAdmin):
    """A row for each purchase. A wrong one is deleted and entered anew; what is left is on the page of spending."""

    form = ModelForm
    list_display = ("provider", "euros", "bought_at", "spent_shown")
    list_filter = ("provider",)
    fields = ("provider", "euros", "bought_at")
    date_hierarchy = "bought_at"

    @admin.display(description=_("booked while it was the newest"), ordering="spent")
    def spent_shown(self, credit: ProviderCredit) -> str:
        return f"€{credit.spent:,.2f}"

    def has_change_permission(self, request: HttpRequest, obj: ProviderCredit | None = None) -> bool:
        """What was booked on it would not fit any more."""
        return False

    def save_model(self, request: HttpRequest, obj: ProviderCredit, form: object, change: bool) -> None:
        """Entered and audited."""
        credits.buy(credit=obj, by=cast(User, request.user))

    def delete_model(self, request: HttpRequest, obj: ProviderCredit) -> None:
        """Taken back and audited."""
        credits.withdraw(credit=obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[ProviderCredit]) -> None:
        """One by one, for the trail."""
        for row in queryset:
            self.delete_model(request, row)
