"""Wall time of 10 and of 20 sections at 1.0 s a call, through the real queue with workers as `make run` starts them.

From the payment's success to the document that can be read, its files included. Twice the
sections are written in the same pages, which shows what sections cost, and in twice the pages, where layout takes its
share for every page.
LATENCY= (seconds, 1.0), SEARCHES=1 (the search services are asked too).
"""

import os
from typing import Final

from benchmarks import tables
from benchmarks.site import site
from benchmarks.workers import beat, worker

#: Sections and pages.
_FIRST: Final = (10, 10)
_MORE: Final = ((20, 10), (20, 20))
_DEADLINE: Final = 180.0
_MOST_SECONDS: Final = 8.0
_MOST_MORE: Final = 1.0


def main() -> None:
    """The smallest first; the workers are warm, as they are in a running house."""
    latency = float(os.environ.get("LATENCY", "1.0"))
    searches = os.environ.get("SEARCHES") == "1"
    with site(latency=latency) as here, worker(here.folder), beat(here.folder):
        from benchmarks import orders, steps  # not before Django is set up

        def write(sections: int, pages: int) -> float:
            document = orders.order(pages=pages, sections=sections, searches=searches)
            orders.look_ahead([document])
            orders.start(document)
            steps.wait_for([document], seconds=_DEADLINE)
            job = steps.job_of(document)
            steps.show_stages(f"{sections} sections in {pages} pages, stage by stage", job)
            return steps.wall(job)

        write(16, 8)
        first = write(*_FIRST)
        more = [(size, write(*size)) for size in _MORE]
    rows = [(_name(*_FIRST), f"{first:.2f} s", "", f"≤ {_MOST_SECONDS:.0f} s")]
    rows += [
        (_name(*size), f"{taken:.2f} s", f"{taken - first:+.2f} s", f"≤ {_MOST_MORE:+.0f} s") for size, taken in more
    ]
    tables.show(f"Wall time at {latency:g} s a call", ("", "taken", "more", "to reach"), rows)


def _name(sections: int, pages: int) -> str:
    return f"{sections} sections in {pages} pages"


if __name__ == "__main__":
    main()
