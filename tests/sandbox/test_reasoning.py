"""Models that reason spend tokens on it, out of the limit of the answer, before the answer."""

import json
from typing import Any

import pytest

from sandbox.metering import REASONING, reasoning
from sandbox.testing import Running
from tests.sandbox.prompts import WRITE, section


def gpt_ask(client: Any, prompt: str, **more: Any) -> Any:
    said = [{"role": "user", "content": prompt}]
    return client.chat.completions.create(**{"model": "gpt-6-luna", "messages": said, **more})


def claude_ask(client: Any, prompt: str, **more: Any) -> Any:
    said = [{"role": "user", "content": prompt}]
    return client.messages.create(**{"model": "claude-sonnet-5-5", "messages": said, "max_tokens": 20_000, **more})


def test_more_effort_and_longer_answers_take_more_reasoning() -> None:
    efforts = [effort for effort in REASONING if effort]
    for answer in (50, 2_000):
        counts = [reasoning(effort, answer) for effort in efforts]
        assert counts == sorted(set(counts))
    assert reasoning("low", 4_000) > reasoning("low", 400)
    assert reasoning("none", 10_000) == 0


def test_reasoning_is_part_of_the_completion(gpt: Any) -> None:
    answer = gpt_ask(gpt, section(characters=2_000))
    details = answer.usage.completion_tokens_details
    visible = -(-len(answer.choices[0].message.content) // 4)
    assert details.reasoning_tokens == reasoning("medium", visible) > 0
    assert answer.usage.completion_tokens == visible + details.reasoning_tokens
    for effort in ("none", "low", "high"):
        told = gpt_ask(gpt, section(characters=2_000), reasoning_effort=effort).usage
        assert told.completion_tokens_details.reasoning_tokens == reasoning(effort, visible)


def test_reasoning_may_leave_nothing_of_the_limit(gpt: Any) -> None:
    answer = gpt_ask(gpt, section(characters=2_000), max_completion_tokens=300)
    assert answer.choices[0].finish_reason == "length"
    assert answer.choices[0].message.content == ""
    assert answer.usage.completion_tokens == answer.usage.completion_tokens_details.reasoning_tokens == 300
    part = gpt_ask(gpt, section(characters=2_000), max_completion_tokens=700).choices[0]
    assert part.finish_reason == "length"
    assert 0 < len(part.message.content) < 2_000


def test_reasoning_can_be_ordered_to_eat_everything_once(sandbox: Running, gpt: Any, claude: Any) -> None:
    sandbox.control.fault("ai", "all_reasoning", times=2)
    empty = gpt_ask(gpt, section(characters=500), max_completion_tokens=5_000)
    assert (empty.choices[0].message.content, empty.choices[0].finish_reason) == ("", "length")
    assert empty.usage.completion_tokens_details.reasoning_tokens == 5_000
    eaten = claude_ask(claude, section(characters=500), max_tokens=5_000)
    assert ([block.type for block in eaten.content], eaten.stop_reason) == (["thinking"], "max_tokens")
    assert eaten.usage.output_tokens == eaten.usage.output_tokens_details.thinking_tokens == 5_000
    assert gpt_ask(gpt, section(characters=500), max_completion_tokens=5_000).choices[0].message.content


def test_claude_5_thinks_first_unless_it_is_told_not_to(claude: Any) -> None:
    shape = {"format": {"type": "json_schema", "schema": WRITE}, "effort": "low"}
    answer = claude_ask(claude, section(characters=1_000), output_config=shape)
    thought, text = answer.content
    assert (thought.type, thought.thinking) == ("thinking", "")
    assert thought.signature
    assert json.loads(text.text)["markdown"]
    visible = -int(-len(text.text) * 1.3 // 4)
    assert answer.usage.output_tokens_details.thinking_tokens == reasoning("low", visible)
    assert answer.usage.output_tokens == visible + reasoning("low", visible)
    plain = claude_ask(claude, section(characters=1_000), thinking={"type": "between_tools"})
    assert [block.type for block in plain.content] == ["text"]
    assert plain.usage.output_tokens_details.thinking_tokens == 0


@pytest.mark.parametrize("model", ["claude-haiku-4-5", "claude-sonnet-4-6"])
def test_claude_4_thinks_only_when_asked(claude: Any, model: str) -> None:
    assert [block.type for block in claude_ask(claude, "Hello", model=model).content] == ["text"]
    thought = claude_ask(claude, "Hello", model=model, thinking={"type": "enabled", "budget_tokens": 1_024})
    assert [block.type for block in thought.content] == ["thinking", "text"]


def test_a_stream_thinks_first_as_well(claude: Any) -> None:
    with claude.messages.stream(
        model="claude-haiku-5-5",
        max_tokens=9_000,
        messages=[{"role": "user", "content": section(characters=700)}],
        thinking={"type": "adaptive", "display": "summarized"},
    ) as stream:
        final = stream.get_final_message()
    assert [block.type for block in final.content] == ["thinking", "text"]
    assert final.content[0].thinking
    assert final.content[0].signature
    assert final.usage.output_tokens_details.thinking_tokens > 0


def test_the_newer_tokenizer_counts_thirty_percent_more(claude: Any) -> None:
    said: Any = [{"role": "user", "content": "a" * 4_000}]
    counts = [
        claude.messages.count_tokens(model=model, messages=said).input_tokens
        for model in ("claude-sonnet-4-6", "claude-sonnet-5-5")
    ]
    assert counts == [1_000, 1_300]
