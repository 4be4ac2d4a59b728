"""What a fork server of tests imports before it forks, and programs that it forks."""

import os
import sys
import time
from collections.abc import Sequence

#: Of the process that imported this.
IMPORTED_BY = os.getpid()


def tell(words: Sequence[str]) -> None:
    """Prints what a test asks about."""
    print(os.getppid() == IMPORTED_BY, os.getsid(0) == os.getpid(), os.environ.get("A_SETTING"), *words)
    print("to the other stream", file=sys.stderr)


def end_with(words: Sequence[str]) -> None:
    """Ends with a code."""
    sys.exit(int(words[0]))


def stay(words: Sequence[str]) -> None:
    """Says that it is there, and stays."""
    print("here")
    time.sleep(600)
