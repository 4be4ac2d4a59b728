"""What is known of models by their names agrees with what the providers take (R-25)."""

import pytest

from generation import known
from generation.enums import Provider
from sandbox.models import Catalogue, Model

MODELS = [model for provider in Provider for model in Catalogue().of(provider)]


@pytest.mark.parametrize("model", MODELS, ids=[model.id for model in MODELS])
def test_sizes_and_efforts_are_those_of_the_provider(model: Model) -> None:
    found = known.known(model.provider, model.id)
    assert found is not None
    assert found.efforts == model.efforts
    assert (found.context_tokens, found.longest_answer) == (model.context, model.answer)


@pytest.mark.parametrize(
    ("provider", "name", "effort", "lower"),
    [
        ("openai", "gpt-6-luna", "max", "xhigh"),
        ("openai", "gpt-6-luna", "low", "none"),
        ("openai", "gpt-6-luna", "none", "none"),
        ("openai", "gpt-6.1-sol", "low", "low"),
        ("openai", "gpt-5-mini-2025-08-07", "low", "minimal"),
        ("openai", "gpt-4.1", "", ""),
        ("openai", "unheard-of-1", "low", "low"),
        ("openai", "unheard-of-1", "high", "medium"),
        ("anthropic", "claude-sonnet-4-6", "max", "high"),
        ("anthropic", "claude-sonnet-5-5", "", "low"),
        ("anthropic", "claude-sonnet-5-5", "low", "low"),
    ],
)
def test_the_effort_below_one_is_one_that_the_model_takes(provider: str, name: str, effort: str, lower: str) -> None:
    assert known.lower_effort(provider, name, effort) == lower
