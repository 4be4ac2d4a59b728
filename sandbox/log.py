"""Short lines on standard error."""

import sys
import time


def say(line: str) -> None:
    """One line with the time of day."""
    print(time.strftime("%H:%M:%S"), line, file=sys.stderr, flush=True)  # noqa: T201  # a program's own output
