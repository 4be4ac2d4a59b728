"""How far a backup is, said now and then."""

import time
from collections.abc import Callable
from typing import Final

from tesigo.platform.counted import counted

#: Seconds between two lines.
_PAUSE_SECONDS: Final = 5.0


class Progress:
    """Says what was done so far, at most every few seconds. For one thread at a time."""

    def __init__(self, say: Callable[[str], None], what: str, *, pause_seconds: float = _PAUSE_SECONDS) -> None:
        self._say, self._what, self._pause = say, what, pause_seconds
        self._begun = self._said = time.monotonic()
        self.bytes = self.files = 0

    def add(self, size: int, *, files: int = 0) -> None:
        """Counts, and speaks when it is time."""
        self.bytes += size
        self.files += files
        if time.monotonic() - self._said >= self._pause:
            self._said = time.monotonic()
            self._say(self._line())

    def end(self, more: str = "") -> None:
        """The last line."""
        self._say(self._line() + (f", {more}" if more else ""))

    def _line(self) -> str:
        seconds = max(time.monotonic() - self._begun, 0.001)
        files = f", {counted(self.files, 'file')}" if self.files else ""
        return f"{self._what}: {size(self.bytes)}{files} in {seconds:.1f} s, {size(self.bytes / seconds)}/s"


def size(count: float) -> str:
    """Bytes as people read them: 1.4 GB."""
    for unit in ("B", "kB", "MB"):
        if count < 1_000:
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1_000
    return f"{count:.1f} GB"
