"""Alerts for staff: what was told, and when it was sent (R-113)."""

from django.contrib import admin

from tesigo.platform.models import Alert
from tesigo.platform.read_only import ReadOnly


@admin.register(Alert)
class AlertAdmin(ReadOnly, admin.ModelAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Rows as they are; who is told stands in ALERT_EMAILS."""

    list_display = ("subject", "key", "created_at", "sent_at", "tries")
    list_filter = ("created_at", "sent_at")
    search_fields = ("key", "subject")
    date_hierarchy = "created_at"
    fields = ("subject", "key", "text", "created_at", "sent_at", "due_at", "tries", "error")
    readonly_fields = ("due_at", "tries", "error")
