"""From a paid outline to a finished, cited document: the whole pipeline against the sandbox."""

import pytest

from documents.domain.text import citation_keys
from documents.enums import DocumentState
from generation.domain import admission
from generation.enums import JobState
from generation.models import Job, Step
from sandbox.client import Control
from tests.generation.making import drain, ordered_document


@pytest.fixture
def document(committed, control: Control):
    return ordered_document()


def test_a_paid_document_is_written_checked_fitted_and_exported(document) -> None:
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    job = Job.objects.get(document=document)
    for step in job.steps.order_by("id"):
        print(step.stage, step.round, step.state, step.tries, step.error, str({k: v for k, v in step.result.items() if k != "draft"})[:300], (step.finished_at - step.started_at) if step.finished_at else None)
    print(job.failure, job.cost, job.input_tokens, job.attempts.count(), document.failure)
    assert document.state == DocumentState.READY
    assert job.state == JobState.SUCCEEDED
    assert abs(float(document.body_pages) - 2) <= 0.5
    assert document.exports.filter(state="ready").count() == 2
    for section in document.sections.all():
        assert section.text and section.html
        assert section.citations.count() == len(citation_keys(section.text))
