"""Two builds beside each other: a script runs in the tree of each, and does in turn what it is told.

The script says what it found as ``print("told " + json.dumps(...), flush=True)``: once when all is up, and after each
line of its input, which is JSON. It ends when its input does. What runs on both builds uses what both have.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_TOLD: Final = "told "
_START_SECONDS: Final = 300.0
_NONE: Final[Mapping[str, str]] = {}


class Build:
    """A script that runs in one tree. ``first`` is what it told when all was up."""

    def __init__(self, tree: Path, program: "subprocess.Popen[str]") -> None:
        self._tree, self._program = tree, program
        self.first = self._listen(_START_SECONDS)

    def ask(self, question: Any, *, seconds: float) -> Any:
        """What the script tells of this question. Ends the benchmark when it does not within ``seconds``."""
        assert self._program.stdin is not None
        self._program.stdin.write(json.dumps(question) + "\n")
        self._program.stdin.flush()
        return self._listen(seconds)

    def _listen(self, seconds: float) -> Any:
        assert self._program.stdout is not None
        timer = threading.Timer(seconds, self._program.kill)
        timer.start()
        try:
            line = next((line for line in self._program.stdout if line.startswith(_TOLD)), None)
        finally:
            timer.cancel()
        if line is None:
            raise SystemExit(f"The build in {self._tree} told nothing within {seconds:.0f} s, or ended.")
        return json.loads(line.removeprefix(_TOLD))


@contextmanager
def build(
    tree: Path, script: str, *arguments: str, python: Path = Path(sys.executable), settings: Mapping[str, str] = _NONE
) -> Iterator[Build]:
    """The script, running in ``tree``, until the block ends; ``settings`` are added to its environment."""
    environ = os.environ | {"PYTHONPATH": str(tree), **settings}
    words = [str(python), "-c", script, *arguments]
    program = subprocess.Popen(words, cwd=tree, env=environ, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    assert program.stdin is not None
    try:
        yield Build(tree, program)
    finally:
        program.stdin.close()
        try:
            program.wait(60)
        except subprocess.TimeoutExpired:
            program.kill()
            program.wait()


@contextmanager
def busy_loops(count: int) -> Iterator[None]:
    """As many loops that want a core each, as other users of a server do, until the block ends."""
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()
