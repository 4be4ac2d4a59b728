"""Whole orders made through the API, and the writing model chosen for a document."""

import uuid

from django.db import models
from django.utils import timezone

from documents.models import Document
from generation.models.chains import AIModel


class WholeOrder(models.Model):
    """A document that a program ordered in one call; its id is the job that is asked about until the text is there."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    document = models.OneToOneField(Document, on_delete=models.CASCADE, related_name="whole_order")
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at"]

    def __str__(self) -> str:
        return f"order {self.pk}"


class WriterChoice(models.Model):
    """The model that is asked first for the texts of a document (R-24). It counts while staff offer it."""

    document = models.OneToOneField(Document, primary_key=True, on_delete=models.CASCADE, related_name="writer_choice")
    model = models.ForeignKey(AIModel, on_delete=models.CASCADE, related_name="chosen_for")
    chosen_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-chosen_at"]

    def __str__(self) -> str:
        return f"writer of {self.document_id}"
