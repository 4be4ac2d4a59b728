"""Consents and the audit trail, to be read."""

from typing import Final

from django.contrib import admin
from django.contrib.auth import get_user_model
from django.db.models import BigIntegerField, Case, JSONField, OuterRef, Q, QuerySet, When
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from privacy.models import AuditEvent, Consent
from tesigo.platform.of_people import OfPeople, whose
from tesigo.platform.read_only import ReadOnly

_PERSON: Final = "accounts.user"


@admin.register(Consent)
class ConsentAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Who allowed what, when; the newest row of a kind is in force."""

    list_display = ("created_at", "person", "kind", "answer", "policy_version", "ip")
    fields = ("person", "kind", "answer", "policy_version", "ip", "user_agent", "created_at")
    readonly_fields = ("person",)
    list_filter = ("kind", "answer", "policy_version", "created_at")
    person_path = "user"
    search_fields = ("policy_version",)
    date_hierarchy = "created_at"


@admin.register(AuditEvent)
class AuditEventAdmin(OfPeople, ReadOnly, admin.ModelAdmin):
    """Who did what to which row."""

    list_display = ("at", "action", "object_type", "object_id", "person", "actor_id", "is_sealed")
    list_filter = ("action", "object_type", "at")
    search_fields = ("object_id", "=actor_id", "correlation_id")
    date_hierarchy = "at"
    exclude = ("digest",)
    show_full_result_count = False
    search_help_text = _("An id, a correlation id, or the address of a person: what they did and what was done to them")

    def get_queryset(self, request: HttpRequest) -> QuerySet[AuditEvent]:
        """Rows hold ids only: whom one is about is looked up."""
        person = get_user_model()._default_manager.filter(pk=Cast(OuterRef("object_id"), BigIntegerField()))
        # The id of another thing may be no number: only a person's is read as one.
        about = Case(When(object_type=_PERSON, then=whose(person)), output_field=JSONField())
        return super().get_queryset(request).annotate(whose=about)

    def rows_of(self, rows: QuerySet[AuditEvent], people: list[int], address: str) -> QuerySet[AuditEvent]:
        """What they did, and what was done to them."""
        about = Q(object_type=_PERSON, object_id__in=[str(pk) for pk in people])
        return rows.filter(Q(actor_id__in=people) | about)

    @admin.display(boolean=True, description=_("sealed"))
    def is_sealed(self, event: AuditEvent) -> bool:
        return event.seal is not None
