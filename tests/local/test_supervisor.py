"""Children that die are started again; a stop reaches all of them in order; nobody is left behind."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from local import supervisor as module
from local.fork_server import ForkServer
from local.supervisor import Child, Supervisor
from tesigo.platform.processes import is_alive, wait_until
from tests.local.forked import kill_server

#: Says its name, and on SIGTERM that it goes.
POLITE = textwrap.dedent(
    """
    import signal, sys, time
    def leave(*_):
        print("bye", sys.argv[1])
        sys.exit(0)
    signal.signal(signal.SIGTERM, leave)
    print("hello", sys.argv[1])
    while True:
        time.sleep(0.05)
    """
)
STUBBORN = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf'); time.sleep(60)"


def polite(name: str) -> Child:
    return Child(name, [sys.executable, "-c", POLITE, name])


class Heard(list[str]):
    def __call__(self, text: str) -> None:
        self.append(text)

    def has(self, text: str) -> bool:
        return any(text in line for line in self)


def look_after_until(supervisor: Supervisor, condition: Callable[[], bool]) -> bool:
    def looked() -> bool:
        supervisor.look_after()
        return condition()

    return wait_until(looked, seconds=60)


def test_lines_are_prefixed_and_kept_in_a_file(tmp_path: Path) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    supervisor.start(polite("web"))
    assert wait_until(lambda: heard.has("web     | hello web"), seconds=60)
    supervisor.stop(["web"])
    assert "hello web" in (tmp_path / "log" / "web.log").read_text()


def test_lines_that_nobody_needs_go_to_the_file_alone(tmp_path: Path) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    child = polite("web")
    child.unsaid, child.ready = ("hello",), "hello"
    supervisor.start(child)
    assert child.is_ready.wait(60)
    supervisor.stop(["web"])
    assert heard.has("bye web")
    assert not heard.has("hello web")
    assert "hello web" in (tmp_path / "log" / "web.log").read_text()


def test_a_child_is_ready_once_a_line_of_it_says_so(tmp_path: Path) -> None:
    supervisor = Supervisor(home=tmp_path, say=Heard())
    child, silent = polite("web"), polite("beat")
    child.ready, silent.ready = "hello", "never said"
    for one in (child, silent):
        supervisor.start(one)
    assert child.is_ready.wait(60)
    supervisor.stop(["web", "beat"])
    assert not silent.is_ready.is_set()


def test_a_child_that_dies_is_started_again_after_a_growing_pause(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    child = polite("web")
    child.pause = 0.1
    supervisor.start(child)
    assert child.process is not None
    os.kill(child.process.pid, signal.SIGKILL)
    assert look_after_until(supervisor, lambda: heard.has("web ended with code -9"))
    assert child.pause == 0.2
    assert look_after_until(supervisor, lambda: child.process is not None and child.process.poll() is None)
    monkeypatch.setattr(module, "HEALTHY_SECONDS", 0.0)
    os.kill(child.process.pid, signal.SIGKILL)
    assert look_after_until(supervisor, lambda: child.process is None)
    assert child.pause == 2 * module.FIRST_PAUSE, "it ran long enough to begin anew"
    supervisor.stop(["web"])


def test_what_a_killed_child_started_goes_with_it(tmp_path: Path) -> None:
    """Processes of a web server would hold its port, and the new one could not listen."""
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    starts = "import subprocess, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep(600)"
    child = Child("web", [sys.executable, "-c", starts])
    supervisor.start(child)
    assert child.process is not None
    log = tmp_path / "log" / "web.log"
    assert wait_until(lambda: log.exists() and log.read_text().strip() != "", seconds=60)
    started = int(log.read_text())
    os.kill(child.process.pid, signal.SIGKILL)
    assert look_after_until(supervisor, lambda: child.process is None)
    assert wait_until(lambda: not is_alive(started), seconds=60)
    supervisor.stop(["web"])


def test_children_stop_in_the_order_asked_for(tmp_path: Path) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    for name in ("sandbox", "web", "worker"):
        supervisor.start(polite(name))
    assert wait_until(lambda: all(heard.has(f"hello {name}") for name in ("sandbox", "web", "worker")), seconds=60)
    supervisor.stop(["web", "worker", "sandbox"])
    assert wait_until(lambda: heard.has("bye sandbox"), seconds=60)
    order = [line.split()[-1] for line in heard if "bye" in line]
    assert order == ["web", "worker", "sandbox"]
    assert not list((tmp_path / "children").iterdir())


def test_a_child_that_does_not_stop_in_time_is_killed(tmp_path: Path) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    child = Child("web", [sys.executable, "-c", STUBBORN], stop_seconds=0.3)
    supervisor.start(child)
    assert wait_until(lambda: heard.has("deaf"), seconds=60)
    started = time.monotonic()
    supervisor.stop(["web"])
    assert time.monotonic() - started < 30, "it would have slept for a minute"
    assert heard.has("killed")


def test_children_of_a_killed_supervisor_are_ended_at_the_next_start(tmp_path: Path) -> None:
    program = textwrap.dedent(
        f"""
        import json, os, sys
        from pathlib import Path
        sys.path.insert(0, {str(Path.cwd())!r})
        from tests.local.test_supervisor import Heard, polite
        from tesigo.platform.processes import wait_until
        from local.supervisor import Supervisor
        heard = Heard()
        supervisor = Supervisor(home=Path({str(tmp_path)!r}), say=heard)
        child = polite("web")
        supervisor.start(child)
        # It would die of what nobody reads any more.
        assert wait_until(lambda: heard.has("hello web"), seconds=60)
        print(json.dumps(child.process.pid), flush=True)
        os.kill(os.getpid(), 9)
        """
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False, timeout=120)
    orphan: int = json.loads(ran.stdout)
    assert is_alive(orphan)
    Supervisor(home=tmp_path, say=Heard()).end_orphans()
    assert wait_until(lambda: not is_alive(orphan), seconds=60)


def test_a_stranger_with_the_number_of_an_orphan_is_left_alone(tmp_path: Path) -> None:
    (tmp_path / "children").mkdir()
    (tmp_path / "children" / "web.pid").write_text(f"{os.getpid()}\nsome other program")
    Supervisor(home=tmp_path, say=Heard()).end_orphans()
    assert not list((tmp_path / "children").iterdir())


def wait_politely(words: list[str]) -> None:
    """What a forked child of these tests runs."""
    print("hello from", *words)
    time.sleep(600)


def test_a_forked_child_is_started_again_and_stopped_like_any_other(tmp_path: Path) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard, fork_server=ForkServer("tests.local.forked"))
    child = Child("web-2", ["a fork"], program=f"{__name__}:wait_politely")
    supervisor.start(child)
    assert wait_until(lambda: heard.has("web-2   | hello from a fork"), seconds=60)
    assert child.process is not None
    first = child.process.pid
    os.kill(first, signal.SIGKILL)
    assert look_after_until(supervisor, lambda: heard.has("web-2 ended with code -9"))
    assert look_after_until(supervisor, lambda: child.process is not None and child.process.pid != first)
    second = child.process.pid
    supervisor.stop(["web"])
    assert not is_alive(second)
    assert not (tmp_path / "children" / "web-2.pid").exists()


def test_a_fork_server_that_dies_while_it_is_asked_costs_a_pause(tmp_path: Path) -> None:
    kill_server()
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard, fork_server=ForkServer("tests.local.forked_never"))
    child = Child("web", ["a fork"], program=f"{__name__}:wait_politely")
    supervisor.start(child)
    assert heard.has("web was not started: the fork server ended")
    ForkServer("tests.local.forked")  # what a process's only fork server imports from now on
    assert look_after_until(supervisor, lambda: child.process is not None)
    assert wait_until(lambda: heard.has("web     | hello from a fork"), seconds=60)
    supervisor.stop(["web"])


@pytest.mark.parametrize(
    ("owner", "name", "error", "said"),
    [
        (
            subprocess,
            "Popen",
            BlockingIOError(11, os.strerror(11)),
            "web was not started: [Errno 11] Resource temporarily unavailable; starting it again in",
        ),
        (
            threading.Thread,
            "start",
            RuntimeError("can't start new thread"),
            "web was not started: can't start new thread",
        ),
    ],
    ids=["no room for a process", "nobody could read its lines"],
)
def test_a_child_that_could_not_be_started_is_started_later(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: Any, name: str, error: Exception, said: str
) -> None:
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    child = polite("web")
    child.pause = 0.1

    def refuse(*_: object, **__: object) -> None:
        raise error

    with monkeypatch.context() as want:
        want.setattr(owner, name, refuse)
        supervisor.start(child)
    assert child.process is None
    assert heard.has(said)
    assert look_after_until(supervisor, lambda: heard.has("hello web"))
    supervisor.stop(["web"])


def test_a_stop_reaches_what_was_forked_before_the_fork_server_was_killed(tmp_path: Path) -> None:
    supervisor = Supervisor(home=tmp_path, say=Heard(), fork_server=ForkServer("tests.local.forked"))
    child = Child("web", ["a fork"], program=f"{__name__}:wait_politely")
    supervisor.start(child)
    assert child.process is not None
    kill_server()
    assert wait_until(lambda: child.process is not None and child.process.poll() == 255, seconds=30)
    supervisor.stop(["web"])
    pid = child.process.pid
    assert wait_until(lambda: not is_alive(pid), seconds=30)


def test_one_that_a_killed_supervisor_left_is_ended_whatever_it_calls_itself(tmp_path: Path) -> None:
    supervisor = Supervisor(home=tmp_path, say=Heard(), fork_server=ForkServer("tests.local.forked"))
    child = Child("web", ["orphan"], program=f"{__name__}:wait_politely")
    supervisor.start(child)
    assert child.process is not None
    Supervisor(home=tmp_path, say=Heard()).end_orphans()
    assert wait_until(lambda: child.process is not None and child.process.poll() is not None, seconds=30)


def test_a_command_that_a_killed_supervisor_left_is_ended_and_one_that_is_over_is_forgotten(tmp_path: Path) -> None:
    supervisor = Supervisor(home=tmp_path, say=Heard())
    left = subprocess.Popen([sys.executable, "-c", POLITE, "set-up"], start_new_session=True, stdout=subprocess.PIPE)
    assert left.stdout is not None
    with left.stdout, supervisor.remembering("set_up_site", left.pid):
        assert left.stdout.readline() == b"hello set-up\n"
        Supervisor(home=tmp_path, say=Heard()).end_orphans()
        assert left.wait(30) == 0
    with supervisor.remembering("check", os.getpid()):
        pass
    assert not list((tmp_path / "children").iterdir())


@pytest.mark.parametrize(("before", "stops"), [(signal.SIG_DFL, True), (signal.SIG_IGN, False)])
def test_a_terminal_that_closes_asks_for_a_stop_once_unless_it_is_ignored(
    before: signal.Handlers, stops: bool, tmp_path: Path
) -> None:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    handlers = {number: signal.getsignal(number) for number in numbers}
    signal.signal(signal.SIGHUP, before)
    supervisor = Supervisor(home=tmp_path, say=Heard())
    try:
        supervisor.take_signals()
        for _ in range(2):
            signal.raise_signal(signal.SIGHUP)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    assert supervisor.is_stopping == stops
    assert supervisor._signals <= 1


def test_a_disk_without_room_costs_what_would_be_written_and_no_child(tmp_path: Path) -> None:
    (tmp_path / "log" / "web.log").mkdir(parents=True)
    (tmp_path / "children").mkdir()
    (tmp_path / "children" / "web.pid").symlink_to("/dev/full")
    heard = Heard()
    supervisor = Supervisor(home=tmp_path, say=heard)
    supervisor.start(polite("web"))
    assert wait_until(lambda: heard.has("web     | hello web"), seconds=60)
    supervisor.look_after()
    supervisor.stop(["web"])
    assert heard.has("web     | bye web")
