"""Whatever is ordered goes wrong, as often as ordered, in the way that the SDKs see from outside."""

import asyncio
import json
import time
from typing import Any

import httpx
import openai
import pytest

from sandbox.testing import OPENAI_KEY, Running
from tests.sandbox.prompts import JUDGE, WRITE, section, shaped


def ask(client: Any, prompt: str = "Hello", **more: Any) -> Any:
    return client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": prompt}], **more)


def test_a_rate_limit_says_when_to_come_back_and_ends_after_its_times(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "429", retry_after=7, times=2)
    for _ in range(2):
        with pytest.raises(openai.RateLimitError) as error:
            ask(gpt)
        assert error.value.response.headers["retry-after"] == "7"
        assert error.value.response.headers["x-request-id"]
    assert ask(gpt).choices


@pytest.mark.parametrize(
    ("mode", "kind"),
    [("500", openai.InternalServerError), ("503", openai.InternalServerError), ("401", openai.AuthenticationError)],
)
def test_statuses(sandbox: Running, gpt: Any, mode: str, kind: type[Exception]) -> None:
    sandbox.control.fault("ai", mode, times=1)
    with pytest.raises(kind):
        ask(gpt)


@pytest.mark.parametrize("mode", ["drop", "commit_then_drop"])
def test_a_dropped_connection_is_a_connection_error(sandbox: Running, gpt: Any, mode: str) -> None:
    sandbox.control.fault("openai", mode, times=1)
    with pytest.raises(openai.APIConnectionError):
        ask(gpt)
    assert ask(gpt).choices


def test_a_hanging_call_runs_into_the_callers_timeout(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "hang", times=1)
    with pytest.raises(openai.APITimeoutError):
        ask(gpt.with_options(timeout=0.3))


def test_a_stream_can_break_off_in_the_middle(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "drop_midstream", times=1)
    seen = 0
    with pytest.raises(Exception, match=r"(?i)incomplete|closed|connection"):  # noqa: PT012  # breaks off while read
        for chunk in ask(gpt, section(characters=3_000), stream=True):
            seen += len(chunk.choices[0].delta.content or "")
    assert 0 < seen < 3_000


def test_a_delay_is_waited_for(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "delay", seconds=0.4, times=1)
    started = time.monotonic()
    ask(gpt)
    assert time.monotonic() - started >= 0.4


@pytest.mark.parametrize("mode", ["malformed", "prose", "truncated", "empty"])
def test_json_can_be_broken_in_all_the_usual_ways(sandbox: Running, gpt: Any, mode: str) -> None:
    sandbox.control.fault("openai", mode, times=1)
    choice = ask(gpt, section(characters=900), response_format=shaped("section", WRITE)).choices[0]
    with pytest.raises(ValueError):
        json.loads(choice.message.content)
    assert choice.finish_reason == ("length" if mode == "truncated" else "stop")


def test_a_refusal_is_no_content(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "refusal", times=1)
    message = ask(gpt).choices[0].message
    assert message.content is None
    assert message.refusal


@pytest.mark.parametrize("factor", [0.6, 1.4])
def test_texts_can_be_too_short_or_too_long(sandbox: Running, gpt: Any, factor: float) -> None:
    sandbox.control.fault("ai", "length", factor=factor)
    text = ask(gpt, section(characters=3_000)).choices[0].message.content
    assert len(text) == pytest.approx(3_000 * factor, rel=0.02)


def test_citations_can_be_forged_and_languages_wrong(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "forged", times=1)
    forged = json.loads(
        ask(gpt, section(characters=2_000), response_format=shaped("section", WRITE)).choices[0].message.content
    )
    assert "@phantom-" in forged["markdown"]
    assert "@policy-2023" not in forged["markdown"]
    sandbox.control.fault("openai", "language", language="pl", times=1)
    assert "piaskownicy" in ask(gpt, section(characters=2_000)).choices[0].message.content


def test_the_judge_can_find_everything_unsupported(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("ai", "unsupported")
    words = "All trees are green in summer time."
    prompt = f'<claim n="1">{words}</claim><passage n="1">{words}</passage>'
    verdicts = json.loads(ask(gpt, prompt, response_format=shaped("judge", JUDGE)).choices[0].message.content)[
        "verdicts"
    ]
    assert verdicts[0]["verdict"] == "unsupported"


def test_faults_meet_only_the_calls_they_are_ordered_for(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "500", match="about rivers", key="keyed", model="gpt-5.4-mini")
    assert ask(gpt, "something about rivers").choices
    keyed = gpt.with_options(api_key="sk-keyed")
    assert ask(keyed, "something about hills").choices
    with pytest.raises(openai.InternalServerError):
        ask(keyed, "something about rivers")
    sandbox.control.clear_faults()
    assert ask(keyed, "something about rivers").choices


async def test_calls_above_the_limit_at_once_are_refused_and_the_most_at_once_is_counted(sandbox: Running) -> None:
    sandbox.control.settings(limits={"openai": {"concurrency": 5}}, latency={"openai": 2})
    async with openai.AsyncOpenAI(
        api_key=OPENAI_KEY, base_url=sandbox.urls["OPENAI_BASE_URL"], max_retries=0
    ) as client:
        answers = await asyncio.gather(
            *(
                client.chat.completions.create(model="gpt-5.4-mini", messages=[{"role": "user", "content": "Hello"}])
                for _ in range(8)
            ),
            return_exceptions=True,
        )
    assert sum(isinstance(one, openai.RateLimitError) for one in answers) == 3
    log = sandbox.control.calls("openai")
    assert log["counts"]["openai"] == 8
    assert log["statuses"]["openai"] == {"200": 5, "429": 3}
    # A refused call is over at once: how many of those were seen together is up to the machine.
    assert 6 <= log["max_concurrency"]["openai"] <= 8


def test_requests_a_minute_are_counted_for_each_key(sandbox: Running, gpt: Any) -> None:
    sandbox.control.settings(limits={"openai": {"rpm": 2}})
    ask(gpt), ask(gpt)
    with pytest.raises(openai.RateLimitError) as error:
        ask(gpt)
    assert 0 < float(error.value.response.headers["retry-after"]) <= 60
    assert ask(gpt.with_options(api_key="another")).choices


def test_the_call_log_shows_the_last_prompts(sandbox: Running, gpt: Any) -> None:
    ask(gpt, "a prompt to remember")
    calls = sandbox.control.calls("openai", match="to remember")["calls"]
    assert len(calls) == 1
    assert calls[0]["model"] == "gpt-5.4-mini"
    assert calls[0]["status"] == 200


def test_the_control_endpoint_explains_what_it_does_not_know(sandbox: Running) -> None:
    for body, word in (({"mode": "explode"}, "mode"), ({"service": "moon"}, "service"), ({"moad": "500"}, "unknown")):
        answer = httpx.post(f"{sandbox.base_url}/control/faults", json=body, trust_env=False)
        assert answer.status_code == 400
        assert word in answer.json()["error"]


def test_pages_in_a_browser_cannot_post_to_the_control_endpoint(sandbox: Running) -> None:
    answer = httpx.post(
        f"{sandbox.base_url}/control/faults",
        content='{"mode": "500"}',
        headers={"content-type": "text/plain"},
        trust_env=False,
    )
    assert answer.status_code == 415


def test_null_takes_all_settings_of_a_kind_back(sandbox: Running) -> None:
    sandbox.control.settings(limits={"openai": {"concurrency": 5}}, latency={"openai": 0.3, "*": "0.1-0.2"})
    told = sandbox.control.settings(limits=None, latency=None)
    assert "openai" not in told["latency"]
    assert told["limits"] == {}
