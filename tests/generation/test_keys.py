"""Keys in turn, named so that nobody learns them (R-33)."""

import pytest
from pytest_django import Settings

from generation.ai import keys
from generation.enums import Provider


@pytest.fixture(autouse=True)
def from_the_first() -> None:
    keys.forget()


def test_keys_are_used_in_turn_and_each_provider_has_its_own(settings: Settings) -> None:
    settings.OPENAI_API_KEYS = ["sk-a", "sk-b", "sk-c"]
    settings.ANTHROPIC_API_KEYS = ["sk-ant-a"]
    turns = [[key.place for key in keys.in_turn(Provider.OPENAI)] for _ in range(4)]
    assert turns == [[1, 2, 3], [2, 3, 1], [3, 1, 2], [1, 2, 3]]
    assert [key.place for key in keys.in_turn(Provider.ANTHROPIC)] == [1]


def test_a_provider_without_keys_has_none(settings: Settings) -> None:
    settings.OPENAI_API_KEYS = []
    assert keys.in_turn(Provider.OPENAI) == keys.configured(Provider.OPENAI) == []


def test_a_key_is_never_shown_and_its_name_follows_its_value_not_its_place(settings: Settings) -> None:
    settings.OPENAI_API_KEYS = ["sk-first-secret", "sk-second-secret"]
    first, second = keys.configured(Provider.OPENAI)
    settings.OPENAI_API_KEYS = ["sk-second-secret"]
    (moved,) = keys.configured(Provider.OPENAI)
    assert moved.name == second.name != first.name
    assert "secret" not in f"{first!r} {first.name} {second!r} {second.name}"
