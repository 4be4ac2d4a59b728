"""What `up` and its children say, for as long as anybody reads it."""

import os
import threading
from contextlib import suppress
from pathlib import Path


class Speech:
    """Prints to standard output; to standard error where nobody reads that any longer (`make run | head -3`).

    Where neither can be written it is silent: the site runs on, or stops in good order. ``logs`` is where children's
    lines are kept.
    """

    def __init__(self, *, logs: Path) -> None:
        self._logs = logs
        self._turn = threading.Lock()

    def say(self, text: str) -> None:
        """Prints at once, also into a pipe; in one piece, since children's lines come from threads."""
        line = f"{text}\n".encode(errors="backslashreplace")
        with self._turn, suppress(OSError):  # a full disk, a terminal that is gone
            try:
                _write(line)
            except BrokenPipeError:
                self._go_elsewhere(line)

    def _go_elsewhere(self, line: bytes) -> None:
        where = os.path.relpath(self._logs)
        why = f"Nobody reads standard output any longer: TesiGo goes on here. Its logs are in {where}/.\n"
        with Path(os.devnull).open("w") as nowhere:
            for place in (2, nowhere.fileno()):
                os.dup2(place, 1)
                with suppress(OSError):
                    _write(why.encode() + line)
                    return


def _write(line: bytes) -> None:
    # Not by `print`: what it could not write it keeps or forgets, as Python buffers or does not.
    while line:
        line = line[os.write(1, line) :]
