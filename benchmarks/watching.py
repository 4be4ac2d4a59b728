"""What processes and the database were seen to use at most, looked at several times a second."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Final, Self

import psycopg

_PAUSE: Final = 0.05
_CONNECTIONS: Final = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"


@dataclass
class Peaks:
    """In MB and numbers: the largest process of the pool, the largest child that lays out, connections at most."""

    pool: dict[int, float] = field(default_factory=dict)
    children: dict[int, float] = field(default_factory=dict)
    connections: int = 0

    @property
    def largest_worker(self) -> float:
        """The peak of the largest process that drains."""
        return max(self.pool.values(), default=0.0)

    @property
    def largest_child(self) -> float:
        """The peak of the largest process that lays out."""
        return max(self.children.values(), default=0.0)


class Watch:
    """Looks at a worker's pool, at what the pool starts, and at the database, until the block ends."""

    def __init__(self, worker: int) -> None:
        self.peaks = Peaks()
        self._worker = worker
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, name="watch", daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        with _session() as session:
            while not self._stop.wait(_PAUSE):
                for process in children_of(self._worker):
                    _note(self.peaks.pool, process)
                    for child in descendants_of(process):
                        _note(self.peaks.children, child)
                row = session.execute(_CONNECTIONS).fetchone()
                self.peaks.connections = max(self.peaks.connections, (row[0] if row else 0) - 1)


@contextmanager
def _session() -> Iterator[psycopg.Connection[tuple[int]]]:
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as session:
        yield session


def _note(peaks: dict[int, float], process: int) -> None:
    peaks[process] = max(peaks.get(process, 0.0), peak_of(process))


def peak_of(process: int) -> float:
    """VmHWM in MB; 0 for a process that is gone."""
    try:
        lines = Path(f"/proc/{process}/status").read_text().splitlines()
    except OSError:
        return 0.0
    found = next((line for line in lines if line.startswith("VmHWM:")), "VmHWM: 0 kB")
    return int(found.split()[1]) / 1024


def children_of(process: int) -> list[int]:
    """The processes that this one has started and that still run."""
    try:
        threads = list(Path(f"/proc/{process}/task").iterdir())
        return [int(child) for thread in threads for child in (thread / "children").read_text().split()]
    except OSError:
        return []


def descendants_of(process: int) -> list[int]:
    """The processes below this one, at any depth."""
    found = []
    for child in children_of(process):
        found += [child, *descendants_of(child)]
    return found
