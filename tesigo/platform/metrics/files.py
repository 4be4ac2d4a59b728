"""Values of all processes of a machine, each in files of its own, so that a killed one loses nothing.

prometheus_client keeps them in small mapped files; here is what it leaves to others. Each process holds a lock for as
long as it lives. Counts of those that are gone are added to one file of the past and their own files removed: a worker
whose children come and go costs no more after a year than on its first day.

Processes that share a folder run on one machine; what is sent over a network file system is not locked.
"""

import contextlib
import fcntl
import json
import logging
import os
import secrets
import struct
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from prometheus_client import values
from prometheus_client.core import Metric
from prometheus_client.mmap_dict import MmapedDict
from prometheus_client.samples import Sample
from prometheus_client.utils import floatToGoString

logger = logging.getLogger(__name__)

_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
_PAST: Final = "past.json"
#: Kinds whose values of dead processes stay true.
_LASTING: Final = frozenset({"counter", "histogram", "summary"})
#: Seconds that somebody who reads waits for another who does.
_PATIENCE_SECONDS: Final = 5.0
#: Unfinished files older than this have nobody who would finish them.
_STALE_SECONDS: Final = 60.0


class Busy(OSError):
    """Somebody else has been reading the files for long."""


class _Identity:
    """Who this process is, as its files are named; told from one with the same number in another container."""

    def __init__(self) -> None:
        self._forget()
        os.register_at_fork(after_in_child=self._forget)

    def _forget(self) -> None:
        # In a child: the parent's lock is the parent's, and not held any longer for a copy of it that lives on.
        held: int | None = getattr(self, "_lock", None)
        if held is not None:
            os.close(held)
        self._lock: int | None = None
        self._name = ""

    def __call__(self) -> str:
        """The name; with the first use the lock is taken, before there is any file that it guards."""
        if not self._name:
            name = f"{os.getpid()}-{secrets.token_hex(4)}"
            folder = Path(os.environ[_VARIABLE])
            draft = folder / f"{name}.new"
            lock = os.open(draft, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
            fcntl.flock(lock, fcntl.LOCK_EX)
            # Nobody may find it unlocked: it bears its name only now.
            draft.rename(folder / f"{name}.lock")
            self._lock, self._name = lock, name
        return self._name


_identity = _Identity()
_first = threading.Lock()


def begin(folder: Path) -> None:
    """From now on this process and its children keep their values in ``folder``; before any metric has a value."""
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    os.environ[_VARIABLE] = str(folder)
    values.ValueClass = _made_with_first_value


def _made_with_first_value(*args: Any, **named: Any) -> Any:
    """A process that measures nothing, such as a command or the parent of a pool, leaves no files."""
    with _first:
        if values.ValueClass is _made_with_first_value:
            values.ValueClass = values.MultiProcessValue(process_identifier=_identity)  # type: ignore[no-untyped-call]
    return values.ValueClass(*args, **named)


_made_with_first_value._multiprocess = True  # type: ignore[attr-defined]  # asked of the class that it stands for


def gather(folder: Path) -> list[Metric]:
    """Values of all processes, dead ones among them. Raises Busy."""
    with _alone(folder):
        living, dead = _who(folder)
        past = _fold(folder, dead)
        return _metrics([*_read_all(living), *past.items()])


def tidy(folder: Path) -> None:
    """Adds up what dead processes have left, for those who are never asked. Raises Busy."""
    with _alone(folder):
        _fold(folder, _who(folder)[1])


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    with (folder / "reading.lock").open("a") as file:
        give_up_at = time.monotonic() + _PATIENCE_SECONDS
        while True:
            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() > give_up_at:
                    raise Busy("others read the metrics just now") from None
                time.sleep(0.02)
        try:
            yield
        finally:
            # In words: a child that was forked meanwhile has the file open, too.
            fcntl.flock(file, fcntl.LOCK_UN)


def _who(folder: Path) -> tuple[list[Path], list[Path]]:
    """Files of living processes, and of dead ones with their locks."""
    alive: dict[str, bool] = {}
    living: list[Path] = []
    dead: list[Path] = []
    for path in sorted(folder.glob("*.db")):
        name = _owner(path)
        if name not in alive:
            alive[name] = _is_held(folder / f"{name}.lock")
        (living if alive[name] else dead).append(path)
    for path in folder.glob("*.lock"):
        if path.stem not in alive and path.name != "reading.lock" and not _is_held(path):
            path.unlink(missing_ok=True)
    for path in folder.glob("*.new"):
        with contextlib.suppress(FileNotFoundError):
            if time.time() - path.stat().st_mtime > _STALE_SECONDS:
                path.unlink()
    return living, dead


def _owner(path: Path) -> str:
    return path.stem.rpartition("_")[2]


def _is_held(lock: Path) -> bool:
    try:
        file = os.open(lock, os.O_RDWR | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    else:
        fcntl.flock(file, fcntl.LOCK_UN)
        return False
    finally:
        os.close(file)


Values = dict[tuple[str, str], float]


def _fold(folder: Path, dead: list[Path]) -> Values:
    """The past with what these files hold; they are removed.

    Killed at any moment it counts nothing twice: the past names whose files it holds until these are gone.
    """
    past, folded = _read_past(folder / _PAST)
    fresh = [path for path in dead if path.name not in folded]
    if fresh:
        for (kind, key), value in _read_all(fresh):
            if kind in _LASTING:
                past[kind, key] += value
        _write_past(folder / _PAST, past, [path.name for path in dead])
    for path in dead:
        path.unlink(missing_ok=True)
        (folder / f"{_owner(path)}.lock").unlink(missing_ok=True)
    return past


def _read_past(path: Path) -> tuple[Values, frozenset[str]]:
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
        past = {(kind, key): float(value) for kind, key, value in kept["values"]}
        return defaultdict(float, past), frozenset(kept["folded"])
    except FileNotFoundError:
        return defaultdict(float), frozenset()
    except (ValueError, KeyError, TypeError) as error:
        # The machine went down while it was written: what lived before is lost, as with any restart of a counter.
        logger.warning("what dead processes counted is lost", extra={"error": type(error)})
        return defaultdict(float), frozenset()


def _write_past(path: Path, past: Values, folded: list[str]) -> None:
    draft = path.with_suffix(".draft")
    rows = [[kind, key, value] for (kind, key), value in past.items()]
    draft.write_text(json.dumps({"folded": folded, "values": rows}), encoding="utf-8")
    draft.replace(path)


def _read_all(paths: list[Path]) -> list[tuple[tuple[str, str], float]]:
    """Values by kind (gauges with their mode) and key; of gauges one for each process."""
    found = []
    for path in paths:
        kind = path.stem.rpartition("_")[0]
        try:
            rows = MmapedDict.read_all_values_from_file(str(path))  # type: ignore[no-untyped-call]  # the library's
            found += [((kind, key), value) for key, value, *_ in rows]
        except (struct.error, RuntimeError, UnicodeDecodeError) as error:
            # Made this moment and still empty, or cut by a machine that went down.
            logger.info("a file of metrics could not be read", extra={"error": type(error)})
        except FileNotFoundError:
            continue
    return found


def _metrics(found: list[tuple[tuple[str, str], float]]) -> list[Metric]:
    together: dict[str, Callable[[float, float], float]] = {"gauge_livemax": max}
    values: Values = {}
    for place, value in found:
        if place in values:
            values[place] = together.get(place[0], float.__add__)(values[place], float(value))
        else:
            values[place] = float(value)
    metrics: dict[str, Metric] = {}
    buckets: dict[tuple[str, tuple[tuple[str, str], ...]], dict[float, float]] = defaultdict(dict)
    for (kind, key), value in values.items():
        name, sample, labels, words = json.loads(key)
        metric = metrics.setdefault(name, Metric(name, words, kind.partition("_")[0]))
        if metric.type == "histogram" and "le" in labels:
            bound = float(labels.pop("le"))
            buckets[name, tuple(labels.items())][bound] = value
        else:
            metric.samples.append(Sample(sample, labels, value))
    for (name, labels), counts in buckets.items():
        _accumulate(metrics[name], dict(labels), counts)
    return list(metrics.values())


def _accumulate(metric: Metric, labels: dict[str, str], counts: dict[float, float]) -> None:
    """Buckets as they are told: each with all below it."""
    total = 0.0
    for bound, count in sorted(counts.items()):
        total += count
        le = floatToGoString(bound)  # type: ignore[no-untyped-call]  # the library's
        metric.samples.append(Sample(f"{metric.name}_bucket", {**labels, "le": le}, total))
    metric.samples.append(Sample(f"{metric.name}_count", labels, total))
