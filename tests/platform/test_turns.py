"""One line and one breaker for each service outside, the same for all processes (R-31, R-106)."""

import itertools
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tesigo.platform import turns
from tesigo.platform.processes import free_port
from tesigo.platform.turns import FAILURES, PAUSE_SECONDS, Line, Turn


@pytest.fixture(autouse=True)
def as_new() -> Iterator[None]:
    turns.forget()
    yield
    turns.forget()


def take(service: str = "a", **more: float) -> Turn:
    given = {"interval": 10.0, "patience": 1_000.0, "longest": 30.0} | more
    return turns.take(service, **given)


def test_many_at_once_get_places_one_after_another() -> None:
    with ThreadPoolExecutor(20) as pool:
        waits = sorted(turn.wait for turn in pool.map(lambda _: take(), range(20)))
    gaps = [after - before for before, after in itertools.pairwise(waits)]
    # Places lie ten seconds apart; what is told is the wait from the moment of asking, which took a while in all.
    assert waits[0] == 0
    assert all(gap <= 10 for gap in gaps)
    assert 190 - 60 < waits[-1] <= 190


def test_processes_stand_in_one_line() -> None:
    ask = (
        "import django; django.setup()\n"
        "from tesigo.platform import turns\n"
        "print(max(turns.take('a', interval=100, patience=10_000, longest=30).wait for _ in range(5)))\n"
    )
    started = [subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(2)]
    longest = max(float(one.communicate(timeout=60)[0].split()[-1]) for one in started)
    assert 900 - 60 < longest <= 900


def test_who_cannot_wait_so_long_is_told_at_once_and_takes_no_place() -> None:
    assert take(interval=100).wait == 0
    refused = take(patience=20)
    assert (refused.refused, refused.back_in > 40) == ("busy", True)
    assert take(interval=1).wait <= 100


def test_services_do_not_wait_for_each_other() -> None:
    assert [take(service).wait for service in ("a", "b", "c")] == [0, 0, 0]


def test_five_failures_shut_a_service_for_everybody_and_an_answer_opens_it() -> None:
    for _ in range(FAILURES):
        assert not take(interval=0).refused
        turns.failed("a")
    turns.forget()  # what a process that has just begun knows
    assert take().refused == "silent"
    assert not take("b").refused
    turns.answered("a")
    assert not take(interval=0).refused


def test_a_rest_is_kept_by_everybody() -> None:
    turns.rested("a", seconds=300)
    turns.forget()
    resting = take(patience=20)
    assert (resting.refused, 200 < resting.back_in <= 300) == ("resting", True)
    assert 200 < take(patience=400).wait <= 300, "who has the patience waits for its end"


def test_a_rest_is_never_believed_for_more_than_a_day() -> None:
    turns.rested("a", seconds=10**9)
    assert take(patience=0).back_in <= turns.LONGEST_REST_SECONDS


def test_without_redis_a_process_keeps_to_its_share_and_to_what_it_saw(settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.AI_WORKER_PROCESSES = 10
    assert take().wait == 0
    assert 60 < take().wait <= 100
    for _ in range(FAILURES):
        turns.failed("b")
    assert take("b").refused == "silent"


def test_a_probe_is_one_and_gives_way_when_it_never_reports() -> None:
    line = Line()
    for _ in range(FAILURES):
        line = line.failed(1_000.0)
    assert line.take(1_000 + PAUSE_SECONDS - 1, interval=0, patience=9, longest=30)[1].refused == "silent"
    now = 1_000 + PAUSE_SECONDS
    line, probe = line.take(now, interval=0, patience=9, longest=30)
    assert not probe.refused
    assert line.take(now + 29, interval=0, patience=9, longest=30)[1].refused == "silent"
    assert not line.take(now + 30, interval=0, patience=9, longest=30)[1].refused
    assert line.failed(now).take(now + 1, interval=0, patience=9, longest=30)[1].refused == "silent"


@given(
    asked=st.lists(st.floats(0, 50), min_size=1, max_size=40),
    interval=st.floats(0.01, 10),
    patience=st.floats(0, 60),
)
def test_no_two_places_are_nearer_than_the_interval(asked: list[float], interval: float, patience: float) -> None:
    line, places = Line(), []
    for now in sorted(asked):
        line, turn = line.take(now, interval=interval, patience=patience, longest=30)
        if not turn.refused:
            places.append(now + turn.wait)
            assert turn.wait <= patience + 1e-6
    assert all(after - before >= interval - 1e-6 for before, after in itertools.pairwise(places))


def test_threads_of_one_process_share_what_it_knows_while_redis_is_away(settings: Any) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{free_port()}/0"
    settings.AI_WORKER_PROCESSES = 1
    waits: list[float] = []
    threads = [
        threading.Thread(target=lambda: waits.append(take(interval=1_000, patience=9_000).wait)) for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len({round(wait / 1_000) for wait in waits}) == 4
