"""A document's owner lets staff look at what changed in it, takes that back, and sees when they looked (R-118)."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document
from generation.editing import disclosing
from generation.errors import AlreadyDisclosed, NotDisclosed
from generation.models import Disclosure
from privacy.domain import retention
from privacy.models import AuditEvent
from tests.api.calling import kind_of, program_of
from tests.documents.test_views import student_with_consent, words
from tests.generation.editing.making import finished_document

pytestmark = pytest.mark.django_db
WHY = "The second section was written anew, and two citations are gone."


def at(document: Document, *more: Any) -> str:
    name = "hide-changes" if more else "show-changes"
    return reverse(f"generation:{name}", args=[document.pk, *more])


def given(document: Document) -> Disclosure:
    return disclosing.give(document=document, words=WHY, by=document.owner, now=timezone.now())


def look(row: Disclosure, *, what: str = disclosing.PAGE) -> Disclosure:
    return disclosing.look(disclosure_id=row.pk, what=what, by=row.document.owner, now=timezone.now())


def test_leave_is_given_for_some_days_and_taken_back_at_once(browser: Client, document: Document) -> None:
    page = words(browser.get(at(document)))
    assert "It lasts for 14 days" in page
    page = words(browser.post(at(document), {"words": WHY}, follow=True))
    assert "Our staff may look now." in page
    assert WHY in page
    assert "Nobody has looked." in page
    row = Disclosure.objects.get()
    assert row.ends_at - row.given_at == timedelta(days=14)
    assert AuditEvent.objects.filter(action="disclosure.given", object_id=str(row.pk), details__days=14).count() == 1
    look(row)
    page = words(browser.post(at(document, row.pk), follow=True))
    assert "Taken back." in page
    assert "Our staff looked:" in page
    with pytest.raises(NotDisclosed):
        look(row)
    browser.post(at(document, row.pk))
    assert AuditEvent.objects.filter(action="disclosure.withdrawn").count() == 1
    row.refresh_from_db()
    assert (row.withdrawn_at is not None, row.is_current) == (True, False)


def test_owner_sees_each_look_and_what_was_looked_at(browser: Client, document: Document) -> None:
    row = given(document)
    look(row)
    look(row, what=disclosing.FILE)
    page = words(browser.get(at(document)))
    assert (page.count("Our staff looked:"), page.count("Our staff took the Word file:")) == (1, 1)
    [found] = disclosing.of_document(document, now=timezone.now())
    assert [one.is_file for one in found.looks] == [False, True]


def test_one_leave_is_open_and_another_can_be_given_after_its_end(browser: Client, document: Document) -> None:
    row = given(document)
    with pytest.raises(AlreadyDisclosed):
        given(document)
    assert "Our staff may look already." in words(browser.post(at(document), {"words": WHY}, follow=True))
    old = timezone.now() - timedelta(days=15)
    Disclosure.objects.filter(pk=row.pk).update(given_at=old, ends_at=old + timedelta(days=14))
    with pytest.raises(NotDisclosed):
        look(row)
    assert "Let them look" in words(browser.get(at(document)))
    given(document)
    assert [one.is_open for one in disclosing.of_document(document, now=timezone.now())] == [True, False]
    disclosing.take_back(document=document, disclosure_id=row.pk, by=document.owner, now=timezone.now())
    row.refresh_from_db()
    assert row.withdrawn_at is None, "it had ended by itself"
    assert "ended" in words(browser.get(at(document)))


def test_words_are_needed_and_leaves_are_limited(browser: Client, document: Document, settings: Settings) -> None:
    assert browser.post(at(document), {"words": " "}).status_code == 422
    assert browser.post(at(document), {"words": "x" * 501}).status_code == 422
    settings.DISCLOSURES_PER_DAY = 1
    row = given(document)
    disclosing.take_back(document=document, disclosure_id=row.pk, by=document.owner, now=timezone.now())
    page = browser.post(at(document), {"words": WHY})
    assert (page.status_code, WHY in words(page), "Retry-After" in page.headers) == (429, True, True)


def test_database_keeps_one_open_and_every_leave_whole(document: Document) -> None:
    row = given(document)
    rows = Disclosure.objects.filter(pk=row.pk)
    for broken in ({"withdrawn_at": timezone.now()}, {"ends_at": row.given_at}, {"words": ""}):
        with pytest.raises(IntegrityError), transaction.atomic():
            rows.update(**broken)
    with pytest.raises(IntegrityError), transaction.atomic():
        Disclosure.objects.create(document=document, words=WHY, ends_at=row.ends_at)
    assert str(row) == f"document shown for a complaint {row.pk}"


@pytest.mark.parametrize(
    "ended",
    [
        lambda row: Document.objects.filter(pk=row.document_id).update(state=DocumentState.FAILED),
        lambda row: Document.objects.filter(pk=row.document_id).update(thrown_away_at=timezone.now()),
        lambda row: User.objects.filter(pk=row.document.owner_id).update(is_active=False),
        lambda row: Document.objects.filter(pk=row.document_id).delete(),
    ],
    ids=["not ready", "thrown away", "blocked", "deleted"],
)
def test_leave_ends_with_its_document_and_its_owner(document: Document, ended: Any) -> None:
    row = given(document)
    ended(row)
    with pytest.raises(NotDisclosed):
        look(row)
    assert not disclosing.still_open(row, now=timezone.now())


def test_a_document_of_others_and_one_that_is_not_finished_is_not_there(browser: Client, document: Document) -> None:
    theirs = finished_document(student_with_consent())
    row = given(theirs)
    assert browser.get(at(theirs)).status_code == 404
    assert browser.post(at(theirs, row.pk)).status_code == 404
    assert browser.post(at(document, row.pk)).status_code == 404
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    assert browser.get(at(document)).status_code == 404
    row.refresh_from_db()
    assert row.is_current


@pytest.mark.parametrize("leaves", [1, 3])
def test_leaves_with_their_looks_take_two_queries(
    document: Document, leaves: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for _ in range(leaves):
        row = given(document)
        look(row)
        disclosing.take_back(document=document, disclosure_id=row.pk, by=document.owner, now=timezone.now())
    with django_assert_num_queries(2):
        found = disclosing.of_document(document, now=timezone.now())
    assert [len(one.looks) for one in found] == [1] * leaves


def test_looks_of_one_leave_push_out_none_of_another(document: Document, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(disclosing, "_SHOWN_LOOKS", 2)
    for looks in (1, 3):
        row = given(document)
        for _ in range(looks):
            look(row)
        disclosing.take_back(document=document, disclosure_id=row.pk, by=document.owner, now=timezone.now())
    assert [len(one.looks) for one in disclosing.of_document(document, now=timezone.now())] == [2, 1]


def test_program_gives_leave_reads_it_and_takes_it_back(document: Document, student: User, settings: Settings) -> None:
    program, path = program_of(student), f"/api/v1/documents/{document.pk}/disclosures"
    assert program.get(path).json() == []
    made = program("POST", path, {"words": WHY})
    assert (made.status_code, made.json()["is_open"], made.json()["looks"]) == (201, True, [])
    assert kind_of(program("POST", path, {"words": WHY})) == "already-disclosed"
    look(Disclosure.objects.get())
    [listed] = program.get(path).json()
    assert (listed["words"], listed["withdrawn_at"]) == (WHY, None)
    assert [one["is_file"] for one in listed["looks"]] == [False]
    for _ in range(2):
        assert program("DELETE", f"{path}/{listed['id']}").status_code == 204
    assert [one["is_open"] for one in program.get(path).json()] == [False]
    assert program("POST", path, {"words": ""}).status_code == 400
    settings.DISCLOSURES_PER_DAY = 1
    assert kind_of(program("POST", path, {"words": WHY})) == "quota-reached"
    theirs = given(finished_document(student_with_consent()))
    assert program("DELETE", f"{path}/{theirs.pk}").status_code == 404
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    assert program.get(path).status_code == 404


def test_rows_go_400_days_after_their_end(document: Document) -> None:
    row = given(document)
    for days, is_kept in ((399, True), (401, False)):
        old = timezone.now() - timedelta(days=days)
        Disclosure.objects.filter(pk=row.pk).update(given_at=old - timedelta(days=14), ends_at=old)
        retention.apply(now=timezone.now())
        assert Disclosure.objects.exists() == is_kept


def test_ways_to_the_page(browser: Client, document: Document, section: Any) -> None:
    take_away = reverse("documents:take_away", args=[document.pk])
    history = reverse("generation:versions", args=[document.pk, section.pk])
    for page in (take_away, history):
        assert at(document) in words(browser.get(page)), page
