"""Memory while writing: the peak (VmHWM) of the one process that drains, at 200 pages ÷ at 10 pages.

Each size has a fresh worker with a single process. Children that lay out are processes of their own; the largest one is
listed beside. PAGES= (two sizes, "10 200").
"""

import os
from typing import Final

from benchmarks import tables
from benchmarks.site import site
from benchmarks.watching import Peaks, Watch
from benchmarks.workers import worker

_SIZES: Final = "10 200"
_DEADLINE: Final = 900.0
_MOST_RATIO: Final = 1.10
_MOST_MB: Final = 250


def main() -> None:
    """The smaller document first; nothing of it is left when the larger one comes."""
    small, large = (int(pages) for pages in (os.environ.get("PAGES") or _SIZES).split())
    # A call takes some time, so that K of them are really held at once.
    with site(latency=0.2) as here:
        from benchmarks import orders, steps  # not before Django is set up

        def write(pages: int) -> Peaks:
            document = orders.order(pages=pages, sections=pages)
            with worker(here.folder, ("--concurrency=1",)) as process, Watch(process) as watch:
                orders.start(document)
                steps.wait_for([document], seconds=_DEADLINE)
            steps.job_of(document)
            return watch.peaks

        first, second = write(small), write(large)
    ratio = second.largest_worker / first.largest_worker
    rows = [
        (f"{small} pages", f"{first.largest_worker:.0f} MB", f"≤ {_MOST_MB} MB", f"{first.largest_child:.0f} MB"),
        (f"{large} pages", f"{second.largest_worker:.0f} MB", f"≤ {_MOST_MB} MB", f"{second.largest_child:.0f} MB"),
        ("ratio", f"{ratio:.3f}", f"≤ {_MOST_RATIO:.2f}", ""),
    ]
    tables.show("Peak memory of the process that drains", ("", "drains", "to reach", "largest layout child"), rows)


if __name__ == "__main__":
    main()
