"""Prompts are found in the cache by the providers' rules, and billed so."""

import asyncio
from typing import Any

import anthropic
import openai
import pytest

from sandbox.testing import ANTHROPIC_KEY, OPENAI_KEY, Running

#: 2,000 tokens by a quarter of the characters.
STABLE = "The same beginning for all. " * 285 + "And that is it here."
OLD, NEW = "gpt-5.4-mini", "gpt-6.1-terra"


def gpt_ask(client: Any, *messages: Any, model: str = OLD, **more: Any) -> Any:
    said = [{"role": role, "content": content} for role, content in messages]
    return client.chat.completions.create(model=model, messages=said, **more).usage.prompt_tokens_details


def claude_ask(client: Any, *parts: Any, model: str = "claude-sonnet-5-5", **more: Any) -> Any:
    said = [{"role": "user", "content": [_part(part) for part in parts]}]
    return client.messages.create(model=model, messages=said, max_tokens=20_000, **more).usage


def _part(part: Any) -> Any:
    return {"type": "text", "text": part} if isinstance(part, str) else part


def marked(text: str, ttl: str | None = None) -> Any:
    return {"type": "text", "text": text, "cache_control": {"type": "ephemeral", **({"ttl": ttl} if ttl else {})}}


def broken_at(text: str) -> Any:
    return {"type": "text", "text": text, "prompt_cache_breakpoint": {"mode": "explicit"}}


def test_older_openai_models_find_the_longest_equal_beginning_in_steps(gpt: Any) -> None:
    assert len(STABLE) == 8_000
    first = gpt_ask(gpt, ("user", STABLE + "one"))
    assert (first.cached_tokens, first.cache_write_tokens) == (0, None)
    assert gpt_ask(gpt, ("user", STABLE + "two")).cached_tokens == 1_920  # 15 steps of 128
    assert gpt_ask(gpt, ("user", "Other. " + STABLE)).cached_tokens == 0


def test_short_prompts_are_not_cached(gpt: Any) -> None:
    for _ in range(2):
        assert gpt_ask(gpt, ("user", STABLE[:4_000])).cached_tokens == 0
    for expected in (0, 1_024):
        assert gpt_ask(gpt, ("user", STABLE[:4_100])).cached_tokens == expected


def test_a_cache_belongs_to_a_key_a_cache_key_and_a_model(gpt: Any) -> None:
    said = ("user", STABLE)
    gpt_ask(gpt, said)
    assert gpt_ask(gpt.with_options(api_key="sk-another"), said).cached_tokens == 0
    assert gpt_ask(gpt, said, prompt_cache_key="document-7").cached_tokens == 0
    assert gpt_ask(gpt, said, model="gpt-5.4").cached_tokens == 0
    assert gpt_ask(gpt, said).cached_tokens == 1_920
    assert gpt_ask(gpt, said, prompt_cache_key="document-7").cached_tokens == 1_920


def test_the_schema_stands_before_the_messages(gpt: Any) -> None:
    gpt_ask(gpt, ("user", STABLE), response_format={"type": "json_object"})
    assert gpt_ask(gpt, ("user", STABLE)).cached_tokens == 0


def test_what_is_not_used_for_ten_minutes_is_forgotten(sandbox: Running, gpt: Any) -> None:
    for pause, expected in ((0, 0), (590, 1_920), (590, 1_920), (610, 0)):
        sandbox.control.advance(pause)
        assert gpt_ask(gpt, ("user", STABLE)).cached_tokens == expected


def test_from_gpt_5_6_on_a_beginning_is_kept_at_breakpoints_alone(gpt: Any) -> None:
    first = gpt_ask(gpt, ("user", STABLE + "one"), model=NEW)
    assert (first.cached_tokens, first.cache_write_tokens) == (0, 2_001)
    other = gpt_ask(gpt, ("user", STABLE + "two"), model=NEW)
    assert (other.cached_tokens, other.cache_write_tokens) == (0, 2_001)
    again = gpt_ask(gpt, ("user", STABLE + "two"), model=NEW)
    assert (again.cached_tokens, again.cache_write_tokens) == (2_001, 0)


def test_an_explicit_breakpoint_is_found_before_a_changing_end(gpt: Any) -> None:
    for end, expected in (("one", (0, 2_001)), ("two", (2_000, 1))):
        told = gpt_ask(gpt, ("user", [broken_at(STABLE), {"type": "text", "text": end}]), model=NEW)
        assert (told.cached_tokens, told.cache_write_tokens) == expected
    only: Any = {"mode": "explicit"}
    told = gpt_ask(gpt, ("user", [broken_at(STABLE), _part("three")]), model=NEW, prompt_cache_options=only)
    assert (told.cached_tokens, told.cache_write_tokens) == (2_000, 0)


def test_the_system_text_is_found_below_another_question(gpt: Any) -> None:
    for question, cached in (("one?", 0), ("two?", 2_000)):
        assert gpt_ask(gpt, ("system", STABLE), ("user", question), model=NEW).cached_tokens == cached


def test_breakpoints_are_refused_by_models_that_know_none(gpt: Any) -> None:
    with pytest.raises(openai.BadRequestError, match="prompt_cache_breakpoint"):
        gpt_ask(gpt, ("user", [broken_at(STABLE)]), model=OLD)


def test_anthropic_caches_at_breakpoints_alone(claude: Any) -> None:
    for _ in range(2):
        plain = claude_ask(claude, STABLE)
        assert (plain.cache_creation_input_tokens, plain.cache_read_input_tokens) == (0, 0)
        assert plain.input_tokens == 2_600
    wrote = claude_ask(claude, marked(STABLE), "one")
    assert (wrote.cache_creation_input_tokens, wrote.cache_read_input_tokens, wrote.input_tokens) == (2_600, 0, 1)
    read = claude_ask(claude, marked(STABLE), "two")
    assert (read.cache_creation_input_tokens, read.cache_read_input_tokens, read.input_tokens) == (0, 2_600, 1)


@pytest.mark.parametrize(
    ("model", "written"), [("claude-opus-5-5", 650), ("claude-sonnet-5-5", 0), ("claude-haiku-4-5", 0)]
)
def test_each_model_has_its_own_fewest_tokens(claude: Any, model: str, written: int) -> None:
    assert claude_ask(claude, marked(STABLE[:2_000]), model=model).cache_creation_input_tokens == written


def test_the_order_is_tools_system_messages(claude: Any) -> None:
    tool: Any = {"name": "look", "description": "Looks.", "input_schema": {"type": "object", "properties": {}}}
    system = [marked(STABLE)]
    claude_ask(claude, "one", system=system, tools=[tool])
    assert claude_ask(claude, "two", system=system, tools=[tool]).cache_read_input_tokens > 2_600
    assert claude_ask(claude, "two", system=system).cache_read_input_tokens == 0


def test_a_longer_conversation_finds_what_was_written_up_to_twenty_blocks_before(claude: Any) -> None:
    claude_ask(claude, marked(STABLE))
    near = [STABLE, *(["more"] * 19), marked("end")]
    assert claude_ask(claude, *near).cache_read_input_tokens == 2_600
    far = [STABLE, *(["less"] * 20), marked("end")]
    assert claude_ask(claude, *far).cache_read_input_tokens == 0


def test_entries_live_five_minutes_or_an_hour_and_reading_renews_them(sandbox: Running, claude: Any) -> None:
    for pause, read in ((0, 0), (290, 2_600), (290, 2_600), (310, 0)):
        sandbox.control.advance(pause)
        assert claude_ask(claude, marked(STABLE)).cache_read_input_tokens == read
    long = claude_ask(claude, marked("For an hour. " + STABLE, "1h"))
    assert long.cache_creation.ephemeral_1h_input_tokens == long.cache_creation_input_tokens > 2_600
    sandbox.control.advance(3_500)
    assert claude_ask(claude, marked("For an hour. " + STABLE, "1h")).cache_read_input_tokens > 2_600


@pytest.mark.parametrize(
    ("parts", "word"),
    [
        ([marked(f"{number}") for number in range(5)], "maximum of 4"),
        ([marked("a", "5m"), marked("b", "1h")], "must not come after"),
        ([marked("")], "empty text"),
    ],
)
def test_breakpoints_have_rules(claude: Any, parts: list[Any], word: str) -> None:
    with pytest.raises(anthropic.BadRequestError, match=word):
        claude_ask(claude, *parts)


async def test_calls_at_the_same_moment_do_not_find_each_other(sandbox: Running) -> None:
    sandbox.control.settings(latency={"*": 0.5})
    said: Any = [{"role": "user", "content": STABLE}]
    async with (
        openai.AsyncOpenAI(api_key=OPENAI_KEY, base_url=sandbox.urls["OPENAI_BASE_URL"], max_retries=0) as gpt,
        anthropic.AsyncAnthropic(
            api_key=ANTHROPIC_KEY, base_url=sandbox.urls["ANTHROPIC_BASE_URL"], max_retries=0
        ) as claude,
    ):
        asked = [gpt.chat.completions.create(model=OLD, messages=said) for _ in range(2)]
        assert [one.usage.prompt_tokens_details.cached_tokens for one in await asyncio.gather(*asked)] == [0, 0]
        assert (await gpt.chat.completions.create(model=OLD, messages=said)).usage.prompt_tokens_details.cached_tokens
        parts: Any = [{"role": "user", "content": [marked(STABLE)]}]
        both = [claude.messages.create(model="claude-sonnet-5-5", max_tokens=9_000, messages=parts) for _ in range(2)]
        assert [one.usage.cache_read_input_tokens for one in await asyncio.gather(*both)] == [0, 0]


def test_the_meter_adds_up_what_the_answers_say(sandbox: Running, gpt: Any, claude: Any) -> None:
    for _ in range(2):
        gpt_ask(gpt, ("user", STABLE), model=NEW)
    told = claude_ask(claude, marked(STABLE), "one")
    sandbox.control.fault("openai", "500", times=1)
    with pytest.raises(openai.InternalServerError):
        gpt_ask(gpt, ("user", STABLE), model=NEW)
    meter = sandbox.control.meter()
    terra, sonnet = meter["models"][NEW], meter["models"]["claude-sonnet-5-5"]
    assert (terra["calls"], terra["input"], terra["cached"], terra["written"]) == (2, 0, 2_000, 2_000)
    assert terra["output"] > terra["reasoning"] > 0
    assert (sonnet["calls"], sonnet["written"], sonnet["input"]) == (1, 2_600, 1)
    assert sonnet["output"] == told.output_tokens
    assert meter["all"]["calls"] == 3
    assert sandbox.control.meter(reset=True) == meter
    assert sandbox.control.meter()["models"] == {}
