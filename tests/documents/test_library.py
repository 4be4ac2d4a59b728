"""What the library shows and what can be done there: shelves, sorting, putting away, bringing back (R-89)."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.http import Http404
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from documents.domain import briefs, queries, shelving, uploads
from documents.enums import DocumentState, LibraryOrder, Shelf, UploadPurpose
from documents.errors import NotEditable
from documents.models import Document
from privacy.domain import retention
from privacy.models import AuditEvent
from tests.documents.factories import DocumentFactory

pytestmark = pytest.mark.django_db


def titles(user: User, **asked: Any) -> list[str]:
    return [str(one) for one in queries.library(user=user, **asked)]


def post(browser: Client, name: str, document: Document, **form: str) -> Any:
    return browser.post(reverse(f"documents:{name}", args=[document.pk]), form)


def test_each_shelf_says_how_many_documents_it_has(browser: Client, student: User) -> None:
    DocumentFactory.create()
    DocumentFactory.create_batch(2, owner=student)
    DocumentFactory.create(owner=student, state=DocumentState.READY)
    away = DocumentFactory.create(owner=student, state=DocumentState.READY)
    gone = DocumentFactory.create(owner=student)
    post(browser, "archive", away)
    post(browser, "delete", gone)
    counted = {"": 3, "draft": 2, "ready": 1, Shelf.ARCHIVED: 1, Shelf.THROWN_AWAY: 1}
    assert queries.counts(user=student) == counted
    page = browser.get("/documents/").content.decode()
    shown = re.findall(r'<a href="\?state=([\w-]*)[^>]*>[^<]*<span class="num soft">(\d+)</span>', page)
    assert {shelf: int(count) for shelf, count in shown} == counted
    for shelf, count in counted.items():
        assert len(titles(student, shelf=shelf)) == count


def test_a_search_counts_what_it_finds(student: User) -> None:
    for topic in ("Owls of the north", "Owls at sea", "Lighthouses"):
        briefs.index(document_id=DocumentFactory.create(owner=student, topic=topic).pk)
    assert queries.counts(user=student, words="owls") == {"": 2, "draft": 2}


def test_documents_are_sorted_as_asked(student: User) -> None:
    now = timezone.now()
    for hours, (title, own_title, pages) in enumerate([("beta", "", 3), ("Gamma", "Alpha", 9), ("delta", "", 5)]):
        at = now - timedelta(hours=hours)
        DocumentFactory.create(
            owner=student,
            title=title,
            own_title=own_title,
            pages=pages,
            created_at=at,
            updated_at=now + timedelta(hours=hours),
        )
    assert titles(student, order=LibraryOrder.TITLE) == ["Alpha", "beta", "delta"]
    assert titles(student, order=LibraryOrder.PAGES) == ["Alpha", "delta", "beta"]
    assert titles(student, order=LibraryOrder.BEGUN) == ["beta", "Alpha", "delta"]
    assert titles(student) == ["delta", "Alpha", "beta"]


@pytest.mark.parametrize("query", ["?state=nowhere", "?sort=colour", "?state=draft&sort=x"])
def test_what_is_no_shelf_and_no_order_shows_all(browser: Client, student: User, query: str) -> None:
    DocumentFactory.create(owner=student, topic="Owls")
    assert "Owls" in browser.get(f"/documents/{query}").content.decode()


def test_what_is_put_away_is_whole_and_comes_back(browser: Client, student: User) -> None:
    document = DocumentFactory.create(owner=student, state=DocumentState.READY)
    for _twice in range(2):
        post(browser, "archive", document)
    assert AuditEvent.objects.filter(action="document.archived").count() == 1
    assert titles(student) == []
    assert browser.get(reverse("documents:read", args=[document.pk])).status_code == 200
    post(browser, "archive", document, back="1")
    assert titles(student) == [str(document)]
    assert {row.action for row in AuditEvent.objects.all()} >= {"document.archived", "document.unarchived"}


def test_a_draft_that_is_thrown_away_is_nowhere_until_it_is_brought_back(browser: Client, student: User) -> None:
    draft = DocumentFactory.create(owner=student)
    post(browser, "delete", draft)
    assert browser.get(reverse("documents:brief", args=[draft.pk])).status_code == 404
    assert titles(student) == []
    assert (
        f'href="{reverse("documents:read", args=[draft.pk])}"'
        not in browser.get("/documents/?state=thrown-away").content.decode()
    )
    assert post(browser, "bring-back", draft).status_code == 302
    assert browser.get(reverse("documents:brief", args=[draft.pk])).status_code == 200
    assert post(browser, "bring-back", draft).status_code == 404


def test_a_draft_too_many_is_not_brought_back(browser: Client, student: User, settings: Any) -> None:
    settings.DRAFTS_PER_PERSON = 1
    draft = DocumentFactory.create(owner=student)
    post(browser, "delete", draft)
    DocumentFactory.create(owner=student)
    answer = browser.post(reverse("documents:bring-back", args=[draft.pk]), follow=True)
    assert "the most one may have" in answer.content.decode()
    assert titles(student, shelf=Shelf.THROWN_AWAY) == [str(draft)]


def test_the_same_form_makes_another_draft_once_the_first_is_thrown_away(student: User) -> None:
    first = briefs.create(by=student, once="a form", topic="Lamps")
    shelving.throw_away(document_id=first.pk, by=student)
    second = briefs.create(by=student, once="a form", topic="Lamps")
    assert list(Document.objects.owned_by(student)) == [second]


def test_what_is_brought_back_is_not_put_away(browser: Client, student: User) -> None:
    draft = DocumentFactory.create(owner=student, archived_at=timezone.now())
    post(browser, "delete", draft)
    post(browser, "bring-back", draft)
    assert titles(student) == [str(draft)]


def test_where_everything_is_put_away_the_library_does_not_say_it_is_empty(browser: Client, student: User) -> None:
    draft = DocumentFactory.create(owner=student)
    assert "Go on where you stopped" in browser.get("/documents/").content.decode()
    post(browser, "archive", draft)
    page = browser.get("/documents/").content.decode()
    assert "Nothing here yet" not in page
    assert "Go on where you stopped" not in page


@pytest.mark.parametrize(
    ("away", "gone", "stays"), [(False, False, False), (True, False, True), (True, True, False)],
    ids=["draft", "put away", "put and thrown away"],
)  # fmt: skip
def test_a_draft_that_is_put_away_is_kept(student: User, away: bool, gone: bool, stays: bool) -> None:
    old = timezone.now() - timedelta(days=31)
    draft = DocumentFactory.create(
        owner=student, updated_at=old, archived_at=old if away else None, thrown_away_at=old if gone else None
    )
    retention.apply(now=timezone.now())
    assert Document.objects.filter(pk=draft.pk).exists() == stays


def test_a_draft_that_is_put_back_has_its_time_again(student: User) -> None:
    old = timezone.now() - timedelta(days=31)
    draft = DocumentFactory.create(owner=student, updated_at=old, archived_at=old)
    shelving.archive(document_id=draft.pk, by=student, is_archived=False)
    retention.apply(now=timezone.now())
    assert Document.objects.filter(pk=draft.pk).exists()


def test_a_draft_that_is_thrown_away_takes_no_files(student: User) -> None:
    draft = DocumentFactory.create(owner=student, thrown_away_at=timezone.now())
    with pytest.raises(Http404):
        uploads.begin(document=draft, purpose=UploadPurpose.SOURCE, name="a.txt", by=student)
    assert not draft.uploads.exists()


def test_only_what_was_thrown_away_is_deleted_at_once(browser: Client, student: User) -> None:
    draft = DocumentFactory.create(owner=student)
    assert post(browser, "delete-now", draft).status_code == 404
    post(browser, "delete", draft)
    assert post(browser, "delete-now", draft).status_code == 302
    assert not Document.objects.filter(pk=draft.pk).exists()


@pytest.mark.parametrize("name", ["bring-back", "delete-now", "archive"])
def test_what_is_somebody_elses_is_not_there(browser: Client, name: str) -> None:
    theirs = DocumentFactory.create(thrown_away_at=None if name == "archive" else timezone.now())
    assert post(browser, name, theirs).status_code == 404
    assert Document.objects.filter(pk=theirs.pk, archived_at=None).exists()


def test_what_was_ordered_is_never_thrown_away(student: User) -> None:
    ordered = DocumentFactory.create(owner=student, ordered_at=timezone.now())
    for out_of_sight in (shelving.throw_away, briefs.delete):
        with pytest.raises(NotEditable):
            out_of_sight(document_id=ordered.pk, by=student)
    with pytest.raises((IntegrityError, ValidationError)), transaction.atomic():
        Document.objects.filter(pk=ordered.pk).update(thrown_away_at=timezone.now())


def test_one_like_it_begins_with_its_brief_and_changes_nothing(browser: Client, student: User) -> None:
    first = DocumentFactory.create(owner=student, topic="How owls hear", pages=7, language="de")
    page = browser.get(f"/documents/new/?like={first.pk}").content.decode()
    assert "How owls hear" in page
    assert '<option value="de" selected>' in page
    assert Document.objects.count() == 1


@pytest.mark.parametrize("like", ["", "no-id", "11111111-1111-4111-8111-111111111111"])
def test_one_like_nothing_is_an_empty_brief(browser: Client, like: str) -> None:
    assert browser.get(f"/documents/new/?like={like}").status_code == 200


def test_one_like_somebody_elses_is_an_empty_brief(browser: Client) -> None:
    theirs = DocumentFactory.create(topic="A secret subject")
    assert "A secret subject" not in browser.get(f"/documents/new/?like={theirs.pk}").content.decode()
