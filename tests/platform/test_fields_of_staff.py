"""What staff see within a page: every field of it, but never one that opens or proves something (ASVS V8.1.2)."""

import pytest
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import Model
from django.test import RequestFactory

from accounts.models import User
from privacy import registry
from privacy.registry import Holds

pytestmark = pytest.mark.django_db


def shown(page: "admin.ModelAdmin[Model]") -> set[str]:
    """The names of what a page and its inlines show to somebody with all rights, by model and field."""
    request = RequestFactory().get("/")
    request.user = User(is_staff=True, is_superuser=True)
    names = [*flatten_fieldsets(page.get_fieldsets(request)), *map(str, page.get_list_display(request))]
    found = {f"{page.model._meta.label}.{name}" for name in names}
    for inline in page.get_inline_instances(request):
        found |= {f"{inline.model._meta.label}.{name}" for name in flatten_fieldsets(inline.get_fieldsets(request))}
    return found


def secrets() -> set[str]:
    return {
        f"{model._meta.label}.{name}"
        for model, rows in registry.all_rows()
        for name, treated in rows.fields.items()
        if treated.holds is Holds.SECRET
    }


def test_no_page_of_the_administration_shows_what_opens_something() -> None:
    assert {"accounts.User.password", "accounts.Mail.sealed", "accounts.ApiToken.token_hash"} <= secrets()
    pages = [shown(page) for page in admin.site._registry.values()]
    assert "accounts.User.email" in set().union(*pages)
    assert set().union(*pages) & secrets() == set()
