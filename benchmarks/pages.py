"""Page accuracy: body pages delivered ÷ pages paid, over 6 languages × 5 sizes × a writer too short, exact, too long.

LANGUAGES= (en de it es fr pl), SIZES= (1 4 12 40 120), FACTORS= (0.6 1.0 1.4: what the writer gives of what it is asked
for) and PROCESSES= (2) choose. All is 90 documents; the five sizes in English alone are a quick form.
"""

import os
import time
from typing import TYPE_CHECKING, Final

from benchmarks import tables
from benchmarks.site import site
from benchmarks.workers import worker

if TYPE_CHECKING:
    from documents.models import Document

_LANGUAGES: Final = "en de it es fr pl"
_SIZES: Final = "1 4 12 40 120"
_FACTORS: Final = "0.6 1.0 1.4"
#: R-11: within 3 % of the pages, at least within half a page.
_SHARE: Final = 0.03
_PAGES: Final = 0.5
#: For the documents of one factor together.
_DEADLINE: Final = 3_600.0
_HEAD: Final = ("language, pages, writer", "delivered", "÷ paid", "rounds", "calls", "refunded", "within R-11")


def main() -> None:
    """One factor after the other, for the outside world is the same for everybody."""
    languages = os.environ.get("LANGUAGES", _LANGUAGES).split()
    sizes = [int(size) for size in os.environ.get("SIZES", _SIZES).split()]
    factors = [float(factor) for factor in os.environ.get("FACTORS", _FACTORS).split()]
    pool = (f"--concurrency={os.environ.get('PROCESSES', '2')}",)
    began = time.monotonic()
    rows: list[tuple[str, ...]] = []
    with site() as here, worker(here.folder, pool):
        from benchmarks import orders, steps  # not before Django is set up

        for factor in factors:
            here.sandbox.clear_faults()
            if factor != 1:
                here.sandbox.fault("ai", "length", factor=factor)
            documents = [
                orders.order(pages=pages, sections=_sections(pages), language=language)
                for pages in sizes
                for language in languages
            ]
            for document in documents:
                orders.start(document)
            steps.wait_for(documents, seconds=_DEADLINE)
            rows += [_row(document, factor) for document in documents]
            print(f"writer × {factor:g}: {len(documents)} documents, {time.monotonic() - began:.0f} s", flush=True)
    good = sum(row[-1] == "yes" for row in rows)
    tables.show(f"Pages delivered: {good} of {len(rows)} documents within R-11", _HEAD, rows)


def _sections(pages: int) -> int:
    return max(1, min(60, round(pages / 2)))


def _row(document: "Document", factor: float) -> tuple[str, ...]:
    from billing.models import Payment
    from generation.enums import JobKind, JobState, Stage
    from generation.models import Attempt, Job, Step

    document.refresh_from_db()
    job = Job.objects.get(document=document, kind=JobKind.DOCUMENT)
    name = f"{document.language} {document.pages:>3} × {factor:g}"
    refunded = Payment.objects.get(document=document).refunds.count()
    calls = Attempt.objects.filter(job=job).count()
    rounds = Step.objects.filter(job=job, stage=Stage.MEASURE).count() - 1
    if job.state != JobState.SUCCEEDED or document.body_pages is None:
        return name, "failed", "", str(rounds), str(calls), str(refunded), "no"
    body = float(document.body_pages)
    is_within = abs(body - document.pages) <= max(_SHARE * document.pages, _PAGES)
    share = f"{body / document.pages:.3f}"
    return name, f"{body:.2f}", share, str(rounds), str(calls), str(refunded), "yes" if is_within else "no"


if __name__ == "__main__":
    main()
