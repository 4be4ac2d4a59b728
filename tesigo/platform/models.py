"""The tables of the ground floor: what staff are to be told (R-113), and stored files that are to go (R-84)."""

from datetime import timedelta

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tesigo.platform.duty import Duty


class Alert(Duty):
    """Something that needs a person, and whether they were told. ``subject`` and ``text`` hold ids, no personal data.

    The same ``key`` is not told again within ``cool_down`` of when it was sent.
    """

    key = models.CharField(max_length=200)
    subject = models.CharField(max_length=200)
    text = models.TextField()
    cool_down = models.DurationField(default=timedelta(hours=1))
    created_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        indexes = [*Duty.Meta.indexes, models.Index(fields=["key", "sent_at"], name="alert_by_key")]
        constraints = [
            *Duty.Meta.constraints,
            models.CheckConstraint(condition=Q(sent_at=None) | Q(due_at=None), name="alert_sent_is_over"),
        ]

    def __str__(self) -> str:
        return self.subject


class Removal(Duty):
    """A file to be deleted from storage; the row goes with it. Written with what forgets the file (R-84)."""

    stored_as = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        # From when only documents had files.
        db_table = "documents_removal"

    def __str__(self) -> str:
        return f"removal {self.pk}"
