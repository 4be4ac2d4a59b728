"""What its owner wants to be cited for certain is placed by research and given to the writer of one section (R-97)."""

import pytest

from documents.domain.desk import wanted_and_not_cited
from documents.enums import DocumentState, SourceUse
from documents.models import Document, Source
from generation.engine import admission, queue
from generation.enums import Stage
from generation.models import Step
from generation.writing import assignments, density
from generation.writing.prompts import writing
from generation.writing.prompts.writing import Part, Piece
from sandbox.client import Control
from tests.documents.factories import PassageFactory, SourceFactory
from tests.generation.making import drain, ordered_document, work_on
from tests.generation.test_checking_stage import work_until
from tests.generation.test_density import check_of, checked

pytestmark = pytest.mark.usefixtures("committed")

ORDER = "Cite each of these at least once"


def researched(document: Document) -> Step:
    admission.start(document_id=document.pk, payment_id=document.payments.latest("created_at").pk)
    work_on(queue.claim(limit=1, worker="test"))
    return Step.objects.get(stage=Stage.RESEARCH)


def wanted_source(document: Document, key: str, about: str) -> Source:
    source: Source = SourceFactory.create(document=document, key=key, title=about, use=SourceUse.MUST)
    for _number in range(3):
        PassageFactory.create(source=source, text=f"{about}, as the keepers of the northern coast wrote it down.")
    return source


def test_each_wanted_source_is_given_to_the_writer_of_one_section(control: Control) -> None:
    document = ordered_document(pages=8, sections=3)
    first, second, _third = document.sections.order_by("position")
    document.sections.filter(pk=second.pk).update(title="Zeppelin flights", covers="Zeppelins over lighthouses")
    source = wanted_source(document, "zeppelin-1929", "Zeppelin flights over lighthouses")
    banned = wanted_source(document, "banned-1900", "Zeppelin flights that nobody may read of")
    Source.objects.filter(pk=banned.pk).update(use=SourceUse.BANNED)
    assert researched(document).result["wanted"] == {str(second.pk): [source.pk]}

    assignment = assignments.load(document_id=document.pk, section_id=second.pk)
    assert [one.key for one in assignment.wanted] == ["zeppelin-1929"]
    assert (
        f"{ORDER}, by what one of its passages says: zeppelin-1929." in writing.write(assignment, characters=900).text
    )
    assert sum(passage.source_id == source.pk for passage in assignment.passages) >= 2
    assert banned.pk not in {passage.source_id for passage in assignment.passages}
    again = assignments.load(
        document_id=document.pk, section_id=second.pk, offered=[passage.pk for passage in assignment.passages]
    )
    assert [one.key for one in again.wanted] == ["zeppelin-1929"]
    other = assignments.load(document_id=document.pk, section_id=first.pk)
    assert ORDER not in writing.write(other, characters=900).text

    shown = writing.of_use(assignment, "Nothing is cited here.", is_new=True)
    assert source.pk in {passage.source_id for passage in shown.passages}


def test_in_the_end_it_is_cited(control: Control) -> None:
    document = ordered_document(pages=3, sections=3)
    source = wanted_source(document, "zeppelin-1929", "Zeppelin flights over lighthouses")
    researched(document)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.READY
    assert document.citations.filter(source=source).exists()
    assert wanted_and_not_cited(document) == []


def test_a_section_that_does_not_cite_it_is_written_once_more(control: Control) -> None:
    document = ordered_document(pages=1, sections=1)
    research = researched(document)
    work_until(Stage.CHECK)
    (claim,) = queue.claim(limit=1, worker="test")
    uncited = wanted_source(document, "zeppelin-1929", "Zeppelin flights over lighthouses")
    # As if the writer had been shown it and had not cared.
    written = Step.objects.get(stage=Stage.WRITE)
    written.result["draft"]["offered"] += list(uncited.passages.values_list("pk", flat=True))
    written.save()
    research.result["wanted"] = {str(document.sections.get().pk): [uncited.pk]}
    research.save()
    asking = check_of(claim)
    assert any(f"it does not cite [@{uncited.key}], which it has to" in question.text for question in asking.asked)
    assert document.sections.get().provenance["density"]["round"] == "better"
    assert document.citations.filter(source=uncited).exists()


def test_what_had_to_be_cited_goes_before_the_number_of_citations() -> None:
    fewer, more = checked(2_000, 4), checked(2_000, 6)
    assert density.is_better(fewer, more, target=2_000, found=1)
    assert not density.is_better(more, fewer, target=2_000, found=-1)


def test_in_parts_it_is_asked_of_the_part_that_it_fits(control: Control) -> None:
    document = ordered_document(pages=8, sections=1)
    section = document.sections.get()
    source = wanted_source(document, "zeppelin-1929", "Zeppelin flights over lighthouses")
    researched(document)
    assignment = assignments.load(document_id=document.pk, section_id=section.pk)
    parts = [Part(title="Oil and wicks", covers="", share=0.5), Part(title="Zeppelin flights", covers="", share=0.5)]
    wanted = [
        [one.pk for one in assignments.for_piece(assignment, Piece(part=part, parts=parts)).wanted] for part in parts
    ]
    assert wanted == [[], [source.pk]]
