"""Pages that came out wrong are put right by further calls, or the money goes back (R-11)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from pytest_django import Settings

from accounts.models import Mail
from billing.models import Payment, Refund
from documents.enums import DocumentState, ExportState
from documents.models import Document, Section
from generation.engine import admission, queue
from generation.enums import Stage, StepState
from generation.models import Attempt, Step
from sandbox.client import Control
from tests.generation.making import drain, ordered_document, work_on
from tests.generation.test_drain import drain_until_over
from tests.generation.test_pipeline import assert_delivered, assert_failed_and_refunded

pytestmark = pytest.mark.usefixtures("committed")


def written_and_checked(*, pages: int) -> Document:
    """A document whose text stands at ``pages``, not yet measured."""
    document = ordered_document(pages=pages, sections=2)
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)

    while not Step.objects.filter(stage=Stage.MEASURE).exists():
        work_on(queue.claim(limit=8, worker="test"))
    return document


def order(document: Document, *, pages: int) -> None:
    """As if ``pages`` pages had been ordered all along."""
    Document.objects.filter(pk=document.pk).update(pages=pages)
    document.sections.update(pages=Decimal(pages) / 2)


def files_of(document: Document) -> list[str]:
    return sorted(document.exports.filter(state=ExportState.READY).values_list("format", flat=True))


@pytest.mark.parametrize(("written", "ordered", "reason"), [(2, 4, "extended"), (4, 3, "tightened")])
@pytest.mark.parametrize("factor", [0.6, 1.0, 1.4])
def test_what_is_too_short_is_extended_and_what_is_too_long_tightened(
    control: Control, written: int, ordered: int, reason: str, factor: float
) -> None:
    document = written_and_checked(pages=written)
    order(document, pages=ordered)
    if factor != 1:
        control.fault("ai", "length", factor=factor)
    drain()
    document.refresh_from_db()
    assert_delivered(document)
    reasons = [revision.reason for section in document.sections.all() for revision in section.revisions.all()]
    assert reason in reasons
    assert files_of(document) == ["docx", "pdf"]  # none of the text that was measured and changed


def test_less_than_half_of_the_pages_is_not_delivered_and_refunded_in_full(control: Control) -> None:
    document = written_and_checked(pages=2)
    order(document, pages=6)
    control.fault("ai", "refusal", match="Continue it with")
    drain()
    document.refresh_from_db()
    assert_failed_and_refunded(document, "instead of the 6")
    assert document.sections.exclude(text="").count() == 2
    assert Step.objects.filter(stage=Stage.MEASURE).count() == 3
    assert Attempt.objects.filter(purpose="extend").exists()


def test_missing_pages_are_refunded_in_proportion_and_the_rest_is_delivered(control: Control) -> None:
    document = written_and_checked(pages=4)
    order(document, pages=7)
    Payment.objects.update(pages=7, amount=Decimal("3.50"))
    control.fault("ai", "length", factor=0.02)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.READY, document.failure
    assert document.body_pages is not None
    assert document.body_pages < Decimal("6.5")
    refund = Refund.objects.get()
    share = Decimal("3.50") * (7 - document.body_pages) / 7
    assert (refund.cause, refund.payment.state) == ("missing_pages", "partially_refunded")
    assert share <= refund.amount < share + Decimal("0.01")
    assert f"{document.body_pages:.1f} of the 7 pages" in refund.reason
    ready = Mail.objects.get(template="ready")
    assert ready.context["refund"] == str(refund.amount)
    assert not Mail.objects.filter(template="failed").exists()


def test_an_outage_while_pages_are_put_right_is_waited_for(control: Control, settings: Settings) -> None:
    """Rounds of fitting are counted: one that nobody could be asked in would be lost, and pages with it."""
    settings.LONGEST_OUTAGE = timedelta(hours=1)
    document = written_and_checked(pages=2)
    order(document, pages=4)
    control.fault("ai", "500", match="Continue it with")
    drain()
    waiting = Step.objects.filter(stage=Stage.REVISE, state=StepState.READY)
    assert {step.round for step in waiting} == {1}
    control.clear_faults()
    drain_until_over(document)
    assert_delivered(document)


def test_a_section_is_put_right_from_where_a_lost_worker_left_it(control: Control, settings: Settings) -> None:
    settings.LONGEST_OUTAGE = timedelta(hours=1)
    document = written_and_checked(pages=2)
    order(document, pages=6)
    control.fault("ai", "length", factor=0.6)
    control.fault("ai", "500", match="Continue it with", skip=2)
    drain()
    kept = {
        step.pk: step.checkpoint["draft"] for step in Step.objects.filter(stage=Stage.REVISE).exclude(checkpoint={})
    }
    assert kept
    assert {draft["calls"] for draft in kept.values()} == {1}
    control.clear_faults()
    control.fault("ai", "length", factor=0.6)
    drain_until_over(document)
    assert_delivered(document)
    for step in Step.objects.filter(pk__in=kept):
        made = step.result["draft"]
        assert made["text"].startswith(kept[step.pk]["text"])
        assert made["calls"] > 1


def test_an_outage_that_does_not_end_costs_only_the_pages_that_are_missing(control: Control) -> None:
    document = written_and_checked(pages=4)
    order(document, pages=6)
    control.fault("ai", "500", match="Continue it with")
    drain_until_over(document, rounds=20)
    assert document.state == DocumentState.READY, document.failure
    assert Refund.objects.get().cause == "missing_pages"


def test_what_nobody_shortens_is_trimmed_until_it_takes_no_sheet_more(control: Control) -> None:
    document = written_and_checked(pages=4)
    order(document, pages=2)
    control.fault("ai", "refusal", match="It is too long")
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.READY, document.failure
    assert_delivered(document)
    assert files_of(document) == ["docx", "pdf"]
    assert not Refund.objects.exists()
    assert Step.objects.filter(stage=Stage.MEASURE).count() > 3


def test_what_cannot_be_made_short_enough_is_not_delivered(control: Control) -> None:
    """A section without sentences to spare: a sheet more than was paid for is no delivery."""
    document = written_and_checked(pages=2)
    Section.objects.filter(document=document).update(pages=Decimal("0.5"))
    Document.objects.filter(pk=document.pk).update(pages=1)
    for section in document.sections.all():
        citation = section.citations.first()
        assert citation is not None
        # Nothing but quotations: it holds, and there is no sentence that could go.
        quotation = f'"{" ".join(citation.passage.text.split()[:12])}"'
        whole = f"It says {', and '.join([quotation] * 40)} [@{citation.source.key}]."
        document.sections.filter(pk=section.pk).update(text=whole)
    drain()
    document.refresh_from_db()
    assert_failed_and_refunded(document, "instead of the 1")
