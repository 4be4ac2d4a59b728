"""Stores the usage of finished jobs for estimates, and compares it with what was estimated (R-26)."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.db.models import Count, Sum

from documents.domain import outline
from generation.enums import JobKind, JobState
from generation.models import Job, JobUsage
from generation.spending.prior import FIGURES

#: In the order in which staff read them.
_SHOWN: Final = ("calls", *FIGURES)


@dataclass(frozen=True)
class Used:
    """What a job used for one purpose: ``pairs`` of estimated and actual figures, calls first; cost in euros."""

    pairs: list[tuple[Any, int]]
    cost: Decimal


def keep(job: Job) -> None:
    """Sums up a job that has just succeeded, by purpose, inside the caller's transaction.

    One whose document had an earlier job that failed is left out: what that one had written was not written again. So
    is a rewriting: what it takes follows from its paragraphs, not from the document's pages.
    """
    if job.kind == JobKind.REWRITING:
        return
    document = job.document
    if Job.objects.filter(document=document, kind=JobKind.DOCUMENT, state=JobState.FAILED).exists():
        return
    sums = {name: Sum(name) for name in FIGURES}
    asked = job.attempts.values("purpose").annotate(calls=Count("pk"), **sums).order_by("purpose")
    sections = len(outline.leaves(document))
    JobUsage.objects.bulk_create(
        [
            JobUsage(
                job=job, job_key=job.pk, kind=job.kind, language=document.language, pages=document.pages,
                sections=max(1, sections), **row,
            )
            for row in asked
        ],
        ignore_conflicts=True,
    )  # fmt: skip


def beside(job: Job) -> list[tuple[str, dict[str, Any], Used]]:
    """For each purpose what was estimated, as it was kept, and what was used."""
    sums = {name: Sum(name) for name in FIGURES}
    asked = job.attempts.values("purpose").annotate(calls=Count("pk"), cost=Sum("cost"), **sums)
    # Of a job of long ago the calls are gone, but for what estimates learn from.
    used: dict[str, dict[str, Any]] = {row["purpose"]: dict(row) for row in asked}
    if not used and job.state == JobState.SUCCEEDED:
        used = {row["purpose"]: dict(row) for row in job.usage.values("purpose", "calls", *FIGURES)}
    planned: dict[str, dict[str, Any]] = job.estimated_parts
    rows = []
    for purpose in sorted({*used, *planned}):
        told, took = planned.get(purpose, {}), used.get(purpose, {})
        pairs = [(told.get(name, 0), took.get(name) or 0) for name in _SHOWN]
        rows.append((purpose, told, Used(pairs, took.get("cost") or Decimal(0))))
    return rows
