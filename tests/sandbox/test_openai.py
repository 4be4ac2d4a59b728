"""The OpenAI SDK gets from the sandbox what it gets from OpenAI."""

import json
from typing import Any

import jsonschema
import openai
import pytest

from sandbox.testing import Running
from tests.sandbox.prompts import JUDGE, OUTLINE, WRITE, section, shaped

MODEL = "gpt-5.4-mini"


def ask(client: Any, prompt: str, **more: Any) -> Any:
    return client.chat.completions.create(model=MODEL, messages=[{"role": "user", "content": prompt}], **more)


def test_an_answer_by_schema_fits_the_schema_and_counts_its_tokens(gpt: Any) -> None:
    answer = ask(gpt, section(characters=2000), response_format=shaped("section", WRITE), seed=7)
    choice = answer.choices[0]
    written = json.loads(choice.message.content)
    jsonschema.validate(written, WRITE)
    assert choice.finish_reason == "stop"
    assert abs(len(written["markdown"]) - 2000) <= 40
    assert answer.usage.completion_tokens == pytest.approx(len(choice.message.content) / 4, abs=1)
    assert answer.usage.total_tokens == answer.usage.prompt_tokens + answer.usage.completion_tokens
    assert answer._request_id.startswith("req_")


def test_a_stream_says_the_same_as_the_whole_answer(gpt: Any) -> None:
    prompt = section(characters=1500)
    whole = ask(gpt, prompt).choices[0].message.content
    chunks = list(ask(gpt, prompt, stream=True, stream_options={"include_usage": True}))
    text = "".join(chunk.choices[0].delta.content or "" for chunk in chunks if chunk.choices)
    assert text == whole
    assert chunks[-1].usage.completion_tokens > 0
    assert [chunk.choices[0].finish_reason for chunk in chunks if chunk.choices][-1] == "stop"


def test_the_output_limit_cuts_the_text_and_says_so(gpt: Any) -> None:
    answer = ask(gpt, section(characters=4000), max_completion_tokens=100)
    assert answer.choices[0].finish_reason == "length"
    assert answer.usage.completion_tokens == 100
    assert len(answer.choices[0].message.content) == 400


def test_a_forced_tool_is_called_with_fitting_arguments(gpt: Any) -> None:
    tool = {"type": "function", "function": {"name": "save", "parameters": WRITE}}
    answer = ask(
        gpt,
        section(characters=800),
        tools=[tool],
        tool_choice={"type": "function", "function": {"name": "save"}},
    )
    call = answer.choices[0].message.tool_calls[0]
    assert call.function.name == "save"
    jsonschema.validate(json.loads(call.function.arguments), WRITE)


def test_any_json_object_has_the_shape_that_the_prompt_names(gpt: Any) -> None:
    answer = ask(
        gpt,
        'Answer as JSON: {"queries": [...]}. Give 3 queries. Topic: soil erosion in vineyards',
        response_format={"type": "json_object"},
    )
    queries = json.loads(answer.choices[0].message.content)["queries"]
    assert len(queries) == 3
    assert all("erosion" in query or "vineyards" in query for query in queries)


def test_a_schema_that_strict_mode_forbids_is_refused(gpt: Any) -> None:
    with pytest.raises(openai.BadRequestError, match="additionalProperties"):
        ask(gpt, "Hello", response_format=shaped("loose", {"type": "object", "properties": {"a": {"type": "string"}}}))


def test_an_unknown_schema_is_filled_with_values_that_fit(gpt: Any) -> None:
    inner = {
        "type": "object",
        "properties": {"yes": {"type": "boolean"}},
        "required": ["yes"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {
            "mood": {"type": "string", "enum": ["calm", "busy"]},
            "score": {"type": "integer", "minimum": 3, "maximum": 5},
            "notes": {"type": "array", "items": {"type": "string", "maxLength": 30}},
            "inner": inner,
        },
        "required": ["mood", "score", "notes", "inner"],
        "additionalProperties": False,
    }  # fmt: skip
    answer = ask(gpt, "Rate this.", response_format=shaped("rating", schema))
    jsonschema.validate(json.loads(answer.choices[0].message.content), schema)


def test_queries_fit_a_schema_that_wants_an_object_for_each(gpt: Any) -> None:
    query = {
        "type": "object",
        "properties": {"words": {"type": "string"}, "rank": {"type": "integer"}},
        "required": ["words", "rank"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"queries": {"type": "array", "items": query}},
        "required": ["queries"],
        "additionalProperties": False,
    }
    answer = ask(gpt, "Write 2 web search queries. Topic: soil erosion", response_format=shaped("queries", schema))
    said = json.loads(answer.choices[0].message.content)
    jsonschema.validate(said, schema)
    assert len(said["queries"]) == 2
    assert all("erosion" in one["words"] for one in said["queries"])


def test_an_outline_says_which_sections_need_research_where_a_schema_asks(gpt: Any) -> None:
    part = {
        "type": "object",
        "properties": {
            "name": {"type": "string"},
            "description": {"type": "string"},
            "research": {"type": "boolean"},
        },
        "required": ["name", "description", "research"],
        "additionalProperties": False,
    }
    schema = {
        "type": "object",
        "properties": {"sections": {"type": "array", "items": part}},
        "required": ["sections"],
        "additionalProperties": False,
    }
    answer = ask(gpt, "Plan 20 sections. Topic: soil erosion", response_format=shaped("plan", schema))
    sections = json.loads(answer.choices[0].message.content)["sections"]
    assert len({one["name"] for one in sections}) == 20
    assert [one["research"] for one in sections] == [False, *[True] * 18, False]
    assert all("erosion" in one["description"].lower() for one in sections)


def test_an_outline_has_as_many_sections_as_asked_and_its_pages_add_up(gpt: Any) -> None:
    topic = "<topic>Software packaging in large distributions</topic>"
    prompt = f"Write in German (de). 12 pages in all, 6 to 10 sections.\n{topic}"
    plan = json.loads(ask(gpt, prompt, response_format=shaped("outline", OUTLINE)).choices[0].message.content)
    jsonschema.validate(plan, OUTLINE)
    assert 6 <= len(plan["sections"]) <= 10
    assert sum(one["pages"] for one in plan["sections"]) == pytest.approx(12)
    assert plan["sections"][0]["title"].startswith("Einleitung")
    assert len({one["title"] for one in plan["sections"]}) == len(plan["sections"])


def test_a_long_work_gets_sections_with_parts(gpt: Any) -> None:
    answer = ask(gpt, "60 pages. <topic>Glaciers and rivers</topic>", response_format=shaped("outline", OUTLINE))
    plan = json.loads(answer.choices[0].message.content)
    parted = [one for one in plan["sections"] if one["children"]]
    assert parted
    for one in parted:
        assert sum(part["pages"] for part in one["children"]) == pytest.approx(one["pages"])


def test_the_judge_tells_what_a_passage_says_from_what_it_does_not(gpt: Any) -> None:
    prompt = (
        '<claim n="1">The source says: "Every package must have a maintainer who is responsible for it" [@a, p. 1].'
        "</claim>"
        '<passage n="1">Every package must have a maintainer who is responsible for it. Others may help.</passage>'
        '<claim n="4">Glaciers in the Alps have lost half of their volume since 1900 [@a, p. 1].</claim>'
        '<passage n="4">Every package must have a maintainer who is responsible for it.</passage>'
    )
    verdicts = json.loads(ask(gpt, prompt, response_format=shaped("judge", JUDGE)).choices[0].message.content)[
        "verdicts"
    ]
    assert [(one["n"], one["verdict"]) for one in verdicts] == [(1, "supported"), (4, "unsupported")]


def test_a_refused_key_and_an_unknown_model_are_told_as_openai_tells_them(sandbox: Running, gpt: Any) -> None:
    with pytest.raises(openai.AuthenticationError) as refused:
        ask(gpt.with_options(api_key="sk-refused"), "Hello")
    assert refused.value.code == "invalid_api_key"
    with pytest.raises(openai.NotFoundError):
        gpt.chat.completions.create(model="gpt-7", messages=[{"role": "user", "content": "Hello"}])


def test_models_are_listed(gpt: Any) -> None:
    assert MODEL in {model.id for model in gpt.models.list()}
