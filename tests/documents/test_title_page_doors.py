"""The title page by pages and by programs: whose it is, what is refused, what is printed anew."""

import uuid
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.enums import ApiScope
from accounts.models import User
from documents.enums import DocumentState
from documents.models import Document, Export, TitlePage
from tests.api.calling import Program, kind_of, with_token
from tests.documents.factories import DocumentFactory, outlined_document
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(student: User) -> Document:
    return outlined_document(owner=student, language="de")


def page(document: Document) -> str:
    return reverse("documents:title-page", args=[document.pk])


def path(document: Document) -> str:
    return f"/api/v1/documents/{document.pk}/title-page"


def make_ready(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)


def test_page_shows_the_words_of_the_documents_language(browser: Client, document: Document) -> None:
    response = browser.get(page(document))
    assert "Ich erkläre, dass ich diese Arbeit verantworte" in words(response)
    assert 'placeholder="Lighthouses"' in words(response)


def test_what_is_typed_is_kept_and_shown_again(browser: Client, document: Document) -> None:
    typed = {"own_title": "Licht", "supervisors": "A. Meier\r\nB. Kurz", "handed_in_on": "2026-12-01"}
    response = browser.post(page(document), typed, follow=True)
    assert "Saved." in words(response)
    assert 'value="2026-12-01"' in words(response)
    kept = TitlePage.objects.get()
    assert kept.supervisors.splitlines() == ["A. Meier", "B. Kurz"]
    assert "<h1>Title page and layout</h1><p>Licht</p>" in words(response)


def test_flaws_are_told_at_their_fields_and_nothing_is_kept(browser: Client, document: Document) -> None:
    response = browser.post(page(document), {"abbreviations": "API", "matriculation_number": "<b>"})
    assert response.status_code == 422
    assert "This line has no “=”" in words(response)
    assert "Write letters and figures" in words(response)
    assert not TitlePage.objects.exists()


def test_a_finished_document_goes_on_to_its_files(browser: Client, document: Document) -> None:
    make_ready(document)
    response = browser.post(page(document), {"university": "Nirgendwo", "subtitle": "Ein Versuch"}, follow=True)
    assert response.redirect_chain == [(reverse("documents:take_away", args=[document.pk]), 302)]
    assert "Your files are being made anew" in words(response)
    assert Export.objects.count() == 2
    assert "<p>Ein Versuch</p>" in words(browser.get(reverse("documents:read", args=[document.pk])))


def test_a_used_up_allowance_leaves_what_was_typed_in_the_form(
    browser: Client, document: Document, settings: Any
) -> None:
    make_ready(document)
    settings.RESTYLES_PER_DAY = 1
    browser.post(page(document), {"university": "Irgendwo"})
    response = browser.post(page(document), {"university": "Nirgendwo"})
    assert response.status_code == 429
    assert 'value="Nirgendwo"' in words(response)


def test_somebody_elses_is_not_there(browser: Client, program: Program) -> None:
    other = DocumentFactory.create()
    assert browser.get(page(other)).status_code == 404
    assert browser.post(page(other), {}).status_code == 404
    assert program.get(path(other)).status_code == 404
    assert program.get(f"/api/v1/documents/{uuid.uuid4()}/title-page").status_code == 404


def test_program_reads_and_replaces_it(program: Program, document: Document) -> None:
    before = program.get(path(document))
    assert before.json()["university"] == ""
    said = {"own_title": "Licht", "second_language": "en", "second_abstract": "Lamps.", "has_declaration": True}
    after = program("PUT", path(document), said, If_Match=before.headers["ETag"])
    assert after.status_code == 200
    assert after.json() == before.json() | said
    assert program.get(path(document)).headers["ETag"] == after.headers["ETag"]
    emptied = program("PUT", path(document), {}, If_Match=after.headers["ETag"])
    assert emptied.json() == before.json() | {"author_name": ""}


def test_program_is_told_flaws_by_field(program: Program, document: Document) -> None:
    tag = program.get(path(document)).headers["ETag"]
    refused = program("PUT", path(document), {"second_language": "de"}, If_Match=tag)
    assert refused.status_code == 400
    assert "second_language" in refused.content.decode()


def test_program_has_to_know_what_it_replaces(program: Program, document: Document) -> None:
    assert kind_of(program("PUT", path(document), {"place": "Ghent"})) == "if-match-required"
    stale = program("PUT", path(document), {"place": "Ghent"}, If_Match='"old"')
    assert kind_of(stale) == "changed-meanwhile"


def test_program_is_told_of_a_used_up_allowance(program: Program, document: Document, settings: Any) -> None:
    make_ready(document)
    settings.RESTYLES_PER_DAY = 1
    tag = program.get(path(document)).headers["ETag"]
    tag = program("PUT", path(document), {"place": "Gent"}, If_Match=tag).headers["ETag"]
    assert kind_of(program("PUT", path(document), {"place": "Ghent"}, If_Match=tag)) == "quota-reached"


def test_a_token_for_reading_writes_nothing(student: User, document: Document) -> None:
    reader = with_token(student, ApiScope.DOCUMENTS_READ)
    assert reader.get(path(document)).status_code == 200
    assert reader("PUT", path(document), {"place": "Ghent"}).status_code == 403


def test_of_two_windows_the_second_is_told_what_the_first_saved(browser: Client, document: Document) -> None:
    seen = browser.get(page(document)).context["seen"]
    browser.post(page(document), {"own_title": "Licht", "university": "Kiel", "seen": seen})
    response = browser.post(page(document), {"own_title": "Lampen", "seen": seen})
    assert response.status_code == 409
    assert "Another window changed the title page meanwhile" in words(response)
    assert "<li>University: Kiel</li>" in words(response)
    assert 'value="Lampen"' in words(response)
    document.refresh_from_db()
    assert document.own_title == "Licht"
    browser.post(page(document), {"own_title": "Lampen", "seen": response.context["seen"]})
    document.refresh_from_db()
    assert document.own_title == "Lampen"
