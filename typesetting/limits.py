"""What an export child may use. Neither any parser nor the layout engine defends itself against hostile input."""

import resource
import signal
from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """Bytes of address space, seconds of processor, seconds on the wall clock."""

    memory: int = 2 * 1024**3
    cpu: int = 240
    wall: float = 420.0


DEFAULT = Limits()


def apply(limits: Limits) -> None:
    """Holds this process, and what it starts, to the limits; its own alarm ends it if its parent is gone."""
    resource.setrlimit(resource.RLIMIT_AS, (limits.memory, limits.memory))
    resource.setrlimit(resource.RLIMIT_CPU, (limits.cpu, limits.cpu + 1))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    signal.setitimer(signal.ITIMER_REAL, limits.wall)
