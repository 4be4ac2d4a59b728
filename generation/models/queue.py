"""Jobs and steps (R-40). The database has the queue; Celery only wakes workers."""

import uuid
from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils import timezone

from documents.models import Document, Section
from generation.enums import OPEN_JOB_STATES, JobKind, JobState, Stage, StepState, Wait


class Job(models.Model):
    """One outline or one document to be made, or paragraphs of one to be written anew.

    ``sort_key`` is seconds: the time it was asked for plus a share per page, so that small ones come first and
    waiting ones age (R-41). Tokens and cost are added up with ``F`` expressions (R-22).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=12, choices=JobKind)
    document = models.ForeignKey(Document, on_delete=models.CASCADE, related_name="jobs")
    state = models.CharField(max_length=12, choices=JobState, default=JobState.QUEUED)
    sort_key = models.BigIntegerField()
    estimated_tokens = models.PositiveBigIntegerField(default=0)
    estimated_cost = models.DecimalField(max_digits=10, decimal_places=4, default=Decimal(0))
    #: The same by purpose (``Estimate.as_json``).
    estimated_parts = models.JSONField(default=dict, db_default={}, blank=True)
    input_tokens = models.PositiveBigIntegerField(default=0)
    output_tokens = models.PositiveBigIntegerField(default=0)
    #: Of the input, and of the output.
    cached_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cache_write_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    reasoning_tokens = models.PositiveBigIntegerField(default=0, db_default=0)
    cost = models.DecimalField(max_digits=12, decimal_places=6, default=Decimal(0))
    failure = models.CharField(max_length=500, blank=True)
    waits_for = models.CharField(max_length=12, choices=Wait, blank=True)
    waits_since = models.DateTimeField(null=True, blank=True)
    correlation_id = models.CharField(max_length=64, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-created_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["document", "kind"],
                condition=Q(state__in=OPEN_JOB_STATES),
                name="one_open_job_per_document_and_kind",
            ),
            models.UniqueConstraint(
                fields=["document"],
                condition=Q(kind=JobKind.DOCUMENT) & ~Q(state=JobState.FAILED),
                name="one_document_job_per_document",
            ),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_known"),
            models.CheckConstraint(condition=Q(cost__gte=0), name="job_cost_not_negative"),
            models.CheckConstraint(
                condition=Q(waits_for="", waits_since__isnull=True)
                | Q(waits_for__in=Wait.values, waits_since__isnull=False),
                name="job_wait_has_begun",
            ),
        ]
        # The day's standing, on the admin's front page.
        indexes = [models.Index(fields=["finished_at"], name="job_finished")]

    def __str__(self) -> str:
        return f"{self.kind} {self.pk}"


class Step(models.Model):
    """One piece of a job. Claimed with SKIP LOCKED, leased, committed only with the ``token`` of the claim.

    ``checkpoint`` holds what a long step has got so far (continuation calls, R-34); ``round`` counts the rounds of
    fitting. ``progress`` is 0 to 100 within the step; ``model_name`` is the model that answered last.
    """

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="steps")
    stage = models.CharField(max_length=12, choices=Stage)
    section = models.ForeignKey(Section, null=True, blank=True, on_delete=models.CASCADE, related_name="steps")
    round = models.PositiveSmallIntegerField(default=0)
    position = models.PositiveIntegerField(default=0)
    state = models.CharField(max_length=12, choices=StepState, default=StepState.READY)
    sort_key = models.BigIntegerField()
    token = models.PositiveBigIntegerField(default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    not_before = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)
    progress = models.PositiveSmallIntegerField(default=0)
    checkpoint = models.JSONField(default=dict, blank=True)
    result = models.JSONField(default=dict, blank=True)
    error = models.CharField(max_length=500, blank=True)
    model_name = models.CharField(max_length=100, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    started_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["id"]
        indexes = [
            models.Index(fields=["sort_key", "id"], condition=Q(state=StepState.READY), name="step_claimable"),
            models.Index(fields=["lease_until"], condition=Q(state=StepState.CLAIMED), name="step_leased"),
            models.Index(fields=["stage", "-id"], condition=Q(state=StepState.DONE), name="step_learned_from"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["job", "stage", "round", "section"], name="step_once_in_job", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(state__in=StepState.values), name="step_state_known"),
            models.CheckConstraint(
                condition=~Q(state=StepState.CLAIMED) | Q(lease_until__isnull=False), name="step_claim_has_lease"
            ),
            models.CheckConstraint(condition=Q(progress__lte=100), name="step_progress_is_percentage"),
        ]

    def __str__(self) -> str:
        return f"{self.stage} {self.pk}"


class JobEvent(models.Model):
    """Something that happened to a job, for staff."""

    job = models.ForeignKey(Job, on_delete=models.CASCADE, related_name="events")
    step = models.ForeignKey(Step, null=True, blank=True, on_delete=models.SET_NULL, related_name="events")
    what = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    actor_id = models.BigIntegerField(null=True, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["id"]

    def __str__(self) -> str:
        return self.what
