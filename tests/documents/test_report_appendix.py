"""The citation report as an appendix of the document: what is in it, and only where it is wished (R-15, R-17)."""

import pytest
from django.utils import timezone

from documents.domain import manuscripts, printing, report_appendix
from documents.domain.sheet import lines
from documents.enums import DocumentState, ExportFormat, ExportState
from documents.models import Document, Export, Section
from tests.documents.factories import PassageFactory
from tests.documents.test_citations import cite, document, source

pytestmark = pytest.mark.django_db
__all__ = ["document"]

LONG = "Before that nothing was said. " * 20 + "The lens turned on a bath of mercury. " + "Nothing followed it. " * 20


def test_report_is_printed_where_it_is_wished(document: Document) -> None:
    nights = document.sections.order_by("position")[0]
    csl = {"author": [{"family": "Lind"}], "issued": {"date-parts": [[2019]]}}
    work = source(document, title="Lights", csl=csl)
    cite(nights, PassageFactory.create(source=work, page_label="xi", text="A bath of mercury."))
    cite(nights, PassageFactory.create(source=work, page=0, page_label="", text=LONG), position=1)
    assert manuscripts.load(document.pk).front.report == ()
    printing.change_title_page(document_id=document.pk, by=document.owner, has_citation_report=True)
    (part,) = manuscripts.load(document.pk).front.report
    first, second = part.passages
    assert part.heading == "1 Nights"
    assert (first.number, first.sentence) == (1, "The lens turned on a bath of mercury.")
    assert (first.source, first.passage) == ("Lind, 2019, Lights, p. xi", "A bath of mercury.")
    assert first.check[:1].isupper()
    assert second.source == "Lind, 2019, Lights"
    assert second.passage.startswith("… ")
    assert second.passage.endswith(" …")
    assert "The lens turned on a bath of mercury." in second.passage
    assert len(second.passage) < 330


def test_sheet_is_told_below_it_and_stays_the_same_for_as_long_as_the_text(document: Document) -> None:
    printing.change_title_page(document_id=document.pk, by=document.owner, has_citation_report=True)
    assert manuscripts.load(document.pk).front.asked is None
    for asks in ("About 4 pages", "At least 1 table", "Did the lens turn on mercury?"):
        lines.add(document_id=document.pk, asks=asks, by=document.owner)
    Document.objects.filter(pk=document.pk).update(language="de", state=DocumentState.WRITING)
    Section.objects.filter(document=document, title="Nights").update(text="The lens turned on mercury.")
    asked = manuscripts.load(document.pk).front.asked
    assert asked is not None
    assert asked.heading == "Was das Aufgabenblatt verlangt"
    pages, tables, point = asked.lines
    assert pages.found[0].startswith("Nur von dir zu beurteilen. ")
    assert tables.title == "Tabellen: mindestens 1: At least 1 table"
    assert tables.found == ("Nicht erfüllt. 0 Tabellen.",)
    assert point.title == "Did the lens turn on mercury?"
    assert point.found[1:] == ("1 Nights: “The lens turned on mercury.”",)
    now = timezone.now()
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY, body_pages=4)
    Export.objects.create(
        document=document, format=ExportFormat.PDF, state=ExportState.READY, body_sheets=4, finished_at=now,
        citation_style="apa", stored_as="a.pdf", size=1,
    )  # fmt: skip
    assert manuscripts.load(document.pk).front.asked == asked


@pytest.mark.parametrize("at", [0, -1])
def test_passage_is_cut_only_where_there_is_more(at: int) -> None:
    sentence = "The lens turned on a bath of mercury."
    filler = "Nothing is said of it here at all. " * 12
    said = report_appendix._around(f"{sentence} {filler}" if at == 0 else f"{filler}{sentence}", sentence)
    assert sentence in said
    assert (said.startswith("…"), said.endswith("…")) == (at != 0, at == 0)
