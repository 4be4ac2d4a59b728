"""What Stripe tells us (R-65)."""

from django.db import models
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
    #: Earlier releases noted here that they had mirrored its object; `Mirror` says so now.
    mirrored_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-received_at"]

    def __str__(self) -> str:
        return f"{self.type} {self.event_id}"


class Mirror(Duty):
    """An object of Stripe's that dj-stripe keeps a copy of for staff. ``asked`` counts the events that told of it.

    One row an object, so that no two workers write one copy, and an event does not bring back what a later one has
    brought up to date.
    """

    kind = models.CharField(max_length=40)
    object_id = models.CharField(max_length=255)
    asked = models.PositiveIntegerField(default=1)
    asked_at = models.DateTimeField(default=timezone.now)
    mirrored_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-asked_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(fields=["kind", "object_id"], name="one_mirror_per_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id}"
