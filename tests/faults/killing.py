"""`kill -9` at random moments: which kinds of processes can be hit, how often each, and what was hit."""

import math
import os
import random
import signal
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Target:
    """A kind of process: ``find`` returns the ids of those that run now, ``weight`` how often it is chosen.

    ``most`` bounds how often it is hit, where it takes long to come back.
    """

    kind: str
    weight: int
    find: Callable[[], Sequence[int]]
    most: float = math.inf


@dataclass
class Killer:
    """Kills one process after the other, by a seed. ``kills`` counts them by kind.

    Each waits for its victim to be there, then for a number of seconds drawn from ``pause``: what starts
    anew gets its chance, and is met at any moment of its life.
    """

    seed: int
    targets: Sequence[Target]
    pause: tuple[float, float]
    kills: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)
        self._next = self._drawn()
        self._due: float | None = None

    def strike(self) -> str | None:
        """Kills when it is time to, and returns the kind that was hit. Called a few times a second."""
        running = sorted(self._next.find())
        if not running:
            self._due = None
            return None
        now = time.monotonic()
        if self._due is None:
            self._due = now + self.random.uniform(*self.pause)
        if now < self._due:
            return None
        hit, self._due = self._next.kind, None
        try:
            os.kill(self.random.choice(running), signal.SIGKILL)
        except ProcessLookupError:
            return None
        self.kills[hit] += 1
        self._next = self._drawn()
        return hit

    def _drawn(self) -> Target:
        possible = [target for target in self.targets if self.kills[target.kind] < target.most]
        return self.random.choices(possible, [target.weight for target in possible])[0]


def chosen_seed() -> int:
    """``SEED`` of the environment, else a new one; the caller prints it either way."""
    return int(os.environ.get("SEED") or random.SystemRandom().randrange(1_000_000))
