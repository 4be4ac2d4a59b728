"""From a paid outline to a finished, cited document: the whole pipeline against the sandbox."""

from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage

from accounts.models import Mail
from billing.models import Refund
from documents.domain import page_count
from documents.domain.text import citation_keys
from documents.enums import DocumentState
from documents.models import Document, SectionRevision
from generation.engine import admission, queue
from generation.enums import JobState, Outcome, Stage
from generation.models import Attempt, Job, Step
from sandbox.client import Control
from tests.generation.making import drain, ordered_document, work_on
from tests.typesetting.samples import docx_part, docx_text

pytestmark = pytest.mark.usefixtures("committed")


def written(control: Control, **fields: Any) -> Document:
    """A document that was ordered, paid and drained to its end."""
    document = ordered_document(**fields)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    return document


def assert_delivered(document: Document) -> None:
    """Ready, complete, cited, of the pages ordered, each revision committed once."""
    assert document.state == DocumentState.READY, document.failure
    assert document.body_pages is not None
    assert page_count.is_delivered(pages=document.pages, body=document.body_pages)
    assert document.exports.filter(state="ready").count() == 2
    keys = set(document.sources.values_list("key", flat=True))
    assert document.citations.exists()
    for section in document.sections.all():
        assert section.text
        assert section.html
        assert section.provenance["models"]
        assert [cited.key for cited in citation_keys(section.text)] == [
            citation.source.key for citation in section.citations.order_by("position")
        ]
        assert {cited.key for cited in citation_keys(section.text)} <= keys
        revisions = list(SectionRevision.objects.filter(section=section).values_list("revision", flat=True))
        assert revisions == list(range(1, section.revision + 1))


def assert_failed_and_refunded(document: Document, *words: str) -> None:
    """Failed by name, all the money on its way back, once, and its owner told."""
    assert document.state == DocumentState.FAILED
    for word in words:
        assert word in document.failure
    assert Job.objects.get(document=document).failure == document.failure
    refund = Refund.objects.get(payment__document=document)
    assert (refund.cause, refund.amount) == ("generation_failed", refund.payment.amount)
    assert Mail.objects.filter(template="failed", user=document.owner).count() == 1


def test_a_paid_document_is_written_checked_fitted_and_exported(control: Control) -> None:
    document = written(control)
    assert_delivered(document)
    job = Job.objects.get(document=document)
    assert job.state == JobState.SUCCEEDED
    assert document.progress == 100
    assert not job.steps.exclude(state="done").exists()
    assert list(job.events.values_list("what", flat=True)) == ["queued", "running", "succeeded"]
    assert Mail.objects.get(template="ready").user == document.owner


def test_the_pages_that_were_measured_are_the_files_that_are_delivered(control: Control) -> None:
    document = written(control)
    pdf, docx = document.exports.order_by("-format")
    assert (pdf.format, docx.format) == ("pdf", "docx")
    steps = Job.objects.get(document=document).steps
    exporting, measuring = steps.get(stage=Stage.EXPORT), steps.filter(stage=Stage.MEASURE).latest("round")
    assert pdf.finished_at < measuring.finished_at < exporting.started_at
    assert docx.finished_at < measuring.finished_at


def test_tokens_and_cost_of_every_attempt_are_added_up_on_the_job(control: Control) -> None:
    job = Job.objects.get(document=written(control))
    attempts = list(job.attempts.all())
    assert all(attempt.outcome == Outcome.SUCCEEDED and attempt.output_tokens for attempt in attempts)
    assert job.input_tokens == sum(attempt.input_tokens for attempt in attempts)
    assert job.output_tokens == sum(attempt.output_tokens for attempt in attempts)
    assert job.cost == sum(attempt.cost for attempt in attempts) > 0


@pytest.mark.parametrize("factor", [0.6, 1.4])
def test_a_writer_that_gives_too_little_or_too_much_still_fills_the_pages_ordered(
    control: Control, factor: float
) -> None:
    control.fault("ai", "length", factor=factor)
    document = written(control, pages=4, sections=3)
    assert_delivered(document)
    purposes = set(Attempt.objects.values_list("purpose", flat=True))
    assert purposes & ({"extend"} if factor < 1 else {"tighten"})


def test_a_judge_that_supports_nothing_leaves_only_what_code_can_prove(control: Control) -> None:
    control.fault("ai", "unsupported")
    document = written(control)
    assert_delivered(document)
    assert set(document.citations.values_list("check_result", flat=True)) <= {"verbatim", "overlap"}


def test_a_writer_that_ignores_the_format_is_read_as_text_and_checked(control: Control) -> None:
    control.fault("ai", "prose")
    assert_delivered(written(control))


def test_invented_keys_never_reach_the_reader_and_a_text_without_any_proof_is_refunded(control: Control) -> None:
    control.fault("ai", "forged")
    document = written(control)
    assert_failed_and_refunded(document, "citation")
    assert not any("phantom" in section.text for section in document.sections.all())


def test_keys_invented_once_are_written_anew(control: Control) -> None:
    control.fault("ai", "forged", times=1, match="The section to write")
    document = written(control)
    assert_delivered(document)
    assert Attempt.objects.filter(purpose="correct").exists()


def test_a_text_in_the_wrong_language_is_written_anew(control: Control) -> None:
    control.fault("ai", "language", language="de", times=1, match="The section to write")
    document = written(control)
    assert_delivered(document)
    assert Attempt.objects.filter(purpose="correct").exists()


def test_a_writer_that_keeps_to_the_wrong_language_fails_by_name(control: Control) -> None:
    control.fault("ai", "language", language="de")
    assert_failed_and_refunded(written(control), "wrong language")


def test_no_source_to_cite_fails_by_name_before_a_word_is_written(control: Control) -> None:
    document = ordered_document()
    document.sources.all().delete()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    assert_failed_and_refunded(document, "No source")
    assert not Job.objects.get(document=document).steps.filter(stage=Stage.WRITE).exists()


def test_search_finds_sources_where_the_owner_wishes_it(control: Control) -> None:
    document = ordered_document(search_for_sources=True)
    document.sources.all().delete()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    assert set(document.sources.values_list("origin", flat=True)) == {"search"}


def test_search_that_is_down_does_no_harm_where_there_are_uploads(control: Control) -> None:
    control.fault("search", "500")
    assert_delivered(written(control, search_for_sources=True))


def test_a_document_in_another_language_is_written_in_it(control: Control) -> None:
    document = written(control, language="de", pages=2)
    assert_delivered(document)
    text = " ".join(document.sections.values_list("text", flat=True))
    assert " und " in text
    assert " die " in text


def test_two_sections_that_say_the_same_do_not_both_stay_as_they_are(control: Control) -> None:
    document = ordered_document(pages=2, sections=2)
    document.sections.update(title="The same", covers="the same")
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    first, second = (section.text for section in document.sections.order_by("position"))
    assert first != second
    assert Attempt.objects.filter(purpose="correct").exists()


def test_a_judge_that_refuses_to_judge_supports_nothing(control: Control) -> None:
    control.fault("ai", "refusal", match="Does each passage support")
    document = written(control)
    assert_delivered(document)
    assert not document.citations.filter(check_result="judged").exists()


def test_what_nobody_will_correct_is_taken_out(control: Control) -> None:
    control.fault("ai", "unsupported")
    control.fault("ai", "refusal", match="did not pass the check")
    document = written(control)
    assert_delivered(document)
    assert sum(Step.objects.filter(stage=Stage.CHECK).values_list("result__removed", flat=True)) > 0


def test_queries_nobody_will_plan_are_replaced_by_the_topic(control: Control) -> None:
    control.fault("ai", "refusal", match="search queries")
    document = ordered_document(search_for_sources=True)
    document.sources.all().delete()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    assert_delivered(document)


def test_the_docx_is_not_laid_out_again_but_told_the_pages_that_were_measured(control: Control) -> None:
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    while not Step.objects.filter(stage=Stage.EXPORT).exists():
        work_on(queue.claim(limit=8, worker="test"))
    measured = Step.objects.filter(stage=Stage.MEASURE).latest("round")
    pages = {name: page + 40 for name, page in measured.result["first_pages"].items()}
    Step.objects.filter(pk=measured.pk).update(result={**measured.result, "first_pages": pages})
    # The one that was written beside the PDF, as if that had failed.
    document.exports.filter(format="docx").delete()
    drain()
    docx = document.exports.get(format="docx", state="ready")
    contents = docx_text(docx_part(Path(default_storage.path(docx.stored_as))))
    first = document.sections.get(position=0)
    assert f"1\t{first.title}\t{pages[str(first.pk)]}" in contents
