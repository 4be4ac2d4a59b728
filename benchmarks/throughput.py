"""Requests a second of one web process: landing, library, progress and /health, this build ÷ an earlier one.

Both builds stand beside each other, each with servers, rows and a database of its own. They are asked in turn, SECONDS=
(4) for each page and ROUNDS= (3), by CLIENTS= (8) that keep their connections. BEFORE= (2350ef3) names the earlier
build. Beside the ratio stands what a request costs the web process in seconds of a processor, which a busy machine
changes little.
"""

import os
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.client import HTTPConnection
from pathlib import Path
from typing import Final

from benchmarks import signed_in, tables
from benchmarks.beside import build
from benchmarks.serving import checked_out
from tesigo.platform.paths import ROOT

_HEAD: Final = ("page", "build", "requests a second", "÷ before", "processor a request")
#: Runs in a tree of either build, on what both have: rows, a cookie, a web server. Ends when its input does.
#: Its argument is the file of this build's `signed_in`.
_SERVED: Final = """
import json, os, subprocess, sys, time
from http.client import HTTPConnection
from runpy import run_path
from benchmarks.site import site
from tesigo.platform.processes import free_port

with site() as here:
    from django.core.management import call_command
    from django.urls import reverse
    from benchmarks import orders

    call_command("collectstatic", interactive=False, verbosity=0)
    document = orders.order(pages=10, sections=8)
    getattr(orders, "pay", lambda _: None)(document)
    cookie = run_path(sys.argv[1])["cookie_of"](document.owner)
    port = free_port()
    words = [sys.executable, "-m", "uvicorn", "tesigo.asgi:application", f"--port={port}", "--no-proxy-headers"]
    log = (here.folder / "web.log").open("w")
    web = subprocess.Popen([*words, "--no-access-log", "--lifespan=off"], stdout=log, stderr=subprocess.STDOUT)
    try:
        host = os.environ["SITE_URL"].partition("://")[2]
        for _ in range(600):
            try:
                asked = HTTPConnection("127.0.0.1", port, timeout=2)
                asked.request("GET", "/health", headers={"Host": host})
                if asked.getresponse().status == 200:
                    break
            except OSError:
                pass
            time.sleep(0.2)
        pages = {
            "landing": reverse("billing:landing"),
            "library": reverse("documents:library"),
            "progress": reverse("generation:progress", args=[document.pk]),
            "/health": "/health",
        }
        print("told " + json.dumps([web.pid, port, host, cookie, pages]), flush=True)
        sys.stdin.read()
    finally:
        web.kill()
        web.wait()
"""


@dataclass(frozen=True)
class _Build:
    """A web server that stands."""

    pid: int
    port: int
    headers: dict[str, str]
    pages: dict[str, str]


def main() -> None:
    """Both builds up, then page after page, in turn."""
    before = os.environ.get("BEFORE", "2350ef3")
    seconds, rounds, clients = (
        int(os.environ.get(name, default)) for name, default in (("SECONDS", "4"), ("ROUNDS", "3"), ("CLIENTS", "8"))
    )
    seen: dict[tuple[str, str], list[tuple[float, float]]] = {}
    with ExitStack() as stack:
        folder = stack.enter_context(checked_out(before, kept=os.environ.get("KEPT", "")))
        builds = {before: stack.enter_context(_served(folder)), "this": stack.enter_context(_served(ROOT))}
        for number in range(-1, rounds):
            for page in builds["this"].pages:
                for name, one in list(builds.items())[:: 1 if number % 2 else -1]:
                    took = _ask(one, page, clients=clients, seconds=seconds if number >= 0 else 1)
                    if number >= 0:
                        seen.setdefault((page, name), []).append(took)
    rows = []
    for page, name in seen:
        per_second, of_before = (statistics.median(one for one, _ in seen[page, key]) for key in (name, before))
        cost = statistics.median(one for _, one in seen[page, name])
        rows.append((page, name, f"{per_second:.0f}", f"{per_second / of_before:.2f}", f"{cost * 1000:.1f} ms"))
    tables.show(f"One web process, {clients} clients (to reach: ≥ 2 ÷ before)", _HEAD, rows)


@contextmanager
def _served(tree: Path) -> Iterator[_Build]:
    with build(tree, _SERVED, signed_in.__file__) as served:
        pid, port, host, cookie, pages = served.first
        yield _Build(pid, port, {"Host": host, "Cookie": cookie}, pages)


def _ask(build: _Build, page: str, *, clients: int, seconds: float) -> tuple[float, float]:
    """Requests a second, and the web process' seconds of a processor for one."""
    until = time.monotonic() + seconds
    counts, statuses = [0] * clients, set()
    headers = build.headers if page != "/health" else {"Host": build.headers["Host"]}

    def ask(number: int) -> None:
        connection = HTTPConnection("127.0.0.1", build.port, timeout=30)
        while time.monotonic() < until:
            connection.request("GET", build.pages[page], headers=headers)
            answer = connection.getresponse()
            answer.read()
            statuses.add(answer.status)
            counts[number] += 1

    used, began = _processor_seconds(build.pid), time.monotonic()
    threads = [threading.Thread(target=ask, args=(number,)) for number in range(clients)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.monotonic() - began
    if statuses != {200}:
        raise SystemExit(f"Unexpected answers for {page}: {statuses}")
    return sum(counts) / took, (_processor_seconds(build.pid) - used) / sum(counts)


def _processor_seconds(pid: int) -> float:
    """Of user and of system: fields 14 and 15 of proc(5), counted from after the name."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(") ")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    main()
