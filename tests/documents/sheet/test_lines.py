"""The list of a sheet: what stays, what goes, what its owner corrected (R-17)."""

import pytest
from django.db import IntegrityError, transaction
from django.http import Http404

from documents.domain import briefs
from documents.domain.sheet import lines
from documents.domain.sheet.lines import ReadByModel
from documents.enums import SheetKind, SheetOrigin
from documents.errors import SheetFull
from documents.models import Document, SheetLine
from privacy.models import AuditEvent
from tests.documents.factories import DocumentFactory, outlined_document

pytestmark = pytest.mark.django_db

SHEET = "Four pages in APA style.\nWhat did a keeper's night look like?"


@pytest.fixture
def document() -> Document:
    made: Document = DocumentFactory.create(assignment_text=SHEET)
    lines.renew(document_id=made.pk)
    return made


def listed(document: Document) -> list[tuple[str, str]]:
    return [(line.what, str(line)) for line in lines.of(document)]


def take(document: Document, *read: ReadByModel, of_words: str | None = None) -> None:
    lines.take_from_model(
        document_id=document.pk, read=read, of_words=of_words or lines.digest(lines.words_of(document))
    )


def question(asks: str, words: str = "What did a keeper's night look like?") -> ReadByModel:
    return ReadByModel(SheetKind.POINT, asks, words)


def test_lines_follow_the_words_of_the_sheet(document: Document) -> None:
    first = "Four pages in APA style."
    assert listed(document) == [("pages", first), ("style", first)]
    lines.renew(document_id=document.pk)
    assert len(listed(document)) == 2
    Document.objects.filter(pk=document.pk).update(assignment_text="Five pages in APA style.")
    lines.renew(document_id=document.pk)
    assert listed(document) == [("pages", "Five pages in APA style."), ("style", "Five pages in APA style.")]


def test_what_was_typed_or_pasted_is_read_as_a_sheet_is() -> None:
    owner = DocumentFactory.create().owner
    document = briefs.create(by=owner, topic="Lamps", requirements="At least eight sources.")
    assert listed(document) == [("number", "At least eight sources.")]
    briefs.change(document_id=document.pk, by=owner, requirements="At least nine sources.")
    assert listed(document) == [("number", "At least nine sources.")]
    briefs.change(document_id=document.pk, by=owner, requirements="")
    assert listed(document) == []


def test_what_was_read_before_counts_for_these_words_alone(document: Document) -> None:
    other = lines.read("Nine pages.")
    lines.renew(document_id=document.pk, ahead=other)
    assert [what for what, _words in listed(document)] == ["pages", "style"]
    lines.renew(document_id=document.pk, ahead=lines.ReadByRules(SHEET, other.found))
    assert listed(document) == [("pages", "Nine pages.")]


def test_a_model_adds_what_the_sheet_says_in_its_own_words(document: Document) -> None:
    take(
        document,
        question("The keeper's night"),
        question("the keeper’s night"),
        question("Something else", words="Students write of the sea."),
        question("", words=SHEET),
        ReadByModel(SheetKind.TERM, "keeper", "what did a KEEPER's   night look like"),
    )
    document.refresh_from_db()
    added = [line for line in lines.of(document) if line.origin == SheetOrigin.MODEL]
    assert [(line.what, line.asks, line.value) for line in added] == [
        ("point", "The keeper's night", ""),
        ("term", "keeper", "keeper"),
    ]
    assert lines.is_read(document)
    take(document, question("The keeper's night"))
    assert len(lines.of(document)) == 4


def test_a_model_says_nothing_again_that_fixed_rules_read(document: Document) -> None:
    words = "Four pages in APA style."
    take(document, question("Four pages in APA style", words=words), question("Why style matters", words=words))
    assert [line.asks for line in lines.of(document) if line.asks] == ["Why style matters"]


def test_a_model_that_read_another_sheet_adds_nothing(document: Document) -> None:
    take(document, question("The keeper's night"), of_words=lines.digest("another sheet"))
    document.refresh_from_db()
    assert len(lines.of(document)) == 2
    assert not lines.is_read(document)


def test_a_models_line_goes_with_its_words(document: Document) -> None:
    take(document, question("The keeper's night"))
    Document.objects.filter(pk=document.pk).update(assignment_text="Four pages in APA style.")
    lines.renew(document_id=document.pk)
    assert [what for what, _words in listed(document)] == ["pages", "style"]


def test_a_model_adds_no_more_than_has_room(document: Document) -> None:
    take(document, *(question(f"Night {number}") for number in range(40)))
    assert len(lines.of(document)) == 2 + lines.MOST_FROM_MODEL


def test_there_is_nothing_to_read_without_a_sheet() -> None:
    assert lines.is_read(DocumentFactory.create())


def test_a_removed_line_is_not_read_again(document: Document) -> None:
    pages, _style = lines.of(document)
    lines.remove(line=pages, by=document.owner)
    lines.renew(document_id=document.pk)
    assert [what for what, _words in listed(document)] == ["style"]
    assert AuditEvent.objects.filter(action="document.sheet_changed").count() == 1


def test_a_corrected_line_keeps_the_sheets_words_and_stays(document: Document) -> None:
    pages, style = lines.of(document)
    changed = lines.change(line=pages, asks="At most five pages, in Harvard style", by=document.owner)
    assert (changed.pk, changed.what, changed.most, changed.origin) == (pages.pk, "pages", 5, SheetOrigin.OWNER)
    assert changed.words == "Four pages in APA style."
    lines.renew(document_id=document.pk)
    assert [line.pk for line in lines.of(document)] == [pages.pk, style.pk]
    changed = lines.change(line=changed, asks="Whatever the seminar says", by=document.owner)
    assert (changed.what, changed.most) == ("point", None)
    changed = lines.change(line=changed, asks="Three sources", by=document.owner)
    assert (changed.what, changed.least) == ("number", 3)


def test_what_the_owner_made_of_a_line_does_not_come_back_as_it_was(document: Document) -> None:
    pages, _style = lines.of(document)
    lines.change(line=pages, asks="Whatever the seminar says", by=document.owner)
    lines.renew(document_id=document.pk)
    assert [what for what, _words in listed(document)] == ["point", "style"]


def test_a_model_brings_nothing_back_in_other_words(document: Document) -> None:
    take(document, question("The keeper's night"))
    [line] = [line for line in lines.of(document) if line.origin == SheetOrigin.MODEL]
    lines.remove(line=line, by=document.owner)
    take(document, question("How a keeper spent the night"))
    assert [what for what, _words in listed(document)] == ["pages", "style"]


@pytest.mark.parametrize("how", ["removed", "gone"])
def test_a_line_that_is_off_the_list_is_not_changed(document: Document, how: str) -> None:
    pages, _style = lines.of(document)
    row = SheetLine.objects.filter(pk=pages.pk)
    if how == "removed":
        row.update(is_removed=True)
    else:
        row.delete()
    with pytest.raises(Http404):
        lines.change(line=pages, asks="Five pages", by=document.owner)
    assert [what for what, _words in listed(document)] == ["style"]


def test_an_added_line_is_read_by_the_same_rules(document: Document) -> None:
    by = document.owner
    assert [line.what for line in lines.add(document_id=document.pk, asks="Eight sources, in APA style", by=by)] == [
        "number",
        "style",
    ]
    [term] = lines.add(document_id=document.pk, asks="Use “Fresnel lens”", by=by)
    assert (term.what, term.value) == ("term", "Fresnel lens")
    [point] = lines.add(document_id=document.pk, asks="Why they left", by=by)
    assert point.what == "point"
    lines.remove(line=point, by=by)
    assert not SheetLine.objects.filter(pk=point.pk).exists()


def test_a_full_list_takes_no_more() -> None:
    document = DocumentFactory.create()
    SheetLine.objects.bulk_create(
        SheetLine(document=document, kind="point", what="point", asks=f"{number}?", origin="owner")
        for number in range(lines.MOST_LINES)
    )
    with pytest.raises(SheetFull):
        lines.add(document_id=document.pk, asks="Another?", by=document.owner)
    SheetLine.objects.filter(pk=document.sheet_lines.first().pk).update(is_removed=True)
    assert lines.add(document_id=document.pk, asks="Another?", by=document.owner)


@pytest.mark.parametrize("values", [{"kind": "wish", "asks": "Why?"}, {"kind": "point"}])
def test_a_line_says_something_of_a_known_kind(values: dict[str, str]) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        SheetLine.objects.create(document=outlined_document(), what="point", origin="owner", **values)
