"""Log files, of `make run` and of a deployment: bounded in size, and no line older than thirty days (R-73, R-110).

Several processes may write into one file (the children of a worker): each line is one write at its end, and who puts
the file aside holds a lock meanwhile.
"""

import fcntl
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

#: Beyond it a file is put aside, as the one before it, whatever its age.
LOG_BYTES: Final = 20_000_000
#: All lines of one file are of the same stretch of time; the stretch before it is kept beside it, and none before that.
_STRETCH_SECONDS: Final = 15 * 86_400
#: How often a handler removes what is old, beside looking at each line's own file.
_TIDY_SECONDS: Final = 3_600.0


class LogFile:
    """One program's lines, for the one who runs it alone, or with ``mode`` for a group, whatever the umask."""

    def __init__(self, path: Path, *, most_bytes: int | None = None, mode: int = 0o600) -> None:
        self.path = path
        self._before = path.with_suffix(".log.1")
        self._most_bytes = most_bytes
        self._mode = mode
        self._lock = threading.Lock()
        self._file: int | None = None
        os.register_at_fork(after_in_child=self._after_fork)

    def write(self, line: bytes, *, now: float | None = None) -> None:
        """Adds a line, after putting aside what is of an earlier time, or too much."""
        now = time.time() if now is None else now
        with self._lock:
            # One write with O_APPEND: lines of several processes do not mix.
            os.write(self._opened(now), line)

    def tidy(self, *, now: float | None = None) -> None:
        """Removes what has been kept long enough, whether or not anything is written."""
        with self._lock, self._alone():
            self._tidy(time.time() if now is None else now)

    def close(self) -> None:
        """Gives the file back; the next line opens it again."""
        with self._lock:
            self._close()

    def _opened(self, now: float) -> int:
        if self._file is not None and self._is_current(self._file, now):
            return self._file
        self._close()
        with self._alone():
            self._tidy(now)
            if self.path.exists() and self._is_full(self.path.stat(), now):
                self.path.replace(self._before)
            flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC
            self._file = os.open(self.path, flags, self._mode)
            # An older file as well.
            os.fchmod(self._file, self._mode)
        return self._file

    def _is_current(self, file: int, now: float) -> bool:
        """Whether it is still the file of that name, and takes more lines."""
        mine = os.fstat(file)
        try:
            named = self.path.stat()
        except FileNotFoundError:
            return False
        return (mine.st_dev, mine.st_ino) == (named.st_dev, named.st_ino) and not self._is_full(mine, now)

    def _is_full(self, found: os.stat_result, now: float) -> bool:
        most = LOG_BYTES if self._most_bytes is None else self._most_bytes
        return found.st_size > most or _is_before(found, now)

    def _tidy(self, now: float) -> None:
        for path in (self.path, self._before):
            with suppress(FileNotFoundError):
                if _is_before(path.stat(), now - _STRETCH_SECONDS):
                    path.unlink()

    def _close(self) -> None:
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """No other process opens or puts aside a file of the folder meanwhile; for microseconds."""
        lock = os.open(self.path.parent, os.O_RDONLY | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
        finally:
            os.close(lock)

    def _after_fork(self) -> None:
        self._lock = threading.Lock()


class LogFileHandler(logging.Handler):
    """Lines of the log into ``<folder>/<program>.log``; the one before it lies beside it as ``.log.1``.

    The folder is made where there is none. What cannot be written is said on standard error, and harms nobody.
    """

    def __init__(self, folder: str, program: str, most_bytes: int) -> None:
        super().__init__()
        Path(folder).mkdir(mode=0o750, parents=True, exist_ok=True)
        # Whoever collects them is another user, of the same group.
        self._log = LogFile(Path(folder) / f"{program}.log", most_bytes=most_bytes, mode=0o640)
        self._tidied_at = 0.0

    def emit(self, record: logging.LogRecord) -> None:
        """Writes the line."""
        try:
            line = self.format(record) + "\n"
            self._log.write(line.encode("utf-8", "backslashreplace"))
            if record.created - self._tidied_at > _TIDY_SECONDS:
                self._tidied_at = record.created
                self._log.tidy()
        except Exception as error:  # logging's own way would print the values that the line was made of
            complain("line not kept", error)

    def close(self) -> None:
        """As logging closes it."""
        self._log.close()
        super().close()


def complain(what: str, error: Exception) -> None:
    """Says on standard error that a line did not get where it was to go, once a minute and without the line."""
    now = time.monotonic()
    if now - _complained_at.get(what, -60.0) >= 60.0:
        _complained_at[what] = now
        with suppress(OSError, ValueError):
            sys.stderr.write(f"{what}: {type(error).__name__}\n")


_complained_at: Final[dict[str, float]] = {}


def _is_before(found: os.stat_result, now: float) -> bool:
    """Whether all of the file is of an earlier stretch of time than that moment."""
    return found.st_mtime // _STRETCH_SECONDS < now // _STRETCH_SECONDS
