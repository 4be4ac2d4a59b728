"""One breaker for each service: who meets an outage first pays for it, and nobody else (R-31, R-106)."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from tesigo.platform.breaker import Breaker, ServiceAway


class Hangs(Exception):
    """What a client says of a service that never answers."""


def fails() -> None:
    raise Hangs


def ask(breaker: Breaker, call: "object" = None) -> str:
    try:
        with breaker.guarding(Hangs):
            if callable(call):
                call()
    except (ServiceAway, Hangs) as error:
        return type(error).__name__
    return "answered"


def test_after_a_failure_nobody_asks_until_the_pause_is_over() -> None:
    breaker = Breaker("service", pause=60, longest=60)
    assert [ask(breaker, fails), ask(breaker), ask(breaker)] == ["Hangs", "ServiceAway", "ServiceAway"]
    breaker.forget()
    assert ask(breaker) == "answered"


def test_one_looks_for_all_when_the_pause_is_over() -> None:
    breaker = Breaker("service", pause=0.0, longest=60)
    ask(breaker, fails)
    arrived, may_go = threading.Event(), threading.Event()

    def slow() -> None:
        arrived.set()
        assert may_go.wait(60)

    with ThreadPoolExecutor(1) as pool:
        looking = pool.submit(ask, breaker, slow)
        assert arrived.wait(60)
        assert {ask(breaker, fails) for _ in range(50)} == {"ServiceAway"}
        may_go.set()
        assert looking.result(60) == "answered"
    assert ask(breaker) == "answered"


def test_a_look_that_never_reports_gives_way_to_another() -> None:
    breaker = Breaker("service", pause=0.0, longest=0.05)
    ask(breaker, fails)
    assert breaker.admits()
    assert not breaker.admits()
    deadline = time.monotonic() + 60
    while not breaker.admits():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_an_answer_that_is_no_is_an_answer() -> None:
    breaker = Breaker("service", pause=60, longest=60)

    def says_no() -> None:
        raise ValueError

    with pytest.raises(ValueError):
        ask(breaker, says_no)
    assert ask(breaker) == "answered"
