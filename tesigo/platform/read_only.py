"""What staff may look at in the admin and never write: changes go through the domain."""

from collections.abc import Iterator
from typing import Any

from django.contrib import admin
from django.contrib.admin.utils import flatten
from django.db import models
from django.http import HttpRequest


class ReadOnly:
    """Mixed into an admin or an inline: nothing can be added, changed or deleted there."""

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody may."""
        return False

    def lookup_allowed(self, lookup: str, value: Any, request: HttpRequest) -> bool:
        """Refuses to filter by words that the pages do not show: question by question they could be guessed (R-118)."""
        first = lookup.partition("__")[0]
        if first in unshown_texts(self):
            return False
        return bool(super().lookup_allowed(lookup, value, request))  # type: ignore[misc]  # of the admin's class


def unshown_texts(shows: Any) -> set[str]:
    """The fields of an admin's model that hold words or files and stand on none of its pages."""
    shown = set(_shown(shows))
    return {
        field.name for field in shows.model._meta.concrete_fields if _holds_words(field) and field.name not in shown
    }


def _holds_words(field: Any) -> bool:
    is_of_words = isinstance(field, (models.CharField, models.TextField, models.JSONField, models.BinaryField))
    return (is_of_words or field.get_internal_type() == "SearchVectorField") and not field.choices


def _shown(shows: Any) -> Iterator[str]:
    yield from map(str, getattr(shows, "list_display", ()))
    for one in getattr(shows, "list_filter", ()):
        yield str(one[0] if isinstance(one, (list, tuple)) else one)
    yield from (str(one).lstrip("^=@") for one in getattr(shows, "search_fields", ()))
    if not shows.fields and not shows.fieldsets:
        yield from (field.name for field in shows.model._meta.concrete_fields if field.editable)
    yield from map(str, flatten(shows.fields or ()))
    for _title, options in shows.fieldsets or ():
        yield from map(str, flatten(options["fields"]))


class ReadOnlyInline(ReadOnly, admin.TabularInline):  # type: ignore[type-arg]  # cannot be subscripted at run time
    """Rows shown below their owner."""

    extra = 0
    show_change_link = True

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        """All that is shown: a field that no form may hold can be among them."""
        return tuple(name for name in self.fields or () if isinstance(name, str))
