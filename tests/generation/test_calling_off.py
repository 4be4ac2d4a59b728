"""An order that its owner stops: until a section is taken to be written, and never both (R-05, R-14)."""

import pytest
from django.db.models import F
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from accounts.errors import QuotaReached
from accounts.models import DailyUse, User
from billing.domain import refunds
from billing.enums import Movement, PaymentState, RedemptionState, RefundState
from billing.models import Booking, Payment, PromoCode, Redemption, Refund
from documents.domain import outline
from documents.enums import DocumentState
from documents.models import Document, DocumentEvent
from generation.engine import admission, calling_off, queue
from generation.enums import JobState, Stage, StepState
from generation.errors import WritingBegan
from generation.models import Job, Step
from privacy.models import AuditEvent
from tests.api.calling import Program, kind_of, program_of
from tests.billing.concurrently import together
from tests.documents.test_views import student_with_consent, words
from tests.generation.making import ordered_document, pay, work_on

pytestmark = pytest.mark.django_db


@pytest.fixture
def student() -> User:
    return student_with_consent()


@pytest.fixture
def browser(student: User, client: Client) -> Client:
    client.force_login(student)
    return client


@pytest.fixture
def program(student: User) -> Program:
    return program_of(student)


def ordered(owner: User) -> Document:
    document = ordered_document(owner=owner)
    start(document)
    return document


def start(document: Document) -> None:
    admission.start(document_id=document.pk, payment_id=document.payments.latest("created_at").pk)
    document.refresh_from_db()


def research_done(document: Document) -> None:
    """Sources are gathered, and nobody has taken a section yet."""
    job = Job.objects.get(document=document)
    Step.objects.filter(job=job).update(state=StepState.DONE, token=1)
    queue.add(
        job_id=job.pk, sort_key=0, stage=Stage.WRITE, sections=[section.pk for section in outline.leaves(document)]
    )


def assert_stopped(document: Document) -> None:
    document.refresh_from_db()
    assert (document.state, document.progress) == (DocumentState.OUTLINED, 0)
    payment = Payment.objects.get(document=document)
    assert (payment.state, payment.refunded_amount) == (PaymentState.REFUNDED, payment.amount)
    refund = Refund.objects.get()
    assert (refund.cause, refund.amount) == (refunds.STOPPED_BY_OWNER, payment.amount)
    assert refund.due_at is not None
    assert Job.objects.get(document=document).state == JobState.FAILED
    assert not Step.objects.filter(state__in=[StepState.READY, StepState.CLAIMED]).exists()


def test_an_order_is_stopped_before_its_turn_and_its_money_goes_back(browser: Client, student: User) -> None:
    document = ordered(student)
    shown = words(browser.get(reverse("generation:progress", args=[document.pk])))
    assert "Stop this order" in shown
    address = reverse("generation:stop", args=[document.pk])
    assert "everything you paid for it goes back" in words(browser.get(address))
    assert document.state == DocumentState.QUEUED
    answer = browser.post(address, follow=True)
    assert answer.redirect_chain[-1][0] == reverse("documents:outline", args=[document.pk])
    assert "The order is stopped." in words(answer)
    assert_stopped(document)
    assert Refund.objects.get().actor_id == student.pk
    (booking,) = Booking.objects.filter(movement=Movement.REFUND_OPENED)
    assert sorted(booking.entries.values_list("cents", flat=True)) == [-100, 100]
    assert AuditEvent.objects.filter(action="order.stopped", actor_id=student.pk).count() == 1
    assert DocumentEvent.objects.latest("id").cause == "order stopped by its owner"
    fragment = browser.get(reverse("generation:progress-fragment", args=[document.pk]))
    assert "This order is stopped" in words(fragment)


def test_what_was_stopped_is_not_started_again_and_can_be_ordered_anew(student: User) -> None:
    document = ordered(student)
    calling_off.stop(document_id=document.pk, by=student)
    assert admission.sweep() == 0
    start(document)
    assert document.state == DocumentState.OUTLINED
    pay(document)
    start(document)
    assert document.state == DocumentState.QUEUED


@pytest.mark.parametrize("state", [PaymentState.DISPUTED, PaymentState.SUCCEEDED, PaymentState.PARTIALLY_REFUNDED])
def test_money_that_came_to_us_again_starts_nothing(student: User, state: PaymentState) -> None:
    """A refund that a bank refuses, since its charge is disputed, leaves a payment that is paid once more."""
    document = ordered(student)
    calling_off.stop(document_id=document.pk, by=student)
    Refund.objects.update(state=RefundState.FAILED)
    Payment.objects.update(state=state, refunded_amount=0)
    assert admission.sweep() == 0
    assert not admission.start_paid(document_id=document.pk)
    document.refresh_from_db()
    assert document.state == DocumentState.OUTLINED
    assert not Job.objects.exclude(state=JobState.FAILED).exists()


def test_a_disputed_order_is_not_started(student: User) -> None:
    document = ordered_document(owner=student)
    Document.objects.filter(pk=document.pk).update(frozen_at=document.created_at)
    assert admission.sweep() == 0
    start(document)
    assert document.state == DocumentState.OUTLINED
    Document.objects.filter(pk=document.pk).update(frozen_at=None)
    assert admission.sweep() == 1
    document.refresh_from_db()
    assert document.state == DocumentState.QUEUED


def test_a_code_may_be_used_again(student: User) -> None:
    document = ordered(student)
    code, payment = PromoCode.objects.create(code="SPRING", percent=10), document.payments.get()
    redemption = Redemption.objects.create(promo_code=code, payment=payment, user=student, state=RedemptionState.USED)
    calling_off.stop(document_id=document.pk, by=student)
    assert Redemption.objects.get(pk=redemption.pk).state == RedemptionState.RELEASED


@pytest.mark.parametrize("state", [DocumentState.QUEUED, DocumentState.WRITING])
def test_trying_again_is_no_way_out_of_an_order(
    browser: Client, program: Program, student: User, state: DocumentState
) -> None:
    """An old tab of a document that had failed: its job would go on, and nothing could end it."""
    document = ordered(student)
    Document.objects.filter(pk=document.pk).update(state=state)
    browser.post(reverse("generation:try-again", args=[document.pk]))
    assert kind_of(program("POST", f"/api/v1/documents/{document.pk}/try-again", {})) == "not-failed"
    document.refresh_from_db()
    assert document.state == state


def test_the_library_says_that_a_stopped_order_is_to_be_ordered_anew(browser: Client, student: User) -> None:
    document = ordered(student)
    Document.objects.filter(pk=document.pk).update(ordered_at=document.created_at)
    calling_off.stop(document_id=document.pk, by=student)
    shown = words(browser.get(reverse("documents:library")))
    assert "no payment for it has arrived" not in shown
    assert "The outline is ready and not ordered yet." in shown


def test_gathering_sources_is_taken_away_from_its_worker(student: User) -> None:
    document = ordered(student)
    (claim,) = queue.claim(limit=1, worker="w")
    calling_off.stop(document_id=document.pk, by=student)
    work_on([claim])
    assert_stopped(document)


@pytest.mark.parametrize("handed_back", [False, True])
def test_once_a_section_was_taken_it_is_too_late(browser: Client, student: User, handed_back: bool) -> None:
    document = ordered(student)
    research_done(document)
    assert calling_off.may_stop(document)
    (claim,) = queue.claim(limit=1, worker="w")
    if handed_back:
        queue.hand_back(claim=claim)
    assert not calling_off.may_stop(document)
    address = reverse("generation:stop", args=[document.pk])
    assert "Stop it and get the money back" not in words(browser.get(address))
    assert "can no longer be stopped" in words(browser.post(address, follow=True))
    assert not Refund.objects.exists()
    assert not DailyUse.objects.filter(what=calling_off.QUOTA).exists()
    assert Payment.objects.get().state == PaymentState.SUCCEEDED


def test_what_waits_for_nothing_or_is_disputed_cannot_be_stopped(student: User) -> None:
    document = ordered(student)
    other = ordered_document(owner=student)
    Document.objects.filter(pk=document.pk).update(frozen_at="2026-11-30T00:00Z")
    document.refresh_from_db()
    for one in (document, other):
        assert not calling_off.may_stop(one)
        with pytest.raises(WritingBegan):
            calling_off.stop(document_id=one.pk, by=student)
    assert not Refund.objects.exists()


def test_no_order_ends_without_its_money_on_the_way_back(student: User) -> None:
    """Staff gave it back at Stripe, and we have just heard of it."""
    document = ordered(student)
    Payment.objects.update(state=PaymentState.REFUNDED, refunded_amount=F("amount"))
    with pytest.raises(WritingBegan):
        calling_off.stop(document_id=document.pk, by=student)
    document.refresh_from_db()
    assert document.state == DocumentState.QUEUED


def test_one_person_stops_only_so_many_in_a_day(browser: Client, student: User, settings: Settings) -> None:
    settings.ORDERS_STOPPED_PER_DAY = 1
    first, second = ordered(student), ordered(student)
    calling_off.stop(document_id=first.pk, by=student)
    with pytest.raises(QuotaReached):
        calling_off.stop(document_id=second.pk, by=student)
    assert "limit for today" in words(browser.post(reverse("generation:stop", args=[second.pk]), follow=True))
    second.refresh_from_db()
    assert second.state == DocumentState.QUEUED


def test_programs_do_the_same(program: Program, student: User, settings: Settings) -> None:
    settings.ORDERS_STOPPED_PER_DAY = 1
    document, late = ordered(student), ordered(student)
    path = f"/api/v1/documents/{document.pk}/stop"
    assert program.post(path, {}).json() == {"document_id": str(document.pk), "state": "outlined"}
    assert kind_of(program.post(path, {})) == "writing-began"
    assert kind_of(program.post(f"/api/v1/documents/{late.pk}/stop", {})) == "quota-reached"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("_time", range(3))
def test_of_a_worker_and_its_owner_exactly_one_wins(student: User, _time: int) -> None:
    document = ordered(student)
    research_done(document)

    def stopped() -> bool:
        try:
            calling_off.stop(document_id=document.pk, by=student)
        except WritingBegan:
            return False
        return True

    def taken() -> bool:
        return bool(queue.claim(limit=1, worker="w"))

    is_stopped, is_taken = together([stopped, taken])
    assert is_stopped != is_taken
    if is_stopped:
        assert_stopped(document)
    else:
        assert not Refund.objects.exists()
        assert Step.objects.filter(stage=Stage.WRITE, state=StepState.CLAIMED).count() == 1


@pytest.mark.django_db(transaction=True)
def test_stopped_twice_at_once_it_is_given_back_once(student: User) -> None:
    document = ordered(student)

    def stop() -> None:
        calling_off.stop(document_id=document.pk, by=student)

    results = together([stop, stop])
    assert sorted(map(type, results), key=str) == sorted([type(None), WritingBegan], key=str)
    assert_stopped(document)
