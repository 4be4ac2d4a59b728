"""The sandbox's own time, which may be moved forward to see things expire."""

import time


class Clock:
    """Wall-clock time plus an offset in seconds that only the control endpoint changes."""

    def __init__(self) -> None:
        self.offset = 0.0

    def now(self) -> float:
        """Seconds since the epoch, as the services of the sandbox see it."""
        return time.time() + self.offset

    def stamp(self) -> int:
        """The same as whole seconds."""
        return int(self.now())

    def advance(self, seconds: float) -> None:
        """Move time forward (or back, for a negative number)."""
        self.offset += seconds
