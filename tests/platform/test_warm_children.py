"""Children that are forked from a server: held to the same limits, ended on every way out, and not missed when away."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

from tesigo.platform import limited_child, warm_children
from tesigo.platform.limited_child import ChildLimits, Ended, Work
from tesigo.platform.processes import is_alive, wait_until

LIMITS = ChildLimits(memory_bytes=1024**3, cpu_seconds=20, wall_seconds=30)
SECONDS = 60


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[warm_children._Place]:
    """A server of this test's own, which begins when it is asked for."""
    monkeypatch.setattr(warm_children, "_place", None)
    monkeypatch.setattr(warm_children, "_begun", None)
    warm_children.prepare("tests.platform.warm_work")
    place = warm_children._place
    assert place is not None
    yield place
    for end in place.alive:
        os.close(end)
    if warm_children._begun is not None:
        assert warm_children._begun.wait(SECONDS) == 0


def work(*arguments: str, limits: ChildLimits = LIMITS) -> Work:
    return Work("tests.platform.warm_work", limits, arguments, {"GIVEN": "this"}, may_be_warm=True)


def server() -> int:
    begun = warm_children._begun
    assert begun is not None
    return begun.pid


def is_up() -> bool:
    """Whether the server of this process runs: without it a child is started in the other way."""
    return warm_children._begun is not None and warm_children._begun.poll() is None


def test_a_task_goes_in_and_what_is_made_of_it_comes_out_however_long(place: warm_children._Place) -> None:
    for size in (0, 1, 5_000_000):
        given = os.urandom(size)
        ended = limited_child.run(work("echo"), given=given)
        assert (ended.code, ended.output) == (0, given)
    assert is_up()


def test_a_child_gets_no_secrets_and_nothing_of_others(
    place: warm_children._Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_SECRET", "hidden")
    said = limited_child.run(work("environment"), given=b"").output.decode()
    assert "A_SECRET" not in said
    assert "'GIVEN'" in said
    # Its three ends, and the one through which it looks.
    assert said.rstrip().endswith("['0', '1', '2', '3']")


@pytest.mark.parametrize(("what", "code"), [("code 0", 0), ("code 3", 3), ("raise", 1), ("ignore", 0)])
def test_its_code_is_told(place: warm_children._Place, what: str, code: int) -> None:
    ended = limited_child.run(work(*what.split()), given=b"x" * 1_000_000)
    assert ended.code == code
    assert is_up()


def test_it_is_held_to_its_limits(place: warm_children._Place) -> None:
    assert limited_child.run(work("eat"), given=b"").code == 1
    spinning = work("spin", limits=ChildLimits(memory_bytes=1024**3, cpu_seconds=1, wall_seconds=30))
    assert limited_child.run(spinning, given=b"").is_out_of_time
    late = work("sleep", os.devnull, limits=ChildLimits(memory_bytes=1024**3, cpu_seconds=9, wall_seconds=0.5))
    assert limited_child.run(late, given=b"").code == -signal.SIGALRM


def test_what_takes_longer_than_its_starter_waits_is_ended_with_all_that_it_started(
    place: warm_children._Place, tmp_path: Path
) -> None:
    path = tmp_path / "pids"
    with (
        warm_children.WarmChild(
            [1024**3, 9, None, None], "tests.platform.warm_work", ("sleep", str(path)), {}
        ) as child,
        pytest.raises(TimeoutError),
    ):
        child.communicate(b"", seconds=2)
    assert_ended(path)


def has_begun(path: Path) -> bool:
    return path.exists() and " " in path.read_text()


def assert_ended(path: Path) -> None:
    pids = [int(word) for word in path.read_text().split()]
    assert len(pids) == 2
    assert wait_until(lambda: not any(map(is_alive, pids)), seconds=SECONDS)


def test_cancelled_it_is_ended(place: warm_children._Place, tmp_path: Path) -> None:
    path = tmp_path / "pids"

    async def cancel() -> None:
        task = asyncio.create_task(limited_child.run_async(work("sleep", str(path)), given=b""))
        assert await asyncio.to_thread(wait_until, lambda: has_begun(path), seconds=SECONDS)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(cancel())
    assert_ended(path)


def test_many_at_once(place: warm_children._Place) -> None:
    async def all_at_once() -> list[Ended]:
        return await asyncio.gather(
            *(limited_child.run_async(work("echo"), given=str(number).encode() * 10_000) for number in range(20))
        )

    ended = asyncio.run(all_at_once())
    assert [one.output for one in ended] == [str(number).encode() * 10_000 for number in range(20)]


def test_a_server_that_is_killed_is_begun_anew_and_its_children_are_ended(
    place: warm_children._Place, tmp_path: Path
) -> None:
    path = tmp_path / "pids"
    found: list[Ended] = []
    thread = Thread(target=lambda: found.append(limited_child.run(work("sleep", str(path)), given=b"")))
    thread.start()
    assert wait_until(lambda: has_begun(path), seconds=SECONDS)
    killed = server()
    os.kill(killed, signal.SIGKILL)
    thread.join(SECONDS)
    assert [one.code for one in found] == [-signal.SIGKILL]
    assert_ended(path)
    assert limited_child.run(work("echo"), given=b"again").output == b"again"
    assert wait_until(lambda: server() != killed, seconds=SECONDS)


def test_where_none_may_be_shared_or_it_cannot_load_a_child_is_started_in_the_other_way(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(warm_children, "_place", None)
    monkeypatch.setattr(warm_children, "_begun", None)
    assert limited_child.run(work("echo"), given=b"cold").output == b"cold"
    warm_children.prepare("there_is_no_such_module")
    assert limited_child.run(work("echo"), given=b"cold").output == b"cold"
    assert warm_children._begun is not None
    assert warm_children._begun.wait(SECONDS)
    assert asyncio.run(limited_child.run_async(work("echo"), given=b"cold")).output == b"cold"
    assert warm_children._begun.wait(SECONDS)


def test_it_ends_when_nobody_asks_and_begins_again(
    place: warm_children._Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(warm_children, "IDLE_SECONDS", 0.2)
    for _ in range(2):
        assert limited_child.run(work("echo"), given=b"x").output == b"x"
        begun = warm_children._begun
        assert begun is not None
        assert begun.wait(SECONDS) == 0
        assert not place.socket.exists()


def test_it_ends_with_the_last_who_may_ask() -> None:
    program = (
        "import sys\n"
        "from tesigo.platform import limited_child, warm_children\n"
        "from tests.platform.test_warm_children import work\n"
        "warm_children.prepare('tests.platform.warm_work')\n"
        "assert limited_child.run(work('echo'), given=b'x').output == b'x'\n"
        "print(warm_children._begun.pid, warm_children._place.home)\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True, timeout=SECONDS)
    pid, home = done.stdout.split()
    assert wait_until(lambda: not is_alive(int(pid)), seconds=SECONDS)
    assert not Path(home).exists()
