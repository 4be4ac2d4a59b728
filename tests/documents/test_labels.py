"""What its owner calls a document, and their tags: set, counted, found by, never printed."""

from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from documents.domain import formats, labels, manuscripts, queries
from documents.enums import DocumentState, ExportFormat
from documents.errors import LabelRefused
from documents.models import Document, DocumentTag, Export
from privacy.models import AuditEvent
from tests.api.calling import Program, kind_of
from tests.billing.concurrently import at_once
from tests.documents.factories import DocumentFactory, UserFactory
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db


def tagged(owner: User, *tags: str, **fields: Any) -> Document:
    made: Document = DocumentFactory.create(owner=owner, **fields)
    labels.change(document_id=made.pk, by=owner, tags=tags)
    return made


def test_tags_are_read_once_each_from_a_line() -> None:
    assert labels.words_in(" Exam,  spring  term; exam\nÖl ,, ") == ["exam", "spring term", "Öl"]


def test_a_name_and_tags_are_shown_and_found_and_not_printed(browser: Client, student: User) -> None:
    document = DocumentFactory.create(owner=student, title="Keeping the light")
    address = reverse("documents:label", args=[document.pk])
    answer = browser.post(address, {"name": "For Prof. Lind", "tags": "Exam, <b>history</b>"}, follow=True)
    shown = words(answer)
    assert "Name and tags are saved." in shown
    assert "For Prof. Lind" in shown
    assert "&lt;b&gt;history&lt;/b&gt;" in shown
    document.refresh_from_db()
    assert manuscripts.load(document.pk).title == "Keeping the light"
    export = Export(document=document, format=ExportFormat.PDF, citation_style="apa")
    assert formats.file_name(export, document).startswith("for-prof-lind-")
    assert list(queries.library(user=student, words="lind")) == [document]
    page = words(browser.get(address))
    assert 'value="For Prof. Lind"' in page
    assert "Your tags so far:" in page
    browser.post(address, {"name": "", "tags": ""})
    document.refresh_from_db()
    assert (document.name, document.tags.count()) == ("Keeping the light", 0)
    assert AuditEvent.objects.filter(action="document.labelled").count() == 2


def test_the_library_lists_by_a_tag_with_counts(browser: Client, student: User) -> None:
    tagged(UserFactory.create(), "Exam")
    exam = tagged(student, "Exam", "spring", topic="Owls")
    tagged(student, "exam", state=DocumentState.READY, topic="Lamps")
    DocumentFactory.create(owner=student, topic="Wrecks")
    assert queries.tags(user=student) == [("Exam", 2), ("spring", 1)]
    assert queries.tags(user=student, shelf="ready") == [("Exam", 1)]
    assert queries.counts(user=student, tag="spring") == {"": 1, "draft": 1}
    assert list(queries.library(user=student, tag="spring")) == [exam]
    page = words(browser.get("/documents/?tag=spring"))
    assert "Owls" in page
    assert "Lamps" not in page
    assert "All tags" in page
    assert "Nothing found" in words(browser.get("/documents/?tag=nowhere"))
    assert "Wrecks" in words(browser.get("/documents/"))


def test_too_many_tags_are_refused_and_nothing_typed_is_lost(
    browser: Client, student: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    document = tagged(student, "one")
    address = reverse("documents:label", args=[document.pk])
    many = ", ".join(str(number) for number in range(21))
    refused = browser.post(address, {"name": "New", "tags": many})
    assert refused.status_code == 422
    assert "A document may have at most 20 tags." in words(refused)
    assert many in words(refused)
    with pytest.raises(LabelRefused, match="at most 40 characters"):
        labels.change(document_id=document.pk, by=student, tags=["x" * 41])
    monkeypatch.setattr(labels, "MOST_WORDS", 2)
    tagged(student, "two")
    with pytest.raises(LabelRefused, match="at most 2 tags in all"):
        labels.change(document_id=document.pk, by=student, tags=["one", "three"])
    labels.change(document_id=document.pk, by=student, tags=["TWO"])
    document.refresh_from_db()
    assert (document.called, [tag.word for tag in document.tags.all()]) == ("", ["two"])


def test_tags_that_are_one_to_the_database_are_written_once(student: User) -> None:
    document = tagged(student, "spring", "İzmir", "izmir")
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT lower(word) FROM unnest(%s::text[]) AS word", [["spring", "İzmir", "izmir"]])
        assert document.tags.count() == len(cursor.fetchall())
    assert document.tags.filter(word="İzmir").exists()


def test_tags_of_a_draft_that_was_thrown_away_take_no_room(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MOST_WORDS", 1)
    gone = tagged(student, "one")
    with pytest.raises(LabelRefused, match="at most 1 tags in all"):
        tagged(student, "two")
    Document.objects.filter(pk=gone.pk).update(thrown_away_at=timezone.now())
    assert [tag.word for tag in tagged(student, "two").tags.all()] == ["two"]


def test_a_tag_is_on_a_document_once_and_says_something(student: User) -> None:
    document = tagged(student, "Exam")
    for word in ("exam", ""):
        with pytest.raises(IntegrityError), transaction.atomic():
            DocumentTag.objects.create(document=document, word=word)
    assert str(document.tags.get()) == "Exam"


@pytest.mark.parametrize("count", [1, 3])
def test_tags_cost_one_query_for_all_rows(
    browser: Client, student: User, count: int, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(count):
        tagged(student, "Exam", f"t{number}")
    browser.get("/documents/")
    with django_assert_num_queries(7):
        browser.get("/documents/")


def test_programs_do_the_same(program: Program, student: User) -> None:
    document = tagged(student, "spring", title="Lamps")
    path = f"/api/v1/documents/{document.pk}/label"
    assert program.get(path).json() == {"name": "", "tags": ["spring"]}
    changed = program("PATCH", path, {"tags": ["Exam", " exam ", "Öl"]}).json()
    assert changed == {"name": "", "tags": ["exam", "Öl"]}
    assert program("PATCH", path, {"name": "Mine"}).json() == {"name": "Mine", "tags": ["exam", "Öl"]}
    assert kind_of(program("PATCH", path, {"tags": [str(number) for number in range(21)]})) == "too-many-tags"
    assert program.get("/api/v1/tags").json() == [{"tag": "exam", "documents": 1}, {"tag": "Öl", "documents": 1}]
    (row,) = program.get("/api/v1/documents?tag=exam").json()["results"]
    assert (row["name"], row["tags"]) == ("Mine", ["exam", "Öl"])
    assert program.get("/api/v1/documents?tag=none").json()["results"] == []


@pytest.mark.django_db(transaction=True)
def test_two_at_once_do_not_pass_the_most_in_all(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(labels, "MOST_WORDS", 3)
    owner = UserFactory.create()
    documents = iter(DocumentFactory.create_batch(4, owner=owner))

    def attempt() -> bool:
        document = next(documents)
        try:
            labels.change(document_id=document.pk, by=owner, tags=[f"t{document.pk}"])
        except LabelRefused:
            return False
        return True

    assert sorted(at_once(4, attempt)) == [False, True, True, True]
    assert DocumentTag.objects.count() == 3
