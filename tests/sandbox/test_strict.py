"""What the providers refuse, the sandbox refuses, in their words."""

from typing import Any

import anthropic
import httpx
import openai
import pytest

from sandbox.testing import ANTHROPIC_KEY, Running
from tests.sandbox.prompts import WRITE, section, shaped

TOOL: Any = {"name": "save", "description": "Save.", "input_schema": WRITE}
FORCED: Any = {"tools": [TOOL], "tool_choice": {"type": "tool", "name": "save"}}


def gpt_ask(client: Any, model: str, prompt: str = "Hello", **more: Any) -> Any:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}], **more)


def claude_ask(client: Any, model: str, prompt: str = "Hello", *, max_tokens: int = 20_000, **more: Any) -> Any:
    return client.messages.create(
        model=model, messages=[{"role": "user", "content": prompt}], max_tokens=max_tokens, **more
    )


@pytest.mark.parametrize("model", ["claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1"])
@pytest.mark.parametrize("choice", [{"type": "tool", "name": "save"}, {"type": "any"}])
def test_a_forced_tool_is_refused_where_the_model_does(claude: Any, model: str, choice: Any) -> None:
    with pytest.raises(anthropic.BadRequestError, match="tool_choice forces tool use"):
        claude_ask(claude, model, tools=[TOOL], tool_choice=choice)


@pytest.mark.parametrize("model", ["claude-sonnet-4-6", "claude-haiku-4-5"])
def test_a_forced_tool_is_called_where_the_model_does(claude: Any, model: str) -> None:
    answer = claude_ask(claude, model, section(characters=600), **FORCED)
    assert [block.type for block in answer.content] == ["tool_use"]


@pytest.mark.parametrize("name", ["temperature", "top_p", "top_k"])
def test_sampling_is_refused_from_claude_5_on(claude: Any, name: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=f"`{name}` is deprecated for this model"):
        claude_ask(claude, "claude-haiku-5-5", extra_body={name: 0.5})
    assert claude_ask(claude, "claude-haiku-4-5", extra_body={name: 0.5}).content


@pytest.mark.parametrize(
    ("model", "thinking", "word"),
    [
        ("claude-sonnet-5-5", {"type": "disabled"}, "between_tools"),
        ("claude-opus-5-5", {"type": "disabled"}, "not supported"),
        ("claude-haiku-5-5", {"type": "enabled", "budget_tokens": 2_000}, "adaptive"),
        ("claude-haiku-4-5", {"type": "adaptive"}, "not supported"),
        ("claude-haiku-4-5", {"type": "enabled", "budget_tokens": 100}, "1024"),
        ("claude-haiku-4-5", {"type": "enabled", "budget_tokens": 20_000}, "greater than"),
    ],
)
def test_each_model_takes_its_own_kinds_of_thinking(claude: Any, model: str, thinking: Any, word: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=word):
        claude_ask(claude, model, thinking=thinking)


@pytest.mark.parametrize(
    ("model", "effort", "word"),
    [
        ("claude-sonnet-5-5", "minimal", "Input should be"),
        ("claude-sonnet-4-6", "xhigh", "does not support effort level 'xhigh'"),
        ("claude-haiku-4-5", "low", "does not support the effort parameter"),
    ],
)
def test_an_effort_that_the_model_does_not_take_is_refused(claude: Any, model: str, effort: str, word: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=word):
        claude_ask(claude, model, output_config={"effort": effort})


@pytest.mark.parametrize(
    ("model", "effort"), [("gpt-6.1-sol", "none"), ("gpt-6.1-terra", "minimal"), ("gpt-5-mini", "xhigh")]
)
def test_openai_lists_the_efforts_that_a_model_takes(sandbox: Running, gpt: Any, model: str, effort: str) -> None:
    sandbox.control.model(model, ends=None)
    with pytest.raises(openai.BadRequestError, match="Supported values are") as error:
        gpt_ask(gpt, model, reasoning_effort=effort)
    assert (error.value.code, error.value.param) == ("unsupported_value", "reasoning_effort")


@pytest.mark.parametrize(
    ("model", "more", "code"),
    [
        ("gpt-6-luna", {"max_tokens": 500}, "unsupported_parameter"),
        ("gpt-6-luna", {"temperature": 0.2}, "unsupported_value"),
        ("gpt-6-luna", {"max_completion_tokens": 200_000}, "invalid_value"),
        ("gpt-5.4-mini", {"prompt_cache_options": {"mode": "explicit"}}, "unsupported_parameter"),
        ("gpt-4.1", {"reasoning_effort": "low"}, "unsupported_parameter"),
    ],
)
def test_openai_refuses_parameters_that_the_model_does_not_take(
    sandbox: Running, gpt: Any, model: str, more: Any, code: str
) -> None:
    sandbox.control.model(model, ends=None)
    with pytest.raises(openai.BadRequestError) as error:
        gpt_ask(gpt, model, **more)
    assert error.value.code == code
    assert error.value.param == next(iter(more))


def test_functions_are_called_while_reasoning_by_responses_alone(gpt: Any) -> None:
    tools = [{"type": "function", "function": {"name": "save", "parameters": WRITE}}]
    with pytest.raises(openai.BadRequestError, match="/v1/responses"):
        gpt_ask(gpt, "gpt-6-luna", tools=tools)
    answer = gpt_ask(gpt, "gpt-6-luna", tools=tools, tool_choice="required", reasoning_effort="none")
    assert answer.choices[0].finish_reason == "tool_calls"


def test_an_answer_longer_than_the_model_gives_is_refused(claude: Any) -> None:
    with pytest.raises(anthropic.BadRequestError, match="max_tokens: 64001 > 64000"):
        claude_ask(claude, "claude-haiku-4-5", max_tokens=64_001, timeout=10)


def test_a_prompt_beyond_the_window_is_refused(gpt: Any, claude: Any, sandbox: Running) -> None:
    sandbox.control.model("claude-haiku-5-5", context=1_000)
    with pytest.raises(anthropic.BadRequestError, match="prompt is too long: 1300 tokens > 1000 maximum"):
        claude_ask(claude, "claude-haiku-5-5", "a" * 4_000)
    sandbox.control.model("gpt-6-luna", context=130_000)
    with pytest.raises(openai.BadRequestError, match="configured limit of 2000 tokens") as error:
        gpt_ask(gpt, "gpt-6-luna", "a" * 12_000)
    assert error.value.code == "context_length_exceeded"


def test_a_window_that_is_full_ends_the_answer_and_says_so(claude: Any, sandbox: Running) -> None:
    sandbox.control.model("claude-haiku-5-5", context=3_000)
    answer = claude_ask(claude, "claude-haiku-5-5", section(characters=20_000), thinking={"type": "disabled"})
    assert answer.stop_reason == "model_context_window_exceeded"
    assert answer.usage.input_tokens + answer.usage.output_tokens <= 3_000
    assert answer.content[0].text


def obj(**properties: Any) -> Any:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


@pytest.mark.parametrize(
    ("schema", "word"),
    [
        ({"type": "object", "properties": {"a": {"type": "string"}}, "required": ["a"]}, "additionalProperties"),
        (obj(a={"type": ["string", "null"]}), "anyOf"),
        (obj(a={"type": "integer", "minimum": 1}), "minimum"),
        (obj(a={"type": "string", "maxLength": 30}), "maxLength"),
        (obj(a={"type": "array", "items": {"type": "string"}, "maxItems": 3}), "maxItems"),
        (obj(a={"type": "array", "items": {"type": "string"}, "minItems": 2}), "minItems"),
        (obj(a={"oneOf": [{"type": "string"}]}), "type"),
        ({**obj(a={"$ref": "#/$defs/x"}), "$defs": {"x": obj(b={"$ref": "#/$defs/x"})}}, "Recursive"),
    ],
)
def test_anthropic_takes_a_part_of_json_schema(claude: Any, schema: Any, word: str) -> None:
    shape: Any = {"format": {"type": "json_schema", "schema": schema}}
    with pytest.raises(anthropic.BadRequestError, match=word):
        claude_ask(claude, "claude-sonnet-4-6", output_config=shape)


def test_what_the_sdks_own_helper_writes_is_taken_by_both(gpt: Any, claude: Any) -> None:
    schema = anthropic.transform_schema(
        obj(n={"type": "integer", "minimum": 1}, note={"anyOf": [{"type": "string", "maxLength": 9}, {"type": "null"}]})
    )
    shape: Any = {"format": {"type": "json_schema", "schema": schema}}
    assert claude_ask(claude, "claude-sonnet-5-5", output_config=shape).stop_reason == "end_turn"
    assert gpt_ask(gpt, "gpt-6-luna", response_format=shaped("note", schema)).choices[0].finish_reason == "stop"


def test_anthropic_wants_its_version_and_takes_the_key_in_either_header(sandbox: Running) -> None:
    url = f"{sandbox.base_url}/anthropic/v1/messages"
    body = {"model": "claude-haiku-4-5", "max_tokens": 100, "messages": [{"role": "user", "content": "Hello"}]}

    def post(**headers: str) -> httpx.Response:
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return httpx.post(url, json=body, headers=named, trust_env=False)

    assert post(x_api_key=ANTHROPIC_KEY, anthropic_version="2023-06-01").status_code == 200
    assert post(authorization=f"Bearer {ANTHROPIC_KEY}", anthropic_version="2026-10-21").status_code == 200
    assert post(anthropic_version="2026-10-21").status_code == 401
    for headers in ({}, {"anthropic_version": "2020-01-01"}):
        answer = post(x_api_key=ANTHROPIC_KEY, **headers)
        assert answer.status_code == 400
        assert "anthropic-version" in answer.json()["error"]["message"]
