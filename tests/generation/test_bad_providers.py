"""Providers and models at their worst, through the whole pipeline: delivered, waited for with a reason, or refunded."""

from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from documents.enums import DocumentState
from documents.models import Document
from generation.ai import endings, keys
from generation.engine import admission
from generation.enums import JobState, Outcome, StepState
from generation.models import AIModel, Attempt, ChainPlace, Job, Step
from sandbox.client import Control
from tests.generation.making import drain, ordered_document
from tests.generation.test_pipeline import assert_delivered, assert_failed_and_refunded, written

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture(autouse=True)
def _nothing_left_out() -> None:
    keys.forget()


def to_its_end(document: Document) -> None:
    """Drains as often as steps are put off, each time when they are due."""
    for _ in range(20):
        Step.objects.filter(state=StepState.READY).update(not_before=timezone.now() - timedelta(seconds=1))
        drain()
        document.refresh_from_db()
        if document.state in {DocumentState.FAILED, DocumentState.READY}:
            return


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_keys_of_one_provider_only(control: Control, settings: Settings, provider: str) -> None:
    other = "ANTHROPIC_API_KEYS" if provider == "openai" else "OPENAI_API_KEYS"
    setattr(settings, other, [])
    document = written(control)
    assert_delivered(document)
    assert set(Attempt.objects.values_list("provider", flat=True)) == {provider}


def test_chains_whose_first_model_ended_yesterday(control: Control) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    for name in ("gpt-6.1-terra", "gpt-6-luna"):
        control.model(name, ends=f"{yesterday}")
    assert_delivered(written(control))
    # Nobody had looked: each cost the call that found out, and no more than one for each step that was under way.
    gone = Attempt.objects.filter(outcome=Outcome.GONE)
    assert 1 <= gone.count() <= 8
    assert set(AIModel.objects.exclude(gone_since=None).values_list("name", flat=True)) == set(
        gone.values_list("model_name", flat=True)
    )


def test_chains_whose_end_was_known_cost_no_call(control: Control) -> None:
    yesterday = timezone.now().date() - timedelta(days=1)
    control.model("gpt-6.1-terra", ends=f"{yesterday}")
    control.model("gpt-6-luna", ends=f"{yesterday}")
    endings.check()
    assert_delivered(written(control))
    assert set(Attempt.objects.values_list("provider", flat=True)) == {"anthropic"}


def test_a_model_that_refuses_everything_gives_way(control: Control) -> None:
    control.fault("openai", "refusal", model="gpt-6.1-terra")
    assert_delivered(written(control))
    assert "gpt-6.1-terra" not in set(
        Attempt.objects.filter(outcome=Outcome.SUCCEEDED).values_list("model_name", flat=True)
    )


def test_models_that_all_refuse_everything_fail_by_name_and_refund(control: Control) -> None:
    control.fault("ai", "refusal")
    document = written(control)
    to_its_end(document)
    assert_failed_and_refunded(document, "no usable answer")


def test_a_provider_that_answers_with_a_page_gives_way(control: Control) -> None:
    control.fault("openai", "html")
    assert_delivered(written(control))
    assert set(Attempt.objects.filter(provider="openai").values_list("outcome", flat=True)) == {Outcome.SERVER_ERROR}


def test_answers_with_half_a_pair_are_kept_without_it(control: Control) -> None:
    control.fault("ai", "surrogate")
    document = written(control)
    assert_delivered(document)
    for section in document.sections.all():
        section.text.encode()


def test_a_month_s_limit_in_the_middle_of_a_job_is_bridged_by_the_other_provider(control: Control) -> None:
    control.fault("openai", "insufficient_quota", skip=2)
    assert_delivered(written(control))
    assert Attempt.objects.filter(outcome=Outcome.ACCOUNT).exists()
    assert Attempt.objects.filter(provider="anthropic", outcome=Outcome.SUCCEEDED).exists()


def test_a_month_s_limit_at_the_only_provider_waits_and_then_fails_by_name(
    control: Control, settings: Settings
) -> None:
    settings.ANTHROPIC_API_KEYS = []
    control.fault("openai", "insufficient_quota", skip=2)
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    drain()
    document.refresh_from_db()
    assert document.state == DocumentState.WRITING
    assert Step.objects.filter(state=StepState.READY, not_before__gt=timezone.now()).exists()
    settings.LONGEST_OUTAGE = timedelta(0)
    to_its_end(document)
    assert_failed_and_refunded(document)


def test_both_lists_away_at_night_stop_nothing(control: Control) -> None:
    endings.check()
    control.fault("ai", "500", times=40)
    endings.check()
    control.clear_faults()
    assert_delivered(written(control))
    assert Job.objects.get().state == JobState.SUCCEEDED


def test_a_chain_without_any_model_fails_by_name_and_refunds(control: Control) -> None:
    ChainPlace.objects.filter(purpose__in=["writing", "correcting"]).delete()
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    to_its_end(document)
    assert_failed_and_refunded(document)
