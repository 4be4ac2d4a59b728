"""Admin page where staff add to the rewritings that a document includes (R-93). Every change is audited."""

from django.contrib import admin
from django.http import HttpRequest

from generation.admin.controls import ControlAdmin
from generation.models import MoreRewritings
from tesigo.platform.of_people import OfPeople


@admin.register(MoreRewritings)
class MoreRewritingsAdmin(OfPeople, ControlAdmin):
    """Rewritings beyond those that come with a document's pages."""

    person_path = "document__owner"
    list_display = ("document", "count", "person")
    search_fields = ("document__id",)
    autocomplete_fields = ("document",)

    def get_readonly_fields(self, request: HttpRequest, obj: MoreRewritings | None = None) -> tuple[str, ...]:
        return ("document",) if obj else ()
