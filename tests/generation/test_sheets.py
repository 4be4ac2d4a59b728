"""A model reads the questions of a sheet with the outline; what it invents is not kept (R-17)."""

import pytest

from documents.domain import outline
from documents.domain.sheet import lines
from documents.enums import SheetOrigin
from documents.models import Document
from generation.enums import JobKind
from generation.models import Attempt, Job
from generation.spending import estimates
from sandbox.client import Control
from tests.documents.factories import DocumentFactory
from tests.generation.making import drain
from tests.generation.test_outlining import outlined

SHEET = "Describe the tools of the keepers.\nExplain what ended the work in detail.\nUse the term “Fresnel lens”."


def by_model(document: Document) -> list[tuple[str, str]]:
    found = document.sheet_lines.filter(origin=SheetOrigin.MODEL)
    return [(line.what, line.asks) for line in found]


def asked() -> int:
    return Attempt.objects.filter(purpose="sheet").count()


@pytest.mark.usefixtures("committed")
def test_questions_and_terms_are_read_once_for_a_sheet(control: Control) -> None:
    document = outlined(assignment_text=SHEET)
    assert document.state == "outlined"
    found = by_model(document)
    assert ("term", "Fresnel lens") in found
    assert all(lines.words_of(document).count(line.words) == 1 for line in document.sheet_lines.all())
    assert asked() == 1
    attempt = Attempt.objects.get(purpose="sheet")
    assert (attempt.job.kind, attempt.cost > 0) == (JobKind.OUTLINE, True)
    outline.request(document_id=document.pk, by=document.owner)
    drain()
    assert (asked(), by_model(document)) == (1, found)


@pytest.mark.usefixtures("committed")
def test_words_that_the_sheet_has_not_are_left_out(control: Control) -> None:
    control.fault("ai", "forged")
    document = outlined(assignment_text=SHEET)
    assert (document.state, asked(), by_model(document)) == ("outlined", 1, [])
    assert lines.is_read(document)


@pytest.mark.usefixtures("committed")
def test_the_outline_does_not_wait_for_the_sheet(control: Control) -> None:
    control.fault("ai", "malformed", match="You read assignment sheets")
    document = outlined(assignment_text=SHEET)
    assert (document.state, by_model(document)) == ("outlined", [])
    assert not lines.is_read(document)


@pytest.mark.usefixtures("committed")
def test_without_a_sheet_nobody_is_asked(control: Control) -> None:
    outlined()
    assert asked() == 0


@pytest.mark.django_db
def test_the_question_is_part_of_what_an_outline_is_estimated_to_cost() -> None:
    estimate = estimates.estimate(DocumentFactory.create(), kind=JobKind.OUTLINE)
    assert estimate.parts["sheet"].cost > 0
    assert Job.objects.count() == 0
