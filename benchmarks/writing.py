"""Writing beside an earlier build: wall time, processor time and memory, and many documents at once.

Both builds stand beside each other, each with servers, workers and a sandbox of its own, as `make run` starts workers.
They write the same orders in turn, from payment on: a build that looks for sources before payment has done so.
BEFORE= (2350ef3) names the earlier build, ROUNDS= (3) how often the short orders are written, LATENCY= (1.0) the
seconds of a call. BUSY= (0) is how many busy loops run beside, as other users of a server do. Processor time is that
of the worker and all that it starts; memory is theirs and beat's (PSS).
"""

import os
import statistics
import threading
from contextlib import ExitStack
from math import ceil
from pathlib import Path
from typing import Any, Final

from benchmarks import tables
from benchmarks.beside import Build, build, busy_loops
from benchmarks.serving import checked_out
from tesigo.platform.paths import ROOT

_DEADLINE_SECONDS: Final = 900.0
_LOOK_SECONDS: Final = 0.25
#: Documents, pages and sections of each.
_SHORT: Final = ((1, 10, 10), (1, 20, 20))
_LONG: Final = (1, 200, 80)
_MANY: Final = (10, 10, 10)
_MORE: Final = (20, 10, 10)
_HEAD: Final = ("what", "before", "now", "÷ before", "to reach")
#: Runs in a tree of either build, on what both have.
_WRITES: Final = """
import json, os, sys
from benchmarks.site import site
from benchmarks.workers import beat, worker

def tell(found):
    print("told " + json.dumps(found), flush=True)

with site(latency=float(os.environ.get("LATENCY", "1.0"))) as here, worker(here.folder) as process, beat(here.folder):
    from django.conf import settings
    from benchmarks import orders, steps
    tell({"worker": process, "script": os.getpid(), "width": settings.DRAIN_WIDTH})
    for line in sys.stdin:
        count, pages, sections = json.loads(line)
        documents = [orders.order(pages=pages, sections=sections) for _ in range(count)]
        getattr(orders, "look_ahead", lambda _: None)(documents)
        for document in documents:
            orders.start(document)
        steps.wait_for(documents, seconds=900)
        jobs = [steps.job_of(document) for document in documents]
        spans = [span for job in jobs for span in steps.spans(job)]
        begin = min(job.created_at for job in jobs)
        tell({
            "whole": (max(job.finished_at for job in jobs) - begin).total_seconds(),
            "readable": (max(span.end for span in spans if span.stage != "export") - begin).total_seconds(),
            "calls": [[span.stage, span.round, span.calls] for span in spans],
        })
"""
#: As `make run` starts the worker: its processes at most.
_PROCESSES: Final = 10


def main() -> None:
    """One figure after the other, in both builds."""
    before = os.environ.get("BEFORE", "2350ef3")
    rounds, busy = int(os.environ.get("ROUNDS", "3")), int(os.environ.get("BUSY", "0"))
    with ExitStack() as stack:
        folder = stack.enter_context(checked_out(before, kept=os.environ.get("KEPT", "")))
        builds = [stack.enter_context(build(tree, _WRITES)) for tree in (folder, ROOT)]
        stack.enter_context(busy_loops(busy))
        for one in builds:
            one.ask((1, 8, 16), seconds=_DEADLINE_SECONDS)  # the workers are warm, as they are in a running house
        rows = [_wall(builds, order, rounds, busy) for order in _SHORT]
        if not busy:
            rows += [_processor(builds), _memory(builds), _at_once(builds[1])]
    beside = f", {busy} busy loops beside" if busy else ""
    tables.show(f"Writing, and by {before}{beside}", _HEAD, rows)


def _wall(builds: list[Build], order: tuple[int, int, int], rounds: int, busy: int) -> tuple[object, ...]:
    seen: dict[int, list[float]] = {0: [], 1: []}
    for number in range(rounds):
        for place in (0, 1)[:: 1 if number % 2 else -1]:
            seen[place].append(builds[place].ask(order, seconds=_DEADLINE_SECONDS)["whole"])
    was, now = (statistics.median(seen[place]) for place in (0, 1))
    _, pages, sections = order
    name = f"{sections} sections in {pages} pages, to both files"
    return name, f"{was:.1f} s", f"{now:.1f} s", f"{now / was:.2f}", f"≤ {0.5 if busy else 0.7}"


def _processor(builds: list[Build]) -> tuple[object, ...]:
    used = []
    for one in builds:
        began = _processor_seconds(one.first["worker"])
        one.ask(_LONG, seconds=_DEADLINE_SECONDS)
        used.append(_processor_seconds(one.first["worker"]) - began)
    was, now = used
    return f"processor, {_LONG[1]} pages", f"{was:.0f} s", f"{now:.0f} s", f"{now / was:.2f}", "≤ 0.6"


def _memory(builds: list[Build]) -> tuple[object, ...]:
    most = []
    for one in builds:
        with _Memory(one.first["script"]) as memory:
            one.ask(_MANY, seconds=_DEADLINE_SECONDS)
        most.append(memory.most_megabytes)
    was, now = most
    return f"memory, {_MANY[0]} documents at once", f"{was:.0f} MB", f"{now:.0f} MB", f"{now / was:.2f}", "≤ 0.5"


def _at_once(one: Build) -> tuple[object, ...]:
    """Against the floor: each stage's calls, all documents together, in as many slots as there can be."""
    told = one.ask(_MORE, seconds=_DEADLINE_SECONDS)
    calls: dict[tuple[str, int], int] = {}
    for stage, number, count in told["calls"]:
        calls[stage, number] = calls.get((stage, number), 0) + count
    slots = one.first["width"] * _PROCESSES
    floor = sum(ceil(count / slots) for count in calls.values()) * float(os.environ.get("LATENCY", "1.0"))
    name = f"{_MORE[0]} documents of {_MORE[1]} pages at once, readable ÷ floor"
    return name, "", f"{told['readable']:.1f} s ÷ {floor:.1f} s", f"{told['readable'] / floor:.2f}", "≤ 1.5"


def _words(path: Path) -> list[str]:
    try:
        return path.read_text().split()
    except OSError:
        return []  # it has ended


def _fields(pid: int) -> list[int]:
    """From field 4 of proc(5) on, the parent: what comes after the name and the state."""
    return [int(word) for word in " ".join(_words(Path(f"/proc/{pid}/stat"))).rpartition(") ")[2].split()[1:]]


def _of(session: int) -> set[int]:
    """All that a worker or beat has started and that lives: its session, and what those began who left it."""
    fields = {int(path.name): _fields(int(path.name)) for path in Path("/proc").iterdir() if path.name.isdecimal()}
    ours = {pid for pid, one in fields.items() if one and one[2] == session}
    while more := {pid for pid, one in fields.items() if one and one[0] in ours} - ours:
        ours |= more
    return ours


def _processor_seconds(session: int) -> float:
    """With those who ended and were waited for: fields 14 to 17 of proc(5)."""
    ticks = sum(sum(_fields(pid)[10:14]) for pid in _of(session))
    return ticks / os.sysconf("SC_CLK_TCK")


class _Memory:
    """The most memory (PSS) that the workers and beat of a build had, without the servers and the sandbox."""

    def __init__(self, script: int) -> None:
        self.most_megabytes = 0.0
        children = [int(word) for path in Path(f"/proc/{script}/task").glob("*/children") for word in _words(path)]
        self._sessions = [pid for pid in children if b"celery" in Path(f"/proc/{pid}/cmdline").read_bytes()]
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "_Memory":
        self._thread.start()
        return self

    def __exit__(self, *_: Any) -> None:
        self._stop.set()
        self._thread.join()

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_SECONDS):
            ours = [pid for session in self._sessions for pid in _of(session)]
            self.most_megabytes = max(self.most_megabytes, sum(map(_pss_megabytes, ours)))


def _pss_megabytes(pid: int) -> float:
    words = _words(Path(f"/proc/{pid}/smaps_rollup"))
    return int(words[words.index("Pss:") + 1]) / 1024 if "Pss:" in words else 0.0


if __name__ == "__main__":
    main()
