"""Where each line of a sheet is met: counted in the text of now, and never said of mere words (R-17)."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from documents.domain import page_formats
from documents.domain.sheet import facts, findings, meeting, reading
from documents.domain.sheet.facts import Facts
from documents.domain.sheet.findings import Found
from documents.domain.sheet.wants import Want
from documents.enums import DocumentState, ExportFormat, ExportState, RevisionReason, SheetKind, SheetVerdict
from documents.models import Citation, Document, Export, Section, SectionRevision, SheetLine, TitlePage
from tests.documents.factories import PassageFactory, SourceFactory, outlined_document
from typesetting.page_format import PageFormat

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 1, tzinfo=UTC)
TABLE = "Table: Lamps {#tbl-lamps}\n\n| Lamp | Year |\n|:-----|-----:|\n| Argand | 1780 |\n"
NIGHTS = f"The **keepers** trimmed each wick through the nights [@ellingsen, p. 3]. They wrote it down.\n\n{TABLE}"
MET, NOT_MET, FOUND, NOT_FOUND, YOURS, LATER = (
    SheetVerdict.MET, SheetVerdict.NOT_MET, SheetVerdict.FOUND, SheetVerdict.NOT_FOUND, SheetVerdict.YOURS,
    SheetVerdict.LATER,
)  # fmt: skip


@pytest.fixture
def document() -> Document:
    """Written: four sections, one of them with words, a table and a citation of a book of 2019."""
    made = outlined_document()
    Document.objects.filter(pk=made.pk).update(state=DocumentState.READY, body_pages="3.9")
    Section.objects.filter(document=made, title="Nights").update(text=NIGHTS)
    made.refresh_from_db()
    cite(made, {})
    return made


def cite(document: Document, csl: dict[str, Any], **fields: Any) -> None:
    source = SourceFactory.create(document=document, **fields)
    source.csl = {**source.csl, **csl}
    source.save()
    section = document.sections.get(title="Nights")
    Citation.objects.create(
        document=document, section=section, position=source.pk, source=source,
        passage=PassageFactory.create(source=source), sentence="So.", check_result="judged",
    )  # fmt: skip


def printed(document: Document, sheets: int = 4) -> Export:
    return Export.objects.create(
        document=document, format=ExportFormat.PDF, state=ExportState.READY, citation_style="apa",
        body_sheets=sheets, finished_at=NOW, stored_as="a.pdf", size=1,
    )  # fmt: skip


def known(document: Document) -> Facts:
    return facts.of(Document.objects.get(pk=document.pk), now=NOW)


def verdict(document: Document, asks: str) -> SheetVerdict:
    """Of the first thing that is read in the words."""
    return findings.met(reading.wants_of(asks)[0], asks, known(document)).verdict


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        ("at least 10 words", MET),
        ("at least 500 words", NOT_MET),
        ("at most 3,000 characters", MET),
        ("15 words", NOT_MET),
        ("one source", None),
        ("at least one source", MET),
        ("two sources", NOT_MET),
        ("at least one book", MET),
        ("at least one article", NOT_MET),
        ("at most two websites", MET),
        ("in APA style", MET),
        ("in MLA style", NOT_MET),
        ("Write in English.", MET),
        ("Write in German.", NOT_MET),
        ("Times New Roman", MET),
        ("Arial", NOT_MET),
        ("Calibri", NOT_MET),
        ("12 pt", MET),
        ("11 pt", NOT_MET),
        ("1.5 line spacing", MET),
        ("double spacing", NOT_MET),
        ("margins of 2.5 cm", MET),
        ("margins of 3 cm", NOT_MET),
        ("a title page", MET),
        ("a table of contents", MET),
        ("a bibliography", MET),
        ("a declaration of authorship", NOT_MET),
        ("an abstract", NOT_MET),
        ("keywords", NOT_MET),
        ("at least one table", MET),
        ("two tables", NOT_MET),
        ("two figures", NOT_MET),
        ("Deadline: 12 January 2027", YOURS),
        ("sources since 2015", MET),
        ("sources not older than 5 years", NOT_MET),
    ],
)
def test_what_can_be_counted_is(document: Document, asks: str, expected: SheetVerdict | None) -> None:
    if expected is None:
        assert reading.wants_of(asks) == []
    else:
        assert verdict(document, asks) == expected


@pytest.mark.parametrize(
    ("asks", "expected"),
    [
        ("4 pages", LATER),
        ("12 pages", NOT_MET),
        ("at least 500 words", LATER),
        ("8 sources", LATER),
        ("a bibliography", LATER),
        ("at least one table", LATER),
        ("in APA style", MET),
    ],
)
def test_before_the_text_is_there_only_the_order_is_looked_at(asks: str, expected: SheetVerdict) -> None:
    assert verdict(outlined_document(), asks) == expected


def test_pages_are_those_of_the_newest_file_while_the_text_is_as_it_was(document: Document) -> None:
    [want] = reading.wants_of("4 pages")
    assert findings.met(want, "", known(document)) == Found(YOURS, "", page="take_away")
    printed(document)
    assert verdict(document, "4 pages") == MET
    assert verdict(document, "at most 3 pages") == NOT_MET
    section = document.sections.get(title="Nights")
    SectionRevision.objects.create(
        section=section, revision=2, text="Anew.", reason=RevisionReason.EDITED, created_at=NOW + timedelta(hours=1)
    )
    found = findings.met(want, "", known(document))
    assert (found.verdict, found.said) == (YOURS, "The text changed since its pages were last counted.")


@pytest.mark.parametrize(("hours", "expected"), [(-1, MET), (1, YOURS)])
def test_pages_of_a_file_in_another_format_are_not_met(document: Document, hours: int, expected: SheetVerdict) -> None:
    printed(document)
    TitlePage.objects.update_or_create(document=document, defaults={"changed_at": NOW + timedelta(hours=hours)})
    Document.objects.filter(pk=document.pk).update(page_format=page_formats.as_kept(PageFormat(size_pt=11)))
    [want] = reading.wants_of("4 pages")
    found = findings.met(want, "", known(document))
    assert found.verdict == expected
    assert "text changed" not in found.said


def test_an_edited_text_is_counted_anew(document: Document) -> None:
    assert verdict(document, "at most 20 words") == MET
    Section.objects.filter(document=document, title="Days").update(text="Long " * 30)
    assert verdict(document, "at most 20 words") == NOT_MET


def test_sources_without_a_word_of_a_review_are_left_to_a_person(document: Document) -> None:
    assert verdict(document, "at least one scholarly source") == YOURS
    assert verdict(document, "at least two scholarly sources") == NOT_MET
    cite(document, {}, is_peer_reviewed=True)
    assert verdict(document, "at least one scholarly source") == MET
    cite(document, {"issued": {}})
    assert verdict(document, "sources since 2015") == YOURS
    cite(document, {"issued": {"date-parts": [[1999]]}}, title="Old light")
    [want] = reading.wants_of("sources since 2015")
    found = findings.met(want, "", known(document))
    assert (found.verdict, "Old light" in found.said) == (NOT_MET, True)


def test_nothing_cited_meets_no_age() -> None:
    document = outlined_document()
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    assert verdict(document, "sources since 2015") == NOT_MET
    assert verdict(document, "a bibliography") == NOT_MET


def test_many_old_sources_are_named_in_part(document: Document) -> None:
    for number in range(4):
        cite(document, {"issued": {"date-parts": [[1990]]}}, title=f"Old light {number}")
    found = findings.met(Want(SheetKind.SOURCES, "since", 2015), "", known(document))
    assert found.said.endswith(" …")


def test_margins_that_are_so_in_part_are_left_to_a_person(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(page_format={"left_mm": 30})
    assert verdict(document, "margins of 3 cm") == YOURS


def test_a_style_that_nobody_knows_is_left_to_a_person(document: Document) -> None:
    Document.objects.filter(pk=document.pk).update(citation_style="nature-genetics")
    assert verdict(document, "in APA style") == YOURS
    assert findings.met(Want(SheetKind.STYLE, "style", value="House"), "", known(document)).verdict == YOURS


def test_the_title_page_has_what_was_filled_in(document: Document) -> None:
    TitlePage.objects.create(
        document=document, has_declaration=True, abstract="Keepers kept lights.", keywords="lamps", appendix="More."
    )
    assert [verdict(document, asks) for asks in ("a declaration of authorship", "keywords", "an appendix")] == [MET] * 3
    assert verdict(document, "an abstract of at most 200 words") == MET
    assert verdict(document, "an abstract of at least 200 words") == NOT_MET


def test_a_term_is_found_where_it_stands_and_never_met(document: Document) -> None:
    found = findings.met(Want(SheetKind.TERM, "term", value="Wick"), "", known(document))
    assert found.verdict == FOUND
    [place] = found.places
    assert (place.section.number, place.sentence) == ("2.1", "The keepers trimmed each wick through the nights.")
    assert findings.met(Want(SheetKind.TERM, "term", value="Nights"), "", known(document)).verdict == FOUND
    assert findings.met(Want(SheetKind.TERM, "term", value="wic"), "", known(document)).verdict == NOT_FOUND
    [titled] = findings.met(Want(SheetKind.TERM, "term", value="Introduction"), "", known(document)).places
    assert titled.sentence == ""


def test_a_question_is_found_in_the_section_that_has_its_words(document: Document) -> None:
    asks = "How keepers trimmed their wicks"
    found = findings.met(Want(SheetKind.POINT, "point"), asks, known(document))
    assert (found.verdict, found.places[0].section.title) == (FOUND, "Nights")
    assert findings.met(Want(SheetKind.POINT, "point"), "Steam engines and harbours", known(document)).verdict == (
        NOT_FOUND
    )
    assert findings.met(Want(SheetKind.POINT, "point"), "Why?", known(document)).verdict == NOT_FOUND


def test_before_it_is_written_the_outline_is_named() -> None:
    document = outlined_document()
    Section.objects.filter(document=document, title="Nights").update(covers="How keepers trimmed the wicks.")
    found = findings.met(Want(SheetKind.POINT, "point"), "Keepers trimmed wicks", known(document))
    assert (found.verdict, [place.section.title for place in found.places]) == (LATER, ["Nights"])
    found = findings.met(Want(SheetKind.TERM, "term", value="mercury"), "", known(document))
    assert (found.verdict, found.places) == (LATER, [])
    document.sections.all().delete()
    assert findings.met(Want(SheetKind.TERM, "term", value="mercury"), "", known(document)).said == ""


def test_the_report_counts_its_verdicts(document: Document) -> None:
    assert meeting.report(document).lines == []
    for what, asks in (("language", "in English"), ("point", "Why?")):
        kind = SheetKind.LANGUAGE if what == "language" else SheetKind.POINT
        value = "en" if what == "language" else ""
        SheetLine.objects.create(document=document, kind=kind, what=what, value=value, asks=asks, origin="owner")
    report = meeting.report(document)
    assert [(line.label, line.amount) for line in report.lines] == [("Language", "English"), ("Question or point", "")]
    assert [(line.heading, line.quoted) for line in report.lines] == [("Language", ""), ("Why?", "")]
    assert report.counts == [(MET, 1), (NOT_FOUND, 1)]
    assert (report.is_read, report.has_sheet) == (True, False)
