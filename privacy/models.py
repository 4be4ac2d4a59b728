"""Consent and the audit trail. Rows are only ever added."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from privacy.enums import ConsentKind


class Consent(models.Model):
    """One grant or withdrawal (R-70). The newest row of a kind is the one in force."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="consents")
    kind = models.CharField(max_length=16, choices=ConsentKind)
    granted = models.BooleanField()
    policy_version = models.CharField(max_length=32)
    ip = models.GenericIPAddressField(null=True, blank=True)
    user_agent = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["-created_at", "-id"]
        indexes = [models.Index(fields=["user", "kind", "-created_at"], name="consent_newest")]
        constraints = [models.CheckConstraint(condition=Q(kind__in=ConsentKind.values), name="consent_kind_known")]

    def __str__(self) -> str:
        return f"{self.kind} {'granted' if self.granted else 'withdrawn'}"


class AuditEvent(models.Model):
    """One operation on personal data, documents or money (R-74). Holds ids, never personal data.

    ``actor_id`` is the user's primary key (no foreign key: erasure must not touch the trail);
    ``seal`` numbers the sealed rows without gaps and ``digest`` links each to the one before it. The database itself
    refuses to change or delete a row; only its seal may be set, once.
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
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(seal=None, digest=None) | Q(seal__gte=1, digest__isnull=False), name="audit_seal_whole"
            )
        ]

    def __str__(self) -> str:
        return f"{self.action} {self.object_type} {self.object_id}"
