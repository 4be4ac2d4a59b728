"""The log files of `make run`: bounded in size, and no line in them is older than thirty days (R-73)."""

import threading
import time
from pathlib import Path
from typing import Final

#: Beyond it a file is put aside, as the one before it, whatever its age.
LOG_BYTES: Final = 20_000_000
#: All lines of one file are of the same stretch of time; the stretch before it is kept beside it, and none before that.
_STRETCH_SECONDS: Final = 15 * 86_400


class LogFile:
    """One program's lines, for the one who runs it alone, whatever the umask."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._before = path.with_suffix(".log.1")
        self._lock = threading.Lock()

    def write(self, line: bytes, *, now: float | None = None) -> None:
        """Adds a line, after putting aside what is of an earlier time, or too much."""
        now = time.time() if now is None else now
        with self._lock:
            self._tidy(now)
            if self.path.exists() and (_is_before(self.path, now) or self.path.stat().st_size > LOG_BYTES):
                self.path.replace(self._before)
            # An older file as well.
            self.path.touch(mode=0o600)
            self.path.chmod(0o600)
            with self.path.open("ab") as file:
                file.write(line)

    def tidy(self, *, now: float | None = None) -> None:
        """Removes what has been kept long enough, whether or not anything is written."""
        with self._lock:
            self._tidy(time.time() if now is None else now)

    def _tidy(self, now: float) -> None:
        for path in (self.path, self._before):
            if path.exists() and _is_before(path, now - _STRETCH_SECONDS):
                path.unlink(missing_ok=True)


def _is_before(path: Path, now: float) -> bool:
    """Whether all of the file is of an earlier stretch of time than that moment."""
    return path.stat().st_mtime // _STRETCH_SECONDS < now // _STRETCH_SECONDS
