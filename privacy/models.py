"""Consent and the audit trail. Rows are only ever added."""

from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from privacy.enums import Answer, ConsentKind

#: The row that says how far the trail was cut, and where what is left begins.
CUT: Final = "audit.cut"


class Consent(models.Model):
    """One grant, refusal or withdrawal (R-70). The newest row of a kind is the one in force."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, choices=ConsentKind)
    granted = models.BooleanField()
    answer = models.CharField(max_length=10, choices=Answer, default=Answer.GRANTED)
    policy_version = models.CharField(max_length=32)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "kind", "-created_at"], name="consent_newest")]
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=ConsentKind.values), name="consent_kind_known"),
            models.CheckConstraint(
                condition=Q(granted=True, answer=Answer.GRANTED)
                | Q(granted=False, answer__in=[Answer.REFUSED, Answer.WITHDRAWN]),
                name="consent_answer_fits",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.answer}"


class AuditEvent(models.Model):
    """One operation on personal data, documents or money (R-74). Holds ids, never personal data.

    ``actor_id`` is the user's primary key (no foreign key: erasure must not touch the trail);
    ``seal`` numbers the sealed rows without gaps and ``digest`` links each to the one before it. The database itself
    refuses to change or delete a row; only its seal may be set, once, and the oldest rows may go once a sealed row says
    up to which seal and with which digest (decision 0007).
    """

    at = models.DateTimeField(default=timezone.now, db_index=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    action = models.CharField(max_length=64)
    object_type = models.CharField(max_length=64)
    object_id = models.CharField(max_length=64)
    details = models.JSONField(default=dict, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    seal = models.BigIntegerField(null=True, unique=True, editable=False)
    digest = models.BinaryField(null=True, editable=False)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["object_type", "object_id"], name="audit_by_object"),
            models.Index(fields=["id"], condition=Q(seal=None), name="audit_unsealed"),
            models.Index(fields=["seal"], condition=Q(action=CUT), name="audit_cuts"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seal=None, digest=None) | Q(seal__gte=1, digest__isnull=False), name="audit_seal_whole"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
