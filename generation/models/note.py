"""Notes on a text that its owner put away."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.models import Document
from generation.enums import NoteKind


class LeftNote(models.Model):
    """A note that is not shown any more. ``digest`` is of its kind and sentence: a changed sentence is another."""

    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="left_notes")
    kind = models.CharField(max_length=12, choices=NoteKind)
    digest = models.CharField(max_length=64)
    left_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["document", "left_at"]
        constraints = [
            models.UniqueConstraint(fields=["document", "digest"], name="note_left_once"),
            models.CheckConstraint(condition=Q(kind__in=NoteKind.values), name="left_note_kind_known"),
            models.CheckConstraint(condition=~Q(digest=""), name="left_note_names_one"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} left in {self.document_id}"
