"""What a fork server of tests imports before it forks, and programs that it forks."""

import atexit
import os
import signal
import sys
import time
from collections.abc import Sequence
from multiprocessing import forkserver

#: Of the process that imported this.
IMPORTED_BY = os.getpid()


def kill_server() -> None:
    """Kills the fork server that this process has, if any; the next program begins another one."""
    pid = forkserver._forkserver._forkserver_pid  # type: ignore[attr-defined]  # not in the stubs
    if pid is not None:
        os.kill(pid, signal.SIGKILL)
        os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)


def tell(words: Sequence[str]) -> None:
    """Prints what a test asks about."""
    print(os.getppid() == IMPORTED_BY, os.getsid(0) == os.getpid(), os.environ.get("A_SETTING"), *words)
    print("to the other stream", file=sys.stderr)


def end_with(words: Sequence[str]) -> None:
    """Ends with a code."""
    sys.exit(int(words[0]))


def leave_a_word(words: Sequence[str]) -> None:
    """Has something printed as it ends, and ends with a code."""
    atexit.register(print, "gone")
    print("going")
    sys.exit(int(words[0]))


def stay(words: Sequence[str]) -> None:
    """Says that it is there, and stays."""
    print("here")
    time.sleep(600)
