"""Writing documents with everything that `make run` starts, and one table of what it took: for `long` and `crowd`."""

from collections.abc import Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from benchmarks import tables
from benchmarks.site import site
from benchmarks.watching import Peaks, Watch
from benchmarks.workers import beat, worker

if TYPE_CHECKING:
    from documents.models import Document


def write(title: str, sizes: Sequence[tuple[int, int]], *, latency: float, seconds: float) -> None:
    """Has a document written for each pair of pages and sections, all at once, and prints the table."""
    with site(latency=latency) as here, worker(here.folder) as process, beat(here.folder):
        from benchmarks import orders, steps  # not before Django is set up

        documents = [orders.order(pages=pages, sections=sections) for pages, sections in sizes]
        with Watch(process) as watch:
            for document in documents:
                orders.start(document)
            steps.wait_for(documents, seconds=seconds)
        if len(documents) == 1:
            steps.show_stages(f"{title}, stage by stage", steps.job_of(documents[0]))
        tables.show(f"{title} at {latency:g} s a call", ("", "seen"), _rows(sizes, watch.peaks, documents))


def _rows(sizes: Sequence[tuple[int, int]], peaks: Peaks, documents: Sequence["Document"]) -> list[tuple[str, object]]:
    from django.db.models import Max, Min, Sum

    from benchmarks import steps
    from billing.models import Refund
    from generation.models import Attempt, Job

    ready = steps.delivered(documents)
    times = Job.objects.aggregate(begin=Min("created_at"), end=Max("finished_at"), tokens=Sum("output_tokens"))
    pages = sum((document.body_pages or Decimal(0) for document in ready), Decimal(0))
    paid = sum(size for size, _ in sizes)
    return [
        ("documents delivered", f"{len(ready)} of {len(documents)}"),
        ("wall time", f"{(times['end'] - times['begin']).total_seconds():.1f} s"),
        ("pages delivered", f"{pages:.1f} of {paid}"),
        ("refunds", Refund.objects.count()),
        ("calls to models", Attempt.objects.count()),
        ("tokens written", times["tokens"]),
        ("processes that drained, at most at once", len(peaks.pool)),
        ("largest process that drains", f"{peaks.largest_worker:.0f} MB"),
        ("largest layout child", f"{peaks.largest_child:.0f} MB"),
        ("database connections at most", peaks.connections),
    ]
