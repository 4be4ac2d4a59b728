"""Both lists of models say what the providers' lists say: sizes, efforts, and when each ends."""

from datetime import UTC, datetime
from typing import Any

import anthropic
import openai
import pytest
from anthropic.resources.messages.messages import DEPRECATED_MODELS

from sandbox.testing import Running


def hello(client: Any, model: str) -> Any:
    said = [{"role": "user", "content": "Hello"}]
    if isinstance(client, openai.OpenAI):
        return client.chat.completions.create(model=model, messages=said)
    return client.messages.create(model=model, messages=said, max_tokens=20_000)


def test_openais_list_carries_shutdown_dates_and_leaves_out_what_has_ended(sandbox: Running, gpt: Any) -> None:
    sandbox.control.today("2026-11-28")
    dates = {model.id: model.shutdown_date for model in gpt.models.list()}
    assert dates["gpt-5-mini"] == dates["gpt-5"] == dates["o3"] == "2026-12-11"
    assert dates["gpt-5.1"] == "2027-04-01"
    assert dates["gpt-6.1-sol"] is None
    assert "gpt-4.1-nano" not in dates
    assert gpt.models.retrieve("gpt-5.1").shutdown_date == "2027-04-01"


def test_anthropics_list_carries_the_lifecycle_and_what_a_model_can_do(sandbox: Running, claude: Any) -> None:
    sandbox.control.today("2026-11-28")
    known = {model.id: model for model in claude.models.list()}
    new, going, gone = known["claude-sonnet-5-5"], known["claude-sonnet-4-5"], known["claude-sonnet-4-0"]
    assert (new.lifecycle, new.retires_at, new.line) == ("active", None, "sonnet")
    assert (new.max_input_tokens, new.max_tokens) == (1_000_000, 128_000)
    assert new.capabilities.effort.xhigh.supported
    assert new.capabilities.thinking.types.between_tools.supported
    assert not new.capabilities.thinking.types.disabled.supported
    assert new.capabilities.structured_outputs.supported
    assert (going.lifecycle, going.retires_at) == ("deprecated", datetime(2026, 11, 30, tzinfo=UTC))
    assert gone.lifecycle == "retired"
    assert not known["claude-haiku-4-5"].capabilities.effort.supported
    assert claude.models.retrieve("claude-opus-5-5").max_tokens == 128_000


def test_anthropics_list_comes_in_pages(sandbox: Running, claude: Any) -> None:
    first = claude.models.list(limit=3)
    assert len(first.data) == 3
    assert first.has_more
    names = [model.id for model in first]
    assert len(names) == len(set(names)) > 10
    back = claude.models.list(limit=2, before_id=names[4])
    assert [model.id for model in back.data] == names[2:4]
    with pytest.raises(anthropic.BadRequestError, match="limit"):
        claude.models.list(limit=5_000)


def test_the_ends_are_those_that_the_sdk_knows(claude: Any) -> None:
    for model in claude.models.list():
        announced = DEPRECATED_MODELS.get(model.id)
        if announced:
            day = datetime.strptime(announced.replace("th,", ",").replace("st,", ","), "%B %d, %Y").replace(tzinfo=UTC)
            assert model.retires_at == day, model.id
        else:
            assert model.lifecycle == "active", model.id


@pytest.mark.parametrize("name", ["gpt-7", "claude-sonnet-5-5"])
def test_openai_knows_no_such_model(gpt: Any, name: str) -> None:
    with pytest.raises(openai.NotFoundError) as error:
        hello(gpt, name)
    assert error.value.code == "model_not_found"
    assert name in error.value.message
    with pytest.raises(openai.NotFoundError):
        gpt.models.retrieve(name)


@pytest.mark.parametrize("name", ["claude-sonnet-9", "gpt-6-luna"])
def test_anthropic_knows_no_such_model(claude: Any, name: str) -> None:
    with pytest.raises(anthropic.NotFoundError) as error:
        hello(claude, name)
    assert error.value.type == "not_found_error"
    assert error.value.api_message == f"model: {name}"


def test_a_model_answers_until_its_last_day(sandbox: Running, gpt: Any, claude: Any) -> None:
    sandbox.control.today("2026-12-10")
    assert hello(gpt, "gpt-5-mini").choices
    sandbox.control.today("2026-12-11")
    with pytest.raises(openai.NotFoundError, match="deprecated") as error:
        hello(gpt, "gpt-5-mini")
    assert error.value.code == "model_not_found"
    sandbox.control.today("2026-11-29")
    with pytest.warns(DeprecationWarning, match="end-of-life"):
        assert hello(claude, "claude-sonnet-4-5").content
    sandbox.control.today("2026-11-30")
    with pytest.warns(DeprecationWarning, match="end-of-life"), pytest.raises(anthropic.NotFoundError, match="4-5"):
        hello(claude, "claude-sonnet-4-5")


def test_the_control_endpoint_ends_adds_and_removes_models(sandbox: Running, gpt: Any, claude: Any) -> None:
    sandbox.control.model("gpt-6.1-sol", ends="2026-01-01")
    with pytest.raises(openai.NotFoundError):
        hello(gpt, "gpt-6.1-sol")
    sandbox.control.model("claude-sonnet-6", like="claude-sonnet-5-5", context=300_000)
    assert hello(claude, "claude-sonnet-6").content
    assert claude.models.retrieve("claude-sonnet-6").max_input_tokens == 300_000
    sandbox.control.model("gpt-6.1-sol", ends=None)
    assert hello(gpt, "gpt-6.1-sol").choices
    sandbox.control.reset()
    with pytest.raises(anthropic.NotFoundError):
        hello(claude, "claude-sonnet-6")


def test_the_lists_need_a_key_and_can_be_away(sandbox: Running, gpt: Any, claude: Any) -> None:
    with pytest.raises(openai.AuthenticationError):
        gpt.with_options(api_key="sk-refused").models.list()
    sandbox.control.fault("ai", "503", path="/v1/models")
    with pytest.raises(openai.InternalServerError):
        gpt.models.list()
    with pytest.raises(anthropic.ServiceUnavailableError):
        claude.models.list()
    assert hello(gpt, "gpt-6-luna").choices
