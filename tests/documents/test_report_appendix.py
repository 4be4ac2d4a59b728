"""The citation report as an appendix of the document: what is in it, and only where it is wished (R-15)."""

import pytest

from documents.domain import manuscripts, printing, report_appendix
from documents.models import Document
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


@pytest.mark.parametrize("at", [0, -1])
def test_passage_is_cut_only_where_there_is_more(at: int) -> None:
    sentence = "The lens turned on a bath of mercury."
    filler = "Nothing is said of it here at all. " * 12
    said = report_appendix._around(f"{sentence} {filler}" if at == 0 else f"{filler}{sentence}", sentence)
    assert sentence in said
    assert (said.startswith("…"), said.endswith("…")) == (at != 0, at == 0)
