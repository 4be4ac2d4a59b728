"""The Anthropic SDK gets from the sandbox what it gets from Anthropic."""

from typing import Any

import anthropic
import jsonschema
import pytest

from sandbox.testing import Running
from tests.sandbox.prompts import WRITE, section

MODEL = "claude-sonnet-4-6"
TOOL: Any = {"name": "save_section", "description": "Save the section.", "input_schema": WRITE}


def ask(client: Any, prompt: str, **more: Any) -> Any:
    return client.messages.create(
        model=MODEL, messages=[{"role": "user", "content": prompt}], **{"max_tokens": 8000, **more}
    )


def test_a_forced_tool_is_called_with_input_that_fits(claude: Any) -> None:
    answer = ask(
        claude,
        section(characters=1800),
        tools=[TOOL],
        tool_choice={"type": "tool", "name": "save_section"},
        system="Be brief.",
    )
    assert answer.stop_reason == "tool_use"
    block = answer.content[0]
    jsonschema.validate(block.input, WRITE)
    assert abs(len(block.input["markdown"]) - 1800) <= 36
    assert answer.usage.input_tokens > 100
    assert answer.usage.output_tokens > 450


def test_a_streamed_tool_call_adds_up_to_the_same_input(claude: Any) -> None:
    prompt = section(characters=1200)
    whole = ask(claude, prompt, tools=[TOOL], tool_choice={"type": "any"}).content[0].input
    with claude.messages.stream(
        model=MODEL,
        max_tokens=8000,
        messages=[{"role": "user", "content": prompt}],
        tools=[TOOL],
        tool_choice={"type": "any"},
    ) as stream:
        final = stream.get_final_message()
    assert final.content[0].input == whole
    assert final.stop_reason == "tool_use"
    assert final.usage.output_tokens > 300


def test_streamed_text_is_the_whole_text(claude: Any) -> None:
    prompt = section(characters=900)
    with claude.messages.stream(model=MODEL, max_tokens=4000, messages=[{"role": "user", "content": prompt}]) as stream:
        text = "".join(stream.text_stream)
    assert text == ask(claude, prompt).content[0].text


def test_the_output_limit_cuts_and_says_so(claude: Any) -> None:
    answer = ask(claude, section(characters=3000), max_tokens=50)
    assert answer.stop_reason == "max_tokens"
    assert answer.usage.output_tokens == 50


def test_output_by_json_schema_without_a_tool(claude: Any) -> None:
    answer = ask(
        claude,
        section(characters=600),
        extra_body={"output_config": {"format": {"type": "json_schema", "schema": WRITE}}},
    )
    assert answer.content[0].text.startswith('{"markdown"')


def test_errors_have_their_class_and_request_id(sandbox: Running, claude: Any) -> None:
    with pytest.raises(anthropic.AuthenticationError):
        ask(claude.with_options(api_key="sk-ant-refused"), "Hello")
    sandbox.control.fault("anthropic", "529", times=1)
    with pytest.raises(anthropic.APIStatusError) as overloaded:
        ask(claude, "Hello")
    assert overloaded.value.status_code == 529
    body: Any = overloaded.value.body
    assert body["error"]["type"] == "overloaded_error"
    assert str(overloaded.value.request_id).startswith("req_")


def test_tokens_can_be_counted_and_models_listed(claude: Any) -> None:
    count = claude.messages.count_tokens(model=MODEL, messages=[{"role": "user", "content": "a" * 400}])
    assert count.input_tokens == 100
    assert MODEL in {model.id for model in claude.models.list()}
