"""Briefs that were thrown away, as numbers (R-77)."""

from django.db import models
from django.db.models import Q

from documents.enums import DocumentKind, Language


class BriefMonth(models.Model):
    """How many briefs that were begun in a month are there no more. ``month`` is its first day (UTC)."""

    month = models.DateField()
    language = models.CharField(max_length=8, choices=Language)
    kind = models.CharField(max_length=16, choices=DocumentKind)
    count = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["-month", "language", "kind"]
        constraints = [
            models.UniqueConstraint(fields=["month", "language", "kind"], name="brief_month_once"),
            models.CheckConstraint(condition=Q(count__gte=1), name="brief_month_is_of_something"),
            models.CheckConstraint(condition=Q(month__day=1), name="brief_month_is_its_first_day"),
        ]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.language} {self.kind}: {self.count}"
