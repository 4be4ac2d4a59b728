"""A brief while it is being typed."""

from django.db import models
from django.utils import timezone

from documents.models.document import Document


class TypedBrief(models.Model):
    """What was typed last into a document's brief and is not its brief yet, by field; it need not be complete (R-89).

    It goes when the brief is saved.
    """

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="typed_brief")
    values = models.JSONField(default=dict)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-saved_at"]

    def __str__(self) -> str:
        return f"typed brief of {self.document_id}"
