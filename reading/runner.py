"""Starts the limited child and hands on its records as they come (R-82).

Defence against files that hang or swallow memory is not in any parser but here: limits of address space and processor
time inside the child, a wall clock outside, and an end of the child on every way out.
"""

import logging
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from reading.failures import ExtractionFailed
from reading.protocol import MAX_LINE, End, Failure, Item, Meta, Page, read
from tesigo.platform.log_values import word
from tesigo.platform.measuring import OPERATION, measured

logger = logging.getLogger(__name__)
_PROJECT: Final = Path(__file__).resolve().parents[1]
_READ: Final = 256 * 1024


@dataclass(frozen=True, slots=True)
class Limits:
    """What a child may use: bytes of address space, seconds of processor, seconds the parent waits for it in all."""

    memory: int = 1024**3
    cpu: int = 300
    wall: float = 360.0


PROBE_LIMITS: Final = Limits(memory=1024**3, cpu=10, wall=15.0)


def records(path: Path, *, kind: str, limits: Limits = Limits()) -> Generator[Meta | Page | Item, None, None]:
    """Records of the file as the child says them. Close the iterator to end the child early.

    Raises:
        ExtractionFailed: when the child gives up, dies, or is ended by a limit; pages said before stay said.
    """
    with tempfile.TemporaryDirectory(prefix="tesigo-reading-") as scratch:
        child = _start(path, kind=kind, limits=limits, scratch=scratch)
        try:
            with measured(OPERATION, "reading child", is_current=False, kind_of_file=word(kind)):
                yield from _listen(child, limits)
        finally:
            _end(child)


def _start(path: Path, *, kind: str, limits: Limits, scratch: str) -> "subprocess.Popen[bytes]":
    command = [
        sys.executable,
        "-m",
        "reading.child",
        kind,
        str(path.resolve()),
    ]
    command += [
        "--memory",
        str(limits.memory),
        "--cpu",
        str(limits.cpu),
        "--scratch",
        scratch,
    ]
    return subprocess.Popen(
        command,
        cwd=_PROJECT,
        # No secrets: the child reads what strangers wrote. One arena keeps address space close to memory in use.
        env={
            "PATH": "/usr/bin:/bin",
            "LANG": "C.UTF-8",
            "PYTHONPATH": str(_PROJECT),
            "MALLOC_ARENA_MAX": "1",
            "TMPDIR": scratch,
        },
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        process_group=0,
    )


def _listen(child: "subprocess.Popen[bytes]", limits: Limits) -> Iterator[Meta | Page | Item]:
    assert child.stdout is not None
    ended = False
    for line in _lines(child.stdout, limits.wall):
        try:
            record = read(line)
        except ValueError:
            raise ExtractionFailed("crashed", "unreadable record") from None
        if isinstance(record, Failure):
            raise ExtractionFailed(record.code, record.detail)
        if isinstance(record, End):
            ended = True
            continue
        yield record
    if not ended:
        raise _cause_of_death(child)


def _lines(stream: IO[bytes], wall: float) -> Iterator[bytes]:
    """Whole lines; only the time spent waiting for the child counts, not the time the caller takes to store them."""
    left = wall
    buffer = bytearray()
    with selectors.DefaultSelector() as selector:
        selector.register(stream, selectors.EVENT_READ)
        while True:
            before = time.monotonic()
            ready = selector.select(timeout=left)
            left -= time.monotonic() - before
            if not ready or left <= 0:
                raise ExtractionFailed("timeout", "wall clock")
            data = os.read(stream.fileno(), _READ)
            if not data:
                return
            buffer += data
            if b"\n" in data:
                *whole, rest = buffer.split(b"\n")
                yield from (bytes(line) for line in whole)
                buffer = bytearray(rest)
            if len(buffer) > MAX_LINE:
                raise ExtractionFailed("too_big", "line")


def _cause_of_death(child: "subprocess.Popen[bytes]") -> ExtractionFailed:
    try:
        code = child.wait(timeout=5)
    except subprocess.TimeoutExpired:
        return ExtractionFailed("timeout", "silent")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return ExtractionFailed("timeout", f"signal {-code}")
    if code in (
        -signal.SIGABRT,
        -signal.SIGSEGV,
        -signal.SIGTRAP,
        -signal.SIGILL,
        -signal.SIGBUS,
    ):
        # Engines abort when an allocation fails: mostly the limit of memory, sometimes a fault of theirs.
        return ExtractionFailed("crashed", f"signal {-code}")
    return ExtractionFailed("crashed", f"code {code}")


def _end(child: "subprocess.Popen[bytes]") -> None:
    if child.poll() is None:
        try:
            os.killpg(child.pid, signal.SIGKILL)
        except ProcessLookupError:
            logger.debug("extraction child was gone already")
    child.wait()
    if child.stdout is not None:
        child.stdout.close()
