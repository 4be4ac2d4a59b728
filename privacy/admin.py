"""Consents and the audit trail, to be read."""

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from privacy.models import AuditEvent, Consent
from tesigo.platform.person_link import person_link
from tesigo.platform.read_only import ReadOnly


@admin.register(Consent)
class ConsentAdmin(ReadOnly, admin.ModelAdmin):
    """Who allowed what, when; the newest row of a kind is in force."""

    list_display = ("created_at", "person", "kind", "answer", "policy_version", "ip")
    fields = ("person", "kind", "answer", "policy_version", "ip", "user_agent", "created_at")
    readonly_fields = ("person",)
    list_filter = ("kind", "answer", "policy_version", "created_at")
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
    search_help_text = _("An id, a correlation id, or the address of a person: what they did and what was done to them")

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[AuditEvent], search_term: str
    ) -> tuple[QuerySet[AuditEvent], bool]:
        """Rows hold ids only: an address is looked up first."""
        if "@" not in search_term:
            return super().get_search_results(request, queryset, search_term)
        people = get_user_model()._default_manager.filter(email__icontains=search_term.strip())[:100]
        ids = [person.pk for person in people]
        about = Q(object_type=get_user_model()._meta.label_lower, object_id__in=[str(pk) for pk in ids])
        return queryset.filter(Q(actor_id__in=ids) | about), False

    @admin.display(boolean=True, description=_("sealed"))
    def is_sealed(self, event: AuditEvent) -> bool:
        return event.seal is not None
