"""Answers that end before they are said: asked again with more room, booked as what they were, never kept in half."""

import pytest

from generation.ai.answers import is_prose
from generation.enums import Outcome
from generation.models import AIModel, Attempt, ChainPlace
from generation.writing.prompts import writing
from sandbox.client import Control
from tests.generation.asking import Run, ask_first, asker, one

pytestmark = pytest.mark.usefixtures("committed")


@pytest.fixture
def run(control: Control) -> Run:
    return asker()


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_what_reasoning_ate_is_asked_again_once_with_more_room_and_less_reasoning(
    run: Run, control: Control, provider: str
) -> None:
    ask_first(provider=provider)
    ChainPlace.objects.update(effort="high")
    control.fault(provider, "all_reasoning", times=1)
    assert run(one).value["queries"]
    first, second = Attempt.objects.order_by("started_at")
    assert (first.outcome, second.outcome) == (Outcome.ONLY_REASONED, Outcome.SUCCEEDED)
    assert (first.effort, second.effort) == ("high", "medium")
    assert first.reasoning_tokens == first.output_tokens > 0
    assert first.cost > 0
    assert first.model_name == second.model_name
    assert first.idempotency_key != second.idempotency_key


@pytest.mark.parametrize(
    ("name", "efforts"),
    [
        ("gpt-6-luna", ["low", "none"]),
        ("gpt-6.1-terra", ["low", "none"]),
        ("claude-haiku-5-5", ["low", "low"]),
        ("claude-sonnet-5-5", ["low", "low"]),
    ],
)
def test_a_seeded_model_reasons_less_the_second_time_where_it_can_and_has_more_room(
    run: Run, control: Control, name: str, efforts: list[str]
) -> None:
    ask_first(name=name)
    control.fault("ai", "all_reasoning", times=1)
    assert run(one).model == name
    first, second = Attempt.objects.order_by("started_at")
    assert [first.effort, second.effort] == efforts
    assert (first.outcome, second.outcome) == (Outcome.ONLY_REASONED, Outcome.SUCCEEDED)
    assert second.reserved_tokens > first.reserved_tokens


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_model_that_only_reasons_gives_way_after_the_second_time(run: Run, control: Control, provider: str) -> None:
    ask_first(provider=provider)
    ChainPlace.objects.update(effort="high")
    control.fault(provider, "all_reasoning")
    assert run(one).value["queries"]
    found = list(Attempt.objects.order_by("started_at").values_list("provider", "outcome"))
    assert found[:2] == [(provider, Outcome.ONLY_REASONED)] * 2
    assert found[-1][1] == Outcome.SUCCEEDED


@pytest.mark.parametrize("mode", ["pause_turn", "context_exceeded"])
def test_a_turn_that_pauses_or_a_window_that_is_full_is_a_cut(run: Run, control: Control, mode: str) -> None:
    ask_first(provider="anthropic")
    control.fault("anthropic", mode, times=1)
    assert run(one).value["queries"]
    first, second = Attempt.objects.order_by("started_at").values_list("outcome", flat=True)
    assert first in {Outcome.CUT, Outcome.ONLY_REASONED}
    assert second == Outcome.SUCCEEDED


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
@pytest.mark.parametrize("mode", ["truncated", "malformed"])
def test_half_an_answer_is_never_taken_as_the_text(control: Control, provider: str, mode: str) -> None:
    AIModel.objects.exclude(provider=provider).update(enabled=False)
    control.fault(provider, mode, times=2)
    answer = asker(schema=writing.SCHEMA, salvage=writing.salvage)(one)
    outcomes = list(Attempt.objects.order_by("started_at").values_list("outcome", flat=True))
    assert outcomes == [Outcome.CUT if mode == "truncated" else Outcome.BAD_ANSWER] * 2 + [Outcome.SUCCEEDED]
    assert "{" not in answer.value["markdown"]


def test_only_prose_is_prose() -> None:
    for text in (
        "The lamp burned [@key, p. 4].",
        "- one\n- two",
        'He said "no": that was all.',
        "$\\frac{1}{2}$ of it",
        "[1] A",
    ):
        assert is_prose(text)
    for text in (
        "",
        "   ",
        '{"markdown": "The lamp',
        '```json\n{"markdown": "x',
        'Here it is: {"markdown": "x"',
        '"markdown": "x',
        '[{"a": 1}',
        'and the end", "claims": [',
        "{",
    ):
        assert not is_prose(text)
