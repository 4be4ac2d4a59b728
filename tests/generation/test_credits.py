"""Credit bought at providers: counted down by what calls booked, told of at a fifth left and at none (R-26)."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, ProgrammingError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from generation.ai.question import Usage
from generation.enums import Outcome, Provider
from generation.models import AIModel, Attempt, Job, ProviderCredit
from generation.spending import attempts, credits, upkeep
from privacy.models import AuditEvent
from tests.billing.concurrently import at_once
from tests.documents.factories import UserFactory
from tests.generation.staff import sign_in
from tests.generation.test_budgets import intend, running
from tests.platform.alerting import alerts_away, told

MILLION = 1_000_000


@pytest.fixture
def model() -> AIModel:
    """One euro for a million tokens of output."""
    first = AIModel.objects.filter(enabled=True, provider=Provider.OPENAI).first()
    assert first is not None
    AIModel.objects.filter(pk=first.pk).update(input_price=1, output_price=1)
    first.refresh_from_db()
    return first


def buy(euros: str, *, provider: Provider = Provider.OPENAI, hours_ago: float = 0) -> ProviderCredit:
    credit = ProviderCredit(
        provider=provider, euros=Decimal(euros), bought_at=timezone.now() - timedelta(hours=hours_ago)
    )
    credits.buy(credit=credit, by=UserFactory.create(is_staff=True))
    return credit


def spend(job: Job, model: AIModel, euros: float) -> Attempt:
    made = intend(job, model, Usage())
    attempts.settle(
        attempt=made, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1,
        usage=Usage(output_tokens=round(euros * MILLION)),
    )  # fmt: skip
    return made


def left(provider: Provider = Provider.OPENAI) -> Decimal:
    return next(balance.left for balance in credits.balances() if balance.provider == provider)


@pytest.mark.django_db
class TestCounting:
    def test_every_call_of_the_provider_counts_and_no_other_once_however_often_it_is_booked(
        self, model: AIModel
    ) -> None:
        job = running()
        buy("10.00")
        buy("5.00", provider=Provider.ANTHROPIC)
        made = spend(job, model, 2.5)
        attempts.settle(
            attempt=made, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1, usage=Usage(output_tokens=MILLION)
        )
        assert left() == Decimal("7.50")
        assert left(Provider.ANTHROPIC) == 5

    def test_without_credit_nothing_is_counted_and_one_entered_later_counts_back_to_when_it_was_bought(
        self, model: AIModel
    ) -> None:
        job = running()
        old = spend(job, model, 1)
        Attempt.objects.filter(pk=old.pk).update(
            started_at=timezone.now() - timedelta(hours=3), finished_at=timezone.now() - timedelta(hours=3)
        )
        spend(job, model, 2)
        assert credits.balances() == []
        buy("10.00", hours_ago=1)
        assert left() == 8
        buy("10.00", hours_ago=4)  # found in the books afterwards: only what came before the other one
        assert left() == 17
        spend(job, model, 1)
        assert left() == 16

    def test_a_second_purchase_adds_up_and_a_mistaken_one_is_taken_back(self, model: AIModel) -> None:
        job = running()
        buy("10.00", hours_ago=1)
        spend(job, model, 4)
        second = buy("20.00")
        spend(job, model, 3)
        (balance,) = credits.balances()
        assert (balance.left, balance.basis, balance.used_percent) == (23, 26, 11)
        second.refresh_from_db()
        credits.withdraw(credit=second, by=UserFactory.create(is_staff=True))
        assert left() == 3

    def test_the_answer_to_a_lost_call_counts_when_it_comes(self, model: AIModel) -> None:
        job = running()
        buy("10.00")
        made = intend(job, model, Usage(output_tokens=MILLION))
        attempts.abandon(step_ids=[made.step_id or 0])
        assert left() == 10
        attempts.settle(
            attempt=made, model=model, outcome=Outcome.SUCCEEDED, latency_ms=1, usage=Usage(output_tokens=2 * MILLION)
        )
        assert left() == 8

    def test_credit_is_money_of_a_provider(self) -> None:
        credit = buy("10.00")
        for change in ({"euros": 0}, {"spent": -1}, {"provider": "nobody"}):
            with pytest.raises(IntegrityError, match="credit_"), transaction.atomic():
                ProviderCredit.objects.filter(pk=credit.pk).update(**change)


@pytest.mark.django_db(transaction=True)
def test_calls_that_end_at_once_are_all_counted(model: AIModel) -> None:
    buy("10.00")
    jobs = [running() for _ in range(2)]
    made = [intend(jobs[number % 2], model, Usage()) for number in range(16)]

    def end() -> None:
        attempts.settle(
            attempt=made.pop(), model=model, outcome=Outcome.SUCCEEDED, latency_ms=1,
            usage=Usage(output_tokens=MILLION // 10),
        )  # fmt: skip

    assert at_once(16, end) == [None] * 16
    assert left() == Decimal("8.40")


@pytest.mark.django_db
class TestTold:
    def test_staff_are_told_once_at_a_fifth_left_once_at_none_and_anew_after_more_was_bought(
        self, model: AIModel
    ) -> None:
        job = running()
        buy("10.00", hours_ago=1)
        for euros in (7.9, 0.1, 1.0, 1.0, 0.5):
            spend(job, model, euros)
            for _ in range(2):
                upkeep.tidy(now=timezone.now())
        assert told("credit at") == [
            "A fifth of the credit at OpenAI is left",
            "The credit at OpenAI is used up",
        ]
        buy("10.00")
        upkeep.tidy(now=timezone.now())
        spend(job, model, 8)
        upkeep.tidy(now=timezone.now())
        assert told("credit at")[2:] == ["A fifth of the credit at OpenAI is left"]

    def test_what_could_not_be_told_is_told_later(self, model: AIModel) -> None:
        buy("10.00")
        spend(running(), model, 8)
        with alerts_away(), pytest.raises(ProgrammingError):
            credits.tell()
        assert ProviderCredit.objects.get().told_percent == 0
        credits.tell()
        assert told() == ["A fifth of the credit at OpenAI is left"]

    def test_staff_enter_it_see_it_and_the_trail_keeps_it(self, client: Client, model: AIModel) -> None:
        staff = sign_in(client)
        now = timezone.now()
        values = {
            "provider": "openai", "euros": "50.00", "bought_at_0": f"{now:%Y-%m-%d}", "bought_at_1": "00:00:00",
        }  # fmt: skip
        add = reverse("admin:generation_providercredit_add")
        assert client.post(add, values).status_code == 302
        credit = ProviderCredit.objects.get()
        spend(running(), model, 42)
        page = client.get(reverse("admin:generation_spending")).content.decode()
        for words in ("Credit at providers", "€8.00", "€50.00", "16 %", 'data-level="near"'):
            assert words in page
        change = reverse("admin:generation_providercredit_change", args=[credit.pk])
        assert client.post(change, values | {"euros": "1.00"}).status_code == 403
        delete = reverse("admin:generation_providercredit_delete", args=[credit.pk])
        assert client.post(delete, {"post": "yes"}).status_code == 302
        events = AuditEvent.objects.filter(action__startswith="credit.", actor_id=staff.pk).order_by("pk")
        assert list(events.values_list("action", flat=True)) == ["credit.bought", "credit.withdrawn"]
        page = client.get(reverse("admin:generation_spending")).content.decode()
        assert "No credit was entered" in page

    def test_who_may_not_see_it_does_not(self, client: Client) -> None:
        sign_in(client, "view_attempt")
        assert client.get(reverse("admin:generation_providercredit_changelist")).status_code == 403
