"""Programs forked from one process that has loaded what all of them need (R-131).

A process that has loaded Django and our apps holds 130 MB and takes two seconds of a processor. Those that are forked
share them, as long as nobody writes there. The fork server is Python's own (`multiprocessing`): it has one thread and
does nothing but fork. Knows no Django.
"""

import atexit
import os
import signal
import sys
import time
from collections.abc import Mapping, Sequence
from importlib import import_module
from multiprocessing import connection, forkserver, get_context
from typing import IO, Any, Final

from setproctitle import setproctitle

from tesigo.platform.processes import wait_until

_BEGIN_SECONDS: Final = 30.0
_DYING_SECONDS: Final = 0.5
_ASKING_SECONDS: Final = 0.1
#: The number of a process that could not be forked. Linux counts to 2**22: no signal for this one reaches anybody.
_NOBODY: Final = 2**30


class NotForked(Exception):
    """A program was not forked. The next one may be: it begins another fork server where that ended."""


class Forked:
    """A forked program, asked like a `subprocess.Popen`. ``stdout`` is None where its lines go where ours go."""

    def __init__(self, process: Any) -> None:
        self._process = process
        self.pid: int = process.pid
        self.stdout: IO[bytes] | None = None

    def poll(self) -> int | None:
        """The exit code, a signal's number below zero; None while it runs. 255 where the fork server ended first."""
        code: int | None = self._process.exitcode
        return code

    def terminate(self) -> None:
        """Asks it to end."""
        if self.poll() is None:
            os.kill(self.pid, signal.SIGTERM)

    def wait(self) -> int:
        """Returns its exit code once it has ended."""
        self._process.join()
        return self._process.exitcode or 0


class ForkServer:
    """One for each process. ``module`` is what it imports before it forks anything.

    ``environ`` is added to what programs find when they begin, also after one that was killed.
    """

    def __init__(self, module: str, *, environ: Mapping[str, str] | None = None) -> None:
        self._context = get_context("forkserver")
        self._context.set_forkserver_preload(["local.apart", module])
        self._environ = environ or {}

    def begin(self) -> None:
        """Begins to import, beside what the caller does; does nothing where it runs already."""
        before = dict(os.environ)
        os.environ.update(self._environ)
        try:
            forkserver.ensure_running()
        finally:
            os.environ.clear()
            os.environ.update(before)

    def start(
        self,
        program: str,
        words: Sequence[str],
        *,
        environ: Mapping[str, str],
        is_piped: bool,
        with_errors: bool = True,
    ) -> Forked:
        """Calls the function ``program`` ("module:name") with the words of a command line, in a session of its own.

        ``is_piped``: what it prints is read from ``stdout`` of what is returned, its errors as well if ``with_errors``.
        Raises NotForked.
        """
        reading, writing = self._context.Pipe(duplex=False) if is_piped else (None, None)
        try:
            process = self._try_twice(writing, (1, 2) if with_errors else (1,), program, words, environ)
        except NotForked:
            for end in (reading, writing):
                if end is not None:
                    end.close()
            raise
        # Who kills it kills its session, which it has in a moment.
        forked = Forked(process)
        wait_until(lambda: _leads_session(forked.pid), seconds=_BEGIN_SECONDS, pause=0.005)
        if reading is None or writing is None:
            return forked
        writing.close()
        # A file takes the descriptor over.
        forked.stdout = os.fdopen(os.dup(reading.fileno()), "rb")
        reading.close()
        return forked

    def _try_twice(self, *asked: Any) -> Any:
        try:
            process = self._fork(*asked)
        except (OSError, EOFError):
            # One that was just killed is not yet seen to be dead; the next look begins another.
            time.sleep(_DYING_SECONDS)
            try:
                process = self._fork(*asked)
            except (OSError, EOFError) as error:
                raise NotForked(f"the fork server ended ({type(error).__name__})") from error
        if process.pid == _NOBODY:
            process.join()
            raise NotForked(f"the machine has no room for another process ({os.strerror(process.exitcode)})")
        return process

    def _fork(
        self, output: Any, numbers: tuple[int, ...], program: str, words: Sequence[str], environ: Mapping[str, str]
    ) -> Any:
        self.begin()
        process = self._context.Process(
            target=run, args=(output, numbers, program, list(words), dict(environ)), name=program, daemon=True
        )
        process.start()
        return process


def _leads_session(pid: int) -> bool:
    try:
        return os.getsid(pid) == pid
    except ProcessLookupError:
        return True  # over already


def run(
    output: "connection.Connection | None",
    numbers: tuple[int, ...],
    program: str,
    words: list[str],
    environ: dict[str, str],
) -> None:
    """The child's side of `ForkServer.start`: ``numbers`` are the descriptors that write to ``output``."""
    os.setsid()
    if output is not None:
        for number in numbers:
            os.dup2(output.fileno(), number)
        output.close()
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a pipe is written to in blocks otherwise
    os.environ.update(environ)
    setproctitle(" ".join(["tesigo", program.partition(":")[2], *words]))
    module, _, name = program.partition(":")
    try:
        getattr(import_module(module), name)(words)
    finally:
        # Python runs them where an interpreter ends; a process of `multiprocessing` only leaves, and what it was about
        # to send would be lost.
        atexit._run_exitfuncs()


def outlive_failed_forks() -> None:
    """For the fork server: who asked for a fork that fails is told of a process that ended with the error's code.

    The server of `multiprocessing` would end, and with it all that is known of the programs it has forked.
    """
    fork, waitpid = os.fork, os.waitpid
    codes: list[int] = []

    def fork_or_tell() -> int:
        try:
            pid = fork()
        except OSError as error:
            time.sleep(_ASKING_SECONDS)  # who asks is still writing what shall be done, and would find nobody there
            codes.append(error.errno or 1)
            signal.raise_signal(signal.SIGCHLD)  # it asks at once how the process ended
            return _NOBODY
        if pid == 0:
            os.fork, os.waitpid = fork, waitpid
        return pid

    def wait_or_tell(pid: int, options: int) -> tuple[int, int]:
        return (_NOBODY, codes.pop() << 8) if codes else waitpid(pid, options)

    os.fork, os.waitpid = fork_or_tell, wait_or_tell
