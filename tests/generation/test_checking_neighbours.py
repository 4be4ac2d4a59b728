"""What other sections say: the earlier ones at the first check, everything that stays at a later one."""

from typing import Any
from uuid import UUID

import pytest

from documents.models import Document, Section
from generation.engine.queue import Claim
from generation.enums import JobKind, JobState, Stage, StepState
from generation.models import Job, Step
from generation.writing.stages.check import said_elsewhere
from tests.documents.factories import DocumentFactory, SectionFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def document() -> Document:
    document: Document = DocumentFactory.create()
    for position in range(4):
        SectionFactory.create(document=document, position=position)
    return document


def step(job: Job, section: Section, stage: Stage, *, round: int = 0, says: list[int] | None = None) -> Step:
    """A step of a section; done where it left a fingerprint."""
    state = StepState.READY if says is None else StepState.DONE
    result: dict[str, Any] = {} if says is None else {"fingerprint": says}
    made: Step = Step.objects.create(
        job=job, section=section, stage=stage, round=round, position=section.position, state=state, result=result,
        sort_key=0,
    )  # fmt: skip
    return made


def seen(document: Document, job: Job, stage: Stage, *, round: int = 0) -> dict[int, set[int]]:
    """What each section that is checked in a round is compared with, by its position."""
    outline = list(document.sections.order_by("position"))
    wanted = {section.pk: section for section in outline}
    found = {}
    for one in Step.objects.filter(job=job, stage=stage, round=round):
        section = wanted[UUID(str(one.section_id))]
        claim = Claim(
            step_id=one.pk, token=1, job_id=job.pk, document_id=document.pk, stage=stage, section_id=section.pk,
            round=round, tries=0, checkpoint={}, created_at=one.created_at, correlation_id="",
        )  # fmt: skip
        found[section.position] = set(said_elsewhere(claim, section, outline))
    return found


def job_for(document: Document) -> Job:
    job: Job = Job.objects.create(kind=JobKind.DOCUMENT, document=document, sort_key=0, state=JobState.RUNNING)
    return job


def test_at_the_first_check_a_section_looks_at_those_before_it(document: Document) -> None:
    job = job_for(document)
    for section in document.sections.all():
        step(job, section, Stage.WRITE, says=[section.position])
        step(job, section, Stage.CHECK)
    assert seen(document, job, Stage.CHECK) == {0: set(), 1: {0}, 2: {0, 1}, 3: {0, 1, 2}}


def test_what_was_corrected_counts_as_it_is_now(document: Document) -> None:
    job = job_for(document)
    first, second, *_others = document.sections.order_by("position")
    step(job, first, Stage.WRITE, says=[1])
    step(job, second, Stage.WRITE, says=[2])
    step(job, first, Stage.CHECK, says=[10])
    step(job, second, Stage.CHECK)
    assert seen(document, job, Stage.CHECK)[1] == {10}


def test_after_a_revision_a_section_looks_at_all_that_stay_and_at_those_revised_before_it(document: Document) -> None:
    job = job_for(document)
    for section in document.sections.all():
        step(job, section, Stage.WRITE, says=[section.position])
        step(job, section, Stage.CHECK, says=[section.position])
    for section in document.sections.filter(position__in=[1, 2]):
        step(job, section, Stage.REVISE, round=1, says=[100 + section.position])
        step(job, section, Stage.RECHECK, round=1)
    assert seen(document, job, Stage.RECHECK, round=1) == {1: {0, 3}, 2: {0, 101, 3}}


def test_another_job_and_another_document_say_nothing(document: Document) -> None:
    job, other = job_for(document), job_for(DocumentFactory.create())
    first, second, *_others = document.sections.order_by("position")
    step(other, first, Stage.WRITE, says=[5])
    step(job, second, Stage.CHECK)
    assert seen(document, job, Stage.CHECK) == {1: set()}
