"""What Stripe tells us (R-65)."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from tesigo.platform.duty import Duty


class WebhookEvent(Duty):
    """A verified event from Stripe, stored before it is worked (R-65); ``error`` may hold a note on one that was.

    ``payload`` keeps ids and states only: what Stripe tells about the payer stays with Stripe (R-74).
    """

    event_id = models.CharField(max_length=255, unique=True)
    type = models.CharField(max_length=100)
    object_id = models.CharField(max_length=255)
    payload = models.JSONField()
    received_at = models.DateTimeField(default=timezone.now)
    processed_at = models.DateTimeField(null=True, blank=True)
    #: When the object it is about was last mirrored for staff.
    mirrored_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-received_at"]
        indexes = [
            *Duty.Meta.indexes,
            models.Index(fields=["received_at"], condition=Q(processed_at=None), name="webhook_event_unworked"),
            models.Index(
                fields=["received_at"],
                condition=Q(processed_at__isnull=False, mirrored_at=None),
                name="webhook_event_unmirrored",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"
