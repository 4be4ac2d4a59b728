"""What staff see of the writing: models to change, jobs as a timeline, attempts."""

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries

from accounts.models import User
from generation.domain import admission, attempts
from generation.enums import Outcome
from generation.models import AIModel, Job, Step
from tests.generation.making import ordered_document

pytestmark = pytest.mark.django_db


@pytest.fixture
def staff(client: Client, settings) -> Client:
    """A signed-in superuser, past the second factor."""
    user = User.objects.create_superuser("staff@example.org", "correct horse battery")
    settings.MIDDLEWARE = [name for name in settings.MIDDLEWARE if "consent" not in name.lower()]
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


def job_with_a_call() -> Job:
    document = ordered_document()
    admission.start(document_id=document.pk, payment_id=document.payments.get().pk)
    job = Job.objects.get(document=document)
    model = AIModel.objects.first()
    assert model is not None
    step = Step.objects.get(job=job)
    attempt = attempts.intend(
        job_id=job.pk,
        step_id=step.pk,
        model=model,
        purpose="queries",
        idempotency_key=document.pk,
        expected=attempts.Usage(input_tokens=1_000, output_tokens=1_000),
        key_place=1,
    )
    usage = attempts.Usage(input_tokens=1_200, output_tokens=300)
    attempts.settle(attempt=attempt, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1_500, usage=usage)
    return job


def test_a_job_is_shown_as_a_timeline_with_its_calls(staff: Client) -> None:
    job = job_with_a_call()
    page = staff.get(reverse("admin:generation_job_change", args=[job.pk]))
    assert page.status_code == 200
    text = page.content.decode()
    for words in ("Gathering the sources", "queries", "1,200 + 300", "answered", "queued"):
        assert words in text
    assert "{" not in text.split("<table>")[1].split("</table>")[0]


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_jobs_asks_the_same_number_of_queries(
    staff: Client, django_assert_num_queries: DjangoAssertNumQueries, count: int
) -> None:
    for _ in range(count):
        job_with_a_call()
    staff.get(reverse("admin:generation_job_changelist"))
    with django_assert_num_queries(6):
        page = staff.get(reverse("admin:generation_job_changelist"))
    assert page.status_code == 200


def test_attempts_can_be_read_and_not_changed(staff: Client) -> None:
    job_with_a_call()
    page = staff.get(reverse("admin:generation_attempt_changelist"))
    assert page.status_code == 200
    assert "queries" in page.content.decode()
    assert staff.get(reverse("admin:generation_attempt_add")).status_code == 403


def test_staff_switch_a_model_off_and_move_it_in_the_chain(staff: Client) -> None:
    page = staff.get(reverse("admin:generation_aimodel_changelist"))
    assert page.status_code == 200
    model = AIModel.objects.order_by("position").first()
    assert model is not None
    values = {
        "provider": model.provider,
        "name": model.name,
        "input_price": "1.5",
        "output_price": "9",
        "context_tokens": "400000",
        "max_output_tokens": "128000",
        "position": "99",
    }
    answer = staff.post(reverse("admin:generation_aimodel_change", args=[model.pk]), values)
    assert answer.status_code == 302
    model.refresh_from_db()
    assert (model.enabled, model.position) == (False, 99)
