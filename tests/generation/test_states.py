"""What staff see of every key."""

import time
from datetime import timedelta

import pytest
from django.utils import timezone
from pytest_django import Settings

from generation.ai import breaker, key_limits, keys
from generation.ai.breaker import FAILURES
from generation.ai.key_limits import Allowed
from generation.ai.states import KeyState, key_states
from generation.enums import KeyHealth, Outcome, Provider
from generation.models import KeyLimit
from tesigo.platform.processes import free_port

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def two_and_one(settings: Settings) -> None:
    """Two keys of OpenAI, one of Anthropic, and nothing known of them."""
    settings.OPENAI_API_KEYS, settings.ANTHROPIC_API_KEYS = ["sk-a", "sk-b"], ["sk-ant-a"]
    settings.AI_BREAKER_SECONDS = 60
    for one in (breaker, key_limits, keys):
        one.forget()


def test_every_key_is_listed_with_its_own_limits_and_use() -> None:
    KeyLimit.objects.create(provider=Provider.OPENAI, place=2, requests_per_minute=7, tokens_per_minute=7_000)
    key_limits.take(keys.configured(Provider.OPENAI)[1], tokens=300, allowed=Allowed(7, 7_000))
    first, second, other = key_states()
    assert (first.provider, first.place, first.state, first.until) == ("openai", 1, KeyHealth.CLOSED, None)
    assert (first.requests, first.requests_limit, first.tokens_limit) == (0, 5_000, 2_000_000)
    assert (second.place, second.requests, second.requests_limit) == (2, 1, 7)
    assert (second.tokens, second.tokens_limit) == (300, 7_000)
    assert (other.provider, other.place, other.is_shared) == ("anthropic", 1, True)


def test_a_provider_without_a_row_gets_what_the_smallest_accounts_may_do() -> None:
    KeyLimit.objects.all().delete()
    assert {(one.requests_limit, one.tokens_limit) for one in key_states()} == {(60, 100_000)}


def test_what_is_wrong_with_a_key_is_said_and_until_when() -> None:
    failing, refused, resting = (keys.configured(one)[place] for one, place in (
        (Provider.OPENAI, 0), (Provider.OPENAI, 1), (Provider.ANTHROPIC, 0),
    ))  # fmt: skip
    for _ in range(FAILURES):
        breaker.report(failing, call="one", outcome=Outcome.TIMEOUT)
    breaker.report(refused, call="one", outcome=Outcome.AUTHENTICATION)
    breaker.report(resting, call="one", outcome=Outcome.RATE_LIMITED, retry_after=20)
    found = key_states()
    assert [one.state for one in found] == [KeyHealth.OPEN, KeyHealth.ASIDE, KeyHealth.RESTING]
    assert [one.failures for one in found] == [FAILURES, 0, 0]
    for one, seconds in zip(found, (60, 600, 20), strict=True):
        assert one.until is not None
        assert timedelta(seconds=seconds - 5) < one.until - timezone.now() <= timedelta(seconds=seconds)


def test_a_redis_that_does_not_answer_holds_nobody_up(settings: Settings, silent_port: int) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{silent_port}/0"
    began = time.monotonic()
    found = key_states()
    assert time.monotonic() - began < 10, "it has a time limit"
    assert [one.is_shared for one in found] == [False] * 3


def test_without_redis_it_is_what_this_process_knows(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    breaker.report(keys.configured(Provider.OPENAI)[0], call="one", outcome=Outcome.AUTHENTICATION)

    def known(state: KeyState) -> tuple[KeyHealth, bool]:
        return state.state, state.is_shared

    assert known(key_states()[0]) == (KeyHealth.ASIDE, False)


def test_without_any_key_there_is_nothing_to_show(settings: Settings) -> None:
    settings.OPENAI_API_KEYS = settings.ANTHROPIC_API_KEYS = []
    assert key_states() == []
