"""How a section is written: whole, in continued calls or in logical parts, and not anew where an earlier text holds."""

from decimal import Decimal
from typing import Any

import pytest

from documents.domain import lifecycle
from documents.domain.outline import share_pages
from documents.domain.text import body_characters
from documents.enums import DocumentState
from documents.models import Document, Section
from generation.engine import admission, queue
from generation.engine.queue import Claim
from generation.enums import Stage, StepState
from generation.models import AIModel, Attempt, Step
from generation.writing import assignments, drafts
from generation.writing.prompts import writing
from generation.writing.stages.write import Pieces
from sandbox.client import Control
from tests.generation.making import drain, ordered_document, pay, work_on
from tests.generation.test_pipeline import assert_delivered

pytestmark = pytest.mark.usefixtures("committed")


def start(document: Document) -> None:
    admission.start(document_id=document.pk, payment_id=document.payments.latest("created_at").pk)


def at_the_writing(*, pages: int, sections: int) -> Claim:
    """The step of the first section, everything before it done."""
    document = ordered_document(pages=pages, sections=sections)
    start(document)
    work_on(queue.claim(limit=1, worker="test"))
    return queue.claim(limit=1, worker="test")[0]


def purposes(claim: Claim) -> list[str]:
    asked = Attempt.objects.filter(step_id=claim.step_id).order_by("started_at")
    return list(asked.values_list("purpose", flat=True))


def result(claim: Claim) -> dict[str, Any]:
    step = Step.objects.get(pk=claim.step_id)
    assert step.state == StepState.DONE, step.error
    made: dict[str, Any] = step.result
    return made


def test_below_30_pages_a_section_is_written_whole(control: Control) -> None:
    claim = at_the_writing(pages=29, sections=2)
    work_on([claim])
    assert purposes(claim) == ["write"]
    made = result(claim)
    assert made["target"] > 35_000
    assert abs(body_characters(made["draft"]["text"]) - made["target"]) <= 0.04 * made["target"]


def test_from_30_pages_on_it_is_continued_call_after_call(control: Control) -> None:
    claim = at_the_writing(pages=32, sections=4)
    work_on([claim])
    assert purposes(claim) == ["write", "extend"]


def test_where_a_models_answers_are_short_it_is_continued_too(control: Control) -> None:
    AIModel.objects.filter(enabled=True).update(max_output_tokens=8_000)
    claim = at_the_writing(pages=8, sections=2)
    work_on([claim])
    assert purposes(claim) == ["write", "extend", "extend"]
    made = result(claim)
    assert abs(body_characters(made["draft"]["text"]) - made["target"]) <= 0.04 * made["target"]


def test_above_50_pages_a_long_section_is_written_in_logical_parts(control: Control) -> None:
    claim = at_the_writing(pages=60, sections=5)
    work_on([claim])
    asked = purposes(claim)
    assert asked[0] == "subsections"
    assert asked[1:].count("write") >= 3
    made = result(claim)
    assert abs(body_characters(made["draft"]["text"]) - made["target"]) <= 0.04 * made["target"]
    assert "#" not in made["draft"]["text"]
    prompts = [str(call["text"]) for call in control.calls("openai", match="The part to write")["calls"]]
    assert len(prompts) == len(asked) - 1
    assert sum("The text before it ends like this" in prompt for prompt in prompts) == len(prompts) - 1


def test_a_short_section_of_a_long_work_is_not_divided(control: Control) -> None:
    claim = at_the_writing(pages=60, sections=15)
    work_on([claim])
    assert purposes(claim) == ["write"]


def test_every_part_is_kept_the_moment_it_is_done(control: Control) -> None:
    claim = at_the_writing(pages=60, sections=5)
    control.fault("ai", "500", match="The text before it ends like this")
    work_on([claim])
    step = Step.objects.get(pk=claim.step_id)
    assert step.state == StepState.READY
    kept = Pieces.from_json(step.checkpoint)
    assert (len(kept.parts) >= 3, kept.done) == (True, 1)
    control.clear_faults()
    Step.objects.filter(pk=claim.step_id).update(not_before=step.created_at)
    (again,) = [one for one in queue.claim(limit=9, worker="test") if one.step_id == claim.step_id]
    work_on([again])
    text = result(again)["draft"]["text"]
    assert text.startswith(kept.draft.text)
    asked = Attempt.objects.filter(step_id=claim.step_id, outcome="succeeded")
    assert asked.filter(purpose="subsections").count() == 1
    assert asked.filter(purpose="write").count() == len(kept.parts)


def test_a_section_that_nobody_will_divide_is_written_on_and_on(control: Control) -> None:
    control.fault("ai", "refusal", match="Divide this section")
    claim = at_the_writing(pages=60, sections=5)
    work_on([claim])
    written = Attempt.objects.filter(step_id=claim.step_id, outcome="succeeded").values_list("purpose", flat=True)
    assert list(written) == ["write", "extend", "extend"]


def test_an_outage_while_a_section_is_divided_is_waited_for(control: Control) -> None:
    """Else it would be written on and on, without the parts that it was to have."""
    control.fault("ai", "500", match="Divide this section")
    claim = at_the_writing(pages=60, sections=5)
    work_on([claim])
    step = Step.objects.get(pk=claim.step_id)
    assert (step.state, step.checkpoint) == (StepState.READY, {})
    assert set(purposes(claim)) == {"subsections"}


def failed_with_one_section_checked(control: Control) -> Document:
    """One section stands, the other would not be written in the right language; the money went back."""
    control.fault("ai", "language", language="de", match="<title>Lamps, lenses and oil</title>")
    document = ordered_document()
    start(document)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.FAILED
    control.clear_faults()
    lifecycle.move(document_id=document.pk, to=DocumentState.OUTLINED, cause="tries again", by=document.owner)
    pay(document)
    return document


def test_what_an_earlier_order_left_checked_is_not_written_anew(control: Control) -> None:
    document = failed_with_one_section_checked(control)
    before = document.sections.get(position=0)
    assert before.text
    earlier = set(Attempt.objects.values_list("pk", flat=True))
    start(document)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    asked = Attempt.objects.exclude(pk__in=earlier)
    assert asked.filter(purpose="write").count() == 1
    assert asked.get(purpose="write").step is not None
    kept = Step.objects.get(job=document.jobs.latest("created_at"), stage=Stage.WRITE, section=before)
    assert kept.result["draft"]["text"] == before.text
    assert kept.result["draft"]["calls"] == 0


@pytest.mark.parametrize("changed", ["title", "covers"])
def test_a_section_that_is_about_something_else_now_is_written_anew(control: Control, changed: str) -> None:
    document = failed_with_one_section_checked(control)
    section = document.sections.get(position=0)
    assert drafts.kept(section.pk).text
    Section.objects.filter(pk=section.pk).update(**{changed: "The rats in the pantry"})
    assert drafts.kept(section.pk) == drafts.Draft()


def test_a_kept_text_is_brought_to_its_new_length(control: Control) -> None:
    document = failed_with_one_section_checked(control)
    kept = document.sections.get(position=0)
    shares = share_pages([Decimal(3), Decimal(1)], 4)
    Document.objects.filter(pk=document.pk).update(pages=4)
    document.payments.update(pages=4)
    for section, pages in zip(document.sections.order_by("position"), shares, strict=True):
        Section.objects.filter(pk=section.pk).update(pages=pages)
    start(document)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    step = Step.objects.get(job=document.jobs.latest("created_at"), stage=Stage.WRITE, section=kept)
    assert step.result["draft"]["text"].startswith(kept.text[:200])
    assert set(Attempt.objects.filter(step=step).values_list("purpose", flat=True)) == {"extend"}


def test_the_outline_of_many_sections_is_shown_whole_as_far_as_there_is_room(control: Control) -> None:
    document = ordered_document(pages=60, sections=200)
    document.sections.update(covers="what the sources say about it, " * 30)
    assignment = assignments.load(document_id=document.pk, section_id=document.sections.get(position=150).pk)
    prompt = writing.write(assignment, characters=300).text
    shown = prompt.split("<outline>")[1].split("</outline>")[0].splitlines()
    assert len(shown) == 200
    assert shown[199].startswith("200 The end of keeping")
