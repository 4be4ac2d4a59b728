"""Runs a module of ours in a limited process, which may die of its task without harm (R-82, R-101).

Neither parsers nor layout engines defend themselves against hostile input. So the child holds itself to limits of
address space, processor time and written files before it runs the module, a clock runs outside, it gets no secrets,
and it is killed with all it started on every way out.
"""

import json
import logging
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from tesigo.platform.warm_children import NotForked, WarmChild

logger = logging.getLogger(__name__)
_PROJECT: Final = Path(__file__).resolve().parents[2]
_READ_BYTES: Final = 256 * 1024
#: What its starter waits beyond the child's own alarm.
_GRACE_SECONDS: Final = 2.0
#: For the end of a child that has closed its output.
_END_SECONDS: Final = 5.0


class ChildError(Exception):
    """Base of what goes wrong with a child."""


class TooSlow(ChildError):
    """It took longer than its starter waits. It is killed."""


class LineTooLong(ChildError):
    """It wrote more without the end of a line than its starter takes. It is killed."""


@dataclass(frozen=True, slots=True)
class ChildLimits:
    """What a child may use; ``file_bytes`` is for each file that it writes."""

    memory_bytes: int
    cpu_seconds: int
    wall_seconds: float
    file_bytes: int | None = None


@dataclass(frozen=True, slots=True)
class Work:
    """The module to run, with its arguments. Of the environment it gets only ``environment``, and where it finds us.

    ``may_be_warm``: it may be forked from what `warm_children` has loaded, where that is there.
    """

    module: str
    limits: ChildLimits
    arguments: tuple[str, ...] = ()
    environment: Mapping[str, str] = field(default_factory=dict)
    may_be_warm: bool = False


@dataclass(frozen=True, slots=True)
class Ended:
    """The code a child ended with, below zero for a signal, and what it wrote."""

    code: int
    output: bytes

    @property
    def is_out_of_time(self) -> bool:
        """Whether its own alarm or the limit of processor time ended it."""
        return -self.code in (signal.SIGALRM, signal.SIGXCPU, signal.SIGKILL)


class Running:
    """A child whose output is read as it comes."""

    def __init__(self, process: "subprocess.Popen[bytes]", wall_seconds: float) -> None:
        self._process = process
        self._left_seconds = wall_seconds

    def lines(self, *, longest_bytes: int) -> Iterator[bytes]:
        """Whole lines. Only waiting for the child counts as its time, not what the caller does with a line.

        Raises TooSlow, LineTooLong.
        """
        stream = self._process.stdout
        assert stream is not None
        buffer = bytearray()
        with selectors.DefaultSelector() as selector:
            selector.register(stream, selectors.EVENT_READ)
            while True:
                before = time.monotonic()
                ready = selector.select(timeout=self._left_seconds)
                self._left_seconds -= time.monotonic() - before
                if not ready or self._left_seconds <= 0:
                    raise TooSlow
                data = os.read(stream.fileno(), _READ_BYTES)
                if not data:
                    return
                buffer += data
                if b"\n" in data:
                    *whole, rest = buffer.split(b"\n")
                    yield from (bytes(line) for line in whole)
                    buffer = bytearray(rest)
                if len(buffer) > longest_bytes:
                    raise LineTooLong

    def code(self) -> int:
        """The code it ended with, after its last line. Raises TooSlow when it does not end."""
        try:
            return self._process.wait(timeout=_END_SECONDS)
        except subprocess.TimeoutExpired:
            raise TooSlow from None


@contextmanager
def started(work: Work) -> Iterator[Running]:
    """A child that is given nothing and read line by line; leaving the block ends it."""
    process = subprocess.Popen(**_call(work, has_alarm=False), stdin=subprocess.DEVNULL)
    try:
        yield Running(process, work.limits.wall_seconds)
    finally:
        _end(process)


def run(work: Work, *, given: bytes) -> Ended:
    """Gives a child its task and waits for what it makes of it. Raises TooSlow."""
    if work.may_be_warm:
        with suppress(NotForked), _warm(work) as child:
            return _communicate(child, work, given)
    process = subprocess.Popen(**_call(work, has_alarm=True), stdin=subprocess.PIPE)
    try:
        output, _ = process.communicate(given, timeout=work.limits.wall_seconds + _GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        raise TooSlow from None
    finally:
        _end(process)
    return Ended(process.returncode, output)


async def run_async(work: Work, *, given: bytes) -> Ended:
    """As ``run``, without blocking the event loop. Cancelled, it ends the child."""
    import asyncio  # the child has no use for it, and starting up is what costs

    if work.may_be_warm:
        with suppress(NotForked):
            return await _run_warm_async(work, given)
    call = _call(work, has_alarm=True)
    process = await asyncio.create_subprocess_exec(*call.pop("args"), **call, stdin=asyncio.subprocess.PIPE)
    try:
        output, _ = await asyncio.wait_for(
            process.communicate(given), timeout=work.limits.wall_seconds + _GRACE_SECONDS
        )
    except TimeoutError:
        raise TooSlow from None
    finally:
        if process.returncode != 0:
            _kill(process.pid)
            await process.wait()
    return Ended(process.returncode or 0, output)


async def _run_warm_async(work: Work, given: bytes) -> Ended:
    import asyncio  # as above
    import threading

    children: list[WarmChild] = []
    is_cancelled = threading.Event()

    def run_it() -> Ended:
        with _warm(work) as child:
            children.append(child)
            if is_cancelled.is_set():
                raise NotForked
            return _communicate(child, work, given)

    try:
        return await asyncio.to_thread(run_it)
    except asyncio.CancelledError:
        is_cancelled.set()
        for child in children:
            child.abandon()
        raise


def _warm(work: Work) -> WarmChild:
    return WarmChild(_told(work.limits, has_alarm=True), work.module, work.arguments, work.environment)


def _communicate(child: WarmChild, work: Work, given: bytes) -> Ended:
    try:
        return Ended(*child.communicate(given, seconds=work.limits.wall_seconds + _GRACE_SECONDS))
    except TimeoutError:
        raise TooSlow from None


def _told(limits: ChildLimits, *, has_alarm: bool) -> list[float | None]:
    return [limits.memory_bytes, limits.cpu_seconds, limits.file_bytes, limits.wall_seconds if has_alarm else None]


def _call(work: Work, *, has_alarm: bool) -> dict[str, Any]:
    told = json.dumps(_told(work.limits, has_alarm=has_alarm))
    return {
        "args": [sys.executable, "-m", "tesigo.platform.in_limits", told, work.module, *work.arguments],
        "cwd": _PROJECT,
        "env": {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "PYTHONPATH": str(_PROJECT), **work.environment},
        "stdout": subprocess.PIPE,
        "stderr": subprocess.DEVNULL,
        "process_group": 0,
    }


def _end(process: "subprocess.Popen[bytes]") -> None:
    if process.poll() != 0:
        _kill(process.pid)
    process.wait()
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with suppress(OSError):  # what was given and not taken is lost with it
                stream.close()


def _kill(group: int) -> None:
    """Ends the child with everything it started; it leads a process group of its own."""
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        logger.debug("limited child was gone already")
