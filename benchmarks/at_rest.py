"""``make run`` of this build ÷ an earlier one: seconds to the first page, and memory of all processes at rest.

Each build is a checkout of its own with its own servers and rows, set up once before. Then they are started one after
the other, ROUNDS= (3) times, and asked for the first page until it comes. In the last round memory is read SECONDS=
(45) after the site said that it runs. It is PSS: memory that several processes share counts once. PostgreSQL, Redis and
the sandbox are left out. WEB_CONCURRENCY= sets the number of web processes. BEFORE= (2350ef3) names the earlier build,
AFTER= (HEAD) the later one.

"At rest" is when the worker is back at two processes: it is waited for up to three minutes.
"""

import os
import signal
import statistics
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks import tables
from benchmarks.serving import checked_out
from benchmarks.watching import descendants_of
from tesigo.platform.processes import command_line, free_port, wait_until

_START_SECONDS: Final = 300.0
_POOL: Final = 2
_REST_SECONDS: Final = 180.0
_NOT_OURS: Final = ("sandbox", "postgres", "redis", "pg_receivewal", "gpg")
_PORTS: Final = ("SITE_PORT", "SANDBOX_PORT", "SANDBOX_SMTP_PORT")


def main() -> None:
    """Sets both up, then starts them in turn."""
    rounds, seconds = int(os.environ.get("ROUNDS", "3")), float(os.environ.get("SECONDS", "45"))
    before, after = os.environ.get("BEFORE", "2350ef3"), os.environ.get("AFTER", "HEAD")
    first_pages: dict[str, list[float]] = defaultdict(list)
    megabytes: dict[str, dict[str, float]] = {}
    with ExitStack() as stack:
        trees = {name: stack.enter_context(checked_out(name)) for name in (before, after)}
        for tree in trees.values():
            with _running(tree):
                pass
        for number in range(rounds):
            for name, tree in trees.items():
                with _running(tree) as (process, took):
                    first_pages[name].append(took)
                    if number == rounds - 1:
                        time.sleep(seconds)
                        wait_until(lambda: _pool_size(process.pid) <= _POOL, seconds=_REST_SECONDS)
                        megabytes[name] = _memory(process.pid)
    totals = {name: sum(kinds.values()) for name, kinds in megabytes.items()}
    medians = {name: statistics.median(times) for name, times in first_pages.items()}
    rows: list[tuple[str, ...]] = [
        (
            "first page",
            f"{medians[after]:.1f} s",
            f"{medians[before]:.1f} s",
            f"{medians[after] / medians[before]:.2f}",
        ),
        ("memory", f"{totals[after]:.0f} MB", f"{totals[before]:.0f} MB", f"{totals[after] / totals[before]:.2f}"),
    ]
    rows += [
        (f"  {kind}", *(f"{megabytes[name].get(kind, 0):.0f} MB" for name in (after, before)), "")
        for kind in sorted({kind for kinds in megabytes.values() for kind in kinds})
    ]
    tables.show("make run (to reach: first page ≤ 0.7, memory ≤ 0.5)", ("", after, before, "ratio"), rows)


@contextmanager
def _running(tree: Path) -> Iterator[tuple[subprocess.Popen[bytes], float]]:
    """The site out of a tree, from when its worker is ready; and seconds to its first page."""
    ports = {name: str(free_port()) for name in _PORTS}
    log = tree / "up.log"
    began = time.monotonic()
    with log.open("w") as lines:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "up"], cwd=tree, env=os.environ | ports, stdout=lines, stderr=lines,
            start_new_session=True,
        )  # fmt: skip
    try:
        port = int(ports["SITE_PORT"])
        is_there = wait_until(lambda: _shows_page(port) or process.poll() is not None, seconds=_START_SECONDS)
        took = time.monotonic() - began
        # Versions that waited for the worker said so by this alone.
        words = (" ready.", "TesiGo is running")
        is_whole = is_there and wait_until(lambda: all(one in log.read_text() for one in words), seconds=_START_SECONDS)
        if not is_whole:
            raise SystemExit(f"The site did not start; {log} says why.")
        yield process, took
    finally:
        process.send_signal(signal.SIGTERM)
        try:
            process.wait(90)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            process.wait()


def _shows_page(port: int) -> bool:
    asked = HTTPConnection("127.0.0.1", port, timeout=5)
    try:
        asked.request("GET", "/")
        return asked.getresponse().status == 200
    except OSError:
        return False
    finally:
        asked.close()


def _memory(pid: int) -> dict[str, float]:
    """Megabytes of the process and all below it, by kind."""
    found: dict[str, float] = defaultdict(float)
    for one in (pid, *descendants_of(pid)):
        words = command_line(one)
        if words and not any(name in words for name in _NOT_OURS):
            found["supervisor" if one == pid else _kind(words)] += _pss(one)
    return found


def _pool_size(pid: int) -> int:
    """Worker processes, by the titles that Celery gives them."""
    return sum("ForkPoolWorker" in command_line(one) for one in descendants_of(pid))


def _kind(words: str) -> str:
    for kind, names in {
        "web": ("uvicorn", "tesigo web", "spawn_main", "multiprocessing.spawn"),
        "beat": ("beat",),
        "worker": ("celery",),
    }.items():
        if any(name in words for name in names):
            return kind
    return "fork server"


def _pss(pid: int) -> float:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


if __name__ == "__main__":
    main()
