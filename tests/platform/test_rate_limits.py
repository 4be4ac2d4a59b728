"""Limits hold exactly, between threads too, and say what happens while Redis is away."""

import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from tesigo.platform.processes import free_port
from tesigo.platform.rate_limits import check


def test_the_limit_is_reached_exactly_and_tells_when_to_come_back() -> None:
    key = uuid.uuid4().hex
    verdicts = [check("mails", key, limit=3, seconds=60) for _ in range(4)]
    assert [verdict.allowed for verdict in verdicts] == [True, True, True, False]
    assert 1 <= verdicts[-1].retry_after <= 60


def test_keys_are_counted_apart() -> None:
    one, other = uuid.uuid4().hex, uuid.uuid4().hex
    assert check("mails", one, limit=1, seconds=60).allowed
    assert check("mails", other, limit=1, seconds=60).allowed
    assert not check("mails", one, limit=1, seconds=60).allowed


def test_many_at_once_cannot_pass_the_limit() -> None:
    key = uuid.uuid4().hex
    with ThreadPoolExecutor(16) as pool:
        verdicts = list(pool.map(lambda _: check("mails", key, limit=10, seconds=60), range(50)))
    assert sum(verdict.allowed for verdict in verdicts) == 10


@pytest.mark.slow
def test_no_second_grants_more_than_the_limit_however_long_the_answers_take() -> None:
    """By the time before and after each question: only what was certainly granted within one second is counted."""
    key = uuid.uuid4().hex

    def ask(_number: int) -> tuple[float, float]:
        while True:
            asked = time.monotonic()
            if check("calls", key, limit=5, seconds=1).allowed:
                return asked, time.monotonic()
            time.sleep(0.02)

    with ThreadPoolExecutor(18) as pool:
        grants = list(pool.map(ask, range(18)))
    # A hair less than the second: the limit's own clock is the wall clock.
    within = [
        sum(begin <= asked and answered < begin + 0.95 for asked, answered in grants) for begin, _answered in grants
    ]
    assert max(within) <= 5
    assert max(answered for _asked, answered in grants) - min(asked for asked, _answered in grants) >= 2.9


@pytest.mark.parametrize(("answer", "allowed"), [("allow", True), ("refuse", False)])
def test_without_redis_the_caller_decides(settings: Any, answer: Any, allowed: bool) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    verdict = check("mails", "key", limit=1, seconds=60, when_redis_is_away=answer)
    assert verdict.allowed is allowed
    assert (verdict.retry_after > 0) is not allowed
