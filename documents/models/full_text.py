"""Free copies of works, to be read in full."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.enums import FullTextState
from documents.models.source import Source
from tesigo.platform.duty import Duty


class FullText(Duty):
    """Where a free copy of a source may lie (``urls``, tried in turn), and what became of it (R-99)."""

    source = models.OneToOneField(Source, on_delete=models.CASCADE, related_name="full_text")
    urls = models.JSONField(default=list)
    state = models.CharField(max_length=8, choices=FullTextState, default=FullTextState.WANTED)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta(Duty.Meta):
        ordering = ["-created_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.CheckConstraint(condition=Q(state__in=FullTextState.values), name="full_text_state_known"),
        ]

    def __str__(self) -> str:
        return f"full text {self.pk}"
