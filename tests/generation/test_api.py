"""Outlines, whole works, jobs and the house's figures for programs (R-21, R-24, R-42, R-58)."""

from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
from django.conf import settings as django_settings
from django.contrib.auth.models import Group
from django.utils import timezone
from pytest_django import DjangoCaptureOnCommitCallbacks

from accounts.enums import ApiScope
from accounts.models import User
from billing.domain import ledger
from billing.enums import Movement, PaymentState
from documents import gates
from documents.domain import outline
from documents.enums import DocumentState, UploadState
from documents.gates import NotNow
from documents.models import Document, Upload
from generation.ai import chains
from generation.enums import JobKind, JobState, Purpose, Wait
from generation.flags import WHOLE_ORDERS
from generation.models import AIModel, Attempt, ChainPlace, Job, ModelDay, WholeOrder, WriterChoice
from generation.spending import estimates
from tesigo.platform import flags
from tesigo.platform.models import Flag, FlagState
from tests.api.calling import Program, kind_of, program_of, with_token
from tests.documents.factories import DocumentFactory, UserFactory, outlined_document
from tests.documents.test_views import student_with_consent
from tests.generation.making import pay

pytestmark = pytest.mark.django_db
API = "/api/v1"
WORK = {"title": "How lighthouses were kept", "pages": 4, "requirements": "Compare two countries."}


@pytest.fixture
def student() -> User:
    return student_with_consent()


@pytest.fixture
def program(student: User) -> Program:
    return program_of(student)


@pytest.fixture
def order(program: Program, django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks) -> Any:
    def send(path: str, body: Any, key: str = "") -> Any:
        with django_capture_on_commit_callbacks(execute=True):
            return program.post(f"{API}/generate/{path}", body, Idempotency_Key=key or uuid4().hex)

    return send


def status_of(program: Program, job_id: object) -> Any:
    answer = program.get(f"{API}/jobs/{job_id}/status")
    assert answer.status_code == 200, answer.content
    return answer.json()


def second_model() -> AIModel:
    """A model that stands behind the first in the chain of writing."""
    first = chains.offered_writers()[0]
    model = AIModel.objects.create(
        provider=first.provider, name="a-second-model", input_price=1, output_price=3, context_tokens=100_000,
        max_output_tokens=8_000,
    )  # fmt: skip
    ChainPlace.objects.create(purpose=Purpose.WRITING, model=model, position=900)
    return model


# --- an outline -------------------------------------------------------------------------------------------------


def test_an_outline_is_asked_for_and_its_job_told(order: Any, program: Program, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    begun = order("outline", {"document_id": str(document.pk), "wish": "more history"})
    assert begun.status_code == 202, begun.content
    said = begun.json()
    job = Job.objects.get(document=document, kind=JobKind.OUTLINE)
    assert (said["job_id"], said["document_id"], said["status"]) == (str(job.pk), str(document.pk), "queued")
    assert said["check_url"].endswith(f"{API}/jobs/{job.pk}/status")
    assert begun.headers["Location"] == said["check_url"]
    document.refresh_from_db()
    assert (document.state, document.outline_wish) == (DocumentState.OUTLINING, "more history")
    status = status_of(program, job.pk)
    assert (status["kind"], status["status"], status["progress"]) == ("outline", "queued", 0)
    Job.objects.filter(pk=job.pk).update(state=JobState.SUCCEEDED, finished_at=timezone.now())
    assert status_of(program, job.pk)["status"] == "succeeded"


def test_the_same_wish_sent_twice_is_one_job(order: Any, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    key, wish = uuid4().hex, {"document_id": str(document.pk)}
    first, again = order("outline", wish, key), order("outline", wish, key)
    assert again.json() == first.json()
    assert again.headers["Idempotent-Replayed"] == "true"
    assert order("outline", wish).json()["job_id"] == first.json()["job_id"], "one is on its way"
    assert Job.objects.count() == 1


def test_files_are_read_before_an_outline_is_made(order: Any, student: User) -> None:
    document = DocumentFactory.create(owner=student)
    Upload.objects.create(document=document, purpose="source", name="a.pdf", state=UploadState.EXTRACTING)
    answer = order("outline", {"document_id": str(document.pk)})
    assert answer.status_code == 409
    assert kind_of(answer) == "files-being-read"
    assert "Retry-After" in answer.headers


@pytest.mark.parametrize(("is_personal", "status"), [(True, 429), (False, 503)])
def test_a_gate_that_is_shut_is_told(order: Any, student: User, is_personal: bool, status: int) -> None:
    document = DocumentFactory.create(owner=student)
    gates.outlines.register("test", lambda _d: NotNow("Not now.", timedelta(minutes=5), is_personal=is_personal))
    try:
        answers = [order("outline", {"document_id": str(document.pk)}), order("document-async", WORK)]
    finally:
        gates.outlines.unregister("test")
    for answer in answers:
        assert answer.status_code == status
        assert answer.headers["Retry-After"] == "300"
    assert Document.objects.count() == 1, "a whole work that may not begin leaves no draft"
    assert not WholeOrder.objects.exists()


def test_outlines_of_a_day_are_bounded(order: Any, student: User, settings: Any) -> None:
    settings.OUTLINES_PER_DAY = 1
    first, second = DocumentFactory.create_batch(2, owner=student)
    assert order("outline", {"document_id": str(first.pk)}).status_code == 202
    assert kind_of(order("outline", {"document_id": str(second.pk)})) == "allowance-used-up"


def test_somebody_elses_document_gets_no_outline(order: Any) -> None:
    theirs = DocumentFactory.create()
    assert order("outline", {"document_id": str(theirs.pk)}).status_code == 404
    assert order("outline", {"document_id": "nonsense"}).status_code == 400
    assert not Job.objects.exists()


# --- a whole work -----------------------------------------------------------------------------------------------


def test_a_whole_work_waits_for_its_payment_and_is_never_written_without(
    order: Any, program: Program, student: User
) -> None:
    begun = order("document-async", WORK)
    assert begun.status_code == 202, begun.content
    said = begun.json()
    document = Document.objects.get(owner=student)
    assert (said["document_id"], said["status"]) == (str(document.pk), "queued")
    assert (document.topic, document.pages, document.requirements) == (WORK["title"], 4, WORK["requirements"])
    status = status_of(program, said["job_id"])
    assert (status["kind"], status["status"], status["waits_for"]) == ("order", "queued", None)
    sections = [outline.ProposedSection("One"), outline.ProposedSection("Two")]
    outline.accept(document_id=document.pk, proposal=outline.Proposal("Lights", sections))
    status = status_of(program, said["job_id"])
    assert (status["status"], status["waits_for"]["what"]) == ("waiting", "payment")
    assert status["payment_url"] == f"{django_settings.SITE_URL}/documents/{document.pk}/price/"
    assert not Job.objects.filter(kind=JobKind.DOCUMENT).exists()
    assert said["payment_url"] == status["payment_url"]


def test_a_paid_work_goes_on_by_itself_to_its_end(
    order: Any,
    program: Program,
    student: User,
    django_capture_on_commit_callbacks: DjangoCaptureOnCommitCallbacks,
) -> None:
    job_id = order("document-async", WORK).json()["job_id"]
    document = Document.objects.get(owner=student)
    outline.accept(document_id=document.pk, proposal=outline.Proposal("Lights", [outline.ProposedSection("One")]))
    payment = pay(document)
    with django_capture_on_commit_callbacks(execute=True):
        from generation.engine import admission

        admission.start(document_id=document.pk, payment_id=payment.pk)
    status = status_of(program, job_id)
    assert (status["status"], status["payment_url"], status["document_state"]) == ("queued", None, "queued")
    job = Job.objects.get(kind=JobKind.DOCUMENT)
    Job.objects.filter(pk=job.pk).update(state=JobState.RUNNING, waits_for=Wait.BUDGET, waits_since=timezone.now())
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING, progress=40)
    status = status_of(program, job_id)
    assert (status["status"], status["progress"], status["waits_for"]["what"]) == ("waiting", 40, "budget")
    assert status_of(program, job.pk)["kind"] == "document"
    Job.objects.filter(pk=job.pk).update(
        state=JobState.SUCCEEDED, waits_for="", waits_since=None, finished_at=timezone.now()
    )
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    for one in (job_id, job.pk):
        status = status_of(program, one)
        assert (status["status"], status["progress"], status["document_id"]) == ("succeeded", 100, str(document.pk))
        assert status["finished_at"]


def test_an_order_that_fails_says_why(order: Any, program: Program, student: User) -> None:
    job_id = order("document-async", WORK).json()["job_id"]
    document = Document.objects.get(owner=student)
    outline.fail(document_id=document.pk, reason="No model answered.")
    assert (status_of(program, job_id)["status"], status_of(program, job_id)["failure"]) == (
        "failed", "No model answered.",
    )  # fmt: skip
    Document.objects.filter(pk=document.pk).update(outline_error="")
    assert status_of(program, job_id)["waits_for"]["what"] == "outline"
    Document.objects.filter(pk=document.pk).update(state=DocumentState.FAILED, failure="The models were away.")
    assert status_of(program, job_id)["failure"] == "The models were away."


def test_an_order_whose_job_is_still_to_be_opened_is_queued(order: Any, program: Program) -> None:
    """As after a lost signal: the sweep opens the job in a moment."""
    job_id = order("document-async", WORK).json()["job_id"]
    Job.objects.all().delete()
    status = status_of(program, job_id)
    assert (status["status"], status["started_at"], status["waits_for"]) == ("queued", None, None)


def test_money_that_is_on_its_way_is_not_asked_for_again(order: Any, program: Program, student: User) -> None:
    job_id = order("document-async", WORK).json()["job_id"]
    document = Document.objects.get(owner=student)
    outline.accept(document_id=document.pk, proposal=outline.Proposal("Lights", [outline.ProposedSection("One")]))
    payment = pay(document)
    type(payment).objects.filter(pk=payment.pk).update(state=PaymentState.PROCESSING)
    status = status_of(program, job_id)
    assert (status["waits_for"]["what"], status["payment_url"]) == ("money", None)


def test_a_page_of_stripes_that_is_open_is_where_to_pay(order: Any, program: Program, student: User) -> None:
    job_id = order("document-async", WORK).json()["job_id"]
    document = Document.objects.get(owner=student)
    outline.accept(document_id=document.pk, proposal=outline.Proposal("Lights", [outline.ProposedSection("One")]))
    payment = pay(document)
    type(payment).objects.filter(pk=payment.pk).update(
        state=PaymentState.PENDING, checkout_url="https://stripe.test/x", expires_at=timezone.now() + timedelta(hours=1)
    )
    assert status_of(program, job_id)["payment_url"] == "https://stripe.test/x"


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [({"title": ""}, "/title"), ({"pages": 500}, "/pages"), ({"model": "gpt-0"}, "/model"), ({"kind": "x"}, "/kind")],
)
def test_a_work_that_is_none_says_where(order: Any, wrong: dict[str, Any], pointer: str) -> None:
    answer = order("document-async", WORK | wrong)
    assert answer.status_code == 400
    assert [flaw["pointer"] for flaw in answer.json()["errors"]] == [pointer]
    assert not Document.objects.exists()


def test_a_whole_work_is_ordered_by_who_has_been_given_it(order: Any, student: User) -> None:
    """Rolled out by a flag: to everybody at first, held back by staff, given to people by name."""
    flags.forget()
    flag = Flag.objects.create(name=WHOLE_ORDERS.name, state=FlagState.PEOPLE)
    try:
        answer = order("document-async", WORK, key="mine")
        assert (answer.status_code, kind_of(answer)) == (403, "not-open-yet")
        assert not Document.objects.exists()
        flag.named.create(user=student)
        flags.forget()
        assert order("document-async", WORK, key="mine").status_code == 202
    finally:
        flags.forget()


def test_ordering_a_work_takes_a_scope_of_its_own(student: User) -> None:
    writer = with_token(student, ApiScope.DOCUMENTS_WRITE)
    answer = writer.post(f"{API}/generate/document-async", WORK, Idempotency_Key=uuid4().hex)
    assert kind_of(answer) == "insufficient-scope"


# --- the model that writes --------------------------------------------------------------------------------------


def test_the_writer_is_chosen_among_those_that_staff_offer(order: Any, program: Program, student: User) -> None:
    usual, other = chains.offered_writers()[0], second_model()
    assert [row["name"] for row in program.get(f"{API}/models").json()][-1] == other.name
    order("document-async", WORK | {"model": other.name})
    document = Document.objects.get(owner=student)
    path = f"{API}/documents/{document.pk}/model"
    assert (program.get(path).json()["model"], program.get(path).json()["is_chosen"]) == (other.name, True)
    seen = program.get(path).headers["ETag"]
    assert kind_of(program("PUT", path, {"model": None})) == "if-match-required"
    refused = program("PUT", path, {"model": "gpt-0"}, If_Match=seen)
    assert refused.status_code == 400
    assert other.name in refused.json()["errors"][0]["detail"]
    answer = program("PUT", path, {"model": None}, If_Match=seen)
    assert answer.json() == {
        "model": usual.name, "is_chosen": False, "offered": [model.name for model in chains.offered_writers()],
    }  # fmt: skip
    assert answer.headers["ETag"] == program.get(path).headers["ETag"]
    assert kind_of(program("PUT", path, {"model": other.name}, If_Match=seen)) == "changed-meanwhile"
    assert not WriterChoice.objects.exists()


def test_a_chosen_writer_counts_while_it_is_offered(student: User) -> None:
    usual, other = chains.offered_writers()[0], second_model()
    document = outlined_document(owner=student)
    before = estimates.estimate(document, kind=JobKind.DOCUMENT).cost
    chains.choose_writer(document_id=document.pk, model=other, by=student, now=timezone.now())
    assert chains.writer_of(document.pk) == other
    assert estimates.estimate(document, kind=JobKind.DOCUMENT).cost != before
    AIModel.objects.filter(pk=other.pk).update(enabled=False)
    assert chains.writer_of(document.pk) == usual


def test_the_writer_of_what_is_paid_for_stays(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    Document.objects.filter(pk=document.pk).update(state=DocumentState.WRITING)
    path = f"{API}/documents/{document.pk}/model"
    seen = program.get(path).headers["ETag"]
    answer = program("PUT", path, {"model": chains.offered_writers()[0].name}, If_Match=seen)
    assert kind_of(answer) == "not-editable"


# --- progress, and after a failure --------------------------------------------------------------------------------


def test_progress_in_detail_is_the_pages(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    said = program.get(f"{API}/documents/{document.pk}/progress").json()
    assert (said["document"], said["state"], len(said["sections"])) == (str(document.pk), "outlined", 4)


def test_only_what_has_failed_is_tried_again(program: Program, student: User) -> None:
    document = outlined_document(owner=student)
    path = f"{API}/documents/{document.pk}/try-again"
    Document.objects.filter(pk=document.pk).update(state=DocumentState.READY)
    assert kind_of(program.post(path, {})) == "not-failed"
    Document.objects.filter(pk=document.pk).update(state=DocumentState.FAILED)
    assert program.post(path, {}).json()["state"] == "outlined"


@pytest.mark.parametrize("of", ["others", "a draft thrown away"])
def test_jobs_of_others_are_not_there(program: Program, student: User, of: str) -> None:
    theirs = outlined_document()
    if of == "a draft thrown away":
        Document.objects.filter(pk=theirs.pk).update(owner=student, thrown_away_at=timezone.now())
    job = Job.objects.create(document=theirs, kind=JobKind.OUTLINE, sort_key=1)
    whole = WholeOrder.objects.create(document=theirs)
    for one in (job.pk, whole.pk, uuid4()):
        assert program.get(f"{API}/jobs/{one}/status").status_code == 404


# --- the house's figures ------------------------------------------------------------------------------------------


def staff(*roles: str) -> User:
    person: User = UserFactory.create(is_staff=True)
    person.groups.set(Group.objects.filter(name__in=roles))
    return person


def stats_for(person: User, **options: Any) -> Any:
    return with_token(person, ApiScope.STATS_READ, **options).get(f"{API}/admin/stats")


def test_figures_are_since_the_beginning(student: User) -> None:
    document = outlined_document(owner=student)
    job = Job.objects.create(
        document=document,
        kind=JobKind.DOCUMENT,
        sort_key=1,
        state=JobState.SUCCEEDED,
        input_tokens=900,
        output_tokens=100,
    )
    Attempt.objects.create(
        job=job, provider="openai", model_name="m", purpose="write", idempotency_key=uuid4(), input_tokens=900,
        output_tokens=100,
    )  # fmt: skip
    ModelDay.objects.create(
        day=date(2026, 1, 1), provider="openai", model_name="m", calls=3, failed=0, input_tokens=5_000,
        output_tokens=1_000, cached_tokens=0, cache_write_tokens=0, reasoning_tokens=0, cost=Decimal(1),
        lost=Decimal(0),
    )  # fmt: skip
    payment = pay(document)
    ledger.book(movement=Movement.PAID, payment=payment, amount=payment.amount, now=timezone.now())
    boss = UserFactory.create(is_staff=True, is_superuser=True)
    said = stats_for(boss, has_second_factor=True).json()
    assert said["tokens"] == {"total": 7_000, "average": 1_000, "documents": 1}
    assert said["revenue"] == {"gross": "2.00", "back": "0.00", "net": "2.00"}
    assert said["jobs"]["document"] == {"queued": 0, "running": 0, "succeeded": 1, "failed": 0}


def test_jobs_of_a_kind_that_only_a_newer_version_knows_are_left_out_of_the_figures(student: User) -> None:
    """While both versions run, until the older one ends."""
    Job.objects.create(document=outlined_document(owner=student), kind="slides", sort_key=1)
    said = stats_for(staff("AI operations"), has_second_factor=True).json()
    assert {kind: set(states.values()) for kind, states in said["jobs"].items()} == {
        "outline": {0}, "sources": {0}, "document": {0}, "rewriting": {0},
    }  # fmt: skip


def test_each_role_sees_its_own_figures() -> None:
    money = stats_for(staff("Finance"), has_second_factor=True).json()
    assert (money["tokens"], money["jobs"]) == (None, None)
    assert money["revenue"]["net"] == "0.00"
    work = stats_for(staff("AI operations"), has_second_factor=True).json()
    assert work["revenue"] is None
    assert work["tokens"]["total"] == 0


def test_figures_are_shut_to_everybody_else(student: User) -> None:
    assert stats_for(staff("Pricing"), has_second_factor=True).status_code == 404
    assert kind_of(stats_for(staff("Finance"))) == "second-factor-required"
    assert kind_of(stats_for(student)) == "insufficient-scope"
    assert kind_of(program_of(student).get(f"{API}/admin/stats")) == "insufficient-scope"
    assert Program().get(f"{API}/admin/stats").status_code == 401
