"""Every page of the administration leaves its trail: what was looked at, and each change with before and after (R-76).

`AdminSite.register` mixes `Audited` into whatever page is registered, so that none can be without. Rows hold ids,
numbers, states and dates; of a field that is about a person the trail says only that it changed (R-74).
"""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final, cast

from django.contrib.admin import ModelAdmin
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import Model, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from privacy import registry
from privacy.domain import audit
from privacy.registry import Holds

#: Ids of an action on many rows that the trail keeps.
_MOST_IDS: Final = 100
_CHANGED: Final = "changed"
#: What is kept of people beyond the registry: Stripe's objects as they were copied.
_ABOUT_PEOPLE: Final = frozenset({"djstripe"})


class Audited:
    """Mixed into a page. Pages whose saving keeps a trail with before and after itself say `keeps_trail = True`."""

    keeps_trail = False
    model: type[Model]

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> Any:
        """One row for a list, however many it shows."""
        response = super().changelist_view(request, extra_context)  # type: ignore[misc]  # of the page it is mixed into
        if request.method == "GET" and response.status_code == 200 and is_about_people(self.model):
            looked(request, subject=None, what=self.model._meta.label_lower, searched=bool(request.GET.get("q")))
        return response

    def changeform_view(
        self, request: HttpRequest, object_id: str | None = None, form_url: str = "", extra_context: Any = None
    ) -> Any:
        """One row for each look at something about a person."""
        response = super().changeform_view(  # type: ignore[misc]  # as above
            request, object_id, form_url, extra_context
        )
        if object_id and request.method == "GET" and response.status_code == 200 and is_about_people(self.model):
            looked_at(request, self.model, object_id)
        return response

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """What was done to a row is about the person, too."""
        response = super().history_view(request, object_id, extra_context)  # type: ignore[misc]  # as above
        if response.status_code == 200 and is_about_people(self.model):
            looked_at(request, self.model, object_id)
        return response

    def save_related(self, request: HttpRequest, form: Any, formsets: Any, change: bool) -> None:
        """After all is saved: what each field was and is, of the row and of those below it."""
        super().save_related(request, form, formsets, change)  # type: ignore[misc]  # as above
        if self.keeps_trail:
            return
        details = changes(form, is_new=not change)
        below = [one for formset in formsets for one in _below(formset)]
        if below:
            details["below"] = below
        if details or not change:
            _record(request, "admin.changed" if change else "admin.added", form.instance, details)

    def delete_model(self, request: HttpRequest, obj: Model) -> None:
        """What the row said before it goes."""
        if not self.keeps_trail:
            _record(request, "admin.deleted", obj, values(obj))
        super().delete_model(request, obj)  # type: ignore[misc]  # as above

    def delete_queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> None:
        """As for one."""
        if not self.keeps_trail:
            for obj in queryset:
                _record(request, "admin.deleted", obj, values(obj))
        super().delete_queryset(request, queryset)  # type: ignore[misc]  # as above

    def response_action(self, request: HttpRequest, queryset: QuerySet[Any]) -> HttpResponseBase | None:
        """Which action was asked for, on which rows; what it did has rows of its own."""
        name = request.POST.get("action", "")
        if name in cast("ModelAdmin[Any]", self).get_actions(request):
            chosen = request.POST.getlist(ACTION_CHECKBOX_NAME)
            details = {"action": name, "rows": len(chosen), "ids": chosen[:_MOST_IDS]}
            _record(request, "admin.action", None, details | {"of": self.model._meta.label_lower})
        return cast(
            "HttpResponseBase | None",
            super().response_action(request, queryset),  # type: ignore[misc]  # as above
        )


def audited(page: type[Any]) -> type[Any]:
    """The page with its trail; its own class where that has it already."""
    return page if issubclass(page, Audited) else type(page.__name__, (Audited, page), {"__module__": page.__module__})


def is_about_people(model: type[Model]) -> bool:
    """Whether rows of the model say something about a person, or hang on one."""
    kinds = {_kind(model, field.name) for field in model._meta.concrete_fields}
    return model._meta.app_label in _ABOUT_PEOPLE or bool(kinds & {Holds.PERSONAL, Holds.LINK})


def looked(request: HttpRequest, *, subject: Model | None, what: str, searched: bool = False) -> None:
    """A list, a search or a page about a person was shown."""
    _record(request, "staff.looked", subject, {"at": what, "searched": searched})


def looked_at(request: HttpRequest, model: type[Model], pk: str) -> None:
    """One row was shown; its id is what the address says, and there is such a row."""
    _record(request, "staff.looked", model(pk=model._meta.pk.to_python(pk)), {"at": model._meta.label_lower})


def changes(form: Any, *, is_new: bool) -> dict[str, Any]:
    """What each changed field was and is; of a new row what it is."""
    found: dict[str, Any] = {}
    model = form._meta.model
    for name in form.changed_data:
        after = kept(model, name, form.cleaned_data.get(name))
        before = None if is_new else kept(model, name, form.initial.get(name))
        found[name] = after if after == _CHANGED or is_new else [before, after]
    return found


def values(row: Model) -> dict[str, Any]:
    """What a row said, without what is about a person."""
    fields = (field for field in row._meta.concrete_fields if not field.primary_key)
    return {field.name: kept(type(row), field.name, field.value_from_object(row)) for field in fields}


def kept(model: type[Model], name: str, value: Any) -> Any:
    """A value as the trail may keep it: of what is personal, secret or not known only that it changed."""
    kind = _kind(model, name)
    if kind in (Holds.PERSONAL, Holds.SECRET) or (kind is None and isinstance(value, str)):
        return _CHANGED
    return _plain(value)


def _plain(value: Any) -> Any:
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Decimal):
        return f"{value.normalize():f}"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, Iterable):
        return sorted((_plain(one) for one in value), key=str)
    return str(value)


def _below(formset: Any) -> list[dict[str, Any]]:
    model = formset.model._meta.model_name
    rows = [
        {"model": model, "id": str(form.instance.pk), **changes(form, is_new=form.instance in formset.new_objects)}
        for form in formset.forms
        if form.has_changed() and form not in formset.deleted_forms and form.instance.pk
    ]
    return rows + [{"model": model, "deleted": True, **values(row)} for row in formset.deleted_objects]


def _kind(model: type[Model], name: str) -> Holds | None:
    found = registry.field_of(model, name)
    return found.holds if found else None


def _record(request: HttpRequest, action: str, subject: Model | None, details: Mapping[str, Any]) -> None:
    audit.record(action=action, subject=subject, by=cast(AbstractBaseUser, request.user), details=details)
