"""Word templates that students bring."""

import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone


class OwnTemplate(models.Model):
    """What was read of one person's DOCX or DOTX (`typesetting.own_template`); the file itself is not kept.

    Never changed, so that a document keeps what it was ordered in.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="own_templates")
    title = models.CharField(max_length=200)
    content = models.TextField()
    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["title", "created_at"]
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="own_template_kept_once")]

    def __str__(self) -> str:
        return self.title
