"""Wall time of 10 and of 20 sections at 1.0 s a call, through the real queue with workers as `make run` starts them.

From the payment's success to the document that can be read, its files included. LATENCY= (seconds, 1.0), SEARCHES=1
(the search services are asked too, which takes a call before the writing).
"""

import os
from typing import Final

from benchmarks import tables
from benchmarks.site import site
from benchmarks.workers import beat, worker

_SECTIONS: Final = (10, 20)
_DEADLINE: Final = 180.0
_MOST_SECONDS: Final = 8.0
_MOST_MORE: Final = 1.0


def main() -> None:
    """A page for each section, the smaller document first; the workers are warm, as they are in a running house."""
    latency = float(os.environ.get("LATENCY", "1.0"))
    searches = os.environ.get("SEARCHES") == "1"
    with site(latency=latency) as here, worker(here.folder), beat(here.folder):
        from benchmarks import orders, steps  # not before Django is set up

        def write(sections: int) -> float:
            document = orders.order(pages=sections, sections=sections, searches=searches)
            orders.start(document)
            steps.wait_for([document], seconds=_DEADLINE)
            job = steps.job_of(document)
            steps.show_stages(f"{sections} sections, stage by stage", job)
            return steps.wall(job)

        write(2)
        fewer, more = (write(sections) for sections in _SECTIONS)
    rows = [
        (f"{_SECTIONS[0]} sections", f"{fewer:.2f} s", f"≤ {_MOST_SECONDS:.0f} s"),
        (f"{_SECTIONS[1]} sections", f"{more:.2f} s", ""),
        ("difference", f"{more - fewer:+.2f} s", f"≤ {_MOST_MORE:+.0f} s"),
    ]
    tables.show(f"Wall time at {latency:g} s a call", ("", "taken", "to reach"), rows)


if __name__ == "__main__":
    main()
