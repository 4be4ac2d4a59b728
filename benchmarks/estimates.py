"""Estimates beside what was used, as shipped and after ten past jobs: 4, 12, 60 and 200 pages (R-26).

PAGES=4,12,60,200 says which are written. Written in this process by drains without workers, with no latency.
"""

import asyncio
import os
from typing import TYPE_CHECKING, Final

from benchmarks import tables
from benchmarks.site import site

if TYPE_CHECKING:
    from documents.models import Document
    from generation.models import Job
    from generation.spending.estimates import Estimate

#: Pages and sections of the past jobs: short ones, as most are, and outlines that are finer and coarser than usual.
_PAST: Final = ((2, 2), (4, 2), (4, 3), (6, 3), (8, 3), (10, 5), (12, 4), (12, 5), (16, 6), (30, 12))
#: To reach.
_LEAST, _MOST = 0.8, 1.25
#: Drains of one document at most: a step that was put off is taken up by the next.
_DRAINS: Final = 20


def main() -> None:
    """Estimates the documents, writes the past jobs, estimates once more, writes, and prints one table."""
    sizes = [int(pages) for pages in (os.environ.get("PAGES") or "4,12,60,200").split(",")]
    with site():
        from benchmarks import orders
        from generation.enums import JobKind
        from generation.spending import estimates

        documents = [orders.order(pages=pages, sections=estimates.usual_sections(pages)) for pages in sizes]
        shipped = [estimates.estimate(document, kind=JobKind.DOCUMENT) for document in documents]
        for pages, sections in _PAST:
            _write(orders.order(pages=pages, sections=sections))
        learned = [estimates.estimate(document, kind=JobKind.DOCUMENT) for document in documents]
        jobs = [_write(document) for document in documents]
        rows = [_row(*one) for one in zip(sizes, shipped, learned, jobs, strict=True)]
        head = ("pages", "tokens shipped", "learned", "used", "÷", "euros shipped", "learned", "used", "÷", "reached")
        tables.show(f"Estimates after {len(_PAST)} jobs", head, rows)
        tables.show("By purpose", ("purpose", "pages", "estimated", "used", "÷"), _purposes(sizes, learned, jobs))


def _write(document: "Document") -> "Job":
    """Has it written to its end, here and now."""
    from benchmarks import orders, steps
    from generation.engine.drain import Drain
    from generation.enums import OVER_JOB_STATES
    from generation.models import Job
    from generation.writing.stages import RUN

    orders.start(document)
    for _ in range(_DRAINS):
        asyncio.run(Drain(RUN).run())
        if Job.objects.filter(document=document, state__in=OVER_JOB_STATES).exists():
            break
    return steps.job_of(document)


def _row(pages: int, shipped: "Estimate", learned: "Estimate", job: "Job") -> tuple[object, ...]:
    used = job.input_tokens + job.output_tokens
    by_tokens, by_euros = learned.tokens / used, float(learned.cost / job.cost)
    reached = all(_LEAST <= ratio <= _MOST for ratio in (by_tokens, by_euros))
    return (
        pages,
        f"{shipped.tokens:,}",
        f"{learned.tokens:,}",
        f"{used:,}",
        f"{by_tokens:.2f}",
        f"{shipped.cost:.4f}",
        f"{learned.cost:.4f}",
        f"{job.cost:.4f}",
        f"{by_euros:.2f}",
        "yes" if reached else "no",
    )


def _purposes(sizes: list[int], learned: list["Estimate"], jobs: list["Job"]) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for pages, estimate, job in zip(sizes, learned, jobs, strict=True):
        took = {row.purpose: row.input_tokens + row.output_tokens for row in job.usage.all()}
        for purpose in sorted({*took, *estimate.parts}):
            part, used = estimate.parts.get(purpose), took.get(purpose, 0)
            told = part.usage.input_tokens + part.usage.output_tokens if part else 0
            rows.append((purpose, pages, f"{told:,}", f"{used:,}", f"{told / used:.2f}" if used else "–"))
    return rows


if __name__ == "__main__":
    main()
