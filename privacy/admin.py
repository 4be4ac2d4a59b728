"""Consents and the audit trail, to be read."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from privacy.models import AuditEvent, Consent
from tesigo.platform.person_link import person_link
from tesigo.platform.read_only import ReadOnly


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    """Who allowed what, when; the newest row of a kind is in force."""

    list_display = ("created_at", "person", "kind", "granted", "policy_version", "ip")
    fields = ("person", "kind", "granted", "policy_version", "ip", "user_agent", "created_at")
    readonly_fields = ("person",)
    list_filter = ("kind", "granted", "policy_version", "created_at")
    search_fields = ("user__email",)
    list_select_related = ("user",)
    date_hierarchy = "created_at"

    @admin.display(description=_("person"), ordering="user__email")
    def person(self, consent: Consent) -> SafeString | str:
        return person_link(consent.user)


@admin.register(AuditEvent)
class AuditEventAdmin(ReadOnly, admin.ModelAdmin):
    """Who did what to which row."""

    list_display = ("at", "action", "object_type", "object_id", "actor_id", "is_sealed")
    list_filter = ("action", "object_type", "at")
    search_fields = ("object_id", "=actor_id", "correlation_id")
    date_hierarchy = "at"
    exclude = ("digest",)
    show_full_result_count = False

    @admin.display(boolean=True, description=_("sealed"))
    def is_sealed(self, event: AuditEvent) -> bool:
        return event.seal is not None
