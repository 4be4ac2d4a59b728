"""Keeps child processes running: their lines prefixed and logged, restarts with back-off, a stop in good order."""

import os
import signal
import subprocess
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from local.fork_server import Forked, ForkServer, NotForked
from tesigo.platform.log_files import LogFile
from tesigo.platform.processes import born_at, is_alive, wait_until

#: Seconds before a child that died is started again, doubling up to the last.
FIRST_PAUSE, LAST_PAUSE = 1.0, 30.0
#: A child that ran this long counts as healthy: its next pause is the first again.
HEALTHY_SECONDS = 30.0
#: How often what is old among the log files is removed, whether or not anything is written.
TIDY_SECONDS = 3_600.0
#: How long the last lines of a child that has ended may take; one that left its session may hold the pipe open.
LINES_SECONDS = 2.0


@dataclass
class Child:
    """A program to keep running; `stop_seconds` is how long it may take to finish what it holds.

    `command` is its command line, or the words for a `program` ("module:function") that the fork server forks.
    A command runs in `folder`, or where we do.
    `is_ready` is set once a line of it holds `ready`. Lines that hold one of `unsaid` go to its log alone.
    """

    name: str
    command: Sequence[str]
    program: str = ""
    environ: dict[str, str] = field(default_factory=dict)
    folder: Path | None = None
    stop_seconds: float = 10.0
    ready: str = ""
    unsaid: Sequence[str] = ()
    is_ready: threading.Event = field(default_factory=threading.Event)
    process: subprocess.Popen[bytes] | Forked | None = None
    copying: threading.Thread | None = None
    started_at: float = 0.0
    start_again_at: float = 0.0
    pause: float = FIRST_PAUSE

    @property
    def kind(self) -> str:
        """The name without the number of one among several ("web-2")."""
        return self.name.partition("-")[0]


class Supervisor:
    """Starts children in the order given and stops them in the order `stop_order` names.

    Runs in the main thread; a thread for each child copies its lines. Children are sessions of their own, so that
    Ctrl-C reaches only us and we decide the order.
    """

    def __init__(self, *, home: Path, say: Callable[[str], None], fork_server: ForkServer | None = None) -> None:
        self.children: list[Child] = []
        self._fork_server = fork_server
        self._logs = home / "log"
        self._files: dict[str, LogFile] = {}
        self._tidied_at = 0.0
        self._pids = home / "children"
        self._say = say
        self._signals = 0

    def take_signals(self) -> None:
        """From now on SIGINT and SIGTERM ask for a stop; a second one kills at once. A closed terminal asks, too.

        SIGHUP is left alone where it is ignored (nohup), and comes several times for one closing: it asks only once.
        """
        signal.signal(signal.SIGINT, self._note_signal)
        signal.signal(signal.SIGTERM, self._note_signal)
        if signal.getsignal(signal.SIGHUP) != signal.SIG_IGN:
            signal.signal(signal.SIGHUP, self._note_hangup)

    @property
    def is_stopping(self) -> bool:
        """Whether somebody asked for a stop."""
        return self._signals > 0

    @property
    def is_hurried(self) -> bool:
        """Whether somebody asked for a stop twice."""
        return self._signals > 1

    def end_orphans(self) -> None:
        """Ends children of a supervisor that was killed before it could stop them."""
        for path in sorted(self._pids.glob("*.pid")):
            pid, _, born = path.read_text().partition("\n")
            if born and is_alive(int(pid)) and born_at(int(pid)) == born:
                os.killpg(int(pid), signal.SIGTERM)
                if not _ends(int(pid), seconds=10):
                    os.killpg(int(pid), signal.SIGKILL)
            path.unlink()

    def start(self, child: Child) -> None:
        """Starts the child and looks after it from now on; one that cannot be started now is started later."""
        if child not in self.children:
            self.children.append(child)
        child.started_at = time.monotonic()
        try:
            child.process = self._begin(child)
        except (NotForked, OSError) as error:
            # A machine without room for another process may have some again.
            self._start_later(child, f"was not started: {error}")
            return
        self._remember(child.name, child.process.pid)
        assert child.process.stdout is not None
        copying = threading.Thread(target=self._copy_lines, args=(child, child.process.stdout), daemon=True)
        try:
            copying.start()
        except RuntimeError as error:
            # No room for a thread: nobody would read what it says, and it would stand still once the pipe is full.
            _kill_group(child.process.pid)
            child.process.wait()
            child.process.stdout.close()
            self._start_later(child, f"was not started: {error}")
            return
        child.copying = copying

    @contextmanager
    def remembering(self, name: str, pid: int) -> Iterator[None]:
        """For the time of the block ``pid`` is one of those that `end_orphans` ends, though no child of ours."""
        self._remember(name, pid)
        try:
            yield
        finally:
            (self._pids / f"{name}.pid").unlink(missing_ok=True)

    def _remember(self, name: str, pid: int) -> None:
        # A full disk costs what is written there, and nothing else: here the end of one that is left behind.
        with suppress(OSError):
            self._pids.mkdir(parents=True, exist_ok=True)
            (self._pids / f"{name}.pid").write_text(f"{pid}\n{born_at(pid)}")

    def _begin(self, child: Child) -> subprocess.Popen[bytes] | Forked:
        if child.program:
            assert self._fork_server is not None
            return self._fork_server.start(child.program, child.command, environ=child.environ, is_piped=True)
        return subprocess.Popen(
            child.command,
            cwd=child.folder,
            env=os.environ | {"PYTHONUNBUFFERED": "1"} | child.environ,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )

    def look_after(self) -> None:
        """Starts again what died; called a few times a second."""
        now = time.monotonic()
        if now - self._tidied_at > TIDY_SECONDS:
            self._tidied_at = now
            for log in list(self._files.values()):
                with suppress(OSError):
                    log.tidy()
        for child in self.children:
            if child.process is None:
                if now >= child.start_again_at:
                    self.start(child)
                continue
            code = child.process.poll()
            if code is None:
                continue
            # What it started would hold its port, for instance: nobody is left who could end that.
            _kill_group(child.process.pid)
            if now - child.started_at > HEALTHY_SECONDS:
                child.pause = FIRST_PAUSE
            self._start_later(child, f"ended with code {code}")

    def _start_later(self, child: Child, why: str) -> None:
        self._say(f"{child.name} {why}; starting it again in {child.pause:.0f} s.")
        child.process, child.start_again_at = None, time.monotonic() + child.pause
        child.pause = min(child.pause * 2, LAST_PAUSE)

    def stop(self, stop_order: Sequence[str]) -> None:
        """Asks one child after the other to stop, and kills it when its time is over or a second signal came.

        ``stop_order``: the kinds.
        """
        patience = self._signals
        for child in sorted(self.children, key=lambda child: stop_order.index(child.kind)):
            process = child.process
            if process is not None and process.poll() is None:
                process.terminate()
                deadline = time.monotonic() + child.stop_seconds
                while process.poll() is None and time.monotonic() < deadline and self._signals <= max(patience, 1):
                    time.sleep(0.05)
                if process.poll() is None:
                    self._say(f"{child.name} did not stop in time and is killed.")
            if process is not None:
                # What is left of its session goes with it: pool processes, for instance, or all of it after a fork
                # server that was killed.
                _kill_group(process.pid)
                process.wait()
            if child.copying is not None:
                child.copying.join(LINES_SECONDS)
            (self._pids / f"{child.name}.pid").unlink(missing_ok=True)

    def _note_signal(self, number: int, frame: object) -> None:
        self._signals += 1

    def _note_hangup(self, number: int, frame: object) -> None:
        self._signals = max(self._signals, 1)

    def _copy_lines(self, child: Child, stream: IO[bytes]) -> None:
        name = child.name
        with suppress(OSError):
            self._logs.mkdir(parents=True, exist_ok=True)
        log = self._files.setdefault(name, LogFile(self._logs / f"{name}.log"))
        with stream:
            for line in stream:
                with suppress(OSError):  # it is said all the same, and the next line may find room
                    log.write(line)
                text = line.decode(errors="replace").rstrip()
                if not any(words in text for words in child.unsaid):
                    self._say(f"{name:8}| {text}")
                if child.ready and child.ready in text:
                    child.is_ready.set()


def _ends(pid: int, *, seconds: float) -> bool:
    """Whether the process is gone before the time is over."""
    return wait_until(lambda: not is_alive(pid), seconds=seconds)


def _kill_group(pid: int) -> None:
    with suppress(ProcessLookupError):
        os.killpg(pid, signal.SIGKILL)
