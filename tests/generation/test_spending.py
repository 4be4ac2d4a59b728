"""What was spent: by UTC day, model and document, as numbers, as charts and as a page (R-20, R-21, R-22)."""

import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from pytest_django import DjangoAssertNumQueries, Settings

from documents.models import Document
from generation.admin import stacks
from generation.ai import breaker, keys
from generation.enums import JobKind, JobState, Outcome, Provider, Scope
from generation.models import Attempt, Budget, BudgetUse, Job
from generation.spending.overview import Day, dearest_documents, spending
from generation.spending.periods import period_of
from tests.documents.factories import DocumentFactory
from tests.generation.staff import sign_in

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def job_of(document: Document | None = None, **fields: Any) -> Job:
    """A finished job."""
    values = {"kind": JobKind.DOCUMENT, "state": JobState.SUCCEEDED, "sort_key": 0, "created_at": NOW}
    return Job.objects.create(document=document or DocumentFactory.create(), **values | fields)


def call(job: Job, at: datetime, cost: str, *, model: str = "alpha", **fields: Any) -> Attempt:
    """A call that was made and paid for."""
    values: dict[str, Any] = {"outcome": Outcome.SUCCEEDED, "input_tokens": 100, "output_tokens": 10}
    return Attempt.objects.create(
        job=job, provider=Provider.OPENAI, model_name=model, purpose="write", idempotency_key=uuid.uuid4(),
        started_at=at, cost=Decimal(cost), **values | fields,
    )  # fmt: skip


@pytest.mark.django_db
class TestByDayAndModel:
    def test_every_day_is_there_oldest_first_and_days_are_those_of_utc(self) -> None:
        job = job_of()
        midnight = datetime(2026, 11, 20, tzinfo=UTC)
        call(job, midnight - timedelta(seconds=1), "1")
        call(job, midnight, "2")
        call(job, midnight + timedelta(hours=23), "4", model="beta")
        spent = spending(now=NOW)
        assert len(spent.days) == 30
        assert (spent.days[0].day, spent.days[-1].day) == (date(2026, 10, 23), date(2026, 11, 21))
        assert [day.total for day in spent.days[-3:]] == [1, 6, 0]
        assert spent.days[-2].euros == {"alpha": 2, "beta": 4}
        assert spent.total == 7

    def test_what_is_older_or_still_to_come_does_not_count(self) -> None:
        job = job_of()
        call(job, NOW - timedelta(days=30), "1")
        call(job, NOW + timedelta(hours=1), "1")
        assert spending(now=NOW).total == 0

    def test_models_come_dearest_first_with_what_failed_and_what_was_lost(self) -> None:
        job = job_of()
        call(job, NOW, "1")
        call(job, NOW - timedelta(days=1), "0", outcome=Outcome.TIMEOUT)
        call(job, NOW, "0", outcome=Outcome.ABANDONED, reserved_cost=Decimal("0.25"))
        call(job, NOW, "0", outcome=Outcome.INTENT, reserved_cost=Decimal(9))
        call(job, NOW, "3", model="beta")
        beta, alpha = spending(now=NOW).models
        assert (beta.name, beta.euros, beta.calls, beta.failed) == ("beta", 3, 1, 0)
        assert (alpha.euros, alpha.calls, alpha.failed, alpha.lost_euros) == (1, 4, 2, Decimal("0.25"))
        assert (alpha.input_tokens, alpha.output_tokens) == (400, 40)


@pytest.mark.django_db
class TestByDocument:
    def test_the_dearest_come_first_with_all_their_jobs_and_their_estimates(self) -> None:
        dear, cheap = DocumentFactory.create(pages=9), DocumentFactory.create()
        job_of(cheap, cost=Decimal("0.5"))
        job_of(dear, cost=Decimal("2"), estimated_cost=Decimal("1.5"), estimated_tokens=100, output_tokens=120)
        job_of(dear, kind=JobKind.OUTLINE, cost=Decimal("0.25"), estimated_cost=Decimal("0.5"), input_tokens=30)
        first, second = dearest_documents(now=NOW)
        assert (first.document_id, first.euros, first.estimated_euros) == (dear.pk, Decimal("2.25"), 2)
        assert (first.tokens, first.estimated_tokens, first.pages) == (150, 100, 9)
        assert first.percent_of_estimate == 112
        assert second.percent_of_estimate is None

    def test_there_are_no_more_than_twenty_and_none_that_is_old(self) -> None:
        for number in range(22):
            job_of(cost=Decimal(number))
        job_of(cost=Decimal(99), created_at=NOW - timedelta(days=40))
        assert [one.euros for one in dearest_documents(now=NOW)] == list(range(21, 1, -1))


class TestCharts:
    def test_a_stack_is_as_high_as_its_sum_however_it_is_cut(self) -> None:
        thirds = {name: Decimal(1) / 3 for name in "abcdef"}
        days = [Day(date(2026, 11, 1), thirds), Day(date(2026, 11, 2), {"a": Decimal(2)}), Day(date(2026, 11, 3), {})]
        drawn = stacks.columns(days, stacks.series_of("abcdef"))
        first, second = ([piece for piece in drawn.shapes if f"{day} Nov" in piece.title] for day in (1, 2))
        assert abs(sum(piece.height for piece in first) - second[0].height) <= 1
        assert [piece.y + piece.height for piece in first] == [drawn.lines[0].y, *(piece.y for piece in first[:-1])]
        assert len(drawn.shapes) == 7

    def test_more_models_than_colours_share_the_last(self) -> None:
        assert list(stacks.series_of("abcdefgh").values()) == [1, 2, 3, 4, 5, 6, 6, 6]


def shown(client: Client, name: str = "spending") -> str:
    """The page as staff get it."""
    answer = client.get(reverse(f"admin:generation_{name}"))
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


@pytest.mark.django_db
class TestPage:
    @pytest.mark.parametrize("count", [1, 100])
    def test_it_costs_the_same_queries_for_one_row_and_for_a_hundred(
        self, client: Client, count: int, django_assert_num_queries: DjangoAssertNumQueries
    ) -> None:
        now = timezone.now()
        for number in range(count):
            job = job_of(created_at=now, cost=Decimal("0.1"), estimated_cost=Decimal("0.2"))
            call(job, now - timedelta(days=number % 30), "0.1", model=f"model-{number % 9}")
        sign_in(client)
        shown(client)
        with django_assert_num_queries(12):
            shown(client)

    def test_it_is_drawn_on_the_server_for_eyes_and_ears_without_inline_styles(self, client: Client) -> None:
        now = timezone.now()
        job = job_of(created_at=now, cost=Decimal("1.5"), estimated_cost=Decimal(1))
        call(job, now, "1.5", model="<b>alpha</b>")
        sign_in(client)
        page = shown(client)
        assert "style=" not in page
        assert "<style" not in page
        assert '<title id="columns-title">' in page
        assert '<desc id="columns-desc">' in page
        assert "&lt;b&gt;alpha&lt;/b&gt; €1.50" in page
        assert "<b>alpha</b>" not in page
        assert "150 %" in page
        assert 'data-hx-trigger="every 5s"' in page
        assert "Look again" in page

    def test_nothing_spent_is_a_page_too(self, client: Client) -> None:
        sign_in(client)
        page = shown(client)
        assert "No model was asked." in page
        assert "€0.00 in 30 days" in page

    def test_budgets_are_bars_with_what_is_spent_reserved_and_allowed(self, client: Client) -> None:
        Budget.objects.filter(scope=Scope.HOUSE_DAY).update(euros=Decimal(100))
        Budget.objects.filter(scope=Scope.HOUSE_MONTH).delete()
        job = job_of(state=JobState.RUNNING)
        today = period_of(Scope.HOUSE_DAY, timezone.now())
        for scope, subject, period in ((Scope.HOUSE_DAY, "", today), (Scope.JOB, str(job.pk), "")):
            BudgetUse.objects.create(
                scope=scope, subject=subject, period=period, spent_euros=Decimal(80), reserved_euros=Decimal(5)
            )
        sign_in(client)
        live = shown(client, "spending_live")
        assert '<rect class="spent" width="80" height="10"/><rect class="reserved" x="80" width="5"' in live
        assert '<span class="level" data-level="near">85 %</span>' in live
        assert "no limit" in live
        assert reverse("admin:generation_job_change", args=[job.pk]) in live

    def test_a_key_whose_breaker_opened_is_shown_open(self, client: Client) -> None:
        sign_in(client)
        assert "failing, not asked" not in shown(client, "spending_live")
        key = keys.configured(Provider.OPENAI)[0]
        for number in range(5):
            breaker.report(key, call=str(number), outcome=Outcome.SERVER_ERROR)
        live = shown(client, "spending_live")
        assert "failing, not asked" in live
        assert "OpenAI · #1" in live
        assert key.value not in live

    def test_it_is_for_staff_who_may_see_calls(self, client: Client) -> None:
        assert client.get(reverse("admin:generation_spending")).status_code == 302
        sign_in(client, "view_aimodel")
        for name in ("spending", "spending_live"):
            assert client.get(reverse(f"admin:generation_{name}")).status_code == 403

    def test_it_is_linked_from_the_index_the_app_and_the_models(self, client: Client) -> None:
        sign_in(client)
        link = f'href="{reverse("admin:generation_spending")}"'
        for page in ("admin:index", "admin:generation_aimodel_changelist"):
            assert link in client.get(reverse(page)).content.decode()
        assert link in client.get(reverse("admin:app_list", args=["generation"])).content.decode()
        assert link not in client.get(reverse("admin:app_list", args=["billing"])).content.decode()

    def test_it_is_still_there_when_redis_is_away(self, client: Client, settings: Settings) -> None:
        sign_in(client)
        settings.REDIS_URL = "redis://127.0.0.1:1/0"
        assert "OpenAI · #1" in shown(client)
