"""Who has which new feature, changed by staff with all rights (R-130)."""

from typing import Any

from django import forms
from django.contrib import admin, messages
from django.db import transaction
from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from tesigo.platform import flags
from tesigo.platform.forms import ModelForm
from tesigo.platform.models import Flag, FlagPerson, FlagState
from tesigo.platform.of_people import OfPeople


class ReadAnew(admin.ModelAdmin):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Once a change is committed, this process knows it at once."""

    form = ModelForm

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved."""
        super().save_model(request, obj, form, change)
        transaction.on_commit(flags.forget)

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Deleted: of a flag the declaration holds again."""
        super().delete_model(request, obj)
        transaction.on_commit(flags.forget)

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """As for one."""
        super().delete_queryset(request, queryset)
        transaction.on_commit(flags.forget)


@admin.register(Flag)
class FlagAdmin(ReadAnew):
    """Flags that were changed; those that were not are named below the list, and can be added."""

    list_display = ("name", "description", "state", "share_shown", "people")
    list_filter = ("state",)
    search_fields = ("name",)
    fields = ("name", "state", "share_percent")

    @admin.display(description=gettext_lazy("feature"))
    def description(self, flag: Flag) -> str:
        """What its declaration says."""
        try:
            return str(flags.named(flag.name).description)
        except flags.UnknownFlag:
            return _("This version has no such feature: the row can be deleted.")

    @admin.display(description=gettext_lazy("share"), ordering="share_percent")
    def share_shown(self, flag: Flag) -> str:
        """Where it counts."""
        return f"{flag.share_percent} %" if flag.state == FlagState.SHARE else "–"

    @admin.display(description=gettext_lazy("people named"), ordering="people_count")
    def people(self, flag: Flag) -> str:
        """How many, linked to who they are."""
        address = reverse("admin:platform_flagperson_changelist", query={"flag__name__exact": flag.name})
        return format_html('<a href="{}">{}</a>', address, flag.people_count)  # type: ignore[attr-defined]  # annotated below

    def get_queryset(self, request: HttpRequest) -> QuerySet[Flag]:
        """With the number of people named."""
        found: QuerySet[Flag] = super().get_queryset(request).annotate(people_count=Count("named"))
        return found

    def get_readonly_fields(self, request: HttpRequest, obj: Flag | None = None) -> tuple[str, ...]:
        """A flag keeps its name."""
        return ("name",) if obj else ()

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Only what is declared can be added, and the share says its bounds."""
        if db_field.name == "name":
            return forms.ChoiceField(label=capfirst(gettext_lazy("feature")), choices=_untouched)
        field: Any = super().formfield_for_dbfield(db_field, request, **kwargs)
        if db_field.name == "share_percent":
            field.widget.attrs["max"] = "100"
            field.help_text = gettext_lazy("Of everybody signed in. Who has it keeps it while the share grows.")
        return field

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        """Back to the list where every feature is in it already: the form would have nothing to choose."""
        if request.method == "GET" and not flags.untouched() and self.has_add_permission(request):
            self.message_user(request, _("Every feature is in this list already: change it here."), messages.INFO)
            return redirect("admin:platform_flag_changelist")
        return super().add_view(request, form_url, extra_context)

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """With the features that nobody has changed."""
        return super().changelist_view(request, {"untouched": flags.untouched(), **(extra_context or {})})

    def save_model(self, request: HttpRequest, obj: Flag, form: Any, change: bool) -> None:
        """Saved, with a word where nobody has it yet though somebody was to."""
        super().save_model(request, obj, form, change)
        is_for_some = obj.state == FlagState.PEOPLE or (obj.state == FlagState.SHARE and not obj.share_percent)
        if is_for_some and not obj.named.exists():
            words = _("Nobody is named for %(flag)s yet, so nobody has it.")
            self.message_user(request, words % {"flag": obj.name}, messages.WARNING)


@admin.register(FlagPerson)
class FlagPersonAdmin(OfPeople, ReadAnew):
    """Who was named for what. A row is made or deleted, not changed."""

    person_path = "user"
    list_display = ("flag", "person", "named_at")
    list_filter = ("flag",)
    list_select_related = ("flag",)
    search_fields = ("flag__name",)
    autocomplete_fields = ("user",)
    fields = ("flag", "user")

    def has_change_permission(self, request: HttpRequest, obj: FlagPerson | None = None) -> bool:
        """None: the trail says who was named, and who no more."""
        return False


def _untouched() -> list[tuple[str, str]]:
    """What can be added, asked for whenever the form is shown or read."""
    return [(one.name, f"{one.name}: {one.description}") for one in flags.untouched()]
