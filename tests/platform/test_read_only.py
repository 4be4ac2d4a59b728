"""What the administration does not show cannot be guessed from its lists either (R-118)."""

from typing import Any

import pytest
from django.contrib import admin
from django.test import Client, RequestFactory

from accounts.models import User
from tesigo.platform.read_only import ReadOnly, unshown_texts
from tests.documents.factories import DocumentFactory
from tests.staff import sign_in

PAGES = [page for page in admin.site._registry.values() if isinstance(page, ReadOnly)]


def label(page: Any) -> str:
    return str(page.model._meta.label)


@pytest.mark.parametrize("page", PAGES, ids=label)
def test_lists_are_not_filtered_by_words_that_no_page_shows(page: Any, rf: RequestFactory) -> None:
    for name in unshown_texts(page):
        for lookup in ("", "__regex", "__startswith", "__contains", "__isnull"):
            assert not page.lookup_allowed(f"{name}{lookup}", "a", rf.get("/"))
    assert page.lookup_allowed("pk", "1", rf.get("/"))


@pytest.mark.parametrize(
    ("label", "names"),
    [
        ("documents.Document", {"search", "assignment_text"}),
        ("accounts.User", {"password"}),
        ("accounts.Mail", {"context", "sealed"}),
        ("accounts.SignInRequest", {"code_hash", "token_hash"}),
        ("documents.OwnTemplate", {"content"}),
    ],
)
def test_texts_and_secrets_are_among_them(label: str, names: set[str]) -> None:
    (page,) = [one for one in PAGES if one.model._meta.label == label]
    assert names <= unshown_texts(page)


@pytest.mark.django_db
def test_a_text_is_not_read_word_by_word_through_the_list(client: Client) -> None:
    sign_in(client, User.objects.create_superuser("boss@tesigo.example"))
    document = DocumentFactory.create()
    address = "/admin/documents/document/"
    assert client.get(f"{address}?id__exact={document.pk}").status_code == 200
    for asked in ("search__regex='lamp':", "search=lamp", "assignment_text__startswith=a"):
        assert client.get(f"{address}?id__exact={document.pk}&{asked}").status_code == 400
