"""What providers say of accounts, keys and models rather than of questions: each meaning has its own consequence."""

from datetime import timedelta
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone
from pytest_django import Settings

from generation.ai import barred, breaker, chains, endings, keys
from generation.ai.breaker import LONG_ASIDE_SECONDS
from generation.ai.errors import NoAnswer, Trouble, meaning
from generation.enums import KeyHealth, Outcome, Provider, Purpose
from generation.models import AIModel, Attempt
from sandbox.client import Control
from tests.generation.asking import Run, ask_first, asker, calls, forget_here, health, one
from tests.platform.alerting import told

pytestmark = pytest.mark.usefixtures("committed")

OF_THE_ACCOUNT = [
    "enforced_spend_limit_reached", "contract_spend_limit_reached", "own_spend_limit", "insufficient_quota",
    "credit_balance", "billing", "organization_on_hold",
]  # fmt: skip


@pytest.fixture
def run(control: Control) -> Run:
    keys.forget()
    return asker()


def outcomes() -> list[tuple[str, str]]:
    return list(Attempt.objects.order_by("started_at").values_list("provider", "outcome"))


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("mode", OF_THE_ACCOUNT)
def test_trouble_of_the_account_sets_the_key_aside_for_long_and_is_told_by_name(
    run: Run, control: Control, provider: str, mode: str
) -> None:
    ask_first(provider=provider)
    control.fault(provider, mode)
    assert run(one).value["queries"]
    assert run(one).value["queries"]
    other = "anthropic" if provider == "openai" else "openai"
    assert outcomes() == [(provider, "account"), (other, "succeeded"), (other, "succeeded")]
    assert calls(control, provider) == 1
    assert health(Provider(provider)) == KeyHealth.ASIDE
    (known,), now, _ = breaker.look(keys.configured(provider)[:1])
    assert LONG_ASIDE_SECONDS - 60 < known.aside_until - now <= LONG_ASIDE_SECONDS
    (trouble,) = barred.troubles()
    assert trouble.words.startswith(f"{Provider(provider).label} refuses every key of ours")
    assert not trouble.stops_writing
    (subject,) = told()
    assert any(words in subject for words in ("spending limit", "out of money", "on hold"))


def test_staff_have_a_key_asked_again_at_once(run: Run, control: Control, client: Any) -> None:
    from tests.generation.staff import sign_in

    ask_first(provider="openai")
    control.fault("openai", "insufficient_quota", times=1)
    run(one)
    sign_in(client)
    page = client.get(reverse("admin:generation_spending"))
    address = reverse("admin:generation_ask_again", args=["openai", 1])
    assert f'action="{address}"' in page.content.decode()
    assert client.get(address).status_code == 405
    assert client.post(reverse("admin:generation_ask_again", args=["openai", 99])).status_code == 404
    assert client.post(address).status_code == 302
    assert health(Provider.OPENAI) == KeyHealth.CLOSED
    assert run(one).model.startswith("gpt")


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_model_closed_to_a_key_is_left_out_and_its_others_go_on(run: Run, control: Control, provider: str) -> None:
    ask_first(provider=provider)
    first, second = [link.model for link in chains.chains()[Purpose.QUERIES] if link.model.provider == provider]
    control.fault(provider, "model_forbidden", model=first.name)
    assert run(one).model == second.name
    assert run(one).model == second.name
    assert list(Attempt.objects.order_by("started_at").values_list("model_name", "outcome")) == [
        (first.name, Outcome.NO_ACCESS), (second.name, Outcome.SUCCEEDED), (second.name, Outcome.SUCCEEDED),
    ]  # fmt: skip
    assert health(Provider(provider)) == KeyHealth.CLOSED
    # Another process knows it, too.
    forget_here()
    keys.forget()
    assert run(one).model == second.name
    assert Attempt.objects.filter(model_name=first.name).count() == 1


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_model_that_is_not_there_any_more_costs_one_call(run: Run, control: Control, provider: str) -> None:
    ask_first(provider=provider)
    first = chains.chains()[Purpose.QUERIES][0].model
    control.model(first.name, ends=f"{timezone.now().date() - timedelta(days=1)}")
    for _ in range(3):
        assert run(one).model != first.name
    assert list(Attempt.objects.filter(model=first).values_list("outcome", flat=True)) == [Outcome.GONE]
    first.refresh_from_db()
    assert first.gone_since is not None
    assert told("any more") == [f"{Provider(provider).label} has no model {first.name} any more"]
    assert all(first.name != link.model.name for link in chains.chains()[Purpose.QUERIES])


def test_a_model_that_is_back_is_asked_again(run: Run, control: Control) -> None:
    model = AIModel.objects.get(name="gpt-6-luna")
    keys.leave_out(keys.configured("openai")[0], model.name)
    endings.mark_gone(model)
    endings.check()
    model.refresh_from_db()
    assert model.gone_since is None
    assert run(one).model == model.name


def test_with_several_keys_one_without_access_does_not_make_a_model_gone(
    run: Run, control: Control, settings: Settings
) -> None:
    settings.OPENAI_API_KEYS = ["sk-without-access-1", "sk-good-2"]
    keys.forget()
    control.fault("openai", "model_forbidden", key="access-1")
    answers = [run(one) for _ in range(3)]
    assert {answer.model for answer in answers} == {"gpt-6-luna"}
    assert AIModel.objects.get(name="gpt-6-luna").gone_since is None


@pytest.mark.parametrize(
    ("status", "codes", "message", "outcome", "trouble"),
    [
        (400, set(), "Your credit balance is too low", Outcome.ACCOUNT, Trouble.CREDIT),
        (400, set(), "You have reached your specified workspace API usage limits.", Outcome.ACCOUNT, Trouble.LIMIT),
        (400, {"organization_on_hold"}, "disabled", Outcome.ACCOUNT, Trouble.HOLD),
        (402, {"billing_error"}, "pay", Outcome.ACCOUNT, Trouble.CREDIT),
        (402, set(), "<html>Payment required</html>", Outcome.ACCOUNT, Trouble.CREDIT),
        (429, {"insufficient_quota"}, "quota", Outcome.ACCOUNT, Trouble.CREDIT),
        (429, {"rate_limit_error"}, "slow down", Outcome.RATE_LIMITED, None),
        (429, {"ramp_limit_exceeded"}, "slow down", Outcome.RATE_LIMITED, None),
        (403, {"permission_error"}, "no", Outcome.NO_ACCESS, None),
        (403, {"unsupported_country_region_territory"}, "no", Outcome.ACCOUNT, Trouble.HOLD),
        (404, {"not_found_error"}, "model: m-1", Outcome.GONE, None),
        (404, {"not_found_error"}, "no such page", Outcome.BAD_REQUEST, None),
        (404, set(), "<html>m-1</html>", Outcome.BAD_REQUEST, None),
        (401, set(), "who", Outcome.AUTHENTICATION, None),
        (408, set(), "late", Outcome.SERVER_ERROR, None),
        (529, {"overloaded_error"}, "busy", Outcome.SERVER_ERROR, None),
        (413, {"request_too_large"}, "big", Outcome.BAD_REQUEST, None),
    ],
)
def test_what_each_answer_means(
    status: int, codes: set[str], message: str, outcome: Outcome, trouble: Trouble | None
) -> None:
    error = meaning(status=status, codes=codes, message=message, model="m-1", retry_after=None)
    assert (error.outcome, error.trouble) == (outcome, trouble)


def test_models_that_are_closed_or_gone_say_nothing_of_an_outage() -> None:
    assert NoAnswer([Outcome.SERVER_ERROR, Outcome.GONE, Outcome.NO_ACCESS]).is_outage
    assert not NoAnswer([Outcome.GONE]).is_outage
    assert NoAnswer([Outcome.ACCOUNT]).is_outage
    assert not NoAnswer([Outcome.CUT]).is_outage
    assert not NoAnswer([Outcome.ONLY_REASONED]).is_outage
