"""What providers say of the account, of the way, and of an answer that ended early, as their SDKs see it."""

import json
from typing import Any

import anthropic
import openai
import pytest

from sandbox.testing import Running
from tests.sandbox.prompts import WRITE, section, shaped


def gpt_ask(client: Any, prompt: str = "Hello", *, model: str = "gpt-6-luna", **more: Any) -> Any:
    return client.chat.completions.create(model=model, messages=[{"role": "user", "content": prompt}], **more)


def claude_ask(client: Any, prompt: str = "Hello", *, model: str = "claude-haiku-5-5", **more: Any) -> Any:
    said = [{"role": "user", "content": prompt}]
    return client.messages.create(model=model, messages=said, max_tokens=20_000, **more)


@pytest.mark.parametrize(
    ("mode", "kind", "code"),
    [
        ("enforced_spend_limit_reached", anthropic.EnforcedSpendLimitReachedError, "enforced_spend_limit_reached"),
        ("contract_spend_limit_reached", anthropic.ContractSpendLimitReachedError, "contract_spend_limit_reached"),
        ("organization_on_hold", anthropic.OrganizationOnHoldError, "organization_on_hold"),
        ("billing", anthropic.PaymentRequiredError, None),
        ("model_forbidden", anthropic.PermissionDeniedError, None),
    ],
)
def test_anthropic_names_what_is_wrong_with_the_account(
    sandbox: Running, claude: Any, mode: str, kind: type[anthropic.APIStatusError], code: str | None
) -> None:
    sandbox.control.fault("anthropic", mode, times=1)
    with pytest.raises(kind) as error:
        claude_ask(claude)
    assert error.value.error_code == code
    assert "retry-after" not in error.value.response.headers
    assert claude_ask(claude).content


@pytest.mark.parametrize(
    ("mode", "words"), [("credit_balance", "credit balance is too low"), ("own_spend_limit", "API usage limits")]
)
def test_anthropic_says_some_of_it_in_words_alone(sandbox: Running, claude: Any, mode: str, words: str) -> None:
    sandbox.control.fault("anthropic", mode, times=1)
    with pytest.raises(anthropic.BadRequestError, match=words) as error:
        claude_ask(claude)
    assert (error.value.type, error.value.error_code) == ("invalid_request_error", None)


@pytest.mark.parametrize(
    ("mode", "kind", "code"),
    [
        ("insufficient_quota", openai.RateLimitError, "insufficient_quota"),
        ("enforced_spend_limit_reached", openai.RateLimitError, "insufficient_quota"),
        ("billing", openai.RateLimitError, "billing_not_active"),
        ("organization_on_hold", openai.AuthenticationError, "account_deactivated"),
        ("model_forbidden", openai.PermissionDeniedError, "model_not_found"),
    ],
)
def test_openai_names_what_is_wrong_with_the_account(
    sandbox: Running, gpt: Any, mode: str, kind: type[openai.APIStatusError], code: str
) -> None:
    sandbox.control.fault("ai", mode, times=1)
    with pytest.raises(kind) as error:
        gpt_ask(gpt)
    assert error.value.code == code
    assert "retry-after" not in error.value.response.headers


def test_one_model_may_be_forbidden_and_another_not(sandbox: Running, gpt: Any) -> None:
    sandbox.control.fault("openai", "model_forbidden", model="gpt-6.1-sol")
    with pytest.raises(openai.PermissionDeniedError, match=r"gpt-6\.1-sol"):
        gpt_ask(gpt, model="gpt-6.1-sol")
    assert gpt_ask(gpt, model="gpt-6-luna").choices


def test_a_moments_limit_says_how_long_in_seconds_and_in_milliseconds(sandbox: Running, gpt: Any, claude: Any) -> None:
    sandbox.control.fault("ai", "429", retry_after=1.25, times=2)
    for ask, client, kind in (
        (gpt_ask, gpt, openai.RateLimitError),
        (claude_ask, claude, anthropic.RateLimitError),
    ):
        with pytest.raises(kind) as error:
            ask(client)
        headers = error.value.response.headers  # type: ignore[attr-defined]  # both have one
        assert (headers["retry-after"], headers["retry-after-ms"]) == ("2", "1250")


def test_what_only_providers_say_is_ordered_of_them_alone(sandbox: Running) -> None:
    with pytest.raises(Exception, match="said by openai"):
        sandbox.control.fault("stripe", "credit_balance")


def test_an_answer_may_pause_or_fill_the_window(sandbox: Running, claude: Any, gpt: Any) -> None:
    for mode, stop in (("pause_turn", "pause_turn"), ("context_exceeded", "model_context_window_exceeded")):
        sandbox.control.fault("ai", mode, times=1)
        assert claude_ask(claude, section(characters=900)).stop_reason == stop
        sandbox.control.fault("ai", mode, times=1)
        assert gpt_ask(gpt, section(characters=900)).choices[0].finish_reason == "length"


def test_a_refusal_says_why_it_stopped(sandbox: Running, claude: Any) -> None:
    sandbox.control.fault("anthropic", "refusal", times=1)
    answer = claude_ask(claude)
    assert (answer.stop_reason, answer.stop_details.type) == ("refusal", "refusal")


def test_a_proxy_may_answer_with_a_page(sandbox: Running, claude: Any, gpt: Any) -> None:
    sandbox.control.fault("ai", "html", times=2)
    assert "Sign in to the network" in str(gpt_ask(gpt))
    assert "Sign in to the network" in str(claude_ask(claude))


def test_an_answer_may_hold_half_a_character(sandbox: Running, claude: Any, gpt: Any) -> None:
    sandbox.control.fault("ai", "surrogate")
    prompt, schema = section(characters=500), {"format": {"type": "json_schema", "schema": WRITE}}
    texts = [
        gpt_ask(gpt, prompt, response_format=shaped("section", WRITE)).choices[0].message.content,
        claude_ask(claude, prompt, output_config=schema).content[-1].text,
    ]
    for text in texts:
        with pytest.raises(UnicodeEncodeError):
            json.loads(text)["markdown"].encode()
    tool: Any = {"name": "save", "description": "Save.", "input_schema": WRITE}
    forced: Any = {"tools": [tool], "tool_choice": {"type": "tool", "name": "save"}}
    called = claude_ask(claude, prompt, model="claude-haiku-4-5", **forced).content[0]
    assert "\ud83d" in called.input["markdown"]
    assert "\ud83d" in gpt_ask(gpt, prompt).choices[0].message.content
