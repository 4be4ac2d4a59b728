"""Programs are forked from one process that has loaded what they share, and behave like any other."""

import os
import signal
import subprocess
import sys
from multiprocessing import forkserver

import pytest

from local.fork_server import Forked, ForkServer, NotForked
from tesigo.platform.processes import command_line, is_alive, wait_until
from tests.local.forked import kill_server

PROGRAMS = "tests.local.forked"


@pytest.fixture
def server() -> ForkServer:
    return ForkServer(PROGRAMS)


def lines_of(forked: Forked) -> list[str]:
    assert forked.stdout is not None
    with forked.stdout as stream:
        return stream.read().decode().splitlines()


def test_a_program_is_forked_from_what_is_loaded_into_a_session_of_its_own(server: ForkServer) -> None:
    forked = server.start(f"{PROGRAMS}:tell", ["two", "words"], environ={"A_SETTING": "set"}, is_piped=True)
    assert lines_of(forked) == ["True True set two words", "to the other stream"]
    assert forked.wait() == 0
    assert forked.poll() == 0
    forked.terminate()  # nobody is hit who has its number now


def test_two_programs_know_nothing_of_each_other(server: ForkServer) -> None:
    first = server.start(f"{PROGRAMS}:tell", [], environ={"A_SETTING": "set"}, is_piped=True)
    assert lines_of(first)[0] == "True True set"
    second = server.start(f"{PROGRAMS}:tell", [], environ={}, is_piped=True)
    assert lines_of(second)[0] == "True True None"


def test_an_exit_code_and_a_signal_are_told(server: ForkServer) -> None:
    assert server.start(f"{PROGRAMS}:end_with", ["3"], environ={}, is_piped=False).wait() == 3
    staying = server.start(f"{PROGRAMS}:stay", [], environ={}, is_piped=True)
    assert staying.stdout is not None
    assert staying.stdout.readline() == b"here\n"
    assert staying.poll() is None
    assert command_line(staying.pid) == "tesigo stay"
    staying.terminate()
    assert lines_of(staying) == []
    assert staying.wait() == -signal.SIGTERM


def test_what_ends_the_group_of_who_began_it_does_not_end_the_server(server: ForkServer) -> None:
    server.start(f"{PROGRAMS}:end_with", ["0"], environ={}, is_piped=False).wait()
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # not in the stubs
    assert os.getsid(pid) == pid != os.getsid(0)


def test_a_program_that_breaks_says_why(server: ForkServer) -> None:
    forked = server.start(f"{PROGRAMS}:is_not_there", [], environ={}, is_piped=True)
    assert "AttributeError" in lines_of(forked)[-1]
    assert forked.wait() == 1


def test_what_is_to_be_done_at_the_end_of_a_program_is_done(server: ForkServer) -> None:
    forked = server.start(f"{PROGRAMS}:leave_a_word", ["6"], environ={}, is_piped=True)
    assert lines_of(forked) == ["going", "gone"]
    assert forked.wait() == 6


def test_a_server_has_a_title_of_its_own(server: ForkServer) -> None:
    server.start(f"{PROGRAMS}:end_with", ["0"], environ={}, is_piped=False).wait()
    assert command_line(forkserver._forkserver._forkserver_pid) == "tesigo fork server"  # type: ignore[attr-defined]  # not in the stubs


def test_a_fork_that_fails_is_told_and_costs_neither_the_server_nor_what_it_forked(server: ForkServer) -> None:
    kill_server()
    preload = ["tests.local.forked_in_want", "local.apart", PROGRAMS]
    server._context.set_forkserver_preload(preload)
    try:
        for _ in range(2):
            with pytest.raises(NotForked, match=r"no room for another process \(Cannot allocate memory\)"):
                server.start(f"{PROGRAMS}:stay", [], environ={}, is_piped=True)
        pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # not in the stubs
        staying = server.start(f"{PROGRAMS}:stay", [], environ={}, is_piped=True)
        assert forkserver._forkserver._forkserver_pid == pid  # type: ignore[attr-defined]  # not in the stubs
        assert staying.stdout is not None
        assert staying.stdout.readline() == b"here\n"
        assert staying.poll() is None
        staying.terminate()
        assert lines_of(staying) == []
        assert staying.wait() == -signal.SIGTERM
    finally:
        kill_server()


def test_another_server_takes_over_from_one_that_was_killed(server: ForkServer) -> None:
    staying = server.start(f"{PROGRAMS}:stay", [], environ={}, is_piped=True)
    assert staying.stdout is not None
    assert staying.stdout.readline() == b"here\n"
    kill_server()
    assert wait_until(lambda: staying.poll() == 255, seconds=30), "nobody knows any longer how it ends"
    os.kill(staying.pid, signal.SIGKILL)
    assert lines_of(staying) == []
    assert server.start(f"{PROGRAMS}:end_with", ["4"], environ={}, is_piped=False).wait() == 4


def test_a_server_that_takes_over_gives_programs_the_same_environment() -> None:
    program = (
        "from local.fork_server import ForkServer\nfrom tests.local.forked import kill_server\n"
        f"server = ForkServer('{PROGRAMS}', environ={{'A_SETTING': 'from the start'}})\nserver.begin()\n"
        f"kill_server()\nserver.start('{PROGRAMS}:tell', [], environ={{}}, is_piped=False).wait()\n"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert ran.stdout.splitlines() == ["True True from the start"]


def test_a_server_that_dies_while_it_is_asked_is_told() -> None:
    kill_server()
    dying = ForkServer("tests.local.forked_never")
    with pytest.raises(NotForked, match="the fork server ended"):
        dying.start(f"{PROGRAMS}:end_with", ["0"], environ={}, is_piped=True)
    again = ForkServer(PROGRAMS)
    assert again.start(f"{PROGRAMS}:end_with", ["5"], environ={}, is_piped=False).wait() == 5


def test_a_server_ends_with_the_process_that_began_it() -> None:
    program = (
        "from multiprocessing import forkserver\nfrom local.fork_server import ForkServer\n"
        f"server = ForkServer('{PROGRAMS}', environ={{'A_SETTING': 'from the start'}})\nserver.begin()\n"
        f"server.start('{PROGRAMS}:tell', [], environ={{}}, is_piped=False).wait()\n"
        "print(forkserver._forkserver._forkserver_pid)"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    told, number = ran.stdout.splitlines()
    assert told == "True True from the start"
    assert wait_until(lambda: not is_alive(int(number)), seconds=30)


def test_what_is_loaded_before_forks_is_everything_and_neither_thread_nor_connection() -> None:
    program = (
        "import os; os.environ['DJANGO_SETTINGS_MODULE'] = 'tesigo.settings'\n"
        "import tesigo.preloaded, gc, sys, threading\n"
        "from django.db import connections\n"
        "print(threading.active_count(), connections['default'].connection, gc.get_freeze_count() > 100_000)\n"
        "print(tesigo.preloaded.failure)\n"
        "print([name for name in ('billing.views.calculator', 'generation.tasks', 'uvicorn', 'openai') "
        "if name in sys.modules])"
    )
    ran = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=120, check=True)
    assert ran.stdout.splitlines() == [
        "1 None True",
        "None",
        "['billing.views.calculator', 'generation.tasks', 'uvicorn']",
    ]


def test_settings_that_are_wrong_are_left_to_the_programs_to_tell() -> None:
    program = "import tesigo.preloaded; from tesigo import programs; programs.manage(['check'])"
    environ = os.environ | {"DJANGO_SETTINGS_MODULE": "tesigo.settings", "AI_BACKOFF_BASE": "long"}
    ran = subprocess.run([sys.executable, "-c", program], env=environ, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 1
    assert "AI_BACKOFF_BASE" in ran.stderr
    assert "Traceback" not in ran.stderr
