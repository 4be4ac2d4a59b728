"""The one door to the models: chain, keys, retries, repair, and a row for every call (R-30, R-32)."""

import asyncio
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email.utils import format_datetime
from typing import Any

import pytest
import redis
from pytest_django import Settings

from documents.models import Document
from generation.ai import breaker, key_limits, keys
from generation.ai.breaker import FAILURES
from generation.ai.errors import NoAnswer
from generation.ai.gateway import Gateway
from generation.ai.question import Answer, Question
from generation.ai.states import key_states
from generation.ai.waiting import retry_after
from generation.database import in_database
from generation.engine import queue
from generation.enums import JobKind, JobState, KeyHealth, Outcome, Provider, Scope, Stage
from generation.errors import OverBudget
from generation.models import AIModel, Attempt, Budget, BudgetUse, Job
from generation.spending import attempts
from generation.writing.prompts import queries
from sandbox.client import Control
from tests.documents.factories import DocumentFactory
from tests.generation.asking import Ask, Run, ask_first, asker, first_link, forget_here, one, several, told

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def run(control: Control) -> Run:
    return asker()


@pytest.fixture
def document() -> Document:
    """A document whose outline job has one step."""
    made: Document = DocumentFactory.create()
    job = Job.objects.create(kind=JobKind.OUTLINE, document=made, sort_key=0, state=JobState.RUNNING)
    queue.add(job_id=job.pk, sort_key=0, stage=Stage.OUTLINE, sections=[None])
    return made


def ask(document: Document, **changes: Any) -> Answer:
    """Asks for search queries on behalf of the document's step."""
    claims = queue.claim(limit=1, worker="test")
    question = queries.question(document, [])
    question = Question(**{**question.__dict__, **changes})

    async def run() -> Answer:
        gateway = Gateway(
            session_id=document.session_id, seed=document.seed, owner_id=document.owner_id, ledger=attempts
        )
        try:
            return await gateway.ask(question, claim=claims[0])
        finally:
            await gateway.close()

    return asyncio.run(run())


def outcomes() -> list[tuple[str, str]]:
    return list(Attempt.objects.order_by("started_at").values_list("provider", "outcome"))


def test_an_answer_fits_the_schema_and_is_booked(control: Control, document: Document) -> None:
    answer = ask(document)
    assert answer.value["queries"]
    attempt = Attempt.objects.get()
    model = first_link().model
    assert (attempt.outcome, attempt.model_name, answer.model) == (Outcome.SUCCEEDED, model.name, model.name)
    assert attempt.cost == (
        (attempt.input_tokens * model.input_price + attempt.output_tokens * model.output_price) / 1_000_000
    ).quantize(Decimal("0.000001"))
    assert Job.objects.get().cost == attempt.cost > 0
    sent = control.calls("openai")["calls"][0]
    assert "<topic>" in sent["text"]


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("mode", ["429", "500", "drop", "malformed_body", "empty_body"])
def test_what_may_be_better_in_a_moment_is_tried_again(
    control: Control, document: Document, provider: str, mode: str
) -> None:
    ask_first(provider=provider)
    control.fault(provider, mode, times=1, **({"retry_after": 0.1} if mode == "429" else {}))
    assert ask(document).value["queries"]
    (first, second) = Attempt.objects.order_by("started_at")
    assert first.outcome in {Outcome.RATE_LIMITED, Outcome.SERVER_ERROR, Outcome.CONNECTION}
    assert second.outcome == Outcome.SUCCEEDED
    assert first.idempotency_key == second.idempotency_key


def test_retry_after_may_be_seconds_a_date_or_nonsense() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(minutes=1))
    assert retry_after({"retry-after": "1.5"}) == 1.5
    assert 50 < (retry_after({"retry-after": in_a_minute}) or 0) <= 60
    assert retry_after({"retry-after-ms": "250", "retry-after": "1"}) == 0.25
    assert retry_after({"retry-after-ms": "soon", "retry-after": "1"}) == 1
    for nonsense in ("soon", "nan", "inf", "-1e999"):
        assert retry_after({"retry-after": nonsense}) is None
    assert retry_after({}) is None


def test_retry_after_is_honoured(control: Control, document: Document) -> None:
    control.fault("openai", "429", times=1, retry_after=0.7)
    ask(document)
    first, second = Attempt.objects.order_by("started_at")
    assert first.finished_at is not None
    assert (second.started_at - first.finished_at).total_seconds() >= 0.7


def test_a_provider_that_wants_too_much_patience_is_left_for_the_next(control: Control, document: Document) -> None:
    control.fault("openai", "429", retry_after=3600)
    ask(document)
    assert outcomes() == [("openai", "rate_limited"), ("anthropic", "succeeded")]


def test_a_provider_that_is_down_gives_way_after_three_tries(control: Control, document: Document) -> None:
    control.fault("openai", "500")
    answer = ask(document)
    assert outcomes() == [("openai", "server_error")] * 3 + [("anthropic", "succeeded")]
    assert answer.model.startswith("claude")


def test_a_provider_that_says_nothing_times_out(control: Control, document: Document, settings: Settings) -> None:
    settings.AI_TIMEOUT, settings.AI_TOKENS_PER_SECOND = 1, 1_000_000
    control.fault("openai", "hang", times=1)
    ask(document)
    assert outcomes() == [("openai", "timeout"), ("openai", "succeeded")]


def test_broken_json_is_repaired_by_asking_once_more(control: Control, document: Document) -> None:
    control.fault("openai", "malformed", times=1)
    ask(document)
    assert outcomes() == [("openai", "bad_answer"), ("openai", "succeeded")]
    assert Attempt.objects.filter(output_tokens__gt=0).count() == 2
    first, second = Attempt.objects.order_by("started_at")
    assert first.idempotency_key != second.idempotency_key


@pytest.mark.parametrize("mode", ["malformed", "empty", "prose", "truncated"])
def test_an_answer_that_stays_unusable_goes_to_the_next_model(control: Control, document: Document, mode: str) -> None:
    control.fault("openai", mode)
    ask(document)
    said = "cut" if mode == "truncated" else "bad_answer"
    assert outcomes() == [("openai", said)] * 2 + [("anthropic", "succeeded")]


@pytest.mark.parametrize("mode", ["malformed", "empty", "prose", "truncated"])
def test_the_other_provider_is_read_as_strictly(control: Control, document: Document, mode: str) -> None:
    AIModel.objects.filter(provider="openai").update(enabled=False)
    control.fault("anthropic", mode, times=2)
    ask(document)
    said = "cut" if mode == "truncated" else "bad_answer"
    assert outcomes() == [("anthropic", said)] * 2 + [("anthropic", "succeeded")]


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_refusal_and_a_bad_request_are_not_repeated(control: Control, document: Document, provider: str) -> None:
    ask_first(provider=provider)
    control.fault(provider, "refusal", times=1)
    control.fault(provider, "status", status=400, times=1, skip=1)
    answer = ask(document)
    assert outcomes()[:2] == [(provider, "refused"), (provider, "bad_request")]
    assert answer.value["queries"]


def test_text_without_json_is_kept_where_the_question_allows_it(control: Control, document: Document) -> None:
    control.fault("ai", "prose")
    answer = ask(document, salvage=lambda text: {"queries": [text]})
    assert len(answer.value["queries"]) == 1


def test_a_provider_that_refuses_every_key_is_left_for_the_next(
    control: Control, document: Document, settings: Settings
) -> None:
    ask_first(provider="anthropic")
    settings.ANTHROPIC_API_KEYS = ["sk-ant-refused-1", "sk-ant-refused-2"]
    assert ask(document).model.startswith("gpt")
    assert outcomes() == [("anthropic", "authentication")] * 2 + [("openai", "succeeded")]


def test_a_refused_key_is_set_aside_and_the_others_go_on(
    control: Control, document: Document, settings: Settings
) -> None:
    settings.OPENAI_API_KEYS = ["sk-refused-1", "sk-good-2"]
    ask(document)
    assert outcomes() == [("openai", "authentication"), ("openai", "succeeded")]
    assert list(Attempt.objects.values_list("key_place", flat=True)) == [1, 2]


def test_when_the_other_keys_may_not_be_used_what_the_last_one_said_is_kept(
    control: Control, document: Document, settings: Settings
) -> None:
    settings.OPENAI_API_KEYS = ["sk-good-1", "sk-failing-2"]
    settings.ANTHROPIC_API_KEYS = []
    settings.AI_BREAKER_SECONDS = 60
    for _ in range(FAILURES):
        breaker.report(keys.configured("openai")[1], call="another", outcome=Outcome.SERVER_ERROR)
    control.fault("openai", "model_forbidden", key="good-1")
    with pytest.raises(NoAnswer) as failure:
        ask(document)
    models = AIModel.objects.filter(provider="openai", enabled=True).count()
    assert outcomes() == [("openai", "no_access")] * models
    assert failure.value.outcomes == [Outcome.NO_ACCESS] * models


def test_models_come_in_the_order_that_staff_gave_them(control: Control, document: Document) -> None:
    ask_first(name="claude-sonnet-5-5")
    assert ask(document).model == "claude-sonnet-5-5"


def test_a_model_that_staff_switch_off_is_not_asked_any_more(run: Run) -> None:
    async def work(ask: Ask) -> list[str]:
        first = (await ask()).model
        await in_database(AIModel.objects.filter(name=first).update, enabled=False)
        return [first, (await ask()).model]

    first, second = run(work)
    assert first != second


def test_what_staff_change_is_seen_after_the_seconds_of_the_setting(run: Run, settings: Settings) -> None:
    async def work(ask: Ask) -> list[str]:
        first = (await ask()).model
        await in_database(AIModel.objects.filter(name=first).update, enabled=False)
        settings.AI_RULES_SECONDS = 3_600
        second = (await ask()).model
        settings.AI_RULES_SECONDS = 0
        return [first, second, (await ask()).model]

    first, second, third = run(work)
    assert first == second != third


def test_a_model_too_small_for_the_question_is_passed_over(control: Control, document: Document) -> None:
    AIModel.objects.filter(provider="openai").update(context_tokens=100)
    assert ask(document).model.startswith("claude")
    assert outcomes() == [("anthropic", "succeeded")]


def test_no_model_at_all_is_no_answer(control: Control, document: Document) -> None:
    AIModel.objects.update(enabled=False)
    with pytest.raises(NoAnswer) as failure:
        ask(document)
    assert failure.value.outcomes == []


def test_everything_down_is_an_outage_and_everything_refused_is_none(
    control: Control, document: Document, settings: Settings
) -> None:
    settings.AI_BREAKER_SECONDS = 60
    control.fault("ai", "500")
    with pytest.raises(NoAnswer) as failure:
        ask(document)
    assert failure.value.is_outage
    # Not three for each of the four models: each provider's key is left alone after the fifth failure.
    assert Attempt.objects.count() == 2 * FAILURES
    assert not NoAnswer([Outcome.SERVER_ERROR, Outcome.REFUSED]).is_outage


def test_a_model_that_is_not_there_any_more_makes_no_difference_to_an_outage(
    control: Control, document: Document
) -> None:
    control.fault("anthropic", "status", status=404)
    control.fault("openai", "500")
    with pytest.raises(NoAnswer) as failure:
        ask(document)
    assert set(failure.value.outcomes) == {Outcome.SERVER_ERROR, Outcome.BAD_REQUEST}
    assert failure.value.is_outage
    assert not NoAnswer([Outcome.BAD_REQUEST]).is_outage


def test_a_question_that_no_model_can_hold_is_refused_unasked(control: Control, document: Document) -> None:
    AIModel.objects.update(context_tokens=100)
    with pytest.raises(NoAnswer) as failure:
        ask(document)
    assert not failure.value.is_outage
    assert not Attempt.objects.exists()


def test_a_refused_key_is_set_aside_for_all_processes_with_one_alert(
    run: Run, control: Control, settings: Settings, redis_client: redis.Redis
) -> None:
    settings.OPENAI_API_KEYS = ["sk-refused-1", "sk-good-2"]
    run(one)
    forget_here()
    run(several(3))
    assert Attempt.objects.filter(key_place=1).count() == 1
    assert [state.state for state in key_states()][:2] == [KeyHealth.ASIDE, KeyHealth.CLOSED]
    assert told(redis_client) == 1


@pytest.mark.parametrize("mode", ["refusal", "status"])
def test_a_question_that_is_refused_is_told_once_and_does_not_harm_the_key(
    run: Run, control: Control, redis_client: redis.Redis, mode: str
) -> None:
    control.fault(
        "openai", *([mode] if mode == "refusal" else ["status"]), **({} if mode == "refusal" else {"status": 400})
    )
    for _ in range(3):
        assert run(one).model.startswith("claude")
    assert told(redis_client) == 1
    assert key_states()[0].state == KeyHealth.CLOSED
    assert key_states()[0].failures == 0


def test_over_budget_a_cheaper_model_is_asked(run: Run, control: Control) -> None:
    ask_first(name="gpt-6.1-terra")
    dear = first_link().model
    Budget.objects.filter(scope=Scope.JOB).update(euros=Decimal("0.01"))
    answer = run(one)
    cheap = AIModel.objects.get(name=answer.model)
    assert cheap.output_price < dear.output_price
    assert Attempt.objects.get().model_name == cheap.name
    # The dearer ones asked nobody, and took nothing from their keys' limits.
    attempt = Attempt.objects.get()
    assert key_limits.used(keys.configured(Provider.OPENAI)[0]) == (1, attempt.input_tokens + attempt.output_tokens)


def test_when_no_model_is_cheap_enough_nobody_is_asked(run: Run, control: Control) -> None:
    Budget.objects.filter(scope=Scope.JOB).update(euros=Decimal("0.00"))
    with pytest.raises(OverBudget) as failure:
        run(one)
    assert failure.value.scope == Scope.JOB
    assert not Attempt.objects.exists()
    assert [(state.requests, state.tokens) for state in key_states()] == [(0, 0), (0, 0)]
    assert not BudgetUse.objects.filter(reserved_euros__gt=0).exists()
