"""Word templates of one's own: kept for one person, used by documents, removed when nothing uses them (R-04)."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from asgiref.sync import async_to_sync, sync_to_async
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from accounts.errors import QuotaReached
from accounts.models import User
from documents.domain import exporting, manuscripts, printing, word_templates
from documents.enums import DocumentState
from documents.errors import TemplateInvalid
from documents.models import Document, Export, OwnTemplate
from tests.api.calling import Program, kind_of
from tests.documents.factories import outlined_document
from tests.documents.test_views import student_with_consent, words
from tests.typesetting.templates import STYLES, template
from typesetting import Wanted
from typesetting.own_template import MAX_BYTES, REFUSALS, reading

pytestmark = pytest.mark.django_db

AT = "/api/v1/word-templates"
TEMPLATE = template()


@pytest.fixture
def document(student: User) -> Document:
    return outlined_document(owner=student)


@pytest.fixture
def own(student: User) -> OwnTemplate:
    content = reading.parsed(template()).to_text()
    return OwnTemplate.objects.create(owner=student, title="Physics", content=content, digest="d")


def dotx(data: bytes = TEMPLATE) -> SimpleUploadedFile:
    return SimpleUploadedFile("Our  faculty.dotx", data)


def at(document: Document, name: str, *more: Any) -> str:
    return reverse(f"documents:{name}", args=[document.pk, *more])


def brought(program: Program, file: SimpleUploadedFile) -> Any:
    return program.browser.post(AT, {"file": file}, headers={"Authorization": f"Bearer {program.token}"})


def test_template_is_brought_used_and_told(browser: Client, student: User, document: Document) -> None:
    page = words(browser.post(at(document, "add-template"), {"file": dotx()}, follow=True))
    assert "Your template is kept" in page
    assert "At the foot of each page: “Seite … von … Musterstraße 1”" in page
    assert "which are set as in our own files: title, headings of sections, footnotes, bibliography." in page
    assert "numbered as your format says" in page
    kept = OwnTemplate.objects.get()
    assert (kept.title, kept.owner) == ("Our faculty", student)
    assert manuscripts.load(document.pk).own_template == kept.content
    browser.post(at(document, "add-template"), {"file": dotx()})
    assert OwnTemplate.objects.count() == 1
    assert "Saved." in words(browser.post(at(document, "word-template"), follow=True))
    assert manuscripts.load(document.pk).own_template == ""
    browser.post(at(document, "word-template"), {"template": str(kept.pk)})
    document.refresh_from_db()
    assert document.own_template == kept


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b"", "The file is empty."),
        (b"x" * (MAX_BYTES + 1), "too large"),
        (b"PK", "damaged"),
        (template(styles=None), "damaged"),
        (template(styles="<w:styles/>"), "damaged"),
        (template(styles=STYLES.replace('w:default="1"', "").replace('"Normal"', '"N"')), "no styles that can be used"),
        (template(**{"word/vbaProject.bin": b"x"}), "macros"),
        (template(main="spreadsheet.main"), "not a Word document"),
    ],
    ids=["empty", "large", "no-zip", "without-styles", "broken", "no-usual-style", "macros", "other"],
)
def test_file_that_is_no_template_is_refused_in_words(
    browser: Client, document: Document, data: bytes, said: str
) -> None:
    response = browser.post(at(document, "add-template"), {"file": dotx(data)})
    assert (response.status_code, said in words(response)) == (422, True)
    assert not OwnTemplate.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_no_connection_is_held_while_a_template_is_read(student: User, monkeypatch: pytest.MonkeyPatch) -> None:
    """R-105."""
    held: list[bool] = []
    read = reading.read

    def watched(data: bytes) -> Any:
        held.append(connection.connection is not None)
        return read(data)

    monkeypatch.setattr("typesetting.own_template.reading.read", watched)
    word_templates.add(data=TEMPLATE, name=".dotx", by=student)
    assert held == [False]
    assert OwnTemplate.objects.get().title == "Template"


def test_templates_are_limited(browser: Client, own: OwnTemplate, document: Document, settings: Settings) -> None:
    settings.WORD_TEMPLATES_PER_PERSON = 1
    response = browser.post(at(document, "add-template"), {"file": dotx()})
    assert (response.status_code, "the most one may keep" in words(response)) == (429, True)
    settings.WORD_TEMPLATES_PER_DAY = 1
    with pytest.raises(QuotaReached):
        word_templates.add(data=b"another", name="a.docx", by=own.owner)


def test_same_template_twice_at_once_is_one(own: OwnTemplate, student: User) -> None:
    assert word_templates._keep(student, "Physics", "", "d") == own
    with pytest.raises(TemplateInvalid):
        word_templates.add(data=b"nothing", name="a.docx", by=student)


def test_template_is_removed_once_nothing_uses_it(browser: Client, own: OwnTemplate, document: Document) -> None:
    remove = at(document, "remove-template", own.pk)
    assert remove in words(browser.get(at(document, "title-page")))
    printing.change_template(document_id=document.pk, template=own, by=own.owner)
    assert f"“{document}” uses this template." in words(browser.post(remove, follow=True))
    printing.change_template(document_id=document.pk, template=None, by=own.owner)
    assert "The template is removed." in words(browser.post(remove, follow=True))
    assert browser.post(remove).status_code == 404
    said = words(browser.post(at(document, "word-template"), {"template": str(own.pk)}, follow=True))
    assert "There is no such template any more." in said
    assert "no such template" in words(browser.post(at(document, "word-template"), {"template": "x"}, follow=True))


def test_template_is_nobody_elses(browser: Client, own: OwnTemplate, document: Document, program: Program) -> None:
    OwnTemplate.objects.filter(pk=own.pk).update(owner=student_with_consent())
    assert browser.post(at(document, "remove-template", own.pk)).status_code == 404
    browser.post(at(document, "word-template"), {"template": str(own.pk)})
    document.refresh_from_db()
    assert document.own_template is None
    assert program("DELETE", f"{AT}/{own.pk}").status_code == 404


def test_a_draft_that_is_thrown_away_holds_no_template(own: OwnTemplate, document: Document) -> None:
    now = timezone.now()
    Document.objects.filter(pk=document.pk).update(own_template=own, thrown_away_at=now, ordered_at=None)
    word_templates.remove(own.pk, by=own.owner)
    document.refresh_from_db()
    assert document.own_template is None


def test_finished_files_are_made_anew(
    browser: Client, own: OwnTemplate, document: Document, settings: Settings
) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    response = browser.post(at(document, "word-template"), {"template": str(own.pk)})
    assert response.url == reverse("documents:take_away", args=[document.pk])  # type: ignore[attr-defined]
    assert Export.objects.filter(document=document, state="pending").count() == 2
    assert not printing.change_template(document_id=document.pk, template=own, by=own.owner)
    settings.RESTYLES_PER_DAY = 1
    assert browser.post(at(document, "word-template")).status_code == 429
    assert browser.post(at(document, "add-template"), {"file": dotx()}).status_code == 429


def test_sheets_of_a_docx_in_a_template_are_not_told(own: OwnTemplate, document: Document) -> None:
    document.sections.filter(children=None).update(text="The lamp was trimmed at every change of the watch.")
    printing.change_template(document_id=document.pk, template=own, by=own.owner)

    async def lengths() -> dict[str, bool]:
        manuscript = await sync_to_async(manuscripts.load)(document.pk)
        wanted = Wanted(Decimal(0), Decimal(9))
        async with exporting.measure(manuscript, wanted=wanted) as (_measured, made):
            return {format.value: file.body_pages is not None for format, file in made.items()}

    assert async_to_sync(lengths)() == {"pdf": True, "docx": False}


def test_programs_bring_choose_and_remove_a_template(program: Program, document: Document) -> None:
    assert program.get(AT).json() == []
    made = brought(program, dotx())
    assert made.status_code == 201
    identifier = made.json()["id"]  # type: ignore[attr-defined]
    assert [one["id"] for one in program.get(AT).json()] == [identifier]
    path = f"/api/v1/documents/{document.pk}/word-template"
    shown = program.get(path)
    assert shown.json() == {"template": None, "says": []}
    taken = program("PUT", path, {"template": identifier}, If_Match=shown["ETag"])
    assert (taken.status_code, taken.json()["template"], len(taken.json()["says"])) == (200, identifier, 4)
    assert kind_of(program("DELETE", f"{AT}/{identifier}")) == "template-in-use"
    assert program("PUT", path, {"template": str(uuid4())}, If_Match=taken["ETag"]).status_code == 400
    assert program("PUT", path, {"template": None}, If_Match=shown["ETag"]).status_code == 412
    assert program("PUT", path, {"template": None}, If_Match=taken["ETag"]).status_code == 200
    assert program("DELETE", f"{AT}/{identifier}").status_code == 204
    assert program("DELETE", f"{AT}/{identifier}").status_code == 404


def test_programs_are_told_what_is_wrong(
    program: Program, own: OwnTemplate, document: Document, settings: Settings
) -> None:
    assert kind_of(brought(program, dotx(b"nothing"))) == "file-not-usable"
    assert brought(program, dotx(b"x" * (MAX_BYTES + 1))).status_code == 400
    settings.WORD_TEMPLATES_PER_PERSON = 1
    assert kind_of(brought(program, dotx())) == "quota-reached"
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    settings.RESTYLES_PER_DAY = 1
    path = f"/api/v1/documents/{document.pk}/word-template"
    taken = program("PUT", path, {"template": str(own.pk)}, If_Match=program.get(path)["ETag"])
    assert taken.status_code == 200
    assert kind_of(program("PUT", path, {"template": None}, If_Match=taken["ETag"])) == "quota-reached"


def test_each_refusal_has_words_in_the_language_of_the_page() -> None:
    assert word_templates._REFUSED.keys() == REFUSALS.keys()
    assert word_templates._LEFT_OUT.keys() == {
        "numbers", "page", "columns", "even-pages", "head-table", "head-drawing", "head-field", "head-long", "logo",
    }  # fmt: skip
