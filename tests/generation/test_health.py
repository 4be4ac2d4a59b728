"""What moves the breaker of a key: no clock, no Redis."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from generation.ai.breaker import FAILURES, LONGEST_REST_SECONDS, Health
from generation.enums import KeyHealth

PAUSE = 60.0


def failing(now: float = 100.0, failures: int = FAILURES) -> Health:
    known = Health()
    for _ in range(failures):
        known = known.failed(now, call="one", pause=PAUSE)
    return known


def test_five_failures_in_a_row_open_the_breaker_for_a_minute() -> None:
    assert failing(failures=4).state(100) == KeyHealth.CLOSED
    assert failing().state(100) == KeyHealth.OPEN
    assert failing().until(100) == 160
    assert failing().state(159.9) == KeyHealth.OPEN
    assert failing().state(160) == KeyHealth.HALF_OPEN


def test_an_answer_in_between_begins_the_count_anew() -> None:
    known = failing(failures=4).succeeded(call="two")
    known = known.failed(100, call="three", pause=PAUSE)
    assert (known.failures, known.state(100)) == (1, KeyHealth.CLOSED)


def test_after_a_minute_one_call_tries_and_the_others_stay_away() -> None:
    assert failing().admit(159, call="early", seconds=30)[1] is False
    known, is_admitted = failing().admit(160, call="probe", seconds=30)
    assert is_admitted
    assert known.admit(160, call="other", seconds=30) == (known, False)
    assert known.until(170) == 190


def test_the_probe_closes_the_breaker_or_opens_it_for_another_minute() -> None:
    probing, _ = failing().admit(160, call="probe", seconds=30)
    assert probing.succeeded(call="probe") == Health()
    again = probing.failed(170, call="probe", pause=PAUSE)
    assert (again.state(170), again.until(170)) == (KeyHealth.OPEN, 230)


def test_calls_from_before_it_opened_neither_close_it_nor_keep_it_open() -> None:
    assert failing().succeeded(call="late") == failing()
    assert failing().failed(150, call="late", pause=PAUSE) == failing()


@pytest.mark.parametrize("ended", ["let go", "told to wait"])
def test_a_probe_that_says_nothing_gives_way_to_another(ended: str) -> None:
    probing, _ = failing().admit(160, call="probe", seconds=30)
    freed = probing.let_go(call="probe") if ended == "let go" else probing.rested(160, call="probe", seconds=0)
    assert freed.admit(161, call="next", seconds=30)[1] is True
    assert probing.let_go(call="other") == probing


def test_a_probe_whose_worker_was_killed_gives_way_when_its_time_is_over() -> None:
    probing, _ = failing().admit(160, call="killed", seconds=30)
    assert probing.admit(189, call="next", seconds=30)[1] is False
    after, is_admitted = probing.admit(190, call="next", seconds=30)
    assert is_admitted
    assert after.succeeded(call="killed") == after


def test_a_key_told_to_wait_rests_without_failing_and_never_for_days() -> None:
    known = Health(failures=3).rested(100, call="one", seconds=20)
    assert (known.failures, known.state(110), known.until(110)) == (3, KeyHealth.RESTING, 120)
    assert known.admit(110, call="two", seconds=30)[1] is False
    assert known.admit(120, call="two", seconds=30)[1] is True
    assert known.rested(100, call="one", seconds=1).rest_until == 120
    assert known.rested(100, call="one", seconds=1e9).rest_until == 100 + LONGEST_REST_SECONDS


def test_a_refused_key_is_set_aside_for_ten_minutes() -> None:
    known = Health().refused(100, call="one")
    assert (known.state(699), known.until(699), known.state(700)) == (KeyHealth.ASIDE, 700, KeyHealth.CLOSED)
    assert known.admit(699, call="two", seconds=30)[1] is False


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["admit", "succeeded", "failed", "let go", "rested"]),
            st.sampled_from("abcd"),
            st.floats(0, 40),
        ),
        max_size=60,
    )
)
def test_through_an_open_breaker_only_one_call_is_ever_under_way(moves: list[tuple[str, str, float]]) -> None:
    known, now = failing(), 100.0
    under_way: dict[str, float] = {}
    for move, call, passes in moves:
        now += passes
        under_way = {one: until for one, until in under_way.items() if until > now}
        was_open = known.failures >= FAILURES
        if move == "admit":
            known, is_admitted = known.admit(now, call=call, seconds=30)
            if is_admitted and was_open:
                assert not under_way
                under_way[call] = now + 30
            continue
        if move == "succeeded":
            known = known.succeeded(call=call)
        elif move == "failed":
            known = known.failed(now, call=call, pause=PAUSE)
        elif move == "let go":
            known = known.let_go(call=call)
        else:
            known = known.rested(now, call=call, seconds=5)
        under_way.pop(call, None)
        if known.failures < FAILURES:
            known, under_way = replace(failing(now), probe=""), {}
