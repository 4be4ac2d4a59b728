"""Consent, the audit trail, and exports and erasures of a person's data. Rows of the first two are only ever added."""

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from privacy.enums import Answer, ConsentKind, ErasureState, ExportState
from tesigo.platform.duty import Duty

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
            models.Index(fields=["actor_id"], condition=Q(actor_id__isnull=False), name="audit_by_actor"),
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


class DataExport(Duty):
    """All that is kept about a person as one ZIP, made in the background (R-71). ``actor_id`` is who asked for it.

    ``stored_as`` is noted before a file of that name is begun, so that a try that died is cleaned up by the next.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="data_exports")
    actor_id = models.BigIntegerField(null=True, blank=True)
    state = models.CharField(max_length=8, choices=ExportState, default=ExportState.PENDING)
    #: Per cent.
    progress = models.PositiveSmallIntegerField(default=0)
    stored_as = models.CharField(max_length=200, blank=True)
    #: Bytes.
    size = models.PositiveBigIntegerField(default=0)
    asked_at = models.DateTimeField(default=timezone.now)
    #: When it was ready, or given up.
    finished_at = models.DateTimeField(null=True, blank=True)
    expires_at = models.DateTimeField(null=True, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-asked_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(fields=["user"], condition=Q(state="pending"), name="data_export_one_open"),
            models.CheckConstraint(condition=Q(state__in=ExportState.values), name="data_export_state_known"),
            models.CheckConstraint(condition=Q(progress__lte=100), name="data_export_progress_percent"),
            models.CheckConstraint(
                condition=~Q(state="ready") | ~Q(stored_as="") & Q(expires_at__isnull=False),
                name="data_export_ready_has_file",
            ),
        ]

    def __str__(self) -> str:
        return f"data export {self.pk}"


class Erasure(Duty):
    """One erasure of a person (R-72): ``due_at`` is when it begins, ``by`` ids say who asked and who took it back.

    ``sealed`` holds the words that the person was called by, encrypted, from the beginning of the work to its end: for
    the last look whether any was left. ``left`` says where that look found some, and where nobody could look: tables,
    columns and files, no words.
    """

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="erasures")
    state = models.CharField(max_length=10, choices=ErasureState, default=ErasureState.ASKED)
    asked_at = models.DateTimeField(default=timezone.now)
    asked_by_id = models.BigIntegerField(null=True, blank=True)
    begun_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)
    sealed = models.TextField(blank=True, editable=False)
    left = models.JSONField(default=list, blank=True)

    class Meta(Duty.Meta):
        ordering = ["-asked_at"]
        constraints = [
            *Duty.Meta.constraints,
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(state__in=[ErasureState.ASKED, ErasureState.WORKING]),
                name="one_erasure_open_per_person",
            ),
            models.CheckConstraint(
                condition=Q(state=ErasureState.WORKING) | Q(sealed=""), name="erasure_sealed_only_at_work"
            ),
            models.CheckConstraint(
                condition=Q(state__in=[ErasureState.DONE, ErasureState.CANCELLED], ended_at__isnull=False)
                | Q(state__in=[ErasureState.ASKED, ErasureState.WORKING], ended_at=None),
                name="erasure_over_has_its_end",
            ),
        ]

    def __str__(self) -> str:
        return f"erasure {self.pk}"
