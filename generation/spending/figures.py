"""All-time totals of AI usage (R-58)."""

from dataclasses import dataclass

from django.db.models import Avg, Count, F, Sum

from generation.enums import JobKind, JobState
from generation.models import Attempt, Job, ModelDay


@dataclass(frozen=True)
class Tokens:
    """Tokens of input and output that calls took. ``average`` is of finished documents, 0 without any."""

    total: int
    average: int
    documents: int


def tokens() -> Tokens:
    """Every call ever booked, of thrown-away drafts as well, and what a finished document took: three queries."""
    took = {"sum": Sum(F("input_tokens") + F("output_tokens"), default=0)}
    # Single calls are kept for some months, and then as sums of a day.
    total = Attempt.objects.aggregate(**took)["sum"] + ModelDay.objects.aggregate(**took)["sum"]
    finished = Job.objects.filter(kind=JobKind.DOCUMENT, state=JobState.SUCCEEDED)
    found = finished.aggregate(average=Avg(F("input_tokens") + F("output_tokens")), count=Count("pk"))
    return Tokens(total=total, average=round(found["average"] or 0), documents=found["count"])
