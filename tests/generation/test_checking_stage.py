"""What the check leaves behind: a revision with its provenance, and what it took out, in the step (R-10, R-15)."""

import asyncio

import pytest
from django.utils.dateparse import parse_datetime

from documents.domain.text import citation_keys
from documents.models import Document
from generation.engine import admission, queue
from generation.engine.drain import Drain
from generation.enums import Stage, StepState
from generation.models import Attempt, Step
from generation.writing import drafts
from generation.writing.stages import RUN
from sandbox.client import Control
from tests.generation.making import drain, ordered_document, source_with_passages
from tests.generation.test_pipeline import assert_delivered

pytestmark = pytest.mark.usefixtures("committed")


def begun(**fields: object) -> Document:
    document = ordered_document(**fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    return document


def work_until(stage: Stage) -> None:
    """Works the queue until the first step of a stage is there to be claimed."""

    async def run(claims: list[queue.Claim]) -> None:
        running = Drain(RUN)
        await asyncio.gather(*(running._step(claim) for claim in claims))
        for gateway in running._gateways.values():
            await gateway.close()

    while not Step.objects.filter(stage=stage).exists():
        asyncio.run(run(queue.claim(limit=8, worker="test")))


def test_provenance_says_by_whom_when_for_what_and_from_which_passages_a_section_was_written(control: Control) -> None:
    document = begun()
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    for section in document.sections.all():
        provenance = section.provenance
        assert set(provenance["models"]) <= set(Attempt.objects.values_list("model_name", flat=True))
        assert parse_datetime(provenance["written_at"]) is not None
        assert provenance["passages"] == sorted(set(section.citations.values_list("passage_id", flat=True)))
        assert provenance["written_for"] == drafts.digest_of(section)
        mine = Attempt.objects.filter(step__section=section, step__stage__in=[Stage.WRITE, Stage.CHECK])
        if section.revision == 1:
            assert provenance["calls"] == mine.count()
        assert provenance["removed"] == 0


def test_a_citation_in_the_text_names_a_page_wherever_its_source_has_pages(control: Control) -> None:
    document = begun()
    drain()
    cited = [item for section in document.sections.all() for item in citation_keys(section.text)]
    assert cited
    assert all(item.locator for item in cited)


def test_what_was_taken_out_stays_with_the_step(control: Control) -> None:
    control.fault("ai", "unsupported")
    begun()
    drain()
    for step in Step.objects.filter(stage=Stage.CHECK):
        assert {frozenset(one) for one in step.result["rejected"]} <= {frozenset(["sentence", "key", "problem"])}
        assert isinstance(step.result["fingerprint"], list)
        assert step.result["removed"] == len({one["sentence"] for one in step.result["rejected"]})


def test_a_source_deleted_after_the_writing_is_not_cited(control: Control) -> None:
    document = begun()
    gone = document.sources.get()
    kept = source_with_passages(document, key="kept-2001")
    work_until(Stage.CHECK)
    assert Step.objects.filter(stage=Stage.WRITE, state=StepState.DONE).count() == 2
    gone.delete()
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    assert set(document.citations.values_list("source", flat=True)) == {kept.pk}
    assert not any(gone.key in section.text for section in document.sections.all())


def test_what_was_judged_before_a_revision_is_not_judged_again(control: Control) -> None:
    document = begun(pages=4)
    control.fault("ai", "length", factor=0.6, match="The section to write")
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    asked: list[str] = []
    for call in control.calls("openai", limit=300, match="Does each passage support")["calls"]:
        asked += [claim.split("</claim>")[0].split(">", 1)[1] for claim in str(call["text"]).split("<claim ")[1:]]
    claims = [claim for claim in asked if "was ever written down" not in claim]
    assert claims
    assert len(claims) == len(set(claims))
