"""How requests went in the last minutes, over all processes (R-113)."""

import socket
import subprocess
import sys
import time
from typing import Any

import pytest

from tesigo.platform.metrics import window
from tesigo.platform.metrics.ticker import Ticker, ticker
from tesigo.platform.metrics.window import Tally, Window, quantile, recent


def test_nothing_was_asked() -> None:
    assert recent(minutes=5) == Window(requests=0, errors=0, p95_seconds=None)


def test_counts_of_several_processes_add_up() -> None:
    one, other = Tally(), Tally()
    for _ in range(94):
        one.note(seconds=0.04, is_error=False)
    for _ in range(6):
        other.note(seconds=1.9, is_error=True)
    one.flush()
    other.flush()
    one.flush()  # what was told is not told again
    found = recent(minutes=5)
    assert (found.requests, found.errors) == (100, 6)
    assert found.p95_seconds is not None
    assert 1.5 < found.p95_seconds <= 2.0, "the bucket of the 95th"


def test_older_minutes_do_not_count() -> None:
    tally = Tally()
    tally.note(seconds=0.1, is_error=True, now=time.time() - 10 * 60)
    tally.note(seconds=0.1, is_error=False)
    tally.flush()
    assert recent(minutes=5).errors == 0
    assert recent(minutes=15).errors == 1


def test_counts_wait_for_a_redis_that_is_away(settings: Any) -> None:
    tally, url = Tally(), settings.REDIS_URL
    tally.note(seconds=0.1, is_error=True)
    tally.note(seconds=0.1, is_error=True, now=time.time() - 2 * 3600)
    with socket.socket() as nobody:
        nobody.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{nobody.getsockname()[1]}/0"
        tally.flush()
        assert recent(minutes=5) == Window(0, 0, None)
    settings.REDIS_URL = url
    tally.note(seconds=0.1, is_error=False)
    tally.flush()
    assert recent(minutes=5).requests == 2
    assert recent(minutes=180).requests == 2, "what is too old is not kept"


@pytest.mark.parametrize(
    ("counts", "expected"),
    [
        ([100] + [0] * 15, 0.0095),
        ([0] * 11 + [100] + [0] * 4, 1.975),
        ([0] * 15 + [1], 10.0),
        ([90, 0, 10] + [0] * 13, 0.0375),
    ],
)
def test_quantile_as_prometheus_estimates_it(counts: list[int], expected: float) -> None:
    assert quantile(0.95, counts) == pytest.approx(expected)


def test_a_note_is_told_by_the_thread_within_a_round(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ticker, "_period_seconds", 0.05)
    monkeypatch.setattr(ticker, "_thread", None)
    window.note(seconds=0.2, is_error=False)
    deadline = time.monotonic() + 60
    while recent(minutes=2).requests < 1:
        assert time.monotonic() < deadline, "nobody told it"
        time.sleep(0.02)


def test_a_round_goes_on_after_a_failure() -> None:
    done, hurried = [], Ticker()
    hurried.register("breaks", lambda: 1 / 0)  # type: ignore[arg-type,return-value]
    hurried.register("works", lambda: done.append(True))
    hurried.round()
    assert done == [True]


def test_the_thread_begins_anew_in_a_fork() -> None:
    """A child has none of its parent's threads."""
    program = """
import os, time
from tesigo.platform.metrics.ticker import Ticker
ticker, rounds = Ticker(period_seconds=0.02), []
ticker.register("count", lambda: rounds.append(os.getpid()))
ticker.wake()
if not (child := os.fork()):
    ticker.wake()
    deadline = time.monotonic() + 60
    while os.getpid() not in rounds and time.monotonic() < deadline:
        time.sleep(0.01)
    os._exit(0 if os.getpid() in rounds else 1)
raise SystemExit(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]))
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=60)
