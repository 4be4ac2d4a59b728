"""The child's side of `limited_child`: holds its own process to limits for good, then runs a module."""

import json
import resource
import runpy
import signal
import sys
from collections.abc import Sequence
from typing import Any


def run(told: Sequence[Any], module: str, arguments: Sequence[str]) -> None:
    """Runs the module as a program.

    ``told``: the most bytes of memory, seconds of processor, bytes of each file, and seconds until the process ends.
    The last two may be None.
    """
    memory_bytes, cpu_seconds, file_bytes, alarm_seconds = told
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    # The soft limit ends the process by SIGXCPU; the hard one, a second later, by SIGKILL.
    resource.setrlimit(resource.RLIMIT_CPU, (cpu_seconds, cpu_seconds + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if file_bytes is not None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (file_bytes, file_bytes))
    if alarm_seconds is not None:
        # Ends it also where its starter is gone.
        signal.setitimer(signal.ITIMER_REAL, alarm_seconds)
    sys.argv = [module, *arguments]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


if __name__ == "__main__":
    run(json.loads(sys.argv[1]), sys.argv[2], sys.argv[3:])
