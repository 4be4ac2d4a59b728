"""Alerts for staff: what was told, and when it was sent (R-113)."""

from typing import Any

from django.contrib import admin
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tesigo.platform.models import Alert
from tesigo.platform.read_only import ReadOnly


@admin.register(Alert)
class AlertAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Rows as they are; who is told stands in ALERT_EMAILS."""

    list_display = ("subject", "key", "created_at", "standing", "tries")
    list_filter = ("created_at", "sent_at")
    search_fields = ("key", "subject")
    date_hierarchy = "created_at"
    fields = ("subject", "key", "text", "created_at", "standing", "due_at", "tries", "error", "traceback")
    readonly_fields = ("standing", "due_at", "tries", "error", "traceback")

    @admin.display(description=gettext_lazy("sent"), ordering="sent_at")
    def standing(self, alert: Alert) -> Any:
        """When it was sent, or why not."""
        if alert.sent_at is not None:
            return alert.sent_at
        return _("given up") if alert.given_up_at is not None else _("waits")
