"""The list of a sheet by pages and by programs (R-17)."""

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from documents.domain.sheet import lines
from documents.enums import DocumentState
from documents.models import Document, Section, SheetLine
from tests.api.calling import Program, kind_of
from tests.documents.factories import outlined_document
from tests.documents.test_views import words

pytestmark = pytest.mark.django_db


@pytest.fixture
def document(student: User) -> Document:
    made = outlined_document(owner=student, assignment_text="Four pages. Two figures. <b>Harvard</b> style.")
    lines.renew(document_id=made.pk)
    return made


def page(document: Document) -> str:
    return reverse("documents:sheet", args=[document.pk])


def path(document: Document) -> str:
    return f"/api/v1/documents/{document.pk}/sheet"


def fill(document: Document) -> None:
    SheetLine.objects.bulk_create(
        SheetLine(document=document, kind="point", what="point", asks=f"{number}?", origin="owner")
        for number in range(lines.MOST_LINES)
    )


def test_page_shows_each_line_with_the_sheets_words(browser: Client, document: Document) -> None:
    shown = words(browser.get(page(document)))
    assert "Length in pages: 4" in shown
    assert "TesiGo makes no pictures." in shown
    assert "&lt;b&gt;Harvard&lt;/b&gt; style." in shown
    assert "Questions and terms are read when the next outline is made." in shown


def test_an_empty_list_says_what_to_do(browser: Client, student: User) -> None:
    assert "No sheet yet" in words(browser.get(page(outlined_document(owner=student))))
    unread = outlined_document(owner=student, assignment_text="Good luck")
    assert "Nothing was read out of your sheet." in words(browser.get(page(unread)))


def test_lines_are_added_corrected_and_removed(browser: Client, document: Document) -> None:
    assert browser.post(page(document), {"asks": "  "}).status_code == 422
    added = browser.post(page(document), {"asks": "At least 3 sources"})
    line = SheetLine.objects.get(asks="At least 3 sources")
    assert added.headers["Location"].endswith(f"#line-{line.pk}")
    address = reverse("documents:sheet-line", args=[document.pk, line.pk])
    assert browser.post(address, {"asks": "At least 4 sources"}).headers["Location"].endswith(f"#line-{line.pk}")
    line.refresh_from_db()
    assert line.least == 4
    refused = words(browser.post(address, {"asks": "x" * 301}, follow=True))
    assert "The line is as it was." in refused
    browser.post(address, {"remove": "1"})
    assert not SheetLine.objects.filter(pk=line.pk).exists()
    assert browser.post(address, {"remove": "1"}).status_code == 404


def test_a_full_list_is_told(browser: Client, program: Program, document: Document) -> None:
    fill(document)
    assert "The list is full." in words(browser.post(page(document), {"asks": "Why?"}, follow=True))
    assert kind_of(program.post(path(document), {"asks": "Why?"})) == "sheet-full"


def test_the_list_stands_where_the_work_is_read(browser: Client, document: Document) -> None:
    names = ("read", "citations", "outline")
    assert "See each line" in words(browser.get(reverse("documents:outline", args=[document.pk])))
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    Section.objects.filter(document=document).update(text="Keepers trimmed the wicks.")
    lines.add(document_id=document.pk, asks="Keepers trimmed wicks", by=document.owner)
    shown = {name: words(browser.get(reverse(f"documents:{name}", args=[document.pk]))) for name in names[:2]}
    assert "See each line" in shown["read"]
    assert all("What the sheet asks" in one for one in shown.values())
    section = document.sections.get(position=0)
    assert f"{reverse('documents:read', args=[document.pk])}#s-{section.pk}" in words(browser.get(page(document)))


def test_programs_do_the_same(program: Program, document: Document) -> None:
    sent = program.get(path(document)).json()
    assert sent["counts"] == {"later": 1, "not_met": 2}
    assert sent["is_read"] is False
    assert [(line["what"], line["verdict"]) for line in sent["lines"]] == [
        ("pages", "later"), ("pictures", "not_met"), ("style", "not_met"),
    ]  # fmt: skip
    added = program.post(path(document), {"asks": "At least 3 sources"}).json()["lines"][-1]
    assert (added["what"], added["least"], added["origin"]) == ("number", 3.0, "owner")
    at = f"{path(document)}/{added['id']}"
    assert program("PUT", at, {"asks": "At most 4 sources"}).json()["lines"][-1]["most"] == 4.0
    assert program("PUT", at, {"asks": ""}).status_code == 400
    assert program("DELETE", at).status_code == 204
    assert program("DELETE", at).status_code == 404
