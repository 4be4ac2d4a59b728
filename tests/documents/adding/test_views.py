"""The form that adds sources, and the same for programs (R-97, R-100)."""

from typing import Any

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse

from accounts.models import User
from documents.models import Document, Source
from sandbox.testing import Running
from tests.api.calling import kind_of, program_of
from tests.documents.factories import DocumentFactory, outlined_document

pytestmark = pytest.mark.django_db(transaction=True)

DOI = "10.5555/sandbox.lamps"


@pytest.fixture
def document(student: User) -> Document:
    return outlined_document(owner=student)


def send(browser: Client, document: Document, what: str) -> Any:
    return browser.post(reverse("documents:add-source", args=[document.pk]), {"what": what})


def words(response: HttpResponse) -> str:
    return " ".join(response.content.decode().split())


def test_the_form_stands_on_the_desk_and_by_itself(browser: Client, document: Document) -> None:
    address = reverse("documents:add-source", args=[document.pk])
    assert f'href="{address}"' in words(browser.get(reverse("documents:brief", args=[document.pk])))
    for page in (reverse("documents:desk", args=[document.pk]), address):
        assert f'action="{address}"' in words(browser.get(page))


def test_what_was_added_is_said_at_the_desk(browser: Client, document: Document, sandbox: Running) -> None:
    response = browser.post(reverse("documents:add-source", args=[document.pk]), {"what": DOI}, follow=True)
    assert response.redirect_chain == [(reverse("documents:desk", args=[document.pk]), 302)]
    title = Source.objects.get(document=document).title
    assert f"Added: “{title}”." in words(response)


def test_lines_that_are_not_settled_stay_in_the_form(browser: Client, document: Document, sandbox: Running) -> None:
    response = send(browser, document, f"{DOI}\n<b>9783161484101")
    assert response.status_code == 422
    page = words(response)
    assert "Line 2: &lt;b&gt;9783161484101" in page
    assert ">&lt;b&gt;9783161484101</textarea>" in page
    assert "Line 1: 10.5555/sandbox.lamps" in page


def test_an_empty_form_says_what_to_write(browser: Client, document: Document) -> None:
    response = send(browser, document, "  ")
    assert response.status_code == 422
    assert "Write a DOI, ISBN, arXiv or PubMed id or an address first" in words(response)


def test_a_day_that_is_used_up_is_a_429_and_nothing_is_lost(
    browser: Client, document: Document, sandbox: Running, settings: Any
) -> None:
    settings.LOOKUPS_PER_DAY = 1
    send(browser, document, DOI)
    response = send(browser, document, "PMID: 7")
    assert (response.status_code, "Retry-After" in response.headers) == (429, True)
    assert ">PMID: 7</textarea>" in words(response)


def test_too_many_files_are_a_409(browser: Client, document: Document, settings: Any) -> None:
    settings.FILES_PER_PERSON = 0
    response = send(browser, document, "@article{a, title={On rocks}, year=2020}")
    assert response.status_code == 409
    assert "@article{a" in words(response)


def test_after_payment_the_form_is_gone(browser: Client, document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state="queued")
    response = send(browser, document, DOI)
    assert response.status_code == 409
    assert "paid for" in words(response)
    assert "<textarea" not in words(response)


def test_somebody_elses_document_is_missing(browser: Client) -> None:
    address = reverse("documents:add-source", args=[DocumentFactory.create().pk])
    assert [browser.get(address).status_code, browser.post(address, {"what": DOI}).status_code] == [404, 404]


def test_who_is_not_signed_in_is_led_there(client: Client, document: Document) -> None:
    assert client.post(reverse("documents:add-source", args=[document.pk]), {"what": DOI}).status_code == 302
    assert not Source.objects.filter(document=document).exists()


# --- programs ----------------------------------------------------------------------------------------------------


def works(document: Document) -> str:
    return f"/api/v1/documents/{document.pk}/works"


def test_a_program_adds_and_is_told_of_each_line(student: User, document: Document, sandbox: Running) -> None:
    said = program_of(student).post(works(document), {"text": f"{DOI}\n9783161484101"}).json()
    source = Source.objects.get(document=document)
    assert [(one["line"], one["became"], one["work"]) for one in said["outcomes"]] == [
        (1, "added", source.pk), (2, "wrong", None),
    ]  # fmt: skip
    assert said["left"] == "9783161484101"


def test_a_program_is_refused_like_a_page(student: User, document: Document, sandbox: Running, settings: Any) -> None:
    program = program_of(student)
    assert program.post(works(document), {"text": ""}).status_code == 400
    assert program.post(works(DocumentFactory.create()), {"text": DOI}).status_code == 404
    settings.FILES_PER_PERSON = 0
    refused = program.post(works(document), {"text": "@article{a, title={On rocks}, year=2020}"})
    assert (refused.status_code, kind_of(refused)) == (409, "file-refused")
    settings.LOOKUPS_PER_DAY = 1
    assert program.post(works(document), {"text": DOI}).status_code == 200
    over = program.post(works(document), {"text": DOI})
    assert (over.status_code, kind_of(over)) == (429, "quota-reached")
    Document.objects.filter(pk=document.pk).update(state="queued")
    paid = program.post(works(document), {"text": DOI})
    assert (paid.status_code, kind_of(paid)) == (409, "not-editable")
