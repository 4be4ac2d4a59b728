"""Admin pages for key limits, language factors and budgets. Every change goes to the audit trail."""

from typing import Any, cast

from django.contrib import admin, messages
from django.db.models import CharField, F, Model, OuterRef, QuerySet, Subquery
from django.db.models.functions import Cast
from django.http import HttpRequest
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from generation.ai import controls, keys
from generation.enums import Scope
from generation.models import Budget, BudgetUse, KeyLimit, LanguageFactor, PersonalLimit
from generation.spending import budgets
from generation.spending.periods import period_of
from tesigo.platform.forms import ModelForm
from tesigo.platform.of_people import OfPeople, person_link


class ControlAdmin(admin.ModelAdmin):
    """Changes go through the domain, which keeps the trail."""

    keeps_trail = True
    form = ModelForm

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """With its name for ears: in a list, the head of the column is no label."""
        field = super().formfield_for_dbfield(db_field, request, **kwargs)
        if field is not None and field.label:
            field.widget.attrs["aria-label"] = capfirst(field.label)
        return field

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """Saved and audited."""
        controls.save(row=obj, by=cast(User, request.user))

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        """Deleted and audited."""
        controls.drop(row=obj, by=cast(User, request.user))

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """One by one, for the trail."""
        for row in queryset:
            self.delete_model(request, row)


@admin.register(KeyLimit)
class KeyLimitAdmin(ControlAdmin):
    """What each key may do in a minute (R-33). The row of place 0 is for every key without one of its own."""

    list_display = ("provider", "place_shown", "requests_per_minute", "tokens_per_minute")
    list_filter = ("provider",)

    @admin.display(description=gettext_lazy("key"), ordering="place")
    def place_shown(self, limit: KeyLimit) -> str:
        return str(limit.place) if limit.place else _("every other key")

    def get_readonly_fields(self, request: HttpRequest, obj: KeyLimit | None = None) -> tuple[str, ...]:
        return ("provider", "place") if obj else ()

    def save_model(self, request: HttpRequest, obj: KeyLimit, form: Any, change: bool) -> None:
        """Saved, with a word when it is about a key that is not there."""
        super().save_model(request, obj, form, change)
        there = len(keys.configured(obj.provider))
        if obj.place > there:
            words = _("%(provider)s has %(count)d keys in the environment: this limit is for one that is not there.")
            self.message_user(
                request, words % {"provider": obj.get_provider_display(), "count": there}, messages.WARNING
            )


@admin.register(LanguageFactor)
class LanguageFactorAdmin(ControlAdmin):
    """How many tokens a text takes by its language (R-20); used by estimates from the next job on."""

    list_display = ("language", "factor")
    list_editable = ("factor",)

    def get_readonly_fields(self, request: HttpRequest, obj: LanguageFactor | None = None) -> tuple[str, ...]:
        return ("language",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A language keeps its factor: without one, estimates would guess."""
        return False


class BudgetForm(ModelForm):
    """A budget: euros for jobs and the house, tokens for people."""

    class Meta:
        model = Budget
        fields = ("scope", "euros", "tokens")
        help_texts = {
            "euros": gettext_lazy("For a job, and for the house by day and month."),
            "tokens": gettext_lazy("For what one person may use in a day."),
        }

    def clean(self) -> dict[str, Any]:
        """Each kind has its own unit, and only that."""
        values = super().clean() or {}
        scope = values.get("scope") or self.instance.scope
        wanted, other = ("tokens", "euros") if scope == Scope.USER_DAY else ("euros", "tokens")
        if not scope or wanted in self.errors:
            return values
        if values.get(wanted) is None:
            unit = _("tokens") if wanted == "tokens" else _("euros")
            self.add_error(wanted, _("This kind of budget needs a limit in %(unit)s.") % {"unit": unit})
        if values.get(other) is not None:
            self.add_error(other, _("This kind of budget does not count these: leave the field empty."))
        return values


@admin.register(Budget)
class BudgetAdmin(ControlAdmin):
    """What may be spent (R-21). A limit that is changed holds from the next call on."""

    form = BudgetForm
    list_display = ("scope", "limit")

    @admin.display(description=gettext_lazy("limit"))
    def limit(self, budget: Budget) -> str:
        return f"{budget.tokens:,} {_('tokens')}" if budget.euros is None else f"€{budget.euros:,.2f}"

    def get_readonly_fields(self, request: HttpRequest, obj: Budget | None = None) -> tuple[str, ...]:
        return ("scope",) if obj else ()

    def has_delete_permission(self, request: HttpRequest, obj: Model | None = None) -> bool:
        """A budget is raised, never dropped: without one, nothing limits what is spent."""
        return False

    def save_model(self, request: HttpRequest, obj: Budget, form: Any, change: bool) -> None:
        """Saved, with a word when more than the new limit is gone already."""
        super().save_model(request, obj, form, change)
        state = next(state for state in budgets.overview(now=timezone.now()) if state.scope == obj.scope)
        if state.share >= 100:
            words = _(
                "More than this is spent or reserved already. Cheaper models are asked as far as they fit; with none "
                "left, writing waits for the next period or a higher limit."
            )
            self.message_user(request, words, messages.WARNING)


@admin.register(PersonalLimit)
class PersonalLimitAdmin(OfPeople, ControlAdmin):
    """What one person may use in a day, in place of the default of everybody (R-27). Without a row, that holds."""

    person_path = "person"
    list_display = ("address", "tokens_shown", "used_today")
    list_display_links = ("tokens_shown",)
    search_fields = ("person__name",)
    autocomplete_fields = ("person",)

    @admin.display(description=gettext_lazy("person"), ordering="person__email")
    def address(self, limit: PersonalLimit) -> SafeString | str:
        return person_link(limit.person)

    @admin.display(description=gettext_lazy("tokens a day"), ordering="tokens")
    def tokens_shown(self, limit: PersonalLimit) -> str:
        return f"{limit.tokens:,}"

    @admin.display(description=gettext_lazy("used or held today"))
    def used_today(self, limit: PersonalLimit) -> str:
        return f"{limit.used or 0:,}"  # type: ignore[attr-defined]  # annotated below

    def get_queryset(self, request: HttpRequest) -> QuerySet[PersonalLimit]:
        """With what each has used today."""
        today = BudgetUse.objects.filter(
            scope=Scope.USER_DAY,
            period=period_of(Scope.USER_DAY, timezone.now()),
            subject=Cast(OuterRef("person_id"), CharField()),
        )
        used = today.values(sum=F("spent_tokens") + F("reserved_tokens"))
        return super().get_queryset(request).annotate(used=Subquery(used))

    def save_model(self, request: HttpRequest, obj: PersonalLimit, form: Any, change: bool) -> None:
        """Saved, with a word when it leaves the person nothing."""
        super().save_model(request, obj, form, change)
        if not obj.tokens:
            words = _("%(person)s can have nothing written, not even an outline: the limit is 0 tokens a day.")
            self.message_user(request, words % {"person": obj.person}, messages.WARNING)

    def get_readonly_fields(self, request: HttpRequest, obj: PersonalLimit | None = None) -> tuple[str, ...]:
        return ("person",) if obj else ()
