"""Has a limited child read a file, and hands on its records as they come (R-82).

Defence against files that hang or swallow memory is not in any parser but in the limits of the child.
"""

import signal
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Final

from reading.failures import ExtractionFailed
from reading.protocol import MAX_LINE_BYTES, End, Failure, Item, Meta, Page, Recognition, Remark, Unread, read
from tesigo.platform import limited_child
from tesigo.platform.limited_child import ChildLimits, LineTooLong, Running, TooSlow, Work
from tesigo.platform.log_values import word
from tesigo.platform.measuring import OPERATION, measured

#: The largest file is the repaired copy of a PDF.
LIMITS: Final = ChildLimits(memory_bytes=1024**3, cpu_seconds=300, wall_seconds=360.0, file_bytes=2 * 1024**3)
PROBE_LIMITS: Final = replace(LIMITS, cpu_seconds=10, wall_seconds=15.0)


def recognised(path: Path, *, how: Recognition, seconds: float) -> Generator[Meta | Page | Item | Unread, None, None]:
    """Records of a scanned PDF, its text recognised within ``seconds``; else as `records`."""
    words = ("--program", how.program, "--language", how.language, *(["--forced"] if how.is_forced else []))
    return records(path, kind="scan", limits=replace(LIMITS, wall_seconds=seconds), further=words)


def remarks(path: Path, *, limits: ChildLimits = LIMITS) -> list[Remark]:
    """The comments of a DOCX. Raises ExtractionFailed."""
    return [record for record in _said(path, "comments", limits, ()) if isinstance(record, Remark)]


def records(
    path: Path, *, kind: str, limits: ChildLimits = LIMITS, further: tuple[str, ...] = ()
) -> Generator[Meta | Page | Item | Unread, None, None]:
    """Records of the file as the child says them; ``further`` goes to the child.

    Close the iterator to end the child early.

    Raises:
        ExtractionFailed: when the child gives up, dies, or is ended by a limit; pages said before stay said.
    """
    with closing(_said(path, kind, limits, further)) as said:
        for record in said:
            assert not isinstance(record, Remark), "comments are read by `remarks`"
            yield record


def _said(
    path: Path, kind: str, limits: ChildLimits, further: tuple[str, ...]
) -> Generator[Meta | Page | Item | Unread | Remark, None, None]:
    with tempfile.TemporaryDirectory(prefix="tesigo-reading-") as scratch:
        work = Work(
            "reading.child",
            limits,
            (kind, str(path.resolve()), "--scratch", scratch, *further),
            # One arena keeps address space close to memory in use.
            {"MALLOC_ARENA_MAX": "1", "TMPDIR": scratch},
        )
        with (
            limited_child.started(work) as child,
            measured(OPERATION, "reading child", is_current=False, kind_of_file=word(kind)),
        ):
            yield from _listen(child)


def _listen(child: Running) -> Iterator[Meta | Page | Item | Unread | Remark]:
    ended = False
    try:
        for line in child.lines(longest_bytes=MAX_LINE_BYTES):
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
    except TooSlow:
        raise ExtractionFailed("timeout", "wall clock") from None
    except LineTooLong:
        raise ExtractionFailed("too_big", "line") from None
    if not ended:
        raise _cause_of_death(child)


def _cause_of_death(child: Running) -> ExtractionFailed:
    try:
        code = child.code()
    except TooSlow:
        return ExtractionFailed("timeout", "silent")
    if code in (-signal.SIGXCPU, -signal.SIGKILL):
        return ExtractionFailed("timeout", f"signal {-code}")
    if code in (-signal.SIGABRT, -signal.SIGSEGV, -signal.SIGTRAP, -signal.SIGILL, -signal.SIGBUS):
        # Engines abort when an allocation fails: mostly the limit of memory, sometimes a fault of theirs.
        return ExtractionFailed("crashed", f"signal {-code}")
    return ExtractionFailed("crashed", f"code {code}")
