"""Which key a call gets, what it waits for, and what is left of it for the others."""

import asyncio
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from decimal import Decimal
from typing import Any
from uuid import uuid4

import pytest
import redis
from pytest_django import Settings

from generation.ai import breaker, key_limits, keys
from generation.ai.breaker import FAILURES
from generation.ai.errors import AtLimit, NoAnswer
from generation.ai.question import Answer
from generation.database import in_database
from generation.enums import KeyHealth, Outcome, Provider, Scope
from generation.models import AIModel, Attempt, Budget, KeyLimit
from sandbox.client import Control
from tesigo.platform.processes import free_port
from tests.generation.asking import Ask, Run, asker, calls, forget_here, health, one, several, until

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def run(control: Control) -> Run:
    return asker()


@pytest.fixture
def only_openai(committed: None) -> None:
    """Nobody else is there to be asked."""
    AIModel.objects.exclude(provider=Provider.OPENAI).update(enabled=False)


def limit(requests: int, tokens: int = 1_000_000, *, provider: Provider = Provider.OPENAI) -> None:
    KeyLimit.objects.filter(provider=provider).update(requests_per_minute=requests, tokens_per_minute=tokens)


# --- limits


def test_over_the_limit_a_call_waits_and_does_not_fail(run: Run, settings: Settings) -> None:
    settings.AI_LIMIT_PATIENCE = 300
    limit(1)

    async def work(ask: Ask) -> float:
        await ask()
        began = time.monotonic()
        waiting = asyncio.create_task(ask())
        done, _ = await asyncio.wait({waiting}, timeout=0.5)
        assert not done
        # Staff allow more: who waits sees it within seconds.
        await in_database(limit, 10)
        await asyncio.wait_for(waiting, 60)
        return time.monotonic() - began

    assert run(work) < 60
    assert [row.outcome for row in Attempt.objects.all()] == [Outcome.SUCCEEDED] * 2


@pytest.mark.usefixtures("only_openai")
def test_longer_than_patience_it_goes_back_to_the_queue_unasked(run: Run, settings: Settings) -> None:
    settings.AI_LIMIT_PATIENCE = 5
    limit(2)
    answers = run(several(3))
    (at_limit,) = [answer for answer in answers if not isinstance(answer, Answer)]
    assert isinstance(at_limit, AtLimit)
    assert timedelta(seconds=5) < at_limit.wait <= timedelta(seconds=125)
    assert Attempt.objects.filter(outcome=Outcome.SUCCEEDED, provider=Provider.OPENAI).count() == 2
    assert Attempt.objects.count() == 2


@pytest.mark.usefixtures("only_openai")
def test_tokens_are_limited_as_requests_are(run: Run, settings: Settings) -> None:
    settings.AI_LIMIT_PATIENCE = 0
    limit(1_000, tokens=15_000)
    answers = run(several(8))
    assert 0 < sum(isinstance(answer, Answer) for answer in answers) < 8
    assert all(isinstance(answer, Answer | AtLimit) for answer in answers)


def test_after_the_call_its_real_tokens_count_and_not_the_most_it_could_have_taken(run: Run) -> None:
    run(one)
    attempt = Attempt.objects.get()
    spent = attempt.input_tokens + attempt.output_tokens
    assert spent < attempt.reserved_tokens
    assert key_limits.used(keys.configured(Provider.OPENAI)[0]) == (1, spent)


@pytest.mark.usefixtures("only_openai")
def test_workers_with_loops_of_their_own_share_one_limit(run: Run, settings: Settings) -> None:
    settings.AI_LIMIT_PATIENCE = 0
    limit(4)
    start = threading.Barrier(3)

    def worker(_: int) -> list[Any]:
        start.wait(60)
        answers: list[Any] = run(several(3))
        return answers

    with ThreadPoolExecutor(3) as pool:
        answers = [answer for some in pool.map(worker, range(3)) for answer in some]
    assert sum(isinstance(answer, Answer) for answer in answers) == 4
    assert sum(isinstance(answer, AtLimit) for answer in answers) == 5


@pytest.mark.usefixtures("only_openai")
def test_another_key_is_taken_before_anybody_waits(run: Run, settings: Settings) -> None:
    settings.OPENAI_API_KEYS = ["sk-one", "sk-two"]
    settings.AI_LIMIT_PATIENCE = 0
    limit(1)
    KeyLimit.objects.create(provider=Provider.OPENAI, place=2, requests_per_minute=3, tokens_per_minute=1_000_000)
    answers = run(several(5))
    assert sum(isinstance(answer, Answer) for answer in answers) == 4
    assert sorted(Attempt.objects.values_list("key_place", flat=True)) == [1, 2, 2, 2]


@pytest.mark.usefixtures("only_openai")
def test_without_redis_calls_go_on_within_this_process_s_share(run: Run, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.AI_WORKER_PROCESSES, settings.AI_LIMIT_PATIENCE = 10, 0
    limit(30)
    answers = run(several(5))
    assert sum(isinstance(answer, Answer) for answer in answers) == 3
    assert sum(isinstance(answer, AtLimit) for answer in answers) == 2


def test_a_provider_at_its_limit_gives_way_to_one_that_is_free(run: Run, settings: Settings) -> None:
    settings.AI_LIMIT_PATIENCE = 0
    limit(2)
    assert Counter(answer.model.split("-")[0] for answer in run(several(5))) == {"gpt": 2, "claude": 3}
    assert set(Attempt.objects.values_list("outcome", flat=True)) == {Outcome.SUCCEEDED}


def test_patience_is_spent_once_and_not_with_every_provider(run: Run, settings: Settings) -> None:
    settings.AI_LIMIT_PATIENCE = 3
    for provider in Provider:
        limit(1, provider=provider)
        KeyLimit.objects.filter(provider=provider).update(tokens_per_minute=1_000_000)

    async def work(ask: Ask) -> float:
        await asyncio.gather(ask(), ask())
        began = time.monotonic()
        with pytest.raises(AtLimit):
            await ask()
        return time.monotonic() - began

    assert run(work) < 2 * settings.AI_LIMIT_PATIENCE
    assert Attempt.objects.count() == 2


def test_a_limit_is_waited_for_although_the_other_provider_fails(
    run: Run, control: Control, settings: Settings
) -> None:
    settings.AI_LIMIT_PATIENCE = 0
    limit(1)
    run(one)
    control.fault("anthropic", "500")
    with pytest.raises(AtLimit):
        run(one)


def test_a_limit_that_passes_is_no_used_up_budget(run: Run, settings: Settings) -> None:
    """The job of a step that waits for its budget is marked, and its owner gets a mail."""
    settings.AI_LIMIT_PATIENCE = settings.AI_RULES_SECONDS = 0.0
    AIModel.objects.filter(provider=Provider.ANTHROPIC).update(output_price=Decimal(9_000))
    limit(1)
    run(one)
    Budget.objects.filter(scope=Scope.JOB).update(euros=Decimal(1))
    with pytest.raises(AtLimit):
        run(one)


# --- breakers and rests


def test_a_provider_that_is_down_for_good_is_not_asked_again_for_a_while(
    run: Run, control: Control, settings: Settings
) -> None:
    settings.AI_BREAKER_SECONDS = 60
    control.fault("openai", "500")
    answers = run(several(4))
    assert all(answer.model.startswith("claude") for answer in answers)
    assert Attempt.objects.filter(outcome=Outcome.SERVER_ERROR).count() >= FAILURES
    failed = calls(control, "openai")
    forget_here()
    assert all(answer.model.startswith("claude") for answer in run(several(4)))
    assert calls(control, "openai") == failed


def test_one_call_finds_out_that_a_provider_is_back(run: Run, control: Control, settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 0.3
    for _ in range(FAILURES):
        breaker.report(keys.configured(Provider.OPENAI)[0], call="earlier", outcome=Outcome.TIMEOUT)
    # Long enough for all six to be asked while the one is under way, on a busy machine, too.
    control.settings(latency={"openai": 1.5})

    async def work(ask: Ask) -> list[Answer]:
        await until(lambda: health(Provider.OPENAI) == KeyHealth.HALF_OPEN)
        return [*await asyncio.gather(*(ask() for _ in range(6))), await ask()]

    *at_once, last = [answer.model for answer in run(work)]
    assert sorted(model.split("-")[0] for model in at_once) == ["claude"] * 5 + ["gpt"]
    assert last.startswith("gpt")


def test_nothing_left_to_ask_is_an_outage(run: Run, control: Control, settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 60
    for provider in Provider:
        for _ in range(FAILURES):
            breaker.report(keys.configured(provider)[0], call="earlier", outcome=Outcome.TIMEOUT)
    with pytest.raises(NoAnswer) as failure:
        run(one)
    assert failure.value.is_outage
    assert not Attempt.objects.exists()


def test_a_key_told_to_wait_is_spared_by_everybody_while_another_works(
    run: Run, control: Control, settings: Settings
) -> None:
    settings.OPENAI_API_KEYS = ["sk-one", "sk-two"]
    control.fault("openai", "429", key="sk-one", retry_after=3600)
    assert all(answer.model.startswith("gpt") for answer in run(several(4)))
    forget_here()
    assert all(answer.model.startswith("gpt") for answer in run(several(4)))
    tried = Attempt.objects.filter(key_place=1)
    assert 1 <= tried.count() <= 2  # both that were under way when the first was told
    assert set(tried.values_list("outcome", flat=True)) == {Outcome.RATE_LIMITED}


def test_the_only_key_told_to_wait_is_waited_for_by_others_too(run: Run, control: Control) -> None:
    control.fault("openai", "429", times=1, retry_after=0.6)

    async def work(ask: Ask) -> None:
        first = asyncio.create_task(ask())
        await until(lambda: health(Provider.OPENAI) == KeyHealth.RESTING)
        await asyncio.gather(first, ask(), ask())

    run(work)
    refused, *others = Attempt.objects.order_by("started_at")
    assert refused.outcome == Outcome.RATE_LIMITED
    assert [row.outcome for row in others] == [Outcome.SUCCEEDED] * 3
    assert all(row.started_at - refused.finished_at >= timedelta(seconds=0.6) for row in others)


def test_when_every_provider_says_to_wait_the_step_waits_without_a_try(
    run: Run, control: Control, redis_client: redis.Redis
) -> None:
    for provider in Provider:
        breaker.report(keys.configured(provider)[0], call="earlier", outcome=Outcome.RATE_LIMITED, retry_after=900)
    with pytest.raises(AtLimit) as failure:
        run(one)
    assert timedelta(seconds=890) < failure.value.wait <= timedelta(seconds=900)
    # Who asked and was told so itself has failed.
    control.fault("ai", "429", retry_after=900)
    breaker.forget()
    redis_client.flushdb()
    with pytest.raises(NoAnswer) as told_so:
        run(one)
    assert told_so.value.is_outage


def test_a_step_that_is_stopped_lets_go_of_its_probe(run: Run, control: Control) -> None:
    key = keys.configured(Provider.OPENAI)[0]
    for _ in range(FAILURES):
        breaker.report(key, call="earlier", outcome=Outcome.TIMEOUT)
    control.fault("openai", "hang")

    async def work(ask: Ask) -> None:
        await until(lambda: health(Provider.OPENAI) == KeyHealth.HALF_OPEN)
        probing = asyncio.create_task(ask())
        await until(lambda: calls(control, "openai") == 1)
        assert not breaker.admit(key, call=uuid4().hex, seconds=1)[0]
        probing.cancel()
        await asyncio.wait({probing})

    run(work)
    assert breaker.admit(key, call=uuid4().hex, seconds=1)[0]
