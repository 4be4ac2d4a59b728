"""Our PostgreSQL and Redis while the site runs: started, and started again, without anybody waiting for them."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable

from local.stack import Stack
from local.supervisor import FIRST_PAUSE, LAST_PAUSE, Supervisor
from tesigo.platform.paths import ROOT


class Servers:
    """Starts them by a process beside us, which takes along what it needed for it.

    A server that takes its time, or does not come back, holds up no child that died meanwhile. ``failure`` is why the
    last start failed; empty when it did not.
    """

    def __init__(self, stack: Stack, *, say: Callable[[str], None]) -> None:
        self.failure = ""
        self._stack = stack
        self._say = say
        self._starting: subprocess.Popen[str] | None = None
        self._pause = FIRST_PAUSE
        self._next_look = 0.0

    @property
    def are_starting(self) -> bool:
        """Whether the start is still under way."""
        if self._starting is not None and self._starting.poll() is not None:
            _, said = self._starting.communicate()
            self.failure = said.strip() if self._starting.returncode else ""
            self._starting = None
        return self._starting is not None

    def start(self) -> None:
        """Begins to start what is not running."""
        words = [sys.executable, "-m", "local.stack", "start", "--same-ports", "--home", str(self._stack.home)]
        try:
            self._starting = subprocess.Popen(
                words, cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True,
                start_new_session=True,
            )  # fmt: skip
        except OSError as error:  # no room for another process
            self.failure = f"PostgreSQL and Redis were not started: {error.strerror}."

    def look_after(self) -> None:
        """Starts again what died; called a few times a second."""
        was_starting = self._starting is not None
        if self.are_starting:
            return
        if was_starting or self.failure:
            self._judge()
        if time.monotonic() < self._next_look:
            return
        self._next_look = time.monotonic() + 1
        dead = [name for name, pid in self._stack.pids().items() if pid is None]
        urls = self._stack.urls({})
        ours = {"postgres": urls["DATABASE_URL"], "redis": urls["REDIS_URL"]}
        if any(ours[name] in os.environ.values() for name in dead):
            self._say(f"{' and '.join(dead)} ended; starting again.")
            self.start()

    def _judge(self) -> None:
        if self.failure:
            # The remains of a killed server may need a moment to go.
            self._say(f"{self.failure}\nStarting again in {self._pause:.0f} s.")
            self._next_look = time.monotonic() + self._pause
        self._pause = min(self._pause * 2, LAST_PAUSE) if self.failure else FIRST_PAUSE
        self.failure = ""

    def leave(self, supervisor: Supervisor) -> None:
        """Lets a start come to its end, so that a stop finds what it started; a second Ctrl-C ends it."""
        while self.are_starting:
            if supervisor.is_hurried and self._starting is not None:
                os.killpg(self._starting.pid, signal.SIGKILL)
            time.sleep(0.05)
