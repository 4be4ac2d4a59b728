"""Stored files that nothing refers to any more."""

from django.db import models
from django.utils import timezone

from tesigo.platform.duty import Duty


class Removal(Duty):
    """A file to be deleted from storage; the row goes with it. Written with what forgets the file (R-84)."""

    stored_as = models.CharField(max_length=200)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"removal {self.pk}"
