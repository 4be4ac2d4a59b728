"""Letting work in: paid documents and outlines, their order, and the sweeper."""

import uuid
from contextlib import suppress
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks, Settings

from billing.enums import PaymentState
from billing.models import Payment
from billing.signals import payment_succeeded
from documents.domain import briefs, outline, shelving
from documents.enums import DocumentState
from documents.errors import Refused
from documents.models import Document
from generation.engine import admission, jobs, pipeline, queue
from generation.enums import JobKind, JobState, Stage
from generation.models import AIModel, Attempt, Job, Step
from generation.progress import snapshots
from generation.spending import estimates
from generation.tasks import nudge_lost_work
from tests.documents.factories import DocumentFactory, UserFactory
from tests.generation.making import ordered_document

pytestmark = pytest.mark.django_db


def start(document: Document) -> None:
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)


def test_a_paid_document_gets_its_job_and_its_state_at_once() -> None:
    document = ordered_document(pages=12, sections=3)
    start(document)
    document.refresh_from_db()
    job = Job.objects.get()
    assert (document.state, job.state, job.kind) == (DocumentState.QUEUED, JobState.QUEUED, JobKind.DOCUMENT)
    assert list(job.steps.values_list("stage", flat=True)) == [Stage.RESEARCH]
    told = estimates.estimate(document, kind=JobKind.DOCUMENT)
    assert (job.estimated_tokens, job.estimated_cost) == (told.tokens, told.cost)
    assert 12 * 1_500 < told.tokens < 12 * 4_000
    assert told.cost > 0


def test_starting_twice_changes_nothing() -> None:
    document = ordered_document()
    start(document)
    start(document)
    assert (Job.objects.count(), Step.objects.count()) == (1, 1)


def test_nothing_starts_without_money() -> None:
    document = ordered_document()
    Payment.objects.update(state="expired")
    start(document)
    assert not Job.objects.exists()


def test_the_signal_of_a_payment_starts_the_job() -> None:
    document = ordered_document()
    payment_succeeded.send(sender=Payment, document_id=document.pk, payment_id=document.payments.get().pk)
    assert Job.objects.count() == 1


def test_small_documents_come_first_but_large_ones_age() -> None:
    now = timezone.now()
    orders = {
        "large, early": (ordered_document(pages=100), now),
        "small, a little later": (ordered_document(pages=2), now + timedelta(minutes=10)),
        "small, much later": (ordered_document(pages=2), now + timedelta(minutes=120)),
    }
    for document, at in orders.values():
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk, now=at)
    names = {document.pk: name for name, (document, _at) in orders.items()}
    order = [names[job.document_id] for job in Job.objects.order_by("sort_key")]
    assert order == ["small, a little later", "large, early", "small, much later"]


def test_of_the_same_size_premium_users_come_first() -> None:
    now = timezone.now()
    usual, premium = (ordered_document(owner=UserFactory.create(is_premium=flag)) for flag in (False, True))
    for document in (usual, premium):
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk, now=now)
    assert Job.objects.order_by("sort_key").first() == premium.jobs.get()


def test_premium_is_an_advantage_with_a_bound() -> None:
    now = timezone.now()
    usual = ordered_document(pages=2)
    admission.start(document_id=usual.pk, payment_id=usual.payments.get().pk, now=now)
    later = now + timedelta(seconds=admission.PREMIUM_AHEAD_SECONDS + 1)
    premium = ordered_document(pages=2, owner=UserFactory.create(is_premium=True))
    admission.start(document_id=premium.pk, payment_id=premium.payments.get().pk, now=later)
    assert Job.objects.order_by("sort_key").first() == usual.jobs.get()


def test_the_largest_document_asked_for_long_ago_comes_before_every_new_one() -> None:
    """Whatever comes in, nothing waits behind work that was asked for a fixed time after it."""
    now = timezone.now()
    largest = ordered_document(pages=200)
    admission.start(document_id=largest.pk, payment_id=largest.payments.get().pk, now=now)
    bound = timedelta(seconds=200 * admission.SECONDS_PER_PAGE + admission.PREMIUM_AHEAD_SECONDS)
    for is_premium in (False, True):
        new = ordered_document(pages=1, owner=UserFactory.create(is_premium=is_premium))
        admission.start(document_id=new.pk, payment_id=new.payments.get().pk, now=now + bound)
    assert Job.objects.order_by("sort_key", "created_at").first() == largest.jobs.get()


def test_the_place_in_the_queue_counts_those_that_come_before() -> None:
    now = timezone.now()
    for pages in (20, 2, 10):
        document = ordered_document(pages=pages)
        admission.start(document_id=document.pk, payment_id=document.payments.get().pk, now=now)
    admission.start_outline(document_id=DocumentFactory.create(state=DocumentState.OUTLINING).pk, now=now)

    def places() -> dict[int, int | None]:
        orders = Document.objects.filter(jobs__kind=JobKind.DOCUMENT)
        return {document.pages: snapshots.snapshot(document.pk)["place"] for document in orders}

    assert places() == {2: 1, 10: 2, 20: 3}
    (claim,) = [claim for claim in queue.claim(limit=2, worker="test") if claim.stage == Stage.RESEARCH]
    pipeline.begin(claim=claim)
    assert places() == {2: None, 10: 1, 20: 2}


def test_the_sweeper_finds_paid_documents_and_wished_outlines_without_a_job() -> None:
    paid = ordered_document()
    wished = DocumentFactory.create(state=DocumentState.OUTLINING)
    assert admission.sweep() == 2
    assert set(Job.objects.values_list("document_id", "kind")) == {(paid.pk, "document"), (wished.pk, "outline")}
    assert admission.sweep() == 0


def test_an_order_that_cannot_be_started_does_not_hold_up_the_others() -> None:
    """As one that somebody put right by hand and left with a job that has ended."""
    stuck = ordered_document()
    Job.objects.create(kind=JobKind.DOCUMENT, document=stuck, sort_key=0, state=JobState.SUCCEEDED)
    others = {ordered_document().pk for _ in range(3)}
    nudge_lost_work()
    assert set(Job.objects.filter(state=JobState.QUEUED).values_list("document_id", flat=True)) == others


def test_an_outline_that_is_asked_for_opens_one_job(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    document = DocumentFactory.create()
    with django_capture_on_commit_callbacks(execute=True):
        outline.request(document_id=document.pk, by=document.owner)
    admission.start_outline(document_id=document.pk)
    assert Job.objects.get().kind == JobKind.OUTLINE
    admission.start_outline(document_id=DocumentFactory.create().pk)
    assert Job.objects.count() == 1


def test_too_many_outlines_in_a_day_are_refused_in_words(settings: Settings) -> None:
    owner = UserFactory.create()
    for other in DocumentFactory.create_batch(2, owner=owner):
        outline.request(document_id=other.pk, by=owner)
        settings.OUTLINES_PER_DAY = 1  # lowered between the door and the start
        admission.start_outline(document_id=other.pk)
        settings.OUTLINES_PER_DAY = 30
    other.refresh_from_db()
    assert other.state == DocumentState.DRAFT
    assert "tomorrow" in other.outline_error
    assert Job.objects.count() == 1


def test_a_job_moves_only_as_it_may() -> None:
    start(ordered_document())
    job, now = Job.objects.get(), timezone.now()
    assert jobs.move(job_id=job.pk, to=JobState.RUNNING, now=now)
    assert not jobs.move(job_id=job.pk, to=JobState.RUNNING, now=now)
    assert jobs.move(job_id=job.pk, to=JobState.SUCCEEDED, now=now)
    with pytest.raises(jobs.IllegalJobMove):
        jobs.move(job_id=job.pk, to=JobState.FAILED, now=now)
    assert list(job.events.values_list("what", flat=True)) == ["queued", "running", "succeeded"]


@pytest.mark.parametrize("by_sweep", [True, False])
@pytest.mark.parametrize(
    "change",
    [{"pages": 200}, {"state": DocumentState.DRAFT}, {"state": DocumentState.OUTLINING}],
    ids=["pages", "brief", "outline"],
)
def test_an_order_changed_while_it_was_paid_is_refunded_and_not_written(
    change: dict[str, object], by_sweep: bool
) -> None:
    document = ordered_document(pages=4)
    # The settlement has committed, its signal is late or lost, and the owner has saved something else.
    Document.objects.filter(pk=document.pk).update(**change)
    if by_sweep:
        admission.sweep()
        admission.sweep()
    else:
        start(document)
    payment = document.payments.get()
    assert (payment.state, payment.refunded_amount) == (PaymentState.REFUNDED, payment.amount)
    assert payment.refunds.get().cause == "order_changed"
    assert not Job.objects.filter(kind=JobKind.DOCUMENT).exists()


def test_the_daily_limit_of_outlines_outlives_thrown_away_drafts(settings: Settings) -> None:
    settings.OUTLINES_PER_DAY = 2
    owner = UserFactory.create()
    made = 0
    for _ in range(4):
        document = DocumentFactory.create(owner=owner)
        with suppress(Refused):
            outline.request(document_id=document.pk, by=owner)
        admission.start_outline(document_id=document.pk)
        made += Job.objects.filter(document=document).exists()
        Document.objects.filter(pk=document.pk).update(state=DocumentState.DRAFT)
        briefs.delete(document_id=document.pk, by=owner)
    assert made == 2


def test_an_outline_too_many_is_refused_in_its_owners_words_by_a_sweep(settings: Settings) -> None:
    settings.OUTLINES_PER_DAY = 1
    draft = DocumentFactory.create(owner=UserFactory.create(language="de"))
    outline.request(document_id=draft.pk, by=draft.owner)
    settings.OUTLINES_PER_DAY = 0
    admission.sweep()
    draft.refresh_from_db()
    assert "0 Gliederungen" in draft.outline_error


def test_an_outline_ends_when_its_draft_is_thrown_away(
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    draft = DocumentFactory.create()
    outline.request(document_id=draft.pk, by=draft.owner)
    admission.start_outline(document_id=draft.pk)
    with django_capture_on_commit_callbacks(execute=True):
        shelving.throw_away(document_id=draft.pk, by=draft.owner)
    job = Job.objects.get()
    assert (job.state, job.failure) == (JobState.FAILED, "thrown away")
    shelving.bring_back(document_id=draft.pk, by=draft.owner)
    draft.refresh_from_db()
    assert (draft.state, draft.outline_error) == (DocumentState.DRAFT, "")


@pytest.mark.parametrize("state", [DocumentState.OUTLINING, DocumentState.OUTLINED])
def test_nothing_is_begun_for_a_draft_that_is_thrown_away(state: DocumentState) -> None:
    draft = DocumentFactory.create(state=state, thrown_away_at=timezone.now())
    admission.start_outline(document_id=draft.pk)
    admission.start_search(document_id=draft.pk)
    assert admission.sweep() == 0
    assert not Job.objects.exists()


def test_what_was_spent_stays_when_the_outline_is_made_anew() -> None:
    document = ordered_document()
    start(document)
    job = Job.objects.get()
    step = Step.objects.create(job=job, stage=Stage.WRITE, section=document.sections.first(), sort_key=0)
    model = AIModel.objects.first()
    attempt = Attempt.objects.create(
        job=job, step=step, model=model, provider=model.provider, model_name=model.name, purpose="write",
        idempotency_key=uuid.uuid4(),
    )  # fmt: skip
    document.sections.all().delete()
    attempt.refresh_from_db()
    assert (attempt.job, attempt.step) == (job, None)
