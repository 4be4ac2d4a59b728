"""What a key may do in a minute, counted for all processes, and in shares while Redis is away (R-33)."""

import subprocess
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

import pytest
import redis
from hypothesis import given
from hypothesis import strategies as st
from pytest_django import Settings

from generation.ai import key_limits, keys
from generation.ai.key_limits import Allowed, Taken, Window
from generation.ai.keys import Key
from tesigo.platform.processes import free_port

T = TypeVar("T")
KEY = Key("openai", 1, "sk-very-secret")
PLENTY = 1_000_000


@pytest.fixture(autouse=True)
def as_new() -> None:
    key_limits.forget()
    keys.forget()


@pytest.fixture
def away(settings: Settings) -> None:
    """Redis is not where it should be."""
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"


def take(requests: int = PLENTY, tokens: int = PLENTY, cost: int = 10) -> Taken:
    return key_limits.take(KEY, tokens=cost, allowed=Allowed(requests, tokens))


def at_once(work: Callable[[int], T], count: int) -> list[T]:
    with ThreadPoolExecutor(20) as pool:
        return list(pool.map(work, range(count)))


def test_no_more_requests_than_the_limit_however_many_ask_at_once() -> None:
    taken = at_once(lambda _: take(requests=50), 200)
    assert sum(not one.wait for one in taken) == 50
    assert key_limits.used(KEY) == (50, 500)
    assert all(55 < one.wait <= 125 for one in taken if one.wait)


def test_no_more_tokens_than_the_limit_and_no_request_is_counted_for_what_waits() -> None:
    taken = at_once(lambda _: take(tokens=1_000, cost=70), 60)
    assert sum(not one.wait for one in taken) == 14
    assert key_limits.used(KEY) == (14, 980)


def test_processes_share_one_limit() -> None:
    """Two more of them, each asking forty times."""
    ask = (
        "import django; django.setup()\n"
        "from generation.ai import key_limits\n"
        "from generation.ai.keys import Key\n"
        "key, allowed = Key('openai', 1, 'sk-very-secret'), key_limits.Allowed(50, 10**6)\n"
        "print(sum(not key_limits.take(key, tokens=10, allowed=allowed).wait for _ in range(40)))\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    mine = sum(not take(requests=50).wait for _ in range(5))
    theirs = [int(one.communicate(timeout=60)[0].split()[-1]) for one in started]
    assert mine + sum(theirs) == 50
    assert key_limits.used(KEY) == (50, 500)


def test_each_key_has_its_own_limits() -> None:
    assert not take(requests=1).wait
    assert take(requests=1).wait
    assert not key_limits.take(Key("openai", 2, "sk-other"), tokens=10, allowed=Allowed(1, 100)).wait


def test_a_limit_that_staff_change_goes_on_counting() -> None:
    for _ in range(10):
        take(requests=10)
    assert take(requests=10).wait
    assert not take(requests=11).wait
    assert take(requests=5).wait


def test_what_was_taken_too_much_is_given_back_and_what_was_too_little_counted() -> None:
    taken = take(tokens=1_000, cost=900)
    assert take(tokens=1_000, cost=200).wait
    key_limits.correct(KEY, taken, requests=1, tokens=300, allowed=Allowed(PLENTY, 1_000))
    assert key_limits.used(KEY) == (1, 300)
    small = take(tokens=1_000, cost=100)
    key_limits.correct(KEY, small, requests=1, tokens=250, allowed=Allowed(PLENTY, 1_000))
    assert key_limits.used(KEY) == (2, 550)


def test_a_call_that_was_not_made_leaves_nothing_behind() -> None:
    key_limits.correct(KEY, take(requests=1), requests=0, tokens=0, allowed=Allowed(1, PLENTY))
    assert key_limits.used(KEY) == (0, 0)
    assert not take(requests=1).wait


def test_a_call_above_the_limit_of_a_minute_has_a_minute_of_its_own() -> None:
    assert not take(tokens=1_000, cost=5_000).wait
    assert take(tokens=1_000, cost=1).wait
    key_limits.forget()
    assert key_limits.used(KEY)[1] == 1_000


def test_without_redis_each_process_keeps_to_its_share(away: None, settings: Settings) -> None:
    settings.AI_WORKER_PROCESSES = 10
    taken = at_once(lambda _: take(requests=50), 40)
    assert sum(not one.wait for one in taken) == 5
    assert key_limits.used(KEY) == (5, 50)
    granted = next(one for one in taken if not one.wait)
    key_limits.correct(KEY, granted, requests=0, tokens=0, allowed=Allowed(50, PLENTY))
    assert key_limits.used(KEY) == (4, 40)


def test_without_redis_the_smallest_limit_still_lets_one_call_pass(away: None) -> None:
    assert not take(requests=1, tokens=1_000, cost=900).wait
    assert take(requests=1, tokens=1_000, cost=900).wait


def test_what_was_taken_from_redis_is_not_given_back_to_somebody_else(away: None, settings: Settings) -> None:
    key_limits.correct(KEY, Taken(1, 500), requests=0, tokens=0, allowed=Allowed(10, 1_000))
    assert key_limits.used(KEY) == (0, 0)


def test_redis_holds_no_key_and_forgets_in_two_minutes(redis_client: redis.Redis) -> None:
    take()
    names = redis_client.keys("tesigo:ai:*")
    assert len(names) == 2
    assert not any(b"secret" in name for name in names)
    assert all(0 < redis_client.ttl(name) <= 120 for name in names)


@given(
    previous=st.integers(0, 1_000),
    current=st.integers(0, 1_000),
    into=st.floats(0, 60),
    cost=st.integers(1, 1_000),
)
def test_who_waits_as_long_as_told_finds_room(previous: int, current: int, into: float, cost: int) -> None:
    """The window as the library reckons it, moved on by the time that was waited."""
    left = 60 - into
    wait = Window(previous, left if previous else 0, current, left + 60).wait(cost=cost, amount=1_000)
    assert 0 < wait <= 120
    fading, counted, ends_in = (previous, current, left - wait) if wait <= left else (current, 0, left + 60 - wait)
    later = fading * max(0.0, ends_in) / 60 + counted
    assert int(later + 1e-6) + cost <= 1_000
