"""One breaker for all processes: exactly one probe, and each its own judge while Redis is away."""

import json
import socket
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from socketserver import BaseRequestHandler, ThreadingTCPServer
from typing import TypeVar

import pytest
import redis
from pytest_django import Settings

from generation.ai import breaker, keys
from generation.ai.breaker import FAILURES
from generation.ai.keys import Key
from generation.enums import KeyHealth, Outcome
from local.redis_server import RedisServer
from tesigo.platform import shared_redis
from tesigo.platform.processes import free_port
from tests.serving import serving

T = TypeVar("T")
KEY = Key("openai", 1, "sk-very-secret")
PLACE = f"tesigo:ai:health:{KEY.name}"


@pytest.fixture(autouse=True)
def as_new() -> None:
    breaker.forget()
    keys.forget()


def state() -> KeyHealth:
    (known,), now, _ = breaker.look([KEY])
    return known.state(now)


def fail(times: int = FAILURES) -> None:
    for _ in range(times):
        breaker.report(KEY, call="one", outcome=Outcome.SERVER_ERROR)


def is_admitted(call: str = "one", seconds: float = 30) -> bool:
    return breaker.admit(KEY, call=call, seconds=seconds)[0]


def at_once(work: Callable[[int], T], count: int) -> list[T]:
    """What many threads get at the same moment; each has a connection of its own, as processes have."""
    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def wait_until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.parametrize("outcome", [Outcome.TIMEOUT, Outcome.CONNECTION, Outcome.SERVER_ERROR])
def test_five_failures_open_it_for_everybody(outcome: Outcome, settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 60
    for number in range(FAILURES):
        assert is_admitted()
        before, after = breaker.report(KEY, call=str(number), outcome=outcome)
    assert (before.failures, after.failures, state()) == (FAILURES - 1, FAILURES, KeyHealth.OPEN)
    breaker.forget()  # what a process that has just begun knows
    assert not is_admitted()


@pytest.mark.parametrize(
    "outcome", [Outcome.SUCCEEDED, Outcome.BAD_ANSWER, Outcome.REFUSED, Outcome.BAD_REQUEST, Outcome.RATE_LIMITED]
)
def test_a_provider_that_answers_does_not_fail(outcome: Outcome) -> None:
    for _ in range(2 * FAILURES):
        breaker.report(KEY, call="one", outcome=outcome)
    assert state() == KeyHealth.CLOSED


def test_failures_of_many_at_once_are_all_counted(settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 60
    ended = at_once(lambda number: breaker.report(KEY, call=str(number), outcome=Outcome.TIMEOUT), 20)
    assert sum(before.failures < FAILURES <= after.failures for before, after in ended) == 1
    assert sorted(after.failures for _, after in ended) == [1, 2, 3, 4] + [FAILURES] * 16


def test_an_open_breaker_lets_none_of_many_through(settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 60
    fail()
    assert not any(at_once(lambda number: is_admitted(str(number)), 20))


def test_exactly_one_of_many_probes_and_its_answer_closes_the_breaker(settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 0.1
    fail()
    wait_until(lambda: state() == KeyHealth.HALF_OPEN)
    admitted = at_once(lambda number: is_admitted(str(number)), 40)
    assert sum(admitted) == 1
    breaker.report(KEY, call=str(admitted.index(True)), outcome=Outcome.SUCCEEDED)
    assert all(at_once(lambda number: is_admitted(str(number)), 20))


def test_a_probe_that_fails_opens_it_again_at_once(settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 0.1
    fail()
    wait_until(is_admitted)
    settings.AI_BREAKER_SECONDS = 60
    breaker.report(KEY, call="one", outcome=Outcome.CONNECTION)
    assert state() == KeyHealth.OPEN


def test_a_rest_holds_for_everybody() -> None:
    breaker.report(KEY, call="one", outcome=Outcome.RATE_LIMITED, retry_after=30)
    breaker.forget()
    _, known, now = breaker.admit(KEY, call="two", seconds=30)
    assert known.state(now) == KeyHealth.RESTING
    assert 29 < known.rest_until - now <= 30


def test_a_provider_that_fails_may_say_for_how_long() -> None:
    _, after = breaker.report(KEY, call="one", outcome=Outcome.SERVER_ERROR, retry_after=30)
    assert (after.failures, state()) == (1, KeyHealth.RESTING)


def test_without_redis_this_process_goes_by_what_it_saw_itself(settings: Settings) -> None:
    settings.AI_BREAKER_SECONDS = 60
    fail(FAILURES - 1)
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    assert is_admitted()
    fail(1)
    assert not is_admitted()
    (known,), now, is_shared = breaker.look([KEY])
    assert (known.state(now), is_shared) == (KeyHealth.OPEN, False)


def test_without_redis_too_exactly_one_probes(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.AI_BREAKER_SECONDS = 0.05
    fail()
    wait_until(lambda: state() == KeyHealth.HALF_OPEN)
    assert sum(at_once(lambda number: is_admitted(str(number)), 40)) == 1


def test_a_redis_that_does_not_answer_is_waited_for_once_and_not_by_every_call(
    settings: Settings, silent_port: int
) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{silent_port}/0"
    began = time.monotonic()
    assert all(is_admitted() for _ in range(20))
    # Each wait of its own would take a second.
    assert time.monotonic() - began < 10


@pytest.fixture
def overtaken(redis_client: redis.Redis, settings: Settings) -> Iterator[list[float]]:
    """A way to Redis on which another process changes the key before each of our writes; the values that it wrote."""
    written: list[float] = []
    pool = redis_client.connection_pool

    class Handler(BaseRequestHandler):
        def handle(self) -> None:
            ours: socket.socket = self.request
            connection = pool.make_connection()
            connection.connect()
            theirs: socket.socket = connection._sock  # type: ignore[attr-defined]  # what a connection over TCP has
            answers = threading.Thread(target=hand_on, args=(theirs, ours), daemon=True)
            answers.start()
            while asked := ours.recv(65_536):
                if b"EVALSHA" in asked:
                    written.append(time.time() + 60)
                    redis_client.set(PLACE, json.dumps({"rest_until": written[-1]}))
                theirs.sendall(asked)
            connection.disconnect()
            answers.join()

    with serving(ThreadingTCPServer(("127.0.0.1", 0), Handler)) as server:
        settings.REDIS_URL = f"redis://127.0.0.1:{server.server_address[1]}/0"
        yield written
        shared_redis.client(settings.REDIS_URL).connection_pool.disconnect()


def hand_on(source: socket.socket, target: socket.socket) -> None:
    with suppress(OSError):
        while said := source.recv(65_536):
            target.sendall(said)


def test_a_key_that_others_change_all_the_time_is_judged_by_what_this_process_saw(
    overtaken: list[float], redis_client: redis.Redis
) -> None:
    before, after = breaker.report(KEY, call="one", outcome=Outcome.SERVER_ERROR)
    assert (before.failures, after.failures, after.rest_until) == (0, 1, 0)
    assert len(overtaken) >= breaker._MOST_ROUNDS
    assert json.loads(redis_client.get(PLACE)) == {"rest_until": overtaken[-1]}


def test_a_connection_that_redis_closed_is_made_anew(redis_client: redis.Redis) -> None:
    fail(1)
    redis_client.client_kill_filter(_type="normal", skipme=True)
    (known,), _, is_shared = breaker.look([KEY])
    assert (known.failures, is_shared) == (1, True)


def test_redis_holds_no_key_and_forgets_in_a_day(redis_client: redis.Redis) -> None:
    fail()
    names = redis_client.keys("tesigo:ai:*")
    assert names
    for name in names:
        assert b"secret" not in name + redis_client.get(name)
        assert json.loads(redis_client.get(name))["failures"] == FAILURES
        assert 0 < redis_client.ttl(name) <= 86_400


def test_a_redis_that_comes_back_empty_begins_anew(settings: Settings, tmp_path: Path) -> None:
    server = RedisServer(tmp_path, free_port(), "a-password", durable=False)
    settings.REDIS_URL = server.url()
    settings.AI_BREAKER_SECONDS = 60

    def look() -> tuple[KeyHealth, bool]:
        (known,), now, is_shared = breaker.look([KEY])
        return known.state(now), is_shared

    fail()
    assert look() == (KeyHealth.OPEN, False)
    try:
        server.start()
        assert look() == (KeyHealth.OPEN, False)  # nobody looks for it at every call
        keys.forget()  # as if those seconds had passed
        assert look() == (KeyHealth.CLOSED, True)
        assert is_admitted()
    finally:
        server.stop()
