"""What is typed into a section and not saved yet (R-90)."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.models.outline import Section


class UnsavedText(models.Model):
    """The text of a section as its owner's editor last sent it, until it is saved or thrown away.

    ``base_revision`` is the version that it was made from. ``token`` changes with each writing: who does not know it
    writes over nothing (two windows, two devices). It is no version, so that none is pushed out by it.
    """

    section = models.OneToOneField(Section, primary_key=True, on_delete=models.CASCADE, related_name="unsaved")
    text = models.TextField()
    base_revision = models.PositiveIntegerField()
    token = models.UUIDField(default=uuid.uuid4)
    saved_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["section"]
        constraints = [models.CheckConstraint(condition=~Q(text=""), name="unsaved_text_not_empty")]

    def __str__(self) -> str:
        return f"{self.section_id} from r{self.base_revision}"
