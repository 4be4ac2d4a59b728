"""Fifty students on the site while ten documents are written: latency with think time, throughput without.

The web server and the worker run as `make run` starts them. STUDENTS= (50), DOCUMENTS= (10), SECONDS= (60) for each of
the two runs. The students are `tests/load/locustfile.py`.
"""

import csv
import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from benchmarks import tables
from benchmarks.receipts import gather_styles
from benchmarks.serving import web
from benchmarks.site import site
from benchmarks.workers import beat, worker
from local.up import WEB_PROCESSES
from tesigo.platform.paths import ROOT

_LOCUSTFILE: Final = ROOT / "tests" / "load" / "locustfile.py"
#: Students who have a finished document to read.
_READERS: Final = 20
#: Students who come a second; what is asked before all are there does not count.
_A_SECOND: Final = 10
_WRITING_SECONDS: Final = 400.0
_THINKING: Final = "1 3"
_AT_ONCE: Final = "0 0"


@dataclass(frozen=True)
class Seen:
    """What one run of locust saw: requests, those that failed, requests a second, and milliseconds."""

    requests: int
    failures: int
    per_second: float
    median: int
    p95: int
    p99: int
    #: By the name of the page: median and p99, in milliseconds.
    pages: dict[str, tuple[int, int]]


def main() -> None:
    """Two runs on the same site, one after the other."""
    students, documents = int(os.environ.get("STUDENTS", "50")), int(os.environ.get("DOCUMENTS", "10"))
    seconds = int(os.environ.get("SECONDS", "60"))
    with site(latency=1.0) as place, worker(place.folder), beat(place.folder):
        gather_styles(ROOT)
        people = prepare(students, writing=documents, folder=place.folder)
        with web(place, processes=int(WEB_PROCESSES)) as address:
            start_writing(people)
            thinking = run(address, place.folder, think=_THINKING, students=students, seconds=seconds)
            at_once = run(address, place.folder, think=_AT_ONCE, students=students, seconds=seconds)
    rows: list[tuple[object, ...]] = [
        ("requests", thinking.requests, at_once.requests, ""),
        ("errors", thinking.failures, at_once.failures, "0"),
        ("requests a second", f"{thinking.per_second:.0f}", f"{at_once.per_second:.0f}", "≥ 150 without think time"),
        ("median", f"{thinking.median} ms", f"{at_once.median} ms", ""),
        ("p95", f"{thinking.p95} ms", f"{at_once.p95} ms", "≤ 150 ms with think time"),
        ("p99", f"{thinking.p99} ms", f"{at_once.p99} ms", "≤ 300 ms with think time"),
    ]
    rows += [
        (name, *(f"{run.pages[name][0]}, p99 {run.pages[name][1]} ms" for run in (thinking, at_once)), "")
        for name in sorted(thinking.pages.keys() & at_once.pages.keys())
    ]
    title = f"{students} students while {documents} documents are written"
    tables.show(title, ("", "think time 1–3 s", "none", "to reach"), rows)


def prepare(students: int, *, writing: int, folder: Path) -> list[dict[str, Any]]:
    """Students with a session each: all have a draft, some a document to read, some one that can be written."""
    from benchmarks import orders, steps  # not before Django is set up

    readable = [orders.order(pages=4, sections=4) for _ in range(min(_READERS, students - writing))]
    for document in readable:
        orders.start(document)
    steps.wait_for(readable, seconds=_WRITING_SECONDS)
    waiting = [orders.order(pages=40, sections=30) for _ in range(writing)]
    people = []
    for number in range(students):
        written = readable[number] if number < len(readable) else None
        to_write = waiting[number - len(readable)] if 0 <= number - len(readable) < writing else None
        people.append(_student(written or to_write, written=written, writing=to_write))
    (folder / "students.json").write_text(json.dumps(people), encoding="utf-8")
    return people


def _student(own: Any, *, written: Any, writing: Any) -> dict[str, Any]:
    from django.conf import settings
    from django.test import Client
    from django.utils import timezone

    from documents.models import Document, Section
    from privacy.domain import consent
    from privacy.enums import ConsentKind
    from tests.documents.factories import DocumentFactory, UserFactory

    owner = own.owner if own else UserFactory.create()
    draft: Document = DocumentFactory.create(owner=owner)
    Section.objects.create(document=draft, position=0, title="Beginnings", covers="How it began", pages=draft.pages)
    consent.give(user=owner, kinds={ConsentKind.ESSENTIAL}, ip=None, user_agent="", now=timezone.now())
    client = Client()
    client.force_login(owner)
    name = settings.SESSION_COOKIE_NAME
    return {
        "cookies": {name: client.cookies[name].value},
        "draft": str(draft.pk),
        "written": str(written.pk) if written else "",
        "writing": str(writing.pk) if writing else "",
    }


def start_writing(people: list[dict[str, Any]]) -> None:
    """Puts the documents that are to be written into the queue."""
    from benchmarks import orders
    from documents.models import Document

    for document in Document.objects.filter(pk__in=[one["writing"] for one in people if one["writing"]]):
        orders.start(document)


def run(address: str, folder: Path, *, think: str, students: int, seconds: int) -> Seen:
    """One run of locust, in a process of its own. Raises SystemExit where it did not run."""
    prefix = folder / "locust"
    command = [
        sys.executable,
        "-m",
        "locust",
        "-f",
        str(_LOCUSTFILE),
        "--host",
        address,
        "--headless",
        "--only-summary",
    ]
    command += [
        "-u",
        str(students),
        "-r",
        str(_A_SECOND),
        "--reset-stats",
        "-t",
        f"{seconds + students // _A_SECOND}s",
        "--csv",
        str(prefix),
        "--loglevel=WARNING",
    ]
    environ = os.environ | {"LOAD_STUDENTS": str(folder / "students.json"), "LOAD_THINK_SECONDS": think}
    with (folder / "locust.log").open("w") as log:
        # Failures make its exit code 1; they are counted in the table.
        subprocess.run(
            command, env=environ, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT, timeout=seconds + 60, check=False
        )
    path = prefix.with_name("locust_stats.csv")
    if not path.exists():
        raise SystemExit(f"locust did not run; {folder / 'locust.log'} says why.")
    with path.open(encoding="utf-8", newline="") as file:
        rows = {row["Name"]: row for row in csv.DictReader(file)}
    total = rows.pop("Aggregated")
    return Seen(
        requests=int(total["Request Count"]),
        failures=int(total["Failure Count"]),
        per_second=float(total["Requests/s"]),
        median=int(total["50%"]),
        p95=int(total["95%"]),
        p99=int(total["99%"]),
        pages={name: (int(row["50%"]), int(row["99%"])) for name, row in rows.items()},
    )


if __name__ == "__main__":
    main()
