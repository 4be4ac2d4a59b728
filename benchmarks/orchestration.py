"""Overhead of orchestration: a document of 60 sections, wall time without the layout ÷ the floor that latency sets.

Wall time: from the first claim until the document is assembled, less what MEASURE and ASSEMBLE steps took from claim to
end; the pauses before and after them count. Floor: for each stage and round, ceil(calls ÷ calls allowed at once) × the
latency. Allowed at once are K calls in each worker process. PROCESSES= (1), LATENCY= (1.0).
"""

import os
from math import ceil
from typing import TYPE_CHECKING, Final

from benchmarks import tables
from benchmarks.site import site
from benchmarks.workers import worker

if TYPE_CHECKING:
    from generation.models import Job

_SECTIONS: Final = 60
#: Three quarters of a page for a section: every one is written in a single answer.
_PAGES: Final = 45
_DEADLINE: Final = 300.0
_MOST: Final = 1.10


def main() -> None:
    """One document to warm the processes up, then the one that counts."""
    processes = int(os.environ.get("PROCESSES", "1"))
    latency = float(os.environ.get("LATENCY", "1.0"))
    pool = (f"--concurrency={processes}",)
    with site(latency=latency) as here, worker(here.folder, pool):
        from benchmarks import orders, steps  # not before Django is set up

        for pages, sections in ((2 * processes, 8 * processes), (_PAGES, _SECTIONS)):
            document = orders.order(pages=pages, sections=sections)
            orders.start(document)
            steps.wait_for([document], seconds=_DEADLINE)
        job = steps.job_of(document)
        steps.show_stages(f"{_SECTIONS} sections in {_PAGES} pages, stage by stage", job)
        _show(job, latency, processes)


def _show(job: "Job", latency: float, processes: int) -> None:
    from django.conf import settings

    from benchmarks import steps
    from generation.enums import Stage

    spans = [span for span in steps.spans(job) if span.stage != Stage.EXPORT]
    at_once = settings.DRAIN_WIDTH * processes
    layout = sum(span.seconds for span in spans if span.stage in steps.LAYOUT)
    whole = (spans[-1].end - spans[0].begin).total_seconds()
    floor = sum(ceil(span.calls / at_once) * latency for span in spans)
    rows = [
        ("from first claim to assembled", f"{whole:.2f} s", ""),
        ("less measuring and assembling", f"{layout:.2f} s", ""),
        ("wall time without layout", f"{whole - layout:.2f} s", ""),
        (f"floor, {at_once} calls at once", f"{floor:.2f} s", ""),
        ("overhead", f"{(whole - layout) / floor:.3f}", f"≤ {_MOST:.2f}"),
    ]
    tables.show(f"Overhead of orchestration at {latency:g} s a call", ("", "taken", "to reach"), rows)


if __name__ == "__main__":
    main()
