"""Formats of files: what may be chosen, what it does to the sheets, and that pages are still paid by the standard."""

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.test import Client
from django.urls import reverse

from accounts.models import User
from documents.domain import exporting, manuscripts, page_formats, printing
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export
from documents.page_presets import PRESETS, preset
from privacy.models import AuditEvent
from tests.api.calling import Program, kind_of
from tests.documents.factories import DocumentFactory, outlined_document
from tests.documents.test_views import words
from typesetting import Wanted
from typesetting.page_format import FACES, HEADING_NUMBERS, NUMBER_PLACES, PAGE_NUMBERS, STANDARD, PageFormat

pytestmark = pytest.mark.django_db

LAW = PageFormat(left_mm=70, heading_numbers="letters", page_numbers="roman-upper")
VALUES = {
    "face": "sans", "size_pt": "11.0", "line_spacing": "2.0", "left_mm": "40", "right_mm": "20", "top_mm": "25",
    "bottom_mm": "25", "page_numbers": "roman", "number_place": "top-right", "heading_numbers": "none",
}  # fmt: skip


@pytest.fixture
def document(student: User) -> Document:
    document = outlined_document(owner=student, pages=12)
    document.sections.filter(children=None).update(text="The lamp was trimmed at every change of the watch.")
    return document


def change(document: Document, page_format: PageFormat) -> bool:
    return printing.change_format(document_id=document.pk, page_format=page_format, by=document.owner)


def address(document: Document) -> str:
    return reverse("documents:page-format", args=[document.pk])


def path(document: Document) -> str:
    return f"/api/v1/documents/{document.pk}/format"


def make_ready(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)


@pytest.mark.parametrize("one", PRESETS, ids=lambda one: one.name)
def test_presets_are_formats_that_may_be_chosen(one: Any) -> None:
    look = one.page_format
    assert look.face in FACES
    assert look.page_numbers in PAGE_NUMBERS
    assert look.number_place in NUMBER_PLACES
    assert look.heading_numbers in HEADING_NUMBERS
    assert look.size_pt in page_formats.SIZES_PT
    assert look.line_spacing in page_formats.LINE_SPACINGS
    assert page_formats.flaw(look) == ""
    assert preset(one.name) is one
    assert one.source
    assert bool(one.read_at) == (look != STANDARD)


def test_presets_differ() -> None:
    assert len({one.page_format for one in PRESETS}) == len({one.name for one in PRESETS}) == len(PRESETS) >= 9


@pytest.mark.parametrize("margins", [{"left_mm": 80, "right_mm": 40}, {"top_mm": 60, "bottom_mm": 60}])
def test_margins_leave_room(margins: dict[str, int]) -> None:
    assert "These margins leave" in page_formats.flaw(PageFormat(**margins))


def test_a_format_is_kept_whole_and_reaches_the_typesetter(document: Document) -> None:
    assert change(document, LAW)
    assert not change(document, LAW)
    assert manuscripts.load(document.pk).page_format == LAW
    assert AuditEvent.objects.filter(action="document.format_changed").count() == 1
    assert change(document, STANDARD)
    assert Document.objects.get(pk=document.pk).page_format == {}


def test_whoever_knew_another_format_writes_nothing(document: Document) -> None:
    def refuse(_locked: Document) -> None:
        raise LookupError

    with pytest.raises(LookupError):
        printing.change_format(document_id=document.pk, page_format=LAW, by=document.owner, expects=refuse)
    assert not AuditEvent.objects.filter(action="document.format_changed").exists()


def test_pages_are_counted_on_the_standard_page_and_files_are_not_kept_of_it(document: Document) -> None:
    async def measured(page_format: PageFormat) -> tuple[Decimal, int]:
        manuscript = replace(manuscripts_of, page_format=page_format)
        async with exporting.measure(manuscript, wanted=Wanted(Decimal(0), Decimal(9))) as (found, files):
            return found.body_pages, len(files)

    manuscripts_of = manuscripts.load(document.pk)
    pages, files = async_to_sync(measured)(STANDARD)
    assert files == 2
    assert async_to_sync(measured)(LAW) == (pages, 0)


def test_a_file_says_how_many_sheets_its_text_takes(document: Document) -> None:
    make_ready(document)
    change(document, LAW)
    row = Export.objects.get(format=ExportFormat.PDF)
    assert exporting.make_export(export_id=row.pk)
    row.refresh_from_db()
    assert (row.state, row.body_sheets) == (ExportState.READY, 1)


def test_what_a_format_does_to_the_sheets_is_told_before_paying_and_after(document: Document) -> None:
    assert page_formats.told(document) == ""
    document.page_format = page_formats.as_kept(PageFormat(line_spacing=2))
    assert "about 16 sheets; 12 pages" in page_formats.told(document)
    document.body_pages = Decimal("0.70")
    assert "about 1 sheet; 12 pages" in page_formats.told(document)


def test_page_shows_each_preset_with_its_sheets(browser: Client, document: Document) -> None:
    shown = words(browser.get(reverse("documents:title-page", args=[document.pk])))
    assert "Now the text takes about 12 sheets." in shown
    assert shown.count("The text takes about") == len(PRESETS)
    assert "Goethe-Universität Frankfurt. <span" in shown


def test_a_preset_is_taken_by_its_button(browser: Client, document: Document) -> None:
    response = browser.post(address(document), {"preset": "law-frankfurt"}, follow=True)
    assert "Saved." in words(response)
    document.refresh_from_db()
    assert page_formats.of(document).left_mm == 70
    assert 'value="70"' in words(response)


def test_values_are_taken_one_by_one(browser: Client, document: Document) -> None:
    browser.post(address(document), VALUES)
    document.refresh_from_db()
    assert page_formats.of(document) == PageFormat(
        face="sans", size_pt=11, line_spacing=2, left_mm=40, right_mm=20, is_justified=False, page_numbers="roman",
        number_place="top-right", heading_numbers="none",
    )  # fmt: skip


@pytest.mark.parametrize("typed", [{"left_mm": "80", "right_mm": "80"}, {"left_mm": "5"}, {"face": "comic"}])
def test_values_that_do_not_work_are_told(browser: Client, document: Document, typed: dict[str, str]) -> None:
    response = browser.post(address(document), VALUES | typed)
    assert response.status_code == 422
    document.refresh_from_db()
    assert document.page_format == {}


def test_a_finished_document_is_laid_out_anew_within_the_allowance(
    browser: Client, document: Document, settings: Any
) -> None:
    make_ready(document)
    settings.RESTYLES_PER_DAY = 1
    response = browser.post(address(document), {"preset": "thesis-leicester"})
    assert response.headers["Location"] == reverse("documents:take_away", args=[document.pk])
    assert Export.objects.count() == 2
    assert browser.post(address(document), VALUES).status_code == 429


def test_a_format_chosen_while_it_was_written_is_in_its_files(document: Document) -> None:
    began = document.created_at
    change(document, LAW)
    make_ready(document)
    printing.settle(document_id=document.pk, since=began)
    assert Export.objects.count() == 2


def test_somebody_elses_is_not_there(browser: Client, program: Program) -> None:
    other = DocumentFactory.create()
    assert browser.post(address(other), VALUES).status_code == 404
    assert program.get(path(other)).status_code == 404


def test_program_takes_a_preset_or_values(program: Program, document: Document) -> None:
    before = program.get(path(document))
    assert before.json()["preset"] == "standard"
    assert before.json()["sheets"] == 12
    assert {one["name"] for one in before.json()["presets"]} == {one.name for one in PRESETS}
    taken = program("PUT", path(document), {"preset": "apa-student"}, If_Match=before.headers["ETag"])
    assert taken.status_code == 200
    assert (taken.json()["preset"], taken.json()["sheets"]) == ("apa-student", 16)
    own = program("PUT", path(document), {"left_mm": 40}, If_Match=taken.headers["ETag"])
    assert (own.json()["preset"], own.json()["left_mm"], own.json()["line_spacing"]) == (None, 40, 1.5)
    numbers = {"size_pt": 11, "line_spacing": 1.15}
    sent = program("PUT", path(document), numbers, If_Match=own.headers["ETag"])
    assert {name: sent.json()[name] for name in numbers} == numbers
    again = program("PUT", path(document), sent.json(), If_Match=sent.headers["ETag"])
    assert (again.status_code, again.json()["size_pt"]) == (200, 11)


@pytest.mark.parametrize(
    "said",
    [{"preset": "nobody"}, {"left_mm": 80, "right_mm": 80}, {"size_pt": 9}, {"size_pt": "12"}, {"face": "comic"}],
)
def test_program_is_told_what_does_not_work(program: Program, document: Document, said: dict[str, Any]) -> None:
    tag = program.get(path(document)).headers["ETag"]
    assert program("PUT", path(document), said, If_Match=tag).status_code == 400
    assert kind_of(program("PUT", path(document), {})) == "if-match-required"


def test_program_is_told_of_a_used_up_allowance(program: Program, document: Document, settings: Any) -> None:
    make_ready(document)
    settings.RESTYLES_PER_DAY = 1
    tag = program.get(path(document)).headers["ETag"]
    tag = program("PUT", path(document), {"left_mm": 40}, If_Match=tag).headers["ETag"]
    assert kind_of(program("PUT", path(document), {"left_mm": 30}, If_Match=tag)) == "quota-reached"
